"""Pushed snapshots: an upsert by time, counts that fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.accounts.models import AuditEvent
from projects.models import JudgeDue, LabelingSnapshot
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from tests.factories import make_initiative, make_workspace
from tests.projects.labeling_world import NOON

pytestmark = pytest.mark.django_db
GIVEN = SnapshotRecord(NOON, 100, 40, 10, 5, {"cat": 30, "dog": 10})


def test_a_snapshot_is_kept_by_its_time() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    states = [record_labeling_snapshot(owner, initiative, GIVEN)[1] for _ in range(2)]
    JudgeDue.objects.all().delete()
    kept, state = record_labeling_snapshot(owner, initiative, replace(GIVEN, labeled=41, per_class=None))
    assert [*states, state] == ["created", "unchanged", "updated"]
    assert (kept.labeled, kept.per_class, kept.day) == (41, None, date(2026, 3, 4))
    record_labeling_snapshot(owner, initiative, replace(GIVEN, time=NOON + timedelta(minutes=1)))
    assert LabelingSnapshot.objects.count() == 2
    assert JudgeDue.objects.exists()
    assert AuditEvent.objects.filter(object_kind="labeling").count() == 3


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"labeled": 101}, "labeled"),
        ({"labeled": 96}, "labeled"),
        ({"reviewed": 41}, "labeled"),
        ({"time": timezone.now() + timedelta(hours=1)}, "time"),
        ({"per_class": {"": 1}}, "per_class"),
        ({"per_class": {"a": -1}}, "per_class"),
        ({"per_class": {"a": 1.5}}, "per_class"),
        ({"per_class": {str(number): 1 for number in range(1_001)}}, "per_class"),
    ],
)
def test_counts_that_cannot_be_are_refused(fields: dict[str, Any], name: str) -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError) as caught:
        record_labeling_snapshot(owner, make_initiative(owner), replace(GIVEN, **fields))
    assert list(caught.value.message_dict) == [name]
    assert not LabelingSnapshot.objects.exists()

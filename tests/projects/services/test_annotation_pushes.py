"""Annotations that are pushed: all or none, twice is once, the newest counts, null takes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Annotation, Annotator, Initiative, JudgeDue, LabelingProject, LabelTask
from projects.services.annotation_pushes import AnnotationsRejected, record_annotations
from projects.services.outcomes import PushCounts
from tests.factories import make_initiative, make_workspace
from tests.projects.labeling_world import counted_sums, kept_sums, pushed

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def test_a_batch_is_kept_once(owner: Principal, initiative: Initiative) -> None:
    batch = [pushed("t1", "ann", "cat"), pushed("t1", "bob", "dog"), pushed("t2", "ann", "cat", batch="b1")]
    assert record_annotations(owner, initiative, batch) == PushCounts(created=3)
    JudgeDue.objects.all().delete()
    events = AuditEvent.objects.count()
    assert record_annotations(owner, initiative, batch) == PushCounts(unchanged=3)
    assert AuditEvent.objects.count() == events
    assert not JudgeDue.objects.exists()
    changed = [pushed("t1", "bob", "cat"), pushed("t1", "bob", "cat")]
    assert record_annotations(owner, initiative, changed) == PushCounts(updated=1, repeated=1)
    project = LabelingProject.objects.get()
    assert list(LabelTask.objects.order_by("external_id").values_list("label", "batch")) == [("cat", ""), ("cat", "b1")]
    assert kept_sums(project) == counted_sums(project)


def test_the_newest_label_counts_and_null_takes_back(owner: Principal, initiative: Initiative) -> None:
    record_annotations(owner, initiative, [pushed("t", "ann", "dog", 2), pushed("t", "ann", "cat", 1)])
    assert LabelTask.objects.get().label == "dog"
    record_annotations(owner, initiative, [pushed("t", "ann", None, 3)])
    assert (LabelTask.objects.get().state, Annotation.objects.count()) == ("open", 3)
    project = LabelingProject.objects.get()
    assert kept_sums(project) == counted_sums(project)


def test_the_trail_keeps_a_digest_and_no_names(owner: Principal, initiative: Initiative) -> None:
    record_annotations(owner, initiative, [pushed("t", "ann@example.org", "cat")], sent=b"body")
    event = AuditEvent.objects.get(object_kind="annotations")
    assert event.after["created"] == 1
    assert event.after["sha256"] == "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"  # of "body"
    assert "ann" not in str(event.after)
    assert "ann" not in str(vars(Annotator.objects.get()))


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/annotations"),
        ("text", "/annotations"),
        ([pushed("t", "a", "x")] * 10_001, "/annotations"),
        ([7], "/annotations/0"),
        ([pushed("t", "a", "x"), pushed("", "a", "x")], "/annotations/1/task"),
        ([pushed("t", "a", "x" * 201)], "/annotations/0/label"),
        ([pushed("t", "a", "")], "/annotations/0/label"),
        ([pushed("t", "a\x00", "x")], "/annotations/0/annotator"),
        ([{"task": "t", "annotator": "a", "time": "2026-01-01T00:00:00Z"}], "/annotations/0/label"),
        ([{"task": "t", "annotator": "a", "label": "x"}], "/annotations/0/time"),
        ([{**pushed("t", "a", "x"), "time": "2026-01-01T00:00:00"}], "/annotations/0/time"),
        ([{**pushed("t", "a", "x"), "time": (timezone.now() + timedelta(hours=1)).isoformat()}], "/annotations/0/time"),
        ([{**pushed("t", "a", "x"), "who": 1}], "/annotations/0/who"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    owner: Principal, initiative: Initiative, items: Any, pointer: str
) -> None:
    with pytest.raises(AnnotationsRejected) as caught:
        record_annotations(owner, initiative, items)
    assert [each.pointer for each in caught.value.faults] == [pointer]
    assert not LabelTask.objects.exists()

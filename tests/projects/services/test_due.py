"""Noting that initiatives must be judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from projects.models import JudgeDue
from projects.services.due import note_due
from projects.signals import facts_recorded
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative_id() -> int:
    initiative = make_initiative(make_workspace())
    JudgeDue.objects.all().delete()
    return initiative.pk


def test_a_second_note_moves_the_stamp(initiative_id: int) -> None:
    note_due([initiative_id], "first")
    before = JudgeDue.objects.get()
    note_due([initiative_id, initiative_id], "second")
    after = JudgeDue.objects.get()
    assert after.stamp > before.stamp
    assert (after.reason, after.attempts) == ("second", 0)


def test_a_stamp_never_comes_back(initiative_id: int) -> None:
    note_due([initiative_id], "first")
    seen = JudgeDue.objects.get().stamp
    JudgeDue.objects.all().delete()
    note_due([initiative_id], "again")
    assert JudgeDue.objects.get().stamp > seen


def test_the_earlier_moment_counts(initiative_id: int) -> None:
    note_due([initiative_id], "later", timezone.now() + timedelta(days=1))
    note_due([initiative_id], "now")
    assert JudgeDue.objects.get().not_before <= timezone.now()


def test_a_long_reason_is_cut_and_no_ids_are_no_note(initiative_id: int) -> None:
    note_due([], "nothing")
    assert not JudgeDue.objects.exists()
    note_due([initiative_id], "x" * 200)
    assert JudgeDue.objects.get().reason == "x" * 60


@pytest.mark.django_db(transaction=True)
def test_the_judge_is_woken_on_commit_alone(initiative_id: int) -> None:
    heard: list[list[int]] = []

    def hear(initiative_ids: list[int], **_: Any) -> None:
        heard.append(initiative_ids)

    facts_recorded.connect(hear)
    try:
        with transaction.atomic():
            note_due([initiative_id], "inside")
            assert heard == []
        assert heard == [[initiative_id]]
    finally:
        facts_recorded.disconnect(hear)


@pytest.mark.django_db(transaction=True)
def test_a_failing_listener_harms_nothing(initiative_id: int) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no broker")

    facts_recorded.connect(fail)
    try:
        note_due([initiative_id], "kept")
    finally:
        facts_recorded.disconnect(fail)
    assert JudgeDue.objects.filter(reason="kept").exists()

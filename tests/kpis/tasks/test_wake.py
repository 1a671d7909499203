"""Facts wake the judgement, and the sweep judges what was not woken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from kpis import tasks
from kpis.models import ReadinessSnapshot
from kpis.receivers import MOST_WAKES, quiet, wake_judgement
from projects.models import JudgeDue
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def not_quiet() -> Iterator[None]:
    yield
    quiet.begin(0)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The initiatives whose judgement was put on the queue."""
    ids: list[int] = []
    monkeypatch.setattr(tasks.judge, "delay", ids.append)
    return ids


def test_a_fact_wakes_on_commit(woken: list[int], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        initiative = make_initiative(make_workspace())
        assert woken == []
    assert woken == [initiative.pk]


def test_many_are_left_to_the_sweep(woken: list[int]) -> None:
    wake_judgement(None, initiative_ids=list(range(1000)))
    assert woken == list(range(MOST_WAKES))


def test_without_a_broker_facts_stay_due(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[int] = []

    def refuse(initiative_id: int) -> None:
        asked.append(initiative_id)
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.judge, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        initiative = make_initiative(make_workspace())
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    wake_judgement(None, initiative_ids=[1, 2, 3])
    assert asked == [initiative.pk], "a broker that is away is not asked again at once"
    quiet.begin(0)
    wake_judgement(None, initiative_ids=[7, 8])
    assert asked == [initiative.pk, 7]


def test_the_sweep_wakes_what_is_due_and_the_task_judges_it(woken: list[int]) -> None:
    initiative = make_initiative(make_workspace())
    tasks.sweep_judgements()
    assert woken == [initiative.pk]
    tasks.judge(initiative.pk)
    tasks.judge(initiative.pk)
    assert ReadinessSnapshot.objects.filter(initiative=initiative).count() == 1

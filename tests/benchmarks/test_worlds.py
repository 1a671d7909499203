"""The filled workspace has the size and the shape that is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database

from benchmarks import judging
from benchmarks.sizes import SIZES
from benchmarks.worlds import LINKS, METRIC_VALUES, METRICS, READINGS, RUNS, add_snapshots, make_world
from benchmarks.written import since, written
from kpis.models import KPI, Contribution, ReadinessSnapshot, Reading, Target
from projects.models import MetricValue, Run, RunLink
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def test_history_is_what_was_asked_for() -> None:
    world = make_world(2)
    assert (Target.objects.count(), KPI.objects.count(), Contribution.objects.count()) == (4, 2, 2)
    span: dict[str, Any] = {"workspace": world.owner.workspace.pk, "first": 1, "last": 3, "keys": list(METRICS)}
    with database.cursor() as cursor:
        for statement in (RUNS, METRIC_VALUES, LINKS, READINGS):
            cursor.execute(statement, span)
    assert (Run.objects.count(), MetricValue.objects.count(), RunLink.objects.count()) == (6, 24, 6)
    assert Reading.objects.count() == 6
    newest = Run.objects.filter(pushed_to__key="BENCH-0").order_by("-ended_at").first()
    assert newest is not None and newest.external_id == "r1"
    judging.judge(world)
    add_snapshots(world, 1, 4)
    document = ReadinessSnapshot.objects.get(is_latest=True).document
    assert document["candidate"] is not None
    assert ReadinessSnapshot.objects.filter(is_latest=False).count() == 4


def test_writes_are_counted_by_table() -> None:
    before = written()
    make_workspace()
    assert since(before).keys() >= {"accounts_user", "accounts_workspace", "accounts_member"}
    assert since(written()) == {}


def test_sizes_grow() -> None:
    tiny, quick, full = SIZES.values()
    assert tiny.initiatives < quick.initiatives < full.initiatives
    assert full.initiatives * full.runs_each == 100_000
    assert full.initiatives * full.readings_each == 1_000_000
    assert quick.mlflow_runs > 20_000

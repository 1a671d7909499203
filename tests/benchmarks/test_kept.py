"""The sums of the ingest benchmark agree with what was sent, and tell when they should not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from benchmarks.ingest import Trial, kpi_key, readings_of, results, rows_of, runs_of
from benchmarks.kept import readings_kept, readings_sent, runs_kept, runs_sent
from kpis.models import Reading
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from projects.models import MetricValue, Run
from projects.services.runs import push_runs
from tests.factories import make_initiative, make_workspace

KEY = "BENCH-1"


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.mark.parametrize("make", [readings_of, rows_of])
def test_readings_are_kept_as_they_were_sent(
    owner: Principal, make: Callable[[str, int], tuple[str, list[bytes]]]
) -> None:
    kpi, post = create_kpi(owner, name="K", key=kpi_key(KEY)), make(KEY, 12)
    for body in map(json.loads, post[1]):
        record_readings(kpi, body.get("readings", body))
    sent = readings_sent([kpi.key], [post])
    assert (sent.count, sent) == (12, readings_kept([kpi.key]))
    Reading.objects.filter(kpi=kpi, value=0).update(value=1e-9)
    assert readings_kept([kpi.key]) != sent


def test_runs_are_kept_as_they_were_sent(owner: Principal) -> None:
    initiative, post = make_initiative(owner, KEY), runs_of(KEY, 3)
    push_runs(owner, initiative, json.loads(post[1][0])["runs"])
    sent = runs_sent([KEY], [post])
    assert (sent.count, sent) == (3 * 9, runs_kept([KEY]))
    Run.objects.filter(external_id="run-1").update(tags={})
    assert runs_kept([KEY]) != sent
    Run.objects.filter(external_id="run-1").update(tags={"commit": f"{1:040x}"})
    assert runs_kept([KEY]) == sent
    MetricValue.objects.filter(run__external_id="run-2").first().delete()  # type: ignore[union-attr]
    assert runs_kept([KEY]).count == sent.count - 1


def test_the_best_of_each_side_is_compared_and_every_wrong_sum_counts() -> None:
    by_copy, by_mlflow, sums = results("readings", [Trial(50.0, 400.0, 0), Trial(40.0, 500.0, 1)], 5.0)
    assert (by_copy.ratio, by_copy.met) == (0.1, True)
    assert (by_mlflow.ratio, by_mlflow.met) == (10.0, True)
    assert (sums.ratio, sums.met) == (1, False)

"""Comparisons with what is better and what may be chance."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.run_compare import Compared, compared
from kpis.selectors.run_targets import aims_of
from kpis.services.targets import propose_target
from projects.connectors.records import DatasetRecord, MetricRecord
from projects.models import Initiative, Run
from projects.services.runs import record_runs
from tests.factories import make_workspace, run_record
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative() -> Initiative:
    owner = make_workspace()
    initiative = aimed(owner)
    propose_target(owner, initiative, metric="latency", comparator="<=", value=1)
    return initiative


def add(initiative: Initiative, name: str, accuracy: float, seed: int, **metrics: object) -> Run:
    params = {"lr": "0.1", "seed": str(seed)}
    given = {"accuracy": accuracy, **metrics}
    data = [DatasetRecord("train", "same", "training"), DatasetRecord("test", f"digest-{name}", "test")]
    record_runs(initiative, [run_record(name, params=params, metrics=given, datasets=data)], replace=True)
    return Run.objects.get(external_id=name)


def beside(initiative: Initiative, *runs: Run) -> Compared:
    found = compared(initiative, [run.public_id for run in runs], aims_of(initiative))
    assert found is not None
    return found


def test_better_and_worse_as_targets_say(initiative: Initiative) -> None:
    first = add(initiative, "a", 0.8, 1, latency=2.0, other=1)
    second = add(initiative, "b", 0.9, 1, latency=3.0, other=2)
    lines = {line.key: line for line in beside(initiative, first, second).metrics}
    assert [lines[key].cells[1].is_better for key in ("accuracy", "latency", "other")] == [True, False, None]
    assert lines["accuracy"].cells[1].words == "+0.1"
    assert beside(initiative, second, first).metrics[0].cells[1].words == "−0.1"


def test_specials_have_no_difference(initiative: Initiative) -> None:
    first = add(initiative, "a", 0.8, 1, loss=MetricRecord(None, "inf"))
    second = add(initiative, "b", 0.8, 1, loss=1)
    lines = {line.key: line for line in beside(initiative, first, second).metrics}
    assert [cell.number for cell in lines["loss"].cells] == [float("inf"), 1.0]
    assert (lines["loss"].cells[1].delta, lines["loss"].differs) == (None, True)
    assert not lines["accuracy"].differs


def test_a_difference_within_the_spread_of_seeds_may_be_chance(initiative: Initiative) -> None:
    # σ of (0.80, 0.82, 0.84) is 0.02; two runs differ by chance up to 1.96 · √2 · 0.02 = 0.0554.
    def trial(name: str, accuracy: float, params: dict[str, str]) -> Run:
        record_runs(initiative, [run_record(name, params=params, metrics={"accuracy": accuracy})], replace=True)
        return Run.objects.get(external_id=name)

    first = trial("a", 0.80, {"seed": "1"})
    trial("b", 0.82, {"seed": "2"})
    trial("c", 0.84, {"seed": "3"})
    near, far = trial("d", 0.855, {"seed": "1", "lr": "2"}), trial("e", 0.856, {"seed": "1", "lr": "3"})
    (line,) = beside(initiative, first, near, far).metrics
    assert line.spread is not None
    assert line.spread.sigma == pytest.approx(0.02)
    assert [cell.is_noise for cell in line.cells] == [False, True, False]


def test_what_differs_and_what_does_not(initiative: Initiative) -> None:
    found = beside(initiative, add(initiative, "a", 0.8, 1), add(initiative, "b", 0.9, 2))
    assert [(row.key, row.differs) for row in found.params] == [("seed", True), ("lr", False)]
    assert [(row.key, row.differs) for row in found.datasets] == [("test (test)", True), ("train (training)", False)]
    assert found.alike == 2


def test_it_takes_nine_queries_at_most(
    initiative: Initiative, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    runs = [add(initiative, f"r{number}", 0.8, number) for number in range(6)]
    aims = aims_of(initiative)
    for count in (2, 6):
        with django_assert_max_num_queries(9):
            assert compared(initiative, [run.public_id for run in runs[:count]], aims) is not None


@pytest.mark.parametrize("ids", [[], ["run_x"], ["run_x", "run_y"], ["a\x00b", "c"], [str(n) for n in range(7)]])
def test_only_two_to_six_runs_of_the_initiative(initiative: Initiative, ids: list[str]) -> None:
    assert compared(initiative, ids, aims_of(initiative)) is None

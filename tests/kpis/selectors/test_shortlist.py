"""The best run as the database ranks it, against the engine's own ranking of all runs."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kpis.models import MetricAlias
from kpis.scoring.best_run import best_run
from kpis.scoring.targets import Target
from kpis.selectors.run_facts import run_facts
from kpis.selectors.shortlist import SHORTLIST, newest, shortlist
from projects.connectors.records import MetricRecord
from projects.models import Initiative, Run, RunLink
from projects.services.runs import record_runs
from tests.factories import make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db
ACCURACY, COVERAGE = Target("a", "accuracy", ">=", 0.9), Target("c", "coverage", ">=", 0.7)


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def record(initiative: Initiative, external_id: str, metrics: dict[str, Any], **fields: Any) -> Run:
    record_runs(initiative, [run_record(external_id, metrics=metrics, **fields)], replace=True)
    return Run.objects.get(external_id=external_id)


def first(initiative: Initiative, *targets: Target, aliases: dict[str, str] | None = None) -> str:
    found = shortlist(initiative, targets, aliases or {})
    return Run.objects.get(pk=found[0]).external_id if found else ""


def test_without_runs_there_is_none(initiative: Initiative) -> None:
    assert shortlist(initiative, [ACCURACY], {}) == []
    assert newest(initiative) == []


def test_without_targets_it_is_the_last_to_end(initiative: Initiative) -> None:
    runs = make_runs(initiative, 3)
    assert shortlist(initiative, [], {}) == [runs[-1].pk]


def test_a_run_without_an_end_comes_after_those_with_one(initiative: Initiative) -> None:
    record(initiative, "endless", {"accuracy": 0.9}, ended_at=None)
    assert newest(initiative) == [Run.objects.get(external_id="endless").pk]
    ended = make_runs(initiative, 1)[0]
    record(initiative, "endless-2", {"accuracy": 0.9}, ended_at=None)
    assert newest(initiative) == [ended.pk]


def test_running_failed_and_deleted_runs_do_not_count(initiative: Initiative) -> None:
    record(initiative, "good", {"accuracy": 0.8})
    for status in ("running", "failed", "killed"):
        record(initiative, status, {"accuracy": 0.99}, status=status)
    record(initiative, "gone", {"accuracy": 0.99}, deleted=True)
    assert first(initiative, ACCURACY) == "good"
    assert len(shortlist(initiative, [ACCURACY], {})) == 1


def test_meeting_more_targets_comes_before_a_better_first_one(initiative: Initiative) -> None:
    both = {"threshold": "0.8"}
    record(initiative, "accurate", {"accuracy": 0.99, "coverage": 0.2}, tags=both)
    record(initiative, "even", {"accuracy": 0.91, "coverage": 0.75}, tags=both)
    assert first(initiative, ACCURACY, COVERAGE) == "even"


def test_coverage_counts_only_at_a_declared_threshold(initiative: Initiative) -> None:
    record(initiative, "declared", {"accuracy": 0.91, "coverage": 0.75}, params={"threshold": "0.8"})
    record(initiative, "silent", {"accuracy": 0.92, "coverage": 0.95})
    assert first(initiative, ACCURACY, COVERAGE) == "declared"


@pytest.mark.parametrize("metrics", [{"accuracy@0.85": 0.93}, {"accuracy@coverage": 0.93, "coverage": 0.85}])
def test_a_metric_may_declare_the_point(initiative: Initiative, metrics: dict[str, float]) -> None:
    record(initiative, "named", metrics)
    record(initiative, "silent", {"accuracy": 0.92, "coverage": 0.95})
    assert first(initiative, ACCURACY, COVERAGE) == "named"


def test_two_runs_lend_each_other_nothing(initiative: Initiative) -> None:
    record(initiative, "accurate", {"accuracy": 0.99}, tags={"threshold": "0.5"})
    record(initiative, "covering", {"coverage": 0.99}, tags={"threshold": "0.5"})
    record(initiative, "modest", {"accuracy": 0.9, "coverage": 0.7}, tags={"threshold": "0.5"})
    assert first(initiative, ACCURACY, COVERAGE) == "modest"


def test_lower_is_better_where_the_target_says_so(initiative: Initiative) -> None:
    record(initiative, "slow", {"latency": 90})
    record(initiative, "quick", {"latency": 20})
    assert first(initiative, Target("l", "latency", "<=", 100)) == "quick"
    assert first(initiative, Target("l", "latency", "between", 80, high=100)) == "slow"


def test_not_a_number_never_wins(initiative: Initiative) -> None:
    record(initiative, "nan", {"accuracy": MetricRecord(None, "nan")})
    record(initiative, "inf", {"accuracy": MetricRecord(None, "inf")})
    record(initiative, "poor", {"accuracy": 0.1})
    assert first(initiative, ACCURACY) == "poor"


def test_other_names_count_and_differing_ones_do_not(initiative: Initiative) -> None:
    aliases = {"val_acc": "accuracy", "eval/accuracy": "accuracy"}
    record(initiative, "ambiguous", {"val_acc": 0.99, "eval/accuracy": 0.98})
    record(initiative, "agreed", {"val_acc": 0.95, "eval/accuracy": 0.95})
    record(initiative, "own", {"accuracy": 0.94, "val_acc": 0.999})
    assert first(initiative, ACCURACY, aliases=aliases) == "agreed"


def test_enough_cases_come_before_a_lucky_few(initiative: Initiative) -> None:
    record(initiative, "few", {"accuracy": 0.99, "n": 20})
    record(initiative, "many", {"accuracy": 0.93, "n": 5000})
    record(initiative, "unknown", {"accuracy": 0.995})
    assert first(initiative, ACCURACY) == "many"


def test_a_slice_is_reported_under_its_own_key(initiative: Initiative) -> None:
    record(initiative, "whole", {"accuracy": 0.99})
    record(initiative, "part", {"accuracy/region=EU": 0.91})
    assert first(initiative, Target("s", "accuracy", ">=", 0.9, slice="region=EU")) == "part"


def test_another_initiatives_runs_do_not_count(initiative: Initiative) -> None:
    record(initiative, "ours", {"accuracy": 0.5})
    other = make_initiative(make_workspace(), "OTHER")
    record(other, "theirs", {"accuracy": 0.99})
    assert first(initiative, ACCURACY) == "ours"


@pytest.mark.parametrize("seed", range(6))
def test_the_engine_would_choose_the_same_of_all_runs(initiative: Initiative, seed: int) -> None:
    chance = random.Random(seed)
    aliases = {"val_acc": "accuracy"}
    MetricAlias.objects.create(initiative=initiative, alias="val_acc", metric="accuracy")
    targets = [ACCURACY, COVERAGE, Target("l", "latency", "<", 50), Target("r", "recall", ">=", 0.6, minimum_n=400)]
    records = [run_record(f"r{i:03}", **_random_run(chance)) for i in range(120)]
    record_runs(initiative, records, replace=True)
    every = run_facts(initiative, list(RunLink.objects.values_list("run_id", flat=True)), aliases)
    best = best_run(list(every.values()), targets)
    few = shortlist(initiative, targets, aliases)
    assert best is not None
    assert len(few) == SHORTLIST
    assert best_run([every[each] for each in few], targets) == best


def _random_run(chance: random.Random) -> dict[str, Any]:
    accuracy, coverage = round(chance.uniform(0.8, 0.99), 3), round(chance.uniform(0.4, 0.95), 3)
    metrics: dict[str, Any] = {chance.choice(["accuracy", "val_acc"]): accuracy, "coverage": coverage}
    metrics |= {"latency": round(chance.uniform(20, 80), 1), "recall": round(chance.uniform(0.4, 0.9), 3)}
    if chance.random() < 0.3:
        metrics = {f"accuracy@0.{chance.randint(40, 95)}": accuracy}
    if chance.random() < 0.7:
        metrics["n"] = chance.choice([50, 500, 5000])
    tags = {"threshold": "0.8"} if chance.random() < 0.5 else {}
    return {"metrics": metrics, "tags": tags}

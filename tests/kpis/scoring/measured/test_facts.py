"""Value, data and delivery: what is on record, and what lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpis.scoring.attainment import Goal
from kpis.scoring.inputs import DatasetFact, EvaluationFacts, InitiativeFacts, OpenTask, SharedData, TaskFacts
from kpis.scoring.measured import MEASURES
from projects.progress.evaluations.tally import Tally
from tests.kpis.scoring.builders import KPI, METRICS, candidate_of, inputs_of, run_of

FIRST = OpenTask("C-1", "Ask", "/c-1")
VALUE = [check for check in MEASURES if check.startswith("value.")]


@pytest.mark.parametrize("check", VALUE)
def test_without_a_kpi_every_check_of_value_is_missing(check: str) -> None:
    found = MEASURES[check](inputs_of(contributions=()))
    assert (found.result, found.reason) == ("missing", "the initiative is tied to no KPI")


@pytest.mark.parametrize("check", VALUE)
def test_a_whole_kpi_passes_every_check_of_value(check: str) -> None:
    found = MEASURES[check](inputs_of())
    assert found.result == "pass"
    assert "Churn rate" in str(found.observed)
    assert found.evidence[0].kind == "kpi"


@pytest.mark.parametrize(
    "check,change,result,reason",
    [
        ("kpi_owner", {"owner": ""}, "missing", "Churn rate has no owner"),
        ("kpi_baseline", {"goal": Goal("lower", None, 8)}, "missing", "has no baseline"),
        ("kpi_baseline", {"goal": Goal("lower", 0, 8)}, "pass", ""),
        ("kpi_target", {"goal": Goal("lower", 12)}, "missing", "has no target"),
        ("kpi_target", {"goal": Goal("range", 12, None, 4)}, "pass", ""),
        ("kpi_target", {"goal": Goal("range", 12)}, "missing", "has no target"),
        ("kpi_target", {"goal": Goal("lower", 12, 14)}, "fail", "above the baseline"),
        ("contribution", {"expected": None}, "missing", "has no expected movement"),
        ("contribution", {"by": None}, "missing", "has no date"),
        ("contribution", {"by": None, "expected": None}, "missing", "no expected movement and date"),
        ("contribution", {"expected": 0.0}, "pass", ""),
    ],
)
def test_what_a_kpi_lacks(check: str, change: dict[str, Any], result: str, reason: str) -> None:
    found = MEASURES[f"value.{check}"](inputs_of(contributions=(replace(KPI, **change),)))
    assert found.result == result
    assert reason in found.reason


def test_every_kpi_counts() -> None:
    lacking = replace(KPI, kpi="nps", name="NPS", owner="")
    found = MEASURES["value.kpi_owner"](inputs_of(contributions=(KPI, lacking)))
    assert (found.result, found.reason) == ("missing", "NPS has no owner")
    assert MEASURES["value.kpi_linked"](inputs_of(contributions=(KPI, lacking))).observed == "Churn rate and NPS"


def data_of(*used: DatasetFact, now: tuple[DatasetFact, ...] = ()) -> tuple[str, str]:
    inputs = inputs_of(candidate=candidate_of(run_of(METRICS, datasets=used)), current_datasets=now)
    return tuple(MEASURES[f"data.fingerprint_{name}"](inputs).result for name in ("present", "unchanged"))  # type: ignore[return-value]


ONE, TWO = DatasetFact("customers", "d1"), DatasetFact("customers", "d2")
OTHER = DatasetFact("labels", "x1")


@pytest.mark.parametrize(
    "used,now,results",
    [
        ((), (), ("missing", "missing")),
        ((DatasetFact("customers", ""),), (), ("missing", "missing")),
        ((ONE,), (), ("pass", "pass")),
        ((ONE,), (ONE,), ("pass", "pass")),
        ((ONE,), (TWO,), ("pass", "stale")),
        ((ONE, TWO), (TWO,), ("pass", "pass")),
        ((ONE,), (OTHER,), ("pass", "pass")),
        ((ONE, OTHER), (ONE, DatasetFact("labels", "x2")), ("pass", "stale")),
    ],
)
def test_fingerprints(used: tuple[DatasetFact, ...], now: tuple[DatasetFact, ...], results: tuple[str, str]) -> None:
    assert data_of(*used, now=now) == results


CLEAN, LEAKY = DatasetFact("customers", "d1", leaked_rows=0), DatasetFact("tests", "t1", leaked_rows=412)
GROUPS = DatasetFact("customers", "d1", leaked_rows=0, leaked_groups=1)


@pytest.mark.parametrize(
    "used,result,observed",
    [
        ((), "missing", None),
        ((ONE,), "missing", None),
        ((CLEAN,), "pass", "none in customers@d1"),
        ((CLEAN, TWO), "pass", "none in customers@d1"),
        ((CLEAN, LEAKY), "fail", "412 rows (tests@t1)"),
        ((GROUPS,), "fail", "0 rows and 1 group (customers@d1)"),
    ],
)
def test_splits_are_apart(used: tuple[DatasetFact, ...], result: str, observed: str | None) -> None:
    found = MEASURES["data.splits_apart"](inputs_of(candidate=candidate_of(run_of(METRICS, datasets=used))))
    assert (found.result, found.observed) == (result, observed)


TRAIN, TEST = DatasetFact("learnt", "a1", context="training"), DatasetFact("asked", "b1", context="testing")
APART, SHARED = SharedData("asked", "b1", "learnt", "a1", 0, 0), SharedData("asked", "b1", "learnt", "a1", 7, 2)


@pytest.mark.parametrize(
    "used,shared,result,words",
    [
        ((TRAIN, TEST), (), "missing", "nobody knows what asked@b1 shares with learnt@a1, which was trained on"),
        ((TRAIN, TEST, CLEAN), (), "missing", "nobody knows what asked@b1 shares"),
        ((TRAIN, TEST, LEAKY), (), "fail", "412 rows (tests@t1)"),
        ((TRAIN, TEST), (APART,), "pass", "none in asked@b1 of learnt@a1"),
        ((TRAIN, TEST, CLEAN), (APART,), "pass", "none in customers@d1 and asked@b1 of learnt@a1"),
        ((TRAIN, TEST), (SHARED,), "fail", "7 rows and 2 groups (asked@b1 in learnt@a1)"),
        ((TRAIN, replace(TEST, context="validation")), (SHARED,), "fail", "7 rows"),
        ((TRAIN, TEST, replace(TEST, name="v", context="eval")), (APART,), "pass", "none in asked@b1"),
        ((TRAIN, replace(TEST, context="other")), (SHARED,), "missing", "no dataset of the run says"),
        ((TRAIN, replace(TRAIN, context="test")), (), "missing", "no dataset of the run says"),
        ((TEST,), (), "missing", "no dataset of the run says"),
    ],
)
def test_versions_are_apart(
    used: tuple[DatasetFact, ...], shared: tuple[SharedData, ...], result: str, words: str
) -> None:
    run = run_of(METRICS, datasets=used, shared=shared)
    found = MEASURES["data.splits_apart"](inputs_of(candidate=candidate_of(run)))
    assert found.result == result and words in f"{found.observed} {found.reason}"


def test_the_data_of_an_evaluation_measures() -> None:
    run = run_of(METRICS, datasets=(TRAIN, DatasetFact("other", "c1", context="test")), shared=(SHARED,))
    measured = EvaluationFacts("evl_1", Tally(), dataset=DatasetFact("asked", "b1"))
    found = MEASURES["data.splits_apart"](inputs_of(candidate=replace(candidate_of(run), evaluation=measured)))
    assert (found.result, found.observed) == ("fail", "7 rows and 2 groups (asked@b1 in learnt@a1)")


def test_a_change_of_data_names_what_changed() -> None:
    found = MEASURES["data.fingerprint_unchanged"](inputs_of(current_datasets=(DatasetFact("customers", "d2"),)))
    assert "customers is now at d2" in found.reason
    assert found.observed == "customers@d1"


@pytest.mark.parametrize(
    "stage,result",
    [
        ("framing", "fail"),
        ("data", "fail"),
        ("modeling", "fail"),
        ("integration", "pass"),
        ("production", "pass"),
        ("retired", "fail"),
    ],
)
def test_stages(stage: str, result: str) -> None:
    found = MEASURES["delivery.stage"](inputs_of(initiative=InitiativeFacts("X", stage=stage)))
    assert (found.result, found.observed) == (result, stage)


@pytest.mark.parametrize("due,result", [(None, "missing"), (date(2020, 1, 1), "pass"), (date(2030, 1, 1), "pass")])
def test_a_target_date_needs_only_to_be_set(due: date | None, result: str) -> None:
    assert (
        MEASURES["delivery.target_date"](inputs_of(initiative=InitiativeFacts("X", target_date=due))).result == result
    )


@pytest.mark.parametrize("commit,result", [("a1b2c3d", "pass"), ("", "missing")])
def test_a_commit_makes_it_repeatable(commit: str, result: str) -> None:
    candidate = candidate_of(run_of(METRICS, commit=commit))
    assert MEASURES["delivery.reproducible"](inputs_of(candidate=candidate)).result == result


@pytest.mark.parametrize(
    ("facts", "result", "observed", "reason", "advice"),
    [
        (TaskFacts(), "missing", None, "no task says what there is to do", ""),
        (TaskFacts(4, 4), "pass", "4 of 4 tasks done", "", ""),
        (TaskFacts(1, 0, (FIRST,)), "fail", "0 of 1 task done", "1 task is not done", "Do or cancel C-1."),
        (
            TaskFacts(1_500, 200, (FIRST, OpenTask("C-2", "Fit", "/c-2"))),
            "fail",
            "200 of 1,500 tasks done",
            "1,300 tasks are not done",
            "Do or cancel C-1 and what else is open.",
        ),
    ],
)
def test_tasks_are_done_or_named(facts: TaskFacts, result: str, observed: str, reason: str, advice: str) -> None:
    found = MEASURES["delivery.tasks_done"](inputs_of(tasks=facts))
    assert (found.result, found.observed, found.reason, found.what_would_pass) == (result, observed, reason, advice)
    assert [(each.label, each.url, each.kind) for each in found.evidence] == [
        (f"{each.key} {each.title}", each.url, "task") for each in facts.open
    ]
    assert found.value == (None if result == "missing" else facts.total - facts.done)

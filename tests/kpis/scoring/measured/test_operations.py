"""Checks on operations: owned, watched, within latency, cost and errors, trained again in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kpis.scoring.inputs import InitiativeFacts, JudgementInputs
from kpis.scoring.measured import MEASURES
from kpis.scoring.observed import Figure, ObservedFacts, Seen
from kpis.scoring.readiness import judge
from kpis.scoring.results import CheckResult
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import ACCURACY, COVERAGE, NOW, found, inputs_of, run_of, word

LIVE = run_of({}, id="run_live", ended_at=NOW - timedelta(days=89))
AGE = Target("t9", "model_age_days", "<=", 90)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def figure_of(kind: str, name: str, value: float, days: float = 1, **more: Any) -> Figure:
    return Figure(Seen(kind, name, "", ago(days)), value, **more)


P95 = figure_of("latency", "p95_ms", 180, threshold=200, n=1200)
COST = figure_of("cost", "eur_per_1000", 0.4, threshold=0.5)


def judged(check: str, seen: ObservedFacts | None = None, now: datetime = NOW, **more: Any) -> CheckResult:
    """Judge one check at standard, live in production unless said otherwise."""
    inputs: JudgementInputs = inputs_of(observed=seen or ObservedFacts(), **{"production": LIVE} | more)
    return found(judge(inputs, default_scorecard(), now), f"operations.{check}")


@pytest.mark.parametrize(
    ("owner", "active", "result", "reason"),
    [
        ("Maria", True, "pass", ""),
        ("Maria", False, "missing", "Maria is no active member any more"),
        ("", False, "missing", "the initiative has no owner"),
    ],
)
def test_owned(owner: str, active: bool, result: str, reason: str) -> None:
    check = judged("owned", ObservedFacts(owned=active), initiative=InitiativeFacts("CHURN", owner=owner))
    assert (check.result, check.reason) == (result, reason)


@pytest.mark.parametrize(
    ("seen", "result", "observed"),
    [
        ({"newest": Seen("volume", "orders", "", ago(6.9))}, "pass", "volume of orders"),
        ({"newest": Seen("volume", "orders", "IL", ago(7))}, "stale", "volume of orders in IL"),
        ({"newest": Seen("errors", "api", "", ago(9)), "probed_at": ago(0.1)}, "pass", "its endpoint"),
        ({"newest": Seen("errors", "api", "", ago(1)), "probed_at": ago(8)}, "pass", "errors of api"),
        ({"probed_at": ago(8)}, "stale", "its endpoint"),
        ({}, "missing", None),
    ],
)
def test_watched(seen: dict[str, Any], result: str, observed: str | None) -> None:
    check = judged("monitoring", ObservedFacts(**seen))
    assert (check.result, check.observed) == (result, observed)


def test_what_is_not_watched_any_more_is_named_and_ends_by_itself() -> None:
    seen = ObservedFacts(newest=Seen("volume", "orders", "", ago(3)))
    assert judged("monitoring", seen).expires == ago(3) + timedelta(days=7)
    later = judged("monitoring", seen, NOW + timedelta(days=4))
    assert later.result == "stale"
    assert later.reason == "volume of orders was measured more than 7 days ago, on 2027-02-26"


def test_before_it_is_live_a_word_stands_and_then_it_covers_no_silence() -> None:
    words = (word("operations.monitoring"),)
    before = judged("monitoring", production=None, attestations=words)
    assert (before.result, before.evidence_kind) == ("pass", "attested")
    assert judged("monitoring", ObservedFacts(probed_at=ago(8)), attestations=words).result == "stale"


@pytest.mark.parametrize(
    ("figures", "result", "reason"),
    [
        ((P95, COST), "pass", ""),
        ((figure_of("latency", "p95_ms", 200, threshold=200), COST), "pass", ""),
        (
            (figure_of("latency", "p95_ms", 201, threshold=200, n=1200), COST),
            "fail",
            "latency of p95_ms 201, agreed ≤ 200, n = 1,200, of 2027-02-28",
        ),
        ((P95,), "missing", "no cost is observed"),
        ((COST,), "missing", "no latency is observed"),
        ((), "missing", "no latency and cost is observed"),
        (
            (P95, figure_of("cost", "eur_per_1000", 0.4)),
            "insufficient",
            "nobody said what is wanted: cost of eur_per_1000 0.4, of 2027-02-28",
        ),
        (
            (P95, figure_of("cost", "eur_per_1000", 0.4, days=31, threshold=0.5)),
            "stale",
            "cost of eur_per_1000 was measured more than 30 days ago, on 2027-01-29",
        ),
    ],
)
def test_latency_and_cost(figures: tuple[Figure, ...], result: str, reason: str) -> None:
    check = judged("latency_cost", ObservedFacts(figures=figures))
    assert (check.result, check.reason) == (result, reason)


def test_latency_and_cost_are_points_which_count_half_and_one_beyond_tells_how_far() -> None:
    passed = judged("latency_cost", ObservedFacts(figures=(P95, COST)))
    assert (passed.points, passed.at) == (0.5, ago(1))
    failed = judged("latency_cost", ObservedFacts(figures=(figure_of("latency", "p95_ms", 250, threshold=200), COST)))
    assert failed.value == pytest.approx(0.25)  # by hand: (250 - 200) / 200


def test_a_target_goes_before_the_threshold_that_a_value_came_with() -> None:
    strict = Target("t3", "p95_ms", "<=", 150)
    figures = ObservedFacts(figures=(P95, COST))
    assert judged("latency_cost", figures, targets=(ACCURACY, COVERAGE, strict)).result == "fail"
    of_germany = Target("t3", "p95_ms", "<=", 150, slice="DE")
    assert judged("latency_cost", figures, targets=(ACCURACY, COVERAGE, of_germany)).result == "pass"


def test_a_target_on_what_production_observes_is_not_asked_of_the_run_unless_it_reports_it() -> None:
    targets = (ACCURACY, COVERAGE, Target("t3", "p95_ms", "<=", 150))
    other = MEASURES["model.other_targets"]
    seen = ObservedFacts(figures=(P95,))
    assert other(inputs_of(targets=targets)).result == "missing"
    assert other(inputs_of(targets=targets, observed=seen)).result == "not_applicable"
    reporting = {"accuracy": 0.93, "coverage": 0.8, "n": 1000.0, "p95_ms": 160.0}
    assert other(inputs_of(reporting, targets=targets, observed=seen)).result != "not_applicable"


@pytest.mark.parametrize(
    ("value", "n", "threshold", "result"),
    [
        (0.0, 59, 0.05, "pass"),  # published rule: 59 without an error prove 95 % at 95 % confidence
        (0.0, 58, 0.05, "insufficient"),
        (0.02, 1000, 0.05, "pass"),
        (0.10, 1000, 0.05, "fail"),
        (0.02, None, 0.05, "missing"),
        (0.06, None, 0.05, "insufficient"),
        (3.0, None, 5.0, "pass"),
        (6.0, None, 5.0, "fail"),
        (0.02, 1000, None, "insufficient"),
    ],
)
def test_errors_are_judged_by_their_bound(value: float, n: int | None, threshold: float | None, result: str) -> None:
    figures = (figure_of("errors", "api", value, n=n, threshold=threshold),)
    assert judged("errors", ObservedFacts(figures=figures)).result == result


def test_errors_that_nobody_observes_are_missing_and_old_ones_stale() -> None:
    assert judged("errors").result == "missing"
    old = judged("errors", ObservedFacts(figures=(figure_of("errors", "api", 0.0, days=31, n=100, threshold=0.05),)))
    assert (old.result, old.reason) == ("stale", "errors of api was measured more than 30 days ago, on 2027-01-29")


@pytest.mark.parametrize(("value", "result"), [(0.0, "insufficient"), (0.1, "fail")])
def test_error_rates_that_are_too_many_to_judge_do_not_pass(value: float, result: str) -> None:
    figures = (figure_of("errors", "api", value, n=1000, threshold=0.05),)
    check = judged("errors", ObservedFacts(figures=figures, series={"errors": 1001}))
    assert check.result == result
    if result == "insufficient":
        assert check.reason == "too many to judge: 1,001 series of errors, of which 1 are looked at"


PULLED = figure_of("errors", "api", 0.02, threshold=0.05)
PULLED_BEYOND = figure_of("errors", "web", 0.06, threshold=0.05)
TOO_FEW = figure_of("errors", "web", 0.0, n=58, threshold=0.05)
PROVEN = figure_of("errors", "web", 0.02, n=1000, threshold=0.05)
MISSED = figure_of("errors", "web", 0.1, n=1000, threshold=0.05)


@pytest.mark.parametrize(
    ("figures", "alone", "with_a_word"),
    [
        ((PULLED,), "missing", "pass"),
        ((PULLED, PROVEN), "missing", "pass"),
        ((PULLED, PULLED_BEYOND), "insufficient", "insufficient"),
        ((PULLED, TOO_FEW), "insufficient", "insufficient"),
        ((PULLED, MISSED), "fail", "fail"),
    ],
)
def test_a_word_stands_where_only_the_n_of_error_rates_is_unknown(
    figures: tuple[Figure, ...], alone: str, with_a_word: str
) -> None:
    more: dict[str, Any] = {"initiative": InitiativeFacts("CHURN", criticality="critical")}
    seen = ObservedFacts(figures=figures)
    assert judged("errors", seen, **more).result == alone
    said = judged("errors", seen, attestations=(word("operations.errors"),), **more)
    assert (said.result, said.required) == (with_a_word, True)
    if with_a_word == "pass":
        assert said.evidence[0].label == "errors of api 0.02, agreed ≤ 0.05, of 2027-02-28"


def test_an_error_rate_without_n_says_how_to_bring_it() -> None:
    check = judged("errors", ObservedFacts(figures=(PULLED,)))
    assert check.reason == "n_unknown: nothing says on how many cases api was measured"
    assert check.what_would_pass.startswith("Report how many requests each rate is of, as its n, or link")


def test_no_word_stands_for_latencies_that_are_too_many_to_judge() -> None:
    seen, words = ObservedFacts(figures=(P95,), series={"latency": 501}), (word("operations.latency_cost"),)
    assert judged("latency_cost", seen, attestations=words).result == "insufficient"


def test_retraining_is_due_by_the_target_and_the_verdict_says_so_at_that_moment() -> None:
    targets = (ACCURACY, COVERAGE, AGE)
    today = judged("refresh", targets=targets)
    assert (today.result, today.expires) == ("pass", NOW + timedelta(days=1))
    late = judged("refresh", now=NOW + timedelta(days=1), targets=targets)
    assert late.result == "stale"
    assert late.reason == "what is live was trained on 2026-12-02, more than 90 days ago"
    assert late.what_would_pass == "Train again and bring it live."


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "no target is set on model_age_days"),
        ({"targets": (AGE,), "production": None}, "nothing is live in production yet"),
        ({"targets": (AGE,), "production": run_of({})}, "nobody knows when what is live was trained"),
        ({"targets": (Target("t9", "model_age_days", ">=", 90),)}, "no target is set on model_age_days"),
    ],
)
def test_without_a_date_or_a_target_retraining_is_missing_and_a_word_may_stand(
    more: dict[str, Any], reason: str
) -> None:
    assert (judged("refresh", **more).result, judged("refresh", **more).reason) == ("missing", reason)
    assert judged("refresh", attestations=(word("operations.refresh"),), **more).result == "pass"

"""The verdict: the weakest link, whatever the order, and what stands beside it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.inputs import InitiativeFacts, JudgementInputs
from kpis.scoring.measurement import Result, weakest
from kpis.scoring.readiness import judge, passing_share, verdict_of
from kpis.scoring.results import CheckResult
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import (
    METRICS,
    NOW,
    candidate_of,
    found,
    inputs_of,
    run_of,
    waiver,
    word,
    words_for_all,
)

SCORECARD = default_scorecard()
CHECK = SCORECARD.checks[0]
VALUE = [check.id for check in SCORECARD.checks if check.section == "value" and check.kind == "measured"]
WORSE = candidate_of(run_of(METRICS | {"accuracy": 0.86}))
READY = inputs_of(attestations=words_for_all())


def test_a_whole_initiative_is_ready() -> None:
    readiness = judge(READY, SCORECARD, NOW)
    assert (readiness.verdict, readiness.health.state, readiness.share) == ("ready", "on_track", 1.0)
    assert readiness.blockers == ()
    assert all(section.verdict == "ready" for section in readiness.sections)


@pytest.mark.parametrize(
    "change,verdict,blockers",
    [
        ({"targets": ()}, "unknown", ["model.accuracy", "model.coverage"]),
        ({"contributions": ()}, "unknown", VALUE),
        ({"candidate": candidate_of(run_of(METRICS | {"accuracy": 0.85}))}, "not_ready", ["model.accuracy"]),
        ({"candidate": candidate_of(run_of(METRICS | {"coverage": 0.4}))}, "not_ready", ["model.coverage"]),
        ({"candidate": candidate_of(run_of(METRICS | {"n": 60}))}, "unknown", ["model.accuracy", "model.coverage"]),
        ({"candidate": candidate_of(run_of(METRICS, tags={}))}, "unknown", ["model.coverage"]),
        ({"attestations": words_for_all()[1:]}, "unknown", ["value.users_agreed"]),
    ],
)
def test_one_broken_link(change: dict[str, Any], verdict: str, blockers: list[str]) -> None:
    readiness = judge(replace(READY, **change), SCORECARD, NOW)
    required = [check.check.id for check in readiness.blockers]
    asked = [each for each in blockers if found(readiness, each).required]
    assert required == asked
    assert readiness.verdict == (verdict if asked else "ready")


def test_two_runs_do_not_lend_each_other_a_number() -> None:
    for values in ({"accuracy": 0.97, "n": 1000.0}, {"coverage": 0.97, "n": 1000.0}):
        assert judge(replace(READY, candidate=candidate_of(run_of(values))), SCORECARD, NOW).verdict != "ready"


def test_without_a_candidate_it_is_unknown_even_where_a_check_fails() -> None:
    initiative = InitiativeFacts("X", stage="framing", criticality="critical")
    readiness = judge(replace(READY, candidate=None, initiative=initiative), SCORECARD, NOW)
    assert found(readiness, "delivery.stage").result == "fail"
    assert readiness.verdict == "unknown"


def test_failures_come_first_among_the_blockers() -> None:
    inputs = inputs_of(METRICS | {"coverage": 0.4})
    results = [check.result for check in judge(inputs, SCORECARD, NOW).blockers]
    assert results[0] == "fail"
    assert results == sorted(results, key=["fail", "missing", "insufficient", "stale"].index)


@pytest.mark.parametrize("level,asked", [("experiment", 4), ("standard", 27), ("critical", 51)])
def test_the_bar_rises_with_criticality(level: Any, asked: int) -> None:
    initiative = replace(READY.initiative, criticality=level, stage="integration")
    readiness = judge(replace(READY, initiative=initiative), SCORECARD, NOW)
    assert sum(check.required for check in readiness.checks) == asked


def test_an_experiment_needs_little_and_compares_points() -> None:
    bare = inputs_of({"accuracy": 0.93, "coverage": 0.8}, initiative=InitiativeFacts("X", criticality="experiment"))
    readiness = judge(bare, SCORECARD, NOW)
    assert readiness.verdict == "ready"
    assert found(readiness, "model.accuracy").points == 0.5


def test_the_score_is_the_minimum_of_its_sections() -> None:
    readiness = judge(READY, SCORECARD, NOW)
    scores = {section.name: section.score for section in readiness.sections}
    assert scores["operations"] == pytest.approx(9 * 0.5 / 10)  # nine words, and no owner
    assert scores["fairness"] == 0.0
    assert readiness.score == 0.0
    for section in readiness.sections:
        applicable = [check for check in section.checks if check.result != "not_applicable"]
        assert section.score == pytest.approx(sum(check.points for check in applicable) / len(applicable))


def test_the_score_does_not_decide() -> None:
    assert judge(READY, SCORECARD, NOW).verdict == "ready"


@pytest.mark.parametrize("naive", [datetime(2027, 1, 1)])  # noqa: DTZ001
def test_a_naive_moment_is_refused(naive: datetime) -> None:
    with pytest.raises(ValueError, match="time zone"):
        judge(READY, SCORECARD, naive)


def test_a_measured_pass_may_grow_old() -> None:
    aged = tuple(
        replace(
            section,
            checks=tuple(
                replace(check, expires_days=30) if check.kind == "measured" else check for check in section.checks
            ),
        )
        for section in SCORECARD.sections
    )
    run = run_of(METRICS, ended_at=NOW - timedelta(days=29))
    policy = Scorecard("aged", "Aged", aged)
    young = judge(replace(READY, candidate=candidate_of(run)), policy, NOW)
    assert young.verdict == "ready"
    assert found(young, "model.accuracy").expires == NOW + timedelta(days=1)
    assert young.changes_at == NOW + timedelta(days=1)
    old = judge(replace(READY, candidate=candidate_of(run)), policy, NOW + timedelta(days=1))
    assert found(old, "model.accuracy").result == "stale"
    assert old.verdict == "unknown"


def test_the_next_change_is_a_warning_then_an_end() -> None:
    inputs = replace(
        READY, attestations=tuple(replace(each, expires=NOW + timedelta(days=60)) for each in READY.attestations)
    )
    first = judge(inputs, SCORECARD, NOW)
    assert first.changes_at == NOW + timedelta(days=46)
    assert {warning.kind for warning in first.warnings} == {"optional"}
    second = judge(inputs, SCORECARD, NOW + timedelta(days=46))
    assert second.changes_at == NOW + timedelta(days=60)
    assert {warning.kind for warning in second.warnings} == {"evidence_expires", "optional"}
    third = judge(inputs, SCORECARD, NOW + timedelta(days=60))
    assert (second.verdict, third.verdict) == ("ready", "unknown")


FEW = {"accuracy": 0.93, "coverage": 0.3, "n": 500.0}


def covered(lasts: float, **more: Any) -> dict[str, Any]:
    return {"waivers": (waiver("model.accuracy", lasts, **more),), "candidate": WORSE}


@pytest.mark.parametrize(
    "change,kind,check",
    [
        (covered(10, value=0.85), "waiver_expires", "model.accuracy"),
        (covered(90, value=0.85, self_approved=True), "self_approved", "model.accuracy"),
        (covered(90, value=0.88), "waiver_reopened", "model.accuracy"),
        ({"attestations": words_for_all(days_ago=80)}, "evidence_expires", "data.privacy"),
        ({"proposals": ("A change waits",)}, "proposed", ""),
        ({}, "optional", "delivery.stage"),
        ({"candidate": candidate_of(run_of(FEW))}, "note", "model.accuracy"),
    ],
)
def test_warnings_stand_beside_the_verdict(change: dict[str, Any], kind: str, check: str) -> None:
    initiative = replace(READY.initiative, stage="framing")
    readiness = judge(replace(READY, initiative=initiative, **change), SCORECARD, NOW)
    assert (kind, check) in {(warning.kind, warning.check) for warning in readiness.warnings}


def test_missing_optional_checks_are_no_warning() -> None:
    readiness = judge(replace(READY, initiative=replace(READY.initiative, stage="integration")), SCORECARD, NOW)
    assert found(readiness, "labels.audit").result == "missing"
    assert readiness.warnings == ()


def test_waivers_are_shown_with_what_became_of_them() -> None:
    waivers = (
        waiver("model.accuracy", id="open", value=0.99),
        waiver("model.coverage", id="asked", state="proposed"),
        waiver("data.privacy", id="kept"),
        waiver("data.schema", -1, id="over"),
        waiver("data.schema", id="no", state="rejected"),
    )
    run = candidate_of(run_of(METRICS | {"accuracy": 0.8}))
    shown = judge(replace(READY, waivers=waivers, candidate=run), SCORECARD, NOW).waivers
    assert {each.id: each.state for each in shown} == {"open": "reopened", "asked": "proposed", "kept": "approved"}


RESULTS = get_args(Result)
LISTS = st.lists(st.tuples(st.sampled_from(RESULTS), st.booleans()), max_size=8)


def checks_of(pairs: list[tuple[Any, bool]]) -> list[CheckResult]:
    return [CheckResult(CHECK, result, required) for result, required in pairs]


@given(LISTS, st.randoms())
def test_the_order_of_checks_does_not_matter(pairs: list[tuple[Any, bool]], chance: random.Random) -> None:
    shuffled = pairs.copy()
    chance.shuffle(shuffled)
    assert verdict_of(checks_of(pairs)) == verdict_of(checks_of(shuffled))


@given(LISTS)
def test_a_failing_required_check_never_makes_ready(pairs: list[tuple[Any, bool]]) -> None:
    assert verdict_of(checks_of([*pairs, ("fail", True)])) == "not_ready"


@given(LISTS, st.sampled_from(RESULTS), st.booleans())
def test_one_more_check_never_improves(pairs: list[tuple[Any, bool]], result: Any, required: bool) -> None:
    order = ["not_ready", "unknown", "ready"]
    more = verdict_of(checks_of([*pairs, (result, required)]))
    assert order.index(more) <= order.index(verdict_of(checks_of(pairs)))


@given(LISTS)
def test_optional_checks_never_decide(pairs: list[tuple[Any, bool]]) -> None:
    assert verdict_of(checks_of(pairs)) == verdict_of(checks_of([pair for pair in pairs if pair[1]]))


@given(LISTS)
def test_the_share_is_one_exactly_when_all_that_applies_stands(pairs: list[tuple[Any, bool]]) -> None:
    share = passing_share(checks_of(pairs))
    if share is not None:
        assert 0 <= share <= 1
        assert (share == 1) == (verdict_of(checks_of(pairs)) == "ready")


@given(st.lists(st.sampled_from(RESULTS), min_size=1), st.randoms())
def test_the_weakest_result_is_one_of_them(results: list[Any], chance: random.Random) -> None:
    shuffled = results.copy()
    chance.shuffle(shuffled)
    assert weakest(results) == weakest(shuffled)
    assert ("fail" in results) == (weakest(results) == "fail")


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.one_of(st.none(), st.integers(0, 5000)),
    st.sampled_from(["experiment", "standard", "critical"]),
    st.booleans(),
)
def test_ready_needs_both_numbers_to_hold(
    accuracy: float, coverage: float, n: int | None, level: Any, declared: bool
) -> None:
    values = {"accuracy": accuracy, "coverage": coverage} | ({} if n is None else {"n": float(n)})
    run = run_of(values, None if declared else {})
    inputs = replace(READY, candidate=candidate_of(run), initiative=replace(READY.initiative, criticality=level))
    readiness = judge(inputs, SCORECARD, NOW)
    if readiness.verdict == "ready":
        assert accuracy >= 0.9
        assert coverage >= 0.75
        assert declared
        assert n is not None or level == "experiment"


@given(st.integers(0, 800))
def test_time_alone_changes_nothing_before_changes_at(hours: int) -> None:
    inputs: JudgementInputs = replace(READY, attestations=words_for_all(lasts=30))
    now = NOW + timedelta(hours=hours)
    first = judge(inputs, SCORECARD, now)
    if first.changes_at is not None:
        # The pace crosses its threshold within the second before.
        before = judge(inputs, SCORECARD, first.changes_at - timedelta(seconds=2))
        assert (before.verdict, before.health.state, before.warnings) == (
            first.verdict,
            first.health.state,
            first.warnings,
        )


def test_a_word_that_waits_for_nothing_is_ignored() -> None:
    strange = replace(READY, attestations=(*READY.attestations, word("model.magic")), waivers=(waiver("model.magic"),))
    assert judge(strange, SCORECARD, NOW).verdict == "ready"

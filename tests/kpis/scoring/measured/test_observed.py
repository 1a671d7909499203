"""Checks on observed data: what fails, passes, cannot be told, is missing or does not apply."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.inputs import DatasetFact, InitiativeFacts
from kpis.scoring.measured import MEASURES
from kpis.scoring.observed import ObservedFacts, OpenFinding, Seen
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import NOW, inputs_of
from tests.kpis.scoring.builders import found as judged

SILENT = OpenFinding("silent", "fnd_1", "refills of IL: nothing arrived")
STOPPED = OpenFinding("stopped", "fnd_2", "orders: nothing has arrived")
AUDIT = OpenFinding("evaluation", "fnd_4", "accuracy in production, by May: 95 % bounds of accuracy: 0.86 to 0.89")
AUDITED = Seen("evaluation", "May", "", NOW)
DRIFT = OpenFinding("drift", "fnd_3", "age: drift 0.3 is at or above 0.2")


def named(check: str) -> str:
    return f"{'operations' if check == 'audited' else 'data'}.{check}"


@pytest.mark.parametrize(
    ("check", "seen", "result", "reason"),
    [
        ("complete", {"watched": 3, "open": (SILENT,)}, "fail", "refills of IL: nothing arrived"),
        ("complete", {"open": (SILENT, STOPPED)}, "fail", "refills of IL: nothing arrived, and 1 more"),
        ("complete", {"watched": 3, "open": (DRIFT,)}, "pass", ""),
        ("complete", {"watched": 3, "small": 1}, "pass", ""),
        ("complete", {"small": 2, "new": 1}, "insufficient", "no segment is large enough to watch"),
        ("complete", {"new": 1}, "insufficient", "no segment is known long enough to watch"),
        ("complete", {}, "missing", "no volume is observed"),
        ("undrifted", {"judged": {"drift": 2}, "open": (DRIFT,)}, "fail", DRIFT.words),
        ("undrifted", {"judged": {"drift": 2}, "open": (SILENT,)}, "pass", ""),
        ("undrifted", {"unjudged": {"drift": 2}}, "insufficient", "no value comes with a threshold that can be judged"),
        ("undrifted", {"judged": {"quality": 1}}, "missing", "no drift is observed"),
        ("quality", {"judged": {"quality": 1}}, "pass", ""),
        ("quality", {"judged": {"drift": 1}}, "missing", "no quality is observed"),
        ("audited", {"open": (AUDIT,), "audited": AUDITED}, "fail", AUDIT.words),
        ("audited", {"open": (DRIFT,), "audited": AUDITED}, "pass", ""),
        ("audited", {}, "missing", "no evaluation was made in production"),
    ],
)
def test_in_production(check: str, seen: dict[str, Any], result: str, reason: str) -> None:
    facts = InitiativeFacts("CHURN", stage="production")
    found = MEASURES[named(check)](inputs_of(initiative=facts, observed=ObservedFacts(**seen)))
    assert (found.result, found.reason) == (result, reason)


@pytest.mark.parametrize("check", ["complete", "undrifted", "quality", "audited"])
def test_before_production_what_is_not_observed_does_not_apply(check: str) -> None:
    found = MEASURES[named(check)](inputs_of())
    assert found.result == "not_applicable" and found.reason.endswith("the stage is framing")


def test_what_passes_says_what_is_watched_and_what_fails_what_is_open() -> None:
    found = MEASURES["data.complete"](inputs_of(observed=ObservedFacts(watched=3, small=1)))
    assert found.observed == "3 segments watched, 1 segment too small to watch"
    failing = MEASURES["data.complete"](inputs_of(observed=ObservedFacts(open=(SILENT, STOPPED))))
    assert failing.value == 2 and [each.label for each in failing.evidence] == [SILENT.words, STOPPED.words]


@pytest.mark.parametrize(("days", "result"), [(29, "pass"), (30, "stale")])
@pytest.mark.parametrize("kind", ["drift", "quality"])
def test_what_was_measured_too_long_ago_is_stale(kind: str, days: int, result: str) -> None:
    oldest = {kind: Seen(kind, "age", "IL", NOW - timedelta(days=days))}
    seen = ObservedFacts(judged={kind: 2}, oldest=oldest)
    check = "data.undrifted" if kind == "drift" else "data.quality"
    told = judged(judge(inputs_of(observed=seen), default_scorecard(), NOW), check)
    assert told.result == result
    assert result == "pass" or told.reason.startswith(f"{kind} of age in IL was measured more than 30 days ago")


@pytest.mark.parametrize(
    ("targets", "days", "result"),
    [
        ((), 400, "pass"),
        ((Target("t8", "data_age_days", "<=", 30),), 29, "pass"),
        ((Target("t8", "data_age_days", "<=", 30),), 30, "stale"),
    ],
)
def test_data_is_as_young_as_a_target_says(targets: tuple[Target, ...], days: int, result: str) -> None:
    newest = (DatasetFact("customers", "d1", recorded_at=NOW - timedelta(days=days)),)
    inputs = inputs_of(current_datasets=newest, targets=targets)
    told = judged(judge(inputs, default_scorecard(), NOW), "data.fingerprint_unchanged")
    assert told.result == result
    if result == "stale":
        assert told.reason == "the newest version of customers came on 2027-01-30, more than 30 days ago"

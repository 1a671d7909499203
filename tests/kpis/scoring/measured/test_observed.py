"""Checks on observed data: what fails, passes, cannot be told, is missing or does not apply."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.inputs import InitiativeFacts, ObservedFacts, OpenFinding
from kpis.scoring.measured import MEASURES
from tests.kpis.scoring.builders import inputs_of

SILENT = OpenFinding("silent", "fnd_1", "refills of IL: nothing arrived")
STOPPED = OpenFinding("stopped", "fnd_2", "orders: nothing has arrived")
DRIFT = OpenFinding("drift", "fnd_3", "age: drift 0.3 is at or above 0.2")


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
    ],
)
def test_in_production(check: str, seen: dict[str, Any], result: str, reason: str) -> None:
    facts = InitiativeFacts("CHURN", stage="production")
    found = MEASURES[f"data.{check}"](inputs_of(initiative=facts, observed=ObservedFacts(**seen)))
    assert (found.result, found.reason) == (result, reason)


@pytest.mark.parametrize("check", ["complete", "undrifted", "quality"])
def test_before_production_what_is_not_observed_does_not_apply(check: str) -> None:
    found = MEASURES[f"data.{check}"](inputs_of())
    assert found.result == "not_applicable" and found.reason.endswith("the stage is framing")


def test_what_passes_says_what_is_watched_and_what_fails_what_is_open() -> None:
    found = MEASURES["data.complete"](inputs_of(observed=ObservedFacts(watched=3, small=1)))
    assert found.observed == "3 segments watched, 1 segment too small to watch"
    failing = MEASURES["data.complete"](inputs_of(observed=ObservedFacts(open=(SILENT, STOPPED))))
    assert failing.value == 2 and [each.label for each in failing.evidence] == [SILENT.words, STOPPED.words]

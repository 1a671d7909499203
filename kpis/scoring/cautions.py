"""Warnings beside a verdict: they never change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from kpis.scoring.evaluations.shelf_life import GATE_DEMAND, shelf_life
from kpis.scoring.inputs import Candidate
from kpis.scoring.results import CheckResult, ReadinessWarning
from kpis.scoring.wording import counted, day

NEAR = timedelta(days=14)


def warnings_of(checks: Sequence[CheckResult], proposals: Sequence[str], now: datetime) -> tuple[ReadinessWarning, ...]:
    """Return what to know: optional checks that fail, evidence and waivers that end within 14 days, self-approval."""
    found = [warning for check in checks for warning in _of_check(check, now)]
    return (*found, *(ReadinessWarning("proposed", "", text) for text in proposals))


def of_test_set(candidate: Candidate | None) -> tuple[ReadinessWarning, ...]:
    """Return a warning where the test set has answered for as many other candidates as it bears."""
    facts = None if candidate is None else candidate.evaluation
    if facts is None or facts.dataset is None or not facts.answers_given:
        return ()
    life = shelf_life(GATE_DEMAND, facts.tally.n, facts.answers_given)
    if not life.spent:
        return ()
    text = (
        f"The test set {facts.dataset.name} is spent: gates have answered for "
        f"{counted(life.given, 'other candidate')}, and its {counted(facts.tally.n, 'case')} bear "
        f"{counted(life.allowed, 'answer')}. Evaluate on fresh cases."
    )
    return (ReadinessWarning("note", "", text),)


def _of_check(result: CheckResult, now: datetime) -> Iterator[ReadinessWarning]:
    check = result.check
    if not result.required and result.result in ("fail", "insufficient", "stale"):
        yield ReadinessWarning("optional", check.id, f"{check.title}: {result.reason or result.result}")
    if result.reopened:
        yield ReadinessWarning("waiver_reopened", check.id, f"{check.title}: {result.reopened}")
    if result.waiver is not None and result.waiver.self_approved:
        yield ReadinessWarning(
            "self_approved", check.id, f"{check.title}: the waiver was approved by the one who asked for it"
        )
    if result.expires is not None and now < result.expires <= now + NEAR:
        yield _ending(result, result.expires)
    for note in result.notes:
        yield ReadinessWarning("note", check.id, f"{check.title}: {note}")


def _ending(result: CheckResult, end: datetime) -> ReadinessWarning:
    if result.result == "waived":
        return ReadinessWarning(
            "waiver_expires", result.check.id, f"{result.check.title}: the waiver ends on {day(end)}", end
        )
    return ReadinessWarning(
        "evidence_expires", result.check.id, f"{result.check.title}: its evidence ends on {day(end)}", end
    )

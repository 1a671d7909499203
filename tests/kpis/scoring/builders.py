"""Inputs of a judgement for table cases: a standard initiative whose run meets both of its targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kpis.scoring.attainment import Goal
from kpis.scoring.inputs import (
    AttestationFacts,
    Candidate,
    ContributionFacts,
    DatasetFact,
    InitiativeFacts,
    JudgementInputs,
    PlainBaseline,
    RunFacts,
    TaskFacts,
    WaiverFacts,
)
from kpis.scoring.points import MetricPoint
from kpis.scoring.results import CheckResult, Readiness
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ACCURACY = Target("t1", "accuracy", ">=", 0.9)
COVERAGE = Target("t2", "coverage", ">=", 0.75)
METRICS = {"accuracy": 0.93, "coverage": 0.8, "n": 1000.0}
KPI = ContributionFacts(
    "churn-rate",
    "Churn rate",
    owner="Head of service",
    goal=Goal("lower", 12, 8),
    expected=-2,
    by=date(2027, 9, 1),
)


def points(values: Mapping[str, float]) -> dict[str, MetricPoint]:
    """Return metrics as points."""
    return {key: MetricPoint(value) for key, value in values.items()}


def run_of(values: Mapping[str, float], tags: Mapping[str, str] | None = None, **more: Any) -> RunFacts:
    """Return a finished run with its threshold, unless other tags are given."""
    facts = {
        "id": "run_1",
        "label": "forest",
        "commit": "a1b2c3d",
        "datasets": (DatasetFact("customers", "d1"),),
    } | more
    return RunFacts(metrics=points(values), tags={"threshold": "0.7"} if tags is None else tags, **facts)


def candidate_of(run: RunFacts, **more: Any) -> Candidate:
    """Return a run as candidate."""
    return Candidate("run", run.id, run.label, run, **more)


def inputs_of(values: Mapping[str, float] = METRICS, **more: Any) -> JudgementInputs:
    """Return inputs with a run of these metrics; `more` replaces any other part."""
    found = JudgementInputs(
        InitiativeFacts("CHURN", target_date=date(2027, 6, 1), created_at=NOW - timedelta(days=90)),
        candidate_of(run_of(values)),
        targets=(ACCURACY, COVERAGE),
        baselines=(PlainBaseline("accuracy", 0.8),),
        contributions=(KPI,),
        tasks=TaskFacts(3, 3),
    )
    return replace(found, **more)


def word(check: str, days_ago: float = 1, lasts: float = 90, **more: Any) -> AttestationFacts:
    """Return an attestation of a check, given some days ago and for some days."""
    at = NOW - timedelta(days=days_ago)
    facts = {"id": f"ats_{check}", "link": "https://example.org/proof", "author": "A reviewer"} | more
    return AttestationFacts(check=check, at=at, expires=at + timedelta(days=lasts), **facts)


def waiver(check: str, lasts: float = 60, **more: Any) -> WaiverFacts:
    """Return an approved waiver of a check for some days from now."""
    facts = {"id": f"wvr_{check}", "reason": "a known gap", "requester": "One", "approver": "Another"} | more
    return WaiverFacts(check=check, expires=NOW + timedelta(days=lasts), **facts)


def words_for_all(scorecard: Scorecard | None = None, **more: Any) -> tuple[AttestationFacts, ...]:
    """Return an attestation for every check that may be attested at standard."""
    checks = (scorecard or default_scorecard()).checks
    return tuple(word(check.id, **more) for check in checks if "standard" in check.attestable_at)


def found(readiness: Readiness, check_id: str) -> CheckResult:
    """Return one judged check."""
    return next(check for check in readiness.checks if check.check.id == check_id)

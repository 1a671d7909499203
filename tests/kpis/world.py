"""Short deeds that tests of judgement share: an initiative with something to judge, and its checks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from kpis.services.snapshots import judge_now
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from projects.models import Initiative, Run
from projects.services.runs import record_runs
from tests.factories import make_initiative, run_record

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GOOD = {"accuracy": 0.95, "coverage": 0.85, "n": 5000}
POOR = {"accuracy": 0.70, "coverage": 0.40, "n": 5000}


def aimed(owner: Principal, key: str = "CHURN", **fields: Any) -> Initiative:
    """Return an initiative with targets on accuracy (≥ 0.9) and coverage (≥ 0.7)."""
    initiative = make_initiative(owner, key, **fields)
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)
    propose_target(owner, initiative, metric="coverage", comparator=">=", value=0.7)
    return initiative


def report(initiative: Initiative, external_id: str, metrics: dict[str, Any], **fields: Any) -> Run:
    """Record a finished run with a threshold and a commit."""
    tags = {"threshold": "0.8", "mlflow.source.git.commit": COMMIT, **fields.pop("tags", {})}
    record_runs(initiative, [run_record(external_id, metrics=metrics, tags=tags, **fields)], replace=True)
    return Run.objects.get(external_id=external_id)


def judged(initiative: Initiative) -> ReadinessSnapshot:
    """Judge now and return the newest snapshot."""
    with transaction.atomic():
        return judge_now(initiative.pk)


def check_of(document: dict[str, Any], check_id: str) -> dict[str, Any]:
    """Return one check of a readiness document."""
    found = [each for section in document["sections"] for each in section["checks"] if each["id"] == check_id]
    assert len(found) == 1, check_id
    check: dict[str, Any] = found[0]
    return check


def in_days(days: float) -> Any:
    """Return a moment so many days from now."""
    return timezone.now() + timedelta(days=days)

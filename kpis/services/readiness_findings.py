"""The finding of a live model that is no longer ready: opened and closed by the judgement itself."""

from __future__ import annotations

from datetime import datetime

from kpis.scoring.readiness_fault import readiness_cause, readiness_fault, recovery
from kpis.scoring.results import Readiness
from projects.models import Initiative
from projects.services.findings import keep_fault


def keep_readiness_finding(initiative: Initiative, readiness: Readiness, now: datetime, *, was_open: bool) -> bool:
    """Keep the finding in line with a judgement and return whether it opened or closed; the initiative's row is held.

    `was_open` says whether there is one: without, and ready, nothing is asked.
    """
    fault = readiness_fault(readiness)
    closing = "" if fault else recovery(readiness)
    if fault is None and not (was_open and closing):
        return False
    return keep_fault(initiative, readiness_cause(initiative.key), fault, now, closing)

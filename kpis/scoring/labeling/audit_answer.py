"""What an audit says, as JSON: the shape that programs rely on. Ratios lie from 0 to 1."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kpis.scoring.labeling.audit_result import AuditResult
from kpis.scoring.labeling.ceiling import Ceiling
from kpis.scoring.labeling.label_error import LabelError


def audit_answer(found: AuditResult | None) -> dict[str, Any] | None:
    """Return the result of a closed audit, null without one."""
    if found is None:
        return None
    copied = ("id", "url", "kind", "seed", "labels_digest", "population", "wanted", "drawn", "relabeled", "n")
    return {name: getattr(found, name) for name in copied} | {
        "drawn_at": _moment(found.drawn_at),
        "closed_at": _moment(found.closed_at),
        "error": error_answer(found.whole),
        "ceiling": ceiling_answer(found.ceiling),
        "classes": [{"class": name, "error": error_answer(error)} for name, error in found.classes.items()],
        "reason": found.reason,
    }


def error_answer(found: LabelError | None) -> dict[str, Any] | None:
    """Return a share of wrong labels with its bounds, null where it is not known."""
    return None if found is None else {"n": found.n, "rate": found.rate, "low": found.low, "high": found.high}


def ceiling_answer(found: Ceiling | None) -> dict[str, Any] | None:
    """Return a ceiling with its bounds, null without one."""
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

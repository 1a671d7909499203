"""The few figures of a readiness document that lists show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpis.scoring.portfolio import blocked_by

SHOWN = ("result", "observed", "expected", "n", "low", "high", "goal")


def summary_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `{accuracy, coverage, candidate, live_not_ready, blocked_by, blockers, warnings, waivers, forecast}`.

    It is JSON-safe.

    `accuracy` and `coverage` are `{result, observed, expected, n, low, high, goal}`, None where the policy does not
    ask.
    """
    checks = {check["id"]: check for section in document["sections"] for check in section["checks"]}
    return {
        "accuracy": _figures(checks.get("model.accuracy")),
        "coverage": _figures(checks.get("model.coverage")),
        "candidate": document["candidate"]["label"] if document["candidate"] else "",
        "live_not_ready": document["live_not_ready"],
        "blocked_by": blocked_by(document),
        "blockers": len(document["blockers"]),
        "warnings": len(document["warnings"]),
        "waivers": len(document["waivers"]),
        "forecast": document["forecast"],
    }


def _figures(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if check is None else {name: check.get(name) for name in SHOWN}

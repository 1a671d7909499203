"""Gate answers in the shape of the contract, for the fake server."""

from __future__ import annotations

from typing import Any

RESULTS = ("pass", "fail", "insufficient", "stale", "missing", "waived", "not_applicable")
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 a\nb ::error::x ##[error]y <script>alert(1)</script> & \"q\" 'p' "
    "| [link](http://evil.example) `code` @team www.evil.example \u202egnp \x00\x9b1m \ud800 ]]> \\ $x$ :tada:"
)


def check(result: str, name: str = "", required: bool = True, **changes: Any) -> dict[str, Any]:
    """One check of the given result with every field of the contract."""
    fields: dict[str, Any] = {
        "id": f"model.{name or result}",
        "section": "model",
        "title": f"A check that is {result}",
        "result": result,
        "required": required,
        "observed": 0.88,
        "expected": ">= 0.9",
        "n": 400,
        "low": 0.86,
        "high": 0.9,
        "reason": "the lower bound is under the target",
        "what_would_pass": "a lower bound of 0.9",
        "evidence_kind": "measured",
        "evidence": [],
    }
    return {**fields, **changes}


def document(verdict: str, checks: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """A whole answer of the gate."""
    fields: dict[str, Any] = {
        "decision": "gat_7",
        "initiative": "CHURN",
        "candidate": {"kind": "run", "id": "run_1", "label": "nightly"},
        "verdict": verdict,
        "reasons": [],
        "checks": [check("pass")] if checks is None else checks,
        "warnings": [],
        "waivers": [],
        "health": "on_track",
        "score": 0.5,
        "as_of": "2026-01-02T03:04:05Z",
        "policy_version": "1",
        "url": "https://ml.example.org/w/demo/initiatives/CHURN/",
    }
    return {**fields, **changes}


def every_result() -> list[dict[str, Any]]:
    """A pass first and a failure late, so that order is the client's doing."""
    return [
        check(result) for result in ("pass", "waived", "not_applicable", "stale", "missing", "insufficient", "fail")
    ]

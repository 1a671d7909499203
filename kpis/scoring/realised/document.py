"""An answer as JSON, as it is kept and shown everywhere. Pure."""

from __future__ import annotations

from typing import Any

from kpis.scoring.realised.answer import Answer
from kpis.scoring.realised.placebos import Placebos
from kpis.scoring.realised.regression import Estimate


def document_of(answer: Answer) -> dict[str, Any]:
    """Return the evidence of an answer; its effect, grade and counts stand beside it."""
    return {
        "level": _estimate(answer.level),
        "slope": _estimate(answer.slope),
        "factor": _estimate(answer.factor),
        "season": answer.season,
        "assumptions": list(answer.assumptions),
        "warnings": list(answer.warnings),
        "placebos": _placebos(answer.placebos),
        "releases": [
            {"day": each.day.isoformat(), "initiative": each.initiative, "version": each.version}
            for each in answer.releases
        ],
    }


def _estimate(found: Estimate | None) -> dict[str, float] | None:
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high}


def _placebos(found: Placebos) -> dict[str, Any]:
    return {
        "periods": found.length,
        "ours": found.ours,
        "as_large": found.as_large,
        "share": found.share,
        "effects": [{"day": day.isoformat(), "effect": effect} for day, effect in found.effects],
    }

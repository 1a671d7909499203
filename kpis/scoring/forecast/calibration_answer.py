"""How kept forecasts did, as JSON: the shape that programs rely on. Ratios lie from 0 to 1, losses are days."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from kpis.scoring.forecast.calibration import Calibration, DateScore

FEW: Final = 20
"""Below so many initiatives the interval is wide whatever happens."""


def calibration_answer(found: Calibration) -> dict[str, Any]:
    """Return `{kept, open, cancelled, without_date, p50, p85, owner, beside, sharpness}`; null without a day yet."""
    scores = {name: getattr(found, name) for name in ("p50", "p85", "owner", "beside")}
    return {
        "kept": found.kept,
        "open": found.open,
        "cancelled": found.cancelled,
        "without_date": found.without_date,
        **{name: score_answer(each) if each is not None else None for name, each in scores.items()},
        "sharpness": asdict(found.sharpness) if found.sharpness is not None else None,
    }


def score_answer(score: DateScore) -> dict[str, Any]:
    """Return how one kind of date did; `low` and `high` hold the coverage at 95 %, `claimed` is null for owners."""
    return {
        "level": score.level,
        "initiatives": score.n,
        "forecasts": score.forecasts,
        "coverage": score.coverage,
        "low": score.interval.low,
        "high": score.interval.high,
        "claimed": score.nominal,
        "is_off": score.is_off,
        "loss_days": score.loss,
        "unfinished": score.unfinished,
    }


def score_says(score: DateScore) -> str:
    """Return in a few words how a kind of date did against what it claimed."""
    if score.nominal is None:
        return ""
    if not score.is_off:
        return "as claimed, as far as so few tell" if score.n < FEW else "as claimed"
    return "surer than it should be" if score.coverage < score.nominal else "more cautious than it must be"

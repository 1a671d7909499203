"""The forecast of readiness as JSON: the shape that programs rely on. Dates are null where none is credible."""

from __future__ import annotations

from datetime import date
from typing import Any

from kpis.scoring.forecast.readiness_date import ReadinessForecast


def forecast_answer(found: ReadinessForecast) -> dict[str, Any]:
    """Return `{p50, p85, decided_by, parts, reason, bounds, notes, as_of}`.

    `chance_to_be_last` says how probable it is that a part decides; `without_p85` is P85 if it were not asked for.
    """
    return {
        "as_of": found.today.isoformat(),
        "p50": _day(found.p50),
        "p85": _day(found.p85),
        "decided_by": found.decided_by,
        "parts": [
            {
                "gate": each.gate,
                "title": each.title,
                "p50": _day(each.at(found.today, 0.5)),
                "p85": _day(each.at(found.today, 0.85)),
                "reason": each.reason,
                "rests_on": each.rests_on,
                "chance_to_be_last": round(chance, 4),
                "without_p85": _day(found.without(each.gate).p85),
            }
            for each, chance in zip(found.parts, found.chances)
        ],
        "bounds": {name: _ends(found, chance) for name, chance in (("p50", 0.5), ("p85", 0.85))},
        "reason": found.reason,
        "notes": list(found.notes),
    }


def _ends(found: ReadinessForecast, chance: float) -> dict[str, str | None]:
    earliest, latest = found.bounds(chance)
    return {"earliest": _day(earliest), "latest": _day(latest)}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

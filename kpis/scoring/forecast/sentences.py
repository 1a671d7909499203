"""A forecast of readiness in sentences: when, by which chance, and what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.wording import counted, listed

MOST_NAMES: Final = 3


def readiness_says(found: ReadinessForecast) -> str:
    """Return the forecast in a sentence; without a credible date it names the parts that have none."""
    if not found.parts:
        return "Nothing is left to be done."
    if found.p50 is None or found.p85 is None:
        return _no_date(found)
    decides = _decides(*((each.gate, each.title) for each in found.parts if each.gate == found.decided_by))
    return f"{_dates(found.p50, found.p85)}: {decides}."


def target_says(found: ReadinessForecast, target: date | None) -> str:
    """Return how probable it is that the target date is kept; empty where there is no forecast to hold against it."""
    if found.p85 is None:
        return ""
    if target is None:
        return "There is no target date to hold this against."
    if target <= found.today:
        return f"The target date, {day_words(target)}, has come."
    return f"The chance to keep the target date, {day_words(target)}, is {chance_words(found.by(target))}."


def bounds_say(found: ReadinessForecast) -> str:
    """Return between which dates P50 and P85 lie whatever the dependence; empty without dates, or with one part."""
    if found.p85 is None or len(found.parts) < 2:
        return ""
    p50, p85 = (_between(*found.bounds(level)) for level in (0.5, 0.85))
    return f"However the parts depend on each other, P50 lies {p50} and P85 {p85}."


def standing_says(document: Mapping[str, Any]) -> str:
    """Return the forecast of a readiness document in a sentence, empty where it has none."""
    told = document["forecast"]
    if not told or not told["p50"] or not told["p85"]:
        return ""
    titles = {each["check"]: each["title"] for each in document["blockers"]}
    dates = _dates(date.fromisoformat(told["p50"]), date.fromisoformat(told["p85"]))
    gate = told["decided_by"]
    return f"{dates}: {_decides((gate, titles.get(gate.partition(':')[2], '')))}." if gate else f"{dates}."


def moved_says(before: ReadinessForecast, after: ReadinessForecast) -> str:
    """Return by how much P85 would be another: "14 days sooner"; empty where either has none."""
    if before.p85 is None or after.p85 is None:
        return ""
    days = (after.p85 - before.p85).days
    return "the same day" if not days else f"{counted(abs(days), 'day')} {'later' if days > 0 else 'sooner'}"


def gate_title(gate: str, title: str = "") -> str:
    """Return the name of a gate for people: "the tasks", "accuracy", or the title of a check."""
    kind, _, name = gate.partition(":")
    if not name:
        return f"the {kind}"
    return name if kind == "metric" else title or name


def day_words(day: date) -> str:
    """Return a day as 12 Mar 2027."""
    return f"{day.day} {day:%b %Y}"


def chance_words(chance: float | None) -> str:
    """Return a chance as a whole percentage, never as certain or impossible: "62 %", "more than 99 %"."""
    if chance is None:
        return "–"
    if chance < 0.005:
        return "less than 1 %"
    return "more than 99 %" if chance > 0.994 else f"{chance * 100:.0f} %"


def _dates(p50: date, p85: date) -> str:
    return f"Ready by {day_words(p50)} with a chance of 50 %, by {day_words(p85)} with 85 %"


def _between(earliest: date | None, latest: date | None) -> str:
    if earliest == latest and latest is not None:
        return f"on {day_words(latest)}"
    ends = ["a day beyond four years" if each is None else day_words(each) for each in (earliest, latest)]
    return f"from {ends[0]} to {ends[1]}"


def _decides(*named: tuple[str, str]) -> str:
    gate, title = named[0]
    if gate.startswith("check:"):
        return f"“{gate_title(gate, title)}” decides it"
    return f"{gate_title(gate, title)} {'decides' if ':' in gate else 'decide'} it"


def _no_date(found: ReadinessForecast) -> str:
    names = [gate_title(each.gate, each.title) for each in found.parts if each.reason]
    if not names:
        return "No credible date: all of it together is more than four years away."
    shown = names if len(names) <= MOST_NAMES else [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"]
    have = "has" if len(names) == 1 else "have"
    of = f"{counted(len(names), 'part')} of {len(found.parts)}"
    return f"No credible date, because {of} {have} none: {listed(shown)}."

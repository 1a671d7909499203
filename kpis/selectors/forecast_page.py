"""What the forecast page shows: the forecast as it is and otherwise, its parts with their estimates, earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kpis.models import CheckEstimate, Forecast
from kpis.scoring.forecast.blockers import blockers_from
from kpis.scoring.forecast.parts import Part
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.sentences import (
    bounds_say,
    chance_words,
    day_words,
    gate_title,
    moved_says,
    readiness_says,
    target_says,
)
from kpis.scoring.forecast.what_if import AS_IT_IS, WhatIf, readiness_forecast
from kpis.selectors.forecasts import NOT_JUDGED, grounds_of, newest_of_checks, why_none
from kpis.selectors.snapshots import latest_snapshot
from projects.models import Initiative

MOST_KEPT: Final = 20
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.85, 0.95, 0.99)
Ask = Callable[[ReadinessForecast], WhatIf]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part with its dates, the chance that it is the last, and P85 without it.

    `check` is what its owner may estimate, empty where nobody may; `estimate` the one that counts.
    """

    part: Part
    title: str
    p50: date | None
    p85: date | None
    chance: str
    without: date | None
    decides: bool
    is_dropped: bool
    check: str
    estimate: CheckEstimate | None


@dataclass(frozen=True, slots=True)
class Column:
    """One forecast of those that stand side by side."""

    found: ReadinessForecast
    says: str
    chance: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A forecast that was kept, with what decided it in words."""

    kept: Forecast
    decided_by: str


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """All of the page. Where there is no forecast `over` says why, and the rest is empty but for `kept`."""

    over: str
    kept: Sequence[KeptRow]
    as_is: Column | None = None
    otherwise: Column | None = None
    moved: str = ""
    target: str = ""
    bounds: str = ""
    rows: Sequence[PartRow] = ()
    levels: Sequence[tuple[str, ...]] = ()
    has_tasks: bool = False
    has_labels: bool = False

    @property
    def checks(self) -> list[tuple[str, str]]:
        """What may be estimated: the id of each check and its title."""
        return [(each.check, each.title) for each in self.rows if each.check]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecast as it is, and what it would be, None where nothing else was asked for."""

    as_is: ReadinessForecast
    otherwise: ReadinessForecast | None
    checks: dict[str, str]
    what_if: WhatIf
    has_labels: bool


def present_forecasts(initiative: Initiative, now: datetime, ask: Ask) -> Forecasts | str:
    """Return the forecast from what is known now, or why there is none; `ask` says what would be otherwise.

    Two queries and those of `forecast_grounds`.
    """
    judged = latest_snapshot(initiative)
    over = why_none(initiative, judged)
    if judged is None or over:
        return over or NOT_JUDGED
    grounds = grounds_of(initiative, judged, now)
    as_is = readiness_forecast(grounds)
    what_if = ask(as_is)
    checks = {each.gate: each.check for each in blockers_from(judged.document)}
    otherwise = None if what_if == AS_IT_IS else readiness_forecast(grounds, what_if)
    return Forecasts(as_is, otherwise, checks, what_if, grounds.labels is not None)


def forecast_page(initiative: Initiative, now: datetime, ask: Ask) -> ForecastPage:
    """Return the page: those queries, and two more."""
    found, kept = present_forecasts(initiative, now, ask), kept_rows(initiative)
    if isinstance(found, str):
        return ForecastPage(found, kept)
    target, otherwise = initiative.target_date, found.otherwise
    return ForecastPage(
        over="",
        kept=kept,
        as_is=_column(found.as_is, target),
        otherwise=_column(otherwise, target) if otherwise is not None else None,
        moved=moved_says(found.as_is, otherwise) if otherwise is not None else "",
        target=target_says(found.as_is, target),
        bounds=bounds_say(found.as_is),
        rows=_rows(initiative, found),
        levels=levels_of(found.as_is, otherwise) if found.as_is.p85 or (otherwise and otherwise.p85) else (),
        has_tasks=any(each.gate == "tasks" for each in found.as_is.parts),
        has_labels=found.has_labels,
    )


def levels_of(as_is: ReadinessForecast, otherwise: ReadinessForecast | None) -> list[tuple[str, ...]]:
    """Return dates by chance as rows of text: as it is, its bounds, and otherwise where that was asked for."""
    return [
        (
            f"{level:.0%}",
            _day(as_is.at(level)),
            *map(_day, as_is.bounds(level)),
            *((_day(otherwise.at(level)),) if otherwise is not None else ()),
        )
        for level in LEVELS
    ]


def kept_rows(initiative: Initiative) -> list[KeptRow]:
    """Return the forecasts that were kept last, the newest first."""
    kept = Forecast.objects.filter(initiative=initiative).order_by("-id")[:MOST_KEPT]
    return [KeptRow(each, decided_words(each)) for each in kept]


def decided_words(kept: Forecast) -> str:
    """Return what decided a kept forecast, by its name then."""
    titles = {each["gate"]: each["title"] for each in kept.document["parts"]}
    return gate_title(kept.decided_by, titles.get(kept.decided_by, "")) if kept.decided_by else ""


def _rows(initiative: Initiative, found: Forecasts) -> list[PartRow]:
    newest = newest_of_checks(initiative).select_related("author")
    estimates = {each.check_id: each for each in newest if each.withdrawn_at is None}
    as_is, today = found.as_is, found.as_is.today
    return [
        PartRow(
            part=part,
            title=gate_title(part.gate, part.title),
            p50=part.at(today, 0.5),
            p85=part.at(today, 0.85),
            chance="" if as_is.p85 is None else chance_words(chance),
            without=as_is.without(part.gate).p85,
            decides=as_is.p85 is not None and part.gate == as_is.decided_by,
            is_dropped=part.gate in found.what_if.drop,
            check=found.checks.get(part.gate, ""),
            estimate=estimates.get(found.checks.get(part.gate, "")),
        )
        for part, chance in zip(as_is.parts, as_is.chances, strict=True)
    ]


def _column(found: ReadinessForecast, target: date | None) -> Column:
    chance = found.by(target) if target is not None and target > found.today else None
    decides = next((gate_title(each.gate, each.title) for each in found.parts if each.gate == found.decided_by), "")
    return Column(found, readiness_says(found), "" if chance is None else chance_words(chance), decides)


def _day(day: date | None) -> str:
    return "–" if day is None else day_words(day)

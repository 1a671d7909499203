"""Where stages, releases and dates of initiatives stand on a line of time. Pure; places are percents of the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal

Span = Literal["quarter", "half", "year"]
SPANS: Final[dict[str, int]] = {"quarter": 3, "half": 6, "year": 12}
WIDE_ENOUGH: Final = 11.0
LANES: Final = 3


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `start` to before `end`, whole months."""

    span: Span
    start: date
    end: date

    def place(self, day: date) -> float:
        """Return the place of the morning of a day; what lies outside is held at the ends."""
        share = (day - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.start <= day < self.end

    def months(self) -> list[date]:
        """Return the first day of each of its months."""
        return [_months_on(self.start, number) for number in range(SPANS[self.span])]

    def moved(self, by: int) -> date:
        """Return where the window begins that lies so many windows later."""
        return _months_on(self.start, by * SPANS[self.span])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line: what kind it is, and what it says; `label` is empty where no word fits."""

    left: float
    width: float
    kind: str
    label: str
    title: str
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a line, and what it says."""

    at: float
    title: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move to a stage or state on a day; the names are as people read them."""

    stage: str
    state: str
    name: str
    on: date


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of an initiative: moves in order, releases as (version, day), former target dates in order."""

    name: str
    moves: Sequence[Move] = ()
    releases: Sequence[tuple[str, date]] = ()
    target: date | None = None
    target_words: str = ""
    former_targets: Sequence[date] = ()
    forecast: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An initiative on the line: pieces and marks within the window, and all of it in words."""

    stages: list[Piece] = field(default_factory=list)
    releases: list[Mark] = field(default_factory=list)
    target: Mark | None = None
    ghosts: list[Mark] = field(default_factory=list)
    forecast: Piece | None = None
    words: str = ""


def window_of(span: Span, first: date | None, today: date) -> Window:
    """Return the window that begins with the month of `first`, or else a third of it before today's month."""
    start = first.replace(day=1) if first else _months_on(today.replace(day=1), -(SPANS[span] // 3))
    return Window(span, start, _months_on(start, SPANS[span]))


def line_of(story: Story, window: Window, today: date) -> Line:
    """Return an initiative on the line. The present stage reaches to today; former target dates are ghosts."""
    ghosts = former(story)
    dates = _dates(story.forecast)
    return Line(
        stages=list(_stages(story.moves, window, today)),
        releases=[
            Mark(window.place(on), f"{version}, {day(on)}") for version, on in story.releases if window.holds(on)
        ],
        target=_mark(window, story.target, f"Target {story.target_words}"),
        ghosts=[Mark(window.place(each), f"Earlier target {day(each)}") for each in ghosts if window.holds(each)],
        forecast=_band(window, dates) if dates else None,
        words=f"{story.name}: {'; '.join(_sentences(story, ghosts, dates))}",
    )


def bands(named: Iterable[tuple[str, date, date]], window: Window) -> list[Piece]:
    """Return sprints, (name, first day, last day) by their first day, beside each other where they overlap.

    At most three lie side by side; what has no place there is left out.
    """
    free = [date.min] * LANES
    found = []
    for name, starts, ends in named:
        lane = next((place for place, until in enumerate(free) if until < starts), None)
        if lane is None or ends < window.start or starts >= window.end:
            continue
        free[lane] = ends
        title = f"{name}, {day(starts)} to {day(ends)}"
        found.append(_piece(window, starts, ends + timedelta(days=1), "sprint", name, title, lane))
    return found


def former(story: Story) -> list[date]:
    """Return the target dates that an initiative had before, without the present one, each once."""
    return [each for each in dict.fromkeys(story.former_targets) if each != story.target]


def day(on: date) -> str:
    """Return a day in words: 3 Oct 2026."""
    return f"{on.day} {on:%b %Y}"


def _months_on(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _piece(window: Window, left: date, right: date, kind: str, label: str, title: str, lane: int = 0) -> Piece:
    begin, end = window.place(left), window.place(right)
    width = round(end - begin, 2)
    return Piece(begin, width, kind, label if width >= WIDE_ENOUGH else "", title, lane)


def _stages(moves: Sequence[Move], window: Window, today: date) -> Iterable[Piece]:
    ends = [*(each.on for each in moves[1:]), today + timedelta(days=1)]
    for move, end in zip(moves, ends, strict=True) if moves else ():
        if end > window.start and move.on < window.end and end > move.on:
            kind = move.state if move.state != "active" else move.stage
            yield _piece(window, move.on, end, kind, move.name, f"{move.name} from {day(move.on)}")


def _mark(window: Window, on: date | None, title: str) -> Mark | None:
    return Mark(window.place(on), title) if on and window.holds(on) else None


def _band(window: Window, dates: tuple[date, date]) -> Piece | None:
    p50, p85 = dates
    if p85 < window.start or p50 >= window.end:
        return None
    return _piece(window, p50, p85 + timedelta(days=1), "forecast", "", f"Forecast {_forecast_words(dates)}")


def _dates(forecast: Mapping[str, Any] | None) -> tuple[date, date] | None:
    """Return P50 and P85 of a kept forecast, None where it gives no date."""
    if not forecast or not forecast.get("p50") or not forecast.get("p85"):
        return None
    return date.fromisoformat(forecast["p50"]), date.fromisoformat(forecast["p85"])


def _forecast_words(dates: tuple[date, date]) -> str:
    return f"P50 {day(dates[0])}, P85 {day(dates[1])}"


def _sentences(story: Story, ghosts: Sequence[date], dates: tuple[date, date] | None) -> Iterable[str]:
    if story.moves:
        yield f"{story.moves[-1].name} since {day(story.moves[-1].on)}"
    moved = f", moved from {' and '.join(day(each) for each in ghosts)}" if ghosts else ""
    yield f"target {story.target_words}{moved}" if story.target else f"no target date{moved}"
    if dates:
        yield f"forecast {_forecast_words(dates)}"
    if story.releases:
        yield f"in production {', '.join(f'{version} on {day(on)}' for version, on in story.releases)}"

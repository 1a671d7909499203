"""The timeline: initiatives that fit a filter, with their stages, releases and dates, and the sprints above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kpis.scoring.filters import Filters
from kpis.scoring.timeline import Line, Move, Piece, Story, Window, bands, line_of
from kpis.selectors.portfolio import portfolio_initiatives
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from mltrack.cells import Cell, day_of
from mltrack.days import day_in
from mltrack.periods import period_words
from projects.models import Deployment, Initiative, Sprint, StageChange
from projects.models.initiatives import Stage, State
from projects.progress.stages import StageMove, in_order

ROWS: Final = 50
MOST_SPRINTS: Final = 200
MOST_EVENTS: Final = 2_000
COLUMNS: Final = (
    *("initiative", "name", "stages", "target_date", "target_words", "earlier_target_dates"),
    *("forecast_p50", "forecast_p85", "releases"),
)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """An initiative, its story and how it is drawn; `former` are its earlier target dates."""

    initiative: Initiative
    story: Story
    line: Line
    former: list[date]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of rows by key, the sprints above them, and the key after which the next page begins."""

    rows: list[TimelineRow]
    sprints: list[Piece]
    after: str


def timeline(principal: Principal, filters: Filters, window: Window, today: date, *, after: str = "") -> Timeline:
    """Return the timeline of the initiatives that fit, in five queries whatever the history.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    found: list[Any] = list(portfolio_initiatives(principal, filters).filter(key__gt=after)[: ROWS + 1])
    page = found[:ROWS]
    zone = principal.workspace.zone
    moves, releases, targets = _moves(page, zone), _releases(page, zone), former_targets(principal, page)
    rows = []
    for each in page:
        story = Story(
            name=each.name,
            moves=moves[each.pk],
            releases=releases[each.pk],
            target=each.target_date,
            target_words=period_words(each.target_date, each.target_resolution),
            former_targets=targets[each.key],
            forecast=(each.summary or {}).get("forecast"),
        )
        rows.append(TimelineRow(each, story, line_of(story, window, today), targets[each.key]))
    return Timeline(rows, _sprints(principal, window), page[-1].key if len(found) > ROWS else "")


def timeline_lines(principal: Principal, filters: Filters, window: Window, today: date) -> Iterator[tuple[Cell, ...]]:
    """Return the lines of all initiatives that fit as rows, by key; five queries for every fifty of them.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    first = timeline(principal, filters, window, today)

    def lines() -> Iterator[tuple[Cell, ...]]:
        yield COLUMNS
        found = first
        yield from map(_line, found.rows)
        while found.after:
            found = timeline(principal, filters, window, today, after=found.after)
            yield from map(_line, found.rows)

    return lines()


def _line(row: TimelineRow) -> tuple[Cell, ...]:
    story, forecast = row.story, row.story.forecast or {}
    return (
        *(row.initiative.key, row.initiative.name),
        "; ".join(f"{each.name} {each.on}" for each in story.moves),
        *(story.target, story.target_words),
        "; ".join(each.isoformat() for each in row.former),
        *(day_of(forecast.get("p50")), day_of(forecast.get("p85"))),
        "; ".join(f"{version} {on}" for version, on in story.releases),
    )


def former_targets(principal: Principal, initiatives: Iterable[Initiative]) -> Mapping[str, list[date]]:
    """Return the target dates that were changed, by key and oldest first, as the audit trail kept them; one query."""
    keys = [each.key for each in initiatives]
    events = AuditEvent.objects.filter(
        workspace=principal.workspace,
        object_kind="initiative",
        object_key__in=keys,
        action="edit",
        before__has_key="target_date",
    )
    found: dict[str, list[date]] = defaultdict(list)
    newest = events.order_by("-id").values_list("object_key", "before__target_date")[:MOST_EVENTS]
    for key, day in reversed(newest):
        if day is not None:
            found[key].append(date.fromisoformat(day))
    return found


def _moves(initiatives: Iterable[Initiative], zone: str) -> Mapping[int, list[Move]]:
    kept: dict[int, list[StageMove]] = defaultdict(list)
    for each in StageChange.objects.filter(initiative__in=list(initiatives)):
        kept[each.initiative_id].append(each.move())
    found: dict[int, list[Move]] = defaultdict(list)
    for initiative, moves in kept.items():
        found[initiative] = [_move(each, zone) for each in in_order(moves)]
    return found


def _move(each: StageMove, zone: str) -> Move:
    name = Stage(each.stage).label if each.state == State.ACTIVE else State(each.state).label
    return Move(each.stage, each.state, str(name), day_in(zone, each.at))


def _releases(initiatives: Iterable[Initiative], zone: str) -> Mapping[int, list[tuple[str, date]]]:
    live = Deployment.objects.filter(
        initiative__in=list(initiatives), environment="production", state=Deployment.State.LIVE
    )
    found: dict[int, list[tuple[str, date]]] = defaultdict(list)
    for initiative, version, at in live.order_by("at", "id").values_list("initiative_id", "version", "at"):
        found[initiative].append((version, day_in(zone, at)))
    return found


def _sprints(principal: Principal, window: Window) -> list[Piece]:
    there = Sprint.objects.filter(workspace=principal.workspace, starts_on__lt=window.end, ends_on__gte=window.start)
    days = there.order_by("starts_on", "id").values_list("name", "starts_on", "ends_on")[:MOST_SPRINTS]
    return bands(days, window)  # type: ignore[arg-type]

"""What the panels about KPIs show: tiles, charts and boards, all of a page in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kpis.models import Contribution, Goal
from kpis.scoring.compared import OFFERED, Since
from kpis.scoring.dashboards.board import BoardRow, Doing, board_sentence, needs_attention, rank
from kpis.scoring.dashboards.composed import PanelSpec
from kpis.scoring.dashboards.plain import DRAWN
from kpis.scoring.filters import Filters
from kpis.scoring.kpi_words import period_name
from kpis.selectors.kept_standings import TABLES, kept_lines
from kpis.selectors.kpi_pages import KpiLine, line_of, page_of_kpi
from kpis.selectors.kpi_story import delta_of
from kpis.selectors.kpis import HISTORY, KpiDetail, histories, listed_kpis
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.panel_doing import doing_about
from kpis.selectors.portfolio import fitting_initiatives

KINDS: Final = ("kpi_tile", "kpi_chart", "kpi_board")
LOST: Final = ("missed", "behind")


@dataclass(frozen=True, slots=True)
class TileData:
    """One KPI as a number; `since` names the period that `delta` is against, which is "" where nothing is known."""

    row: BoardRow
    since: str
    delta: str
    against: str
    tone: str


@dataclass(frozen=True, slots=True)
class ChartData:
    """One KPI's history in the range that was chosen, or as far back as 400 periods; `rows` are (period, value)."""

    key: str
    name: str
    says: str
    rows: tuple[tuple[str, str], ...]
    detail: KpiDetail = field(metadata=DRAWN)


@dataclass(frozen=True, slots=True)
class BoardData:
    """KPIs by how much they need attention; `total` are those that fit, of which `rows` are the first."""

    says: str
    rows: tuple[BoardRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class MissingData:
    """Why a panel shows nothing."""

    problem: str


def read_kpis(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[Any]:
    """Return the data of each panel.

    Three queries for tiles and charts and one more where there are charts; two for boards, three more where what they
    show is not kept, and one for each filter of theirs.
    """
    boards = [each for each in specs if each.kind == "kpi_board"]
    found = _details(asked, {each.settings["kpi"] for each in specs if each.kind != "kpi_board"})
    charted = {each.settings["kpi"] for each in specs if each.kind == "kpi_chart"}
    goals = _goals([found[key].standing.kpi.pk for key in charted & found.keys()])
    shown = iter(_boards(asked, boards))
    return [next(shown) if each.kind == "kpi_board" else _one(asked, each, found, goals) for each in specs]


def _details(asked: PanelsAsked, keys: Set[str]) -> dict[str, KpiDetail]:
    """Return the KPIs of these keys with as much of their history as is drawn."""
    rows = list(listed_kpis(asked.principal).filter(key__in=keys)) if keys else []
    return {each.standing.kpi.key: each for each in histories(rows, {kpi.pk: HISTORY for kpi in rows})}


def _one(
    asked: PanelsAsked, spec: PanelSpec, found: Mapping[str, KpiDetail], goals: Mapping[int, list[Goal]]
) -> TileData | ChartData | MissingData:
    detail = found.get(spec.settings["kpi"])
    if detail is None:
        return MissingData(f"The KPI {spec.settings['kpi']} is put away, or gone.")
    kpi = detail.standing.kpi
    if spec.kind == "kpi_tile":
        since: Since = next((each for each in OFFERED[kpi.period] if each == spec.settings["since"]), "before")
        moved = delta_of(detail, since)
        return TileData(_row(line_of(detail.standing)), since, moved.words, moved.against, moved.tone)
    history = detail.history
    if asked.range.is_chosen:
        history = tuple(each for each in history if asked.range.holds(each.start))
    drawn = replace(detail, history=history, goals=tuple(goals.get(kpi.pk, ())))
    if not history:
        return MissingData(
            f"{kpi.name} has no readings{f' in {asked.range.words}' if asked.range.is_chosen else ' yet'}."
        )
    page = page_of_kpi(drawn)
    return ChartData(kpi.key, kpi.name, page.caption, page.rows, drawn)


def _boards(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[BoardData]:
    if not specs:
        return []
    ranked = sorted(kept_lines(asked.principal, asked.now, stamp=asked.stamp(TABLES)), key=_rank)
    tied: dict[str, frozenset[int] | None] = {}
    chosen = []
    for spec in specs:
        filters = asked.both(spec.settings)
        if filters.text not in tied:
            tied[filters.text] = _tied(asked, filters) if filters.text else None
        chosen.append(_fitting(spec, ranked, tied[filters.text]))
    shown = [each for spec, rows in zip(specs, chosen, strict=True) for each in rows[: spec.settings["rows"]]]
    lost = {each.standing.kpi.pk for rows in chosen for each in rows if each.state in LOST}
    doing, spoken = doing_about({each.standing.kpi.pk: each.standing.kpi.key for each in shown}, lost)
    return [_board(spec, rows, doing, spoken) for spec, rows in zip(specs, chosen, strict=True)]


def _board(
    spec: PanelSpec,
    lines: Sequence[KpiLine],
    doing: Mapping[str, tuple[tuple[str, ...], Doing | None]],
    spoken: Set[str],
) -> BoardData:
    undone = [each for each in lines if each.state in LOST and each.standing.kpi.key not in spoken]
    rows = []
    for line in lines[: spec.settings["rows"]]:
        initiatives, word = doing[line.standing.kpi.key]
        rows.append(replace(_row(line), initiatives=initiatives, doing=word))
    says = board_sentence([(each.standing.kpi.name, each.state) for each in lines], len(undone))
    return BoardData(says, tuple(rows), len(lines))


def _fitting(spec: PanelSpec, lines: Iterable[KpiLine], tied: frozenset[int] | None) -> list[KpiLine]:
    every = [each for each in lines if tied is None or each.standing.kpi.pk in tied]
    if spec.settings["only"] == "all":
        return every
    return [each for each in every if needs_attention(each.state, is_late=each.standing.late)]


def _tied(asked: PanelsAsked, filters: Filters) -> frozenset[int]:
    fitting = fitting_initiatives(asked.principal, filters).order_by().values("pk")
    return frozenset(Contribution.objects.filter(initiative__in=fitting).values_list("kpi_id", flat=True))


def _goals(pks: Sequence[int]) -> dict[int, list[Goal]]:
    found: dict[int, list[Goal]] = {pk: [] for pk in pks}
    for goal in Goal.objects.filter(kpi__in=pks).order_by("number") if pks else ():
        found[goal.kpi_id].append(goal)
    return found


def _rank(line: KpiLine) -> tuple[int, float, str]:
    pace = line.standing.pace
    return rank(line.state, pace.gap if pace else None, line.standing.kpi.key)


def _row(line: KpiLine) -> BoardRow:
    at = line.standing
    return BoardRow(
        key=at.kpi.key,
        name=at.kpi.name,
        state=line.state,
        value=line.value,
        unit=at.kpi.unit if at.value is not None else "",
        period=period_name(at.start, at.kpi.period) if at.start else "",
        delta=line.delta,
        against=line.against,
        tone=line.tone,
        goal=line.goal,
        attainment=at.attainment,
        attainment_words=line.attainment,
        gap=at.pace.gap if at.pace else None,
        pace=line.pace,
        owner=str(at.kpi.owner or ""),
        late=at.late,
        spark=at.spark,
        edge=line.edge,
    )

"""The list of runs as a page shows it: chosen columns, and the best so far marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from kpis.scoring.targets import Target
from kpis.selectors.run_records import records_among
from kpis.selectors.run_targets import Aims
from projects.models import Initiative, Run
from projects.selectors.evaluations import evaluations_by_run
from projects.selectors.run_choices import RunChoices
from projects.selectors.run_export import cell_of, seconds_of
from projects.selectors.runs import RunRow, page_of_runs

ROWS: Final = 50
FEWEST_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A chosen column. `order` sorts by it on the next click, empty where it does not sort; `sorted` is aria-sort."""

    name: str
    kind: str
    key: str
    order: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a run has in a column: a metric as a number (NaN and infinities too), or a text, or neither."""

    column: Column
    number: float | None = None
    text: str = ""
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with its cells; `seconds` is how long it took, `evaluation` the id of its newest one, "" without."""

    run: Run
    status: str
    seconds: float | None
    cells: list[Cell]
    is_record: bool
    evaluation: str = ""


@dataclass(frozen=True, slots=True)
class RunList:
    """A page of the list."""

    columns: list[Column]
    rows: list[ShownRun]
    next: str | None
    prev: str | None


def run_list(
    initiative: Initiative,
    runs: QuerySet[Run],
    aims: Aims,
    *,
    columns: Sequence[str],
    scope: str,
    order: str,
    cursor: str = "",
) -> RunList:
    """Return a page of filtered runs in four queries.

    Raises ValueError for an unknown order and Problem for a cursor of another list.
    """
    shown = [column_of(each, order) for each in columns]
    keys = [each.key for each in shown if each.kind == "metric"]
    page = page_of_runs(runs, scope=scope, order=order, limit=ROWS, cursor=cursor, keys=keys)
    raced = first_raced(aims)
    records = records_among(initiative, [row.run.pk for row in page.rows], raced, aims) if raced else set()
    marked = set(aims.keys_of(raced)) if raced else set()
    evaluated = evaluations_by_run(initiative, [row.run.pk for row in page.rows])
    rows = [_shown(row, shown, row.run.pk in records, marked, evaluated.get(row.run.pk, "")) for row in page.rows]
    return RunList(shown, rows, page.next, page.prev)


def first_raced(aims: Aims) -> Target | None:
    """Return the first target that has a better and a worse, None where there is none."""
    return next((each for each in aims.targets if each.comparator != "between"), None)


def column_of(name: str, order: str) -> Column:
    """Return a column; only metrics sort, the largest first, then the other way round."""
    kind, _, key = name.partition(":")
    if kind != "metric":
        return Column(name, kind, key)
    return Column(name, kind, key, *turn(name, order))


def turn(name: str, order: str) -> tuple[str, str]:
    """Return the order that a click on a heading asks for, and how it is sorted now, as aria-sort says it."""
    if order == f"-{name}":
        return name, "descending"
    return f"-{name}", "ascending" if order == name else ""


def default_columns(aims: Aims, choices: RunChoices, sample_key: str) -> list[str]:
    """Return the columns of somebody who chose none: what targets ask for and n, else the first metrics there are."""
    occurring = set(choices.metrics)
    asked = [
        next((key for key in aims.keys_of(each) if key in occurring), aims.keys_of(each)[0]) for each in aims.targets
    ]
    if asked and sample_key in occurring:
        asked.append(sample_key)
    usual = [key for key in ("accuracy", "coverage") if key in occurring]
    found = asked or [*usual, *(key for key in choices.metrics if key not in usual)][:FEWEST_COLUMNS]
    return [f"metric:{key}" for key in dict.fromkeys(found)]


def _shown(
    row: RunRow, columns: Sequence[Column], is_record: bool, marked: Collection[str], evaluation: str
) -> ShownRun:
    status = "deleted" if row.run.deleted_at else row.run.status
    cells = [_cell(row, column, is_record and column.key in marked) for column in columns]
    return ShownRun(row.run, status, seconds_of(row.run), cells, is_record, evaluation)


def _cell(row: RunRow, column: Column, is_record: bool) -> Cell:
    value = cell_of(row, column.name)
    if column.kind != "metric":
        return Cell(column, text=str(value or ""))
    number = value if isinstance(value, float) else None
    return Cell(column, number=number, is_record=is_record and number is not None)

"""Runs as lists, columns and details show them. Everything is scoped by workspace and initiative."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, Expression, F, FilteredRelation, FloatField, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from mltrack.rest.pages import CursorPages
from projects.models import DatasetVersion, Initiative, MetricValue, ModelVersion, Run, RunColumns, RunDataset
from projects.progress.thresholds import Threshold

ORDERS: Final = ("started", "ended", "duration", "name")
METRIC: Final = "metric:"

_LOOKUP = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "=": "exact"}

# The end is the link's own, which has an index within its initiative.
_MOMENTS: Final = {"ended": "links__ended_at", "started": "started_at"}
_SECONDS: Final = Func(
    F("ended_at") - F("started_at"),
    template="CAST(EXTRACT(EPOCH FROM %(expressions)s) AS double precision)",
    output_field=FloatField(),
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with its metrics by key: those of the chosen columns, or all."""

    run: Run
    metrics: dict[str, MetricValue]


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of rows and the cursors of its neighbours, None where there is none."""

    rows: list[RunRow]
    next: str | None
    prev: str | None


@dataclass(frozen=True, slots=True)
class RunDetail:
    """All that is known of one run."""

    run: Run
    metrics: list[MetricValue]
    datasets: list[tuple[DatasetVersion, str]]
    versions: list[ModelVersion]


def runs_of(initiative: Initiative) -> QuerySet[Run]:
    """Return the runs that count for an initiative, deleted ones among them."""
    return Run.objects.filter(workspace=initiative.workspace_id, links__initiative=initiative).select_related(
        "connection", "pushed_to"
    )


def reaching(runs: QuerySet[Run], threshold: Threshold) -> QuerySet[Run]:
    """Return the runs whose metric reaches a threshold; NaN and infinities reach none."""
    values = MetricValue.objects.filter(run=OuterRef("pk"), key=threshold.key)
    return runs.filter(Exists(values.filter(**{f"value__{_LOOKUP[threshold.operator]}": threshold.value})))


def ordered(runs: QuerySet[Run], order: str) -> tuple[QuerySet[Run], str]:
    """Return the runs and the field to page them by. `order` is one of `ORDERS` or `metric:KEY`, `-` for descending.

    Runs without the metric or a duration, and special values, come last in both directions. Raises ValueError.
    """
    sign, name = ("-", order[1:]) if order.startswith("-") else ("", order)
    if name == "name":
        return runs, order
    last = Value(float("-inf") if sign else float("inf"))
    key = name.removeprefix(METRIC)
    if name.startswith(METRIC) and key and "\x00" not in key:
        runs = runs.annotate(ordering=FilteredRelation("metrics", condition=Q(metrics__key=key)))
        placed: Expression | F = Coalesce(F("ordering__value"), last, output_field=FloatField())
    elif name == "duration":
        placed = Coalesce(_SECONDS, last, output_field=FloatField())
    elif name in _MOMENTS:
        placed = F(_MOMENTS[name])
    else:
        raise ValueError(f"Order by {', '.join(ORDERS)} or {METRIC}KEY, with a leading minus for descending.")
    return runs.annotate(order_value=placed), f"{sign}order_value"


def page_of_runs(
    runs: QuerySet[Run],
    *,
    scope: str,
    order: str = "-ended",
    limit: int = 50,
    cursor: str = "",
    keys: Collection[str] | None = None,
) -> RunPage:
    """Return a page of filtered runs with their metrics (of `keys`, by default all), in two queries.

    `scope` names the list with its filters; a cursor of another is refused (Problem 400). Raises ValueError for an
    unknown order.
    """
    queryset, field = ordered(runs, order)
    found = CursorPages(field, f"{scope} {order}").read(queryset, limit, cursor)
    return RunPage(rows_of(found.items, keys), found.next, found.prev)


def rows_of(runs: Sequence[Run], keys: Collection[str] | None = None) -> list[RunRow]:
    """Return rows of these runs with their metrics, in one query."""
    values = MetricValue.objects.filter(run__in=[run.pk for run in runs])
    if keys is not None:
        values = values.filter(key__in=keys)
    metrics: dict[int, dict[str, MetricValue]] = defaultdict(dict)
    for each in values.order_by("key"):
        metrics[each.run_id][each.key] = each
    return [RunRow(run, metrics[run.pk]) for run in runs]


def chosen_columns(initiative: Initiative, user_id: int) -> list[str]:
    """Return the columns that a person chose, empty when they never did."""
    found = RunColumns.objects.filter(initiative=initiative, user_id=user_id).first()
    return found.columns if found else []


def run_detail(run: Run) -> RunDetail:
    """Return a run's metrics, datasets and model versions, in three queries."""
    links = RunDataset.objects.filter(run=run).select_related("dataset").order_by("dataset__name", "id")
    return RunDetail(
        run,
        list(MetricValue.objects.filter(run=run).order_by("key")),
        [(link.dataset, link.context) for link in links],
        list(ModelVersion.objects.filter(run=run, deleted_at__isnull=True).order_by("name", "-id")),
    )

"""Two to six runs of an initiative beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from projects.models import Initiative, Run
from projects.progress.comparing import MetricRow, ParamRow, metric_rows, param_rows
from projects.selectors.runs import rows_of, runs_of

FEWEST: Final = 2
MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs in the order asked for, and what they share and differ in."""

    runs: list[Run]
    params: list[ParamRow]
    metrics: list[MetricRow]


def compare_runs(initiative: Initiative, public_ids: Sequence[str]) -> Comparison | None:
    """Return the comparison in two queries, or None unless two to six runs of the initiative are named."""
    ids = list(dict.fromkeys(public_ids))
    if not FEWEST <= len(ids) <= MOST or any("\x00" in each for each in ids):
        return None
    found = {run.public_id: run for run in runs_of(initiative).filter(public_id__in=ids)}
    if len(found) != len(ids):
        return None
    rows = rows_of([found[each] for each in ids])
    metrics = [{key: (each.value, each.special) for key, each in row.metrics.items()} for row in rows]
    return Comparison(
        runs=[row.run for row in rows],
        params=param_rows([row.run.params for row in rows]),
        metrics=metric_rows(metrics),
    )

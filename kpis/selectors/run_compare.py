"""Two to six runs beside each other, with what is better and what may be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpis.scoring.runs import is_better, is_noise
from kpis.scoring.targets import higher_is_better
from kpis.selectors.run_page import target_on
from kpis.selectors.run_targets import Aims, JudgedRun, judged_runs
from mltrack.formats import number as shown
from projects.models import Initiative, Run
from projects.progress.comparing import MetricRow, ParamRow, param_rows
from projects.progress.repeats import Spread
from projects.selectors.comparisons import compare_runs
from projects.selectors.repeats import dataset_names, spreads_around


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of one run beside the first run's. `is_better` None where no target says which way is better."""

    number: float | None
    delta: float | None
    is_better: bool | None = None
    is_noise: bool = False

    @property
    def words(self) -> str:
        """The difference with its sign."""
        return ("−" if (self.delta or 0) < 0 else "+") + shown(abs(self.delta or 0))


@dataclass(frozen=True, slots=True)
class Line:
    """A metric of every run; `spread` is how much chance alone moved it, None where that is not known."""

    key: str
    cells: list[Difference]
    differs: bool
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The page of a comparison: what differs stands first."""

    runs: list[Run]
    judged: list[JudgedRun]
    params: list[ParamRow]
    datasets: list[ParamRow]
    metrics: list[Line]

    @property
    def alike(self) -> int:
        """How many rows do not differ."""
        return sum(not each.differs for each in (*self.params, *self.datasets))


def compared(initiative: Initiative, public_ids: Sequence[str], aims: Aims) -> Compared | None:
    """Return the comparison in nine queries, or None unless two to six runs of the initiative are named."""
    found = compare_runs(initiative, public_ids)
    if found is None:
        return None
    ids = [run.pk for run in found.runs]
    data = dataset_names(ids)
    known = spreads_around(initiative, found.runs[0], [row.key for row in found.metrics])
    return Compared(
        runs=found.runs,
        judged=judged_runs(initiative, ids, aims),
        params=found.params,
        datasets=param_rows([data[pk] for pk in ids]),
        metrics=[_line(row, aims, known) for row in found.metrics],
    )


def _line(row: MetricRow, aims: Aims, known: Mapping[str, Spread]) -> Line:
    spread, target = known.get(row.key), target_on(row.key, aims)
    cells = []
    for value, special, delta in zip(row.values, row.specials, row.deltas, strict=True):
        better = None
        if delta and target is not None and target.comparator != "between":
            better = is_better(delta, 0.0, higher_is_better(target))
        chance = bool(delta) and spread is not None and is_noise(delta or 0.0, spread.sigma)
        cells.append(Difference(float(special) if special else value, delta, better, chance))
    return Line(row.key, cells, len({(value, special) for value, special in zip(row.values, row.specials)}) > 1, spread)

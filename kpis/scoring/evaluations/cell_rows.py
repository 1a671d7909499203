"""The counts of an evaluation as rows of a file: what every page is computed from, with small groups folded away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.groups import group_name, groupings
from kpis.scoring.evaluations.segments import hidden_groups, ladders_of
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.suppression import LEAST_SHOWN
from mltrack.cells import Cell
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Stratum, Tally

HIDDEN: Final = "(hidden)"
PART_COLUMNS: Final = (
    "part", "kind", "hidden", "n", "decided", "coverage", "coverage_low", "coverage_high", "right", "accuracy",
    "accuracy_low", "accuracy_high",
)  # fmt: skip


def cell_rows(tally: Tally, minimum: int = LEAST_SHOWN) -> Iterator[tuple[Cell, ...]]:
    """Return one row per confidence level and stratum: threshold, right, wrong; "" is a case without a confidence.

    Columns are named `slice:region` and `group:sex`. Where a group of a case is hidden on the fairness page, or would
    give such a one away, all its groups read "(hidden)"; then the counts of such cases are added up, so that sums over
    slices stay exact.
    """
    yield (
        *(f"slice:{column}" for column in tally.slice_columns),
        *(f"group:{column}" for column in tally.group_columns),
        *("positive", "selected", "confidence", "right", "wrong"),
    )
    hidden = hidden_groups(tally, minimum)
    sums: defaultdict[tuple[Stratum, int], list[int]] = defaultdict(lambda: [0, 0])
    for cell in tally.cells:
        counts = sums[_folded(tally, cell.stratum, hidden), cell.level]
        counts[0] += cell.right
        counts[1] += cell.wrong
    for (stratum, level), (right, wrong) in sorted(sums.items(), key=lambda each: (each[0][0].order, -each[0][1])):
        confidence = None if level == ABSTAINED else level / tally.scale
        marks = (_mark(stratum.positive), _mark(stratum.selected))
        yield (*stratum.slices, *stratum.groups, *marks, confidence, right, wrong)


def _folded(tally: Tally, stratum: Stratum, hidden: frozenset[str]) -> Stratum:
    by_column: Mapping[str, str] = dict(zip(tally.group_columns, stratum.groups, strict=True))
    for columns in groupings(tally):
        if group_name(columns, [by_column[column] for column in columns]) in hidden:
            return Stratum(stratum.slices, (HIDDEN,) * len(stratum.groups), stratum.positive, stratum.selected)
    return stratum


def _mark(flag: bool | None) -> str:
    return "" if flag is None else "yes" if flag else "no"


def part_rows(tally: Tally, threshold: float, minimum: int = LEAST_SHOWN) -> Iterator[tuple[Cell, ...]]:
    """Return all cases, each slice and each group at a threshold; of a hidden group its name alone."""
    yield PART_COLUMNS
    hidden = hidden_groups(tally, minimum)
    for name, (kind, ladder) in {"": ("all", tally.whole), **ladders_of(tally)}.items():
        if name in hidden:
            yield (name, kind, "yes", *[None] * (len(PART_COLUMNS) - 3))
            continue
        point = point_at(ladder, threshold)
        coverage, accuracy = Share(point.accepted, point.n), Share(point.right, point.accepted)
        counts = (point.n, point.accepted)
        yield (name, kind, "no", *counts, *_share(coverage), point.right, *_share(accuracy))


def _share(share: Share) -> tuple[Cell, Cell, Cell]:
    interval = share.interval()
    if share.rate is None or interval is None:
        return None, None, None
    return share.rate, interval.low, interval.high

"""Evaluations of a few strata, made by hand for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kpis.scoring.evaluations.operating import at_threshold
from kpis.scoring.evaluations.rivals import Side
from kpis.scoring.inputs import DatasetFact, EvaluationFacts
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEPT = NOW + timedelta(days=90)
CASES = DatasetFact("cases", "d1")


def counted(
    *rows: tuple[str, str, int, int], slices: Sequence[str] = ("region",), groups: Sequence[str] = ("sex",)
) -> Tally:
    """Return counts of (region, sex, right, wrong), all at confidence 0.9."""
    cells = [Cell(Stratum((region,), (sex,)), 9000, right, wrong) for region, sex, right, wrong in rows]
    return tally_cells(cells, tuple(slices), tuple(groups))


def side(tally: Tally, *, id: str = "evl_a", threshold: float = 0.5, **fields: Any) -> Side:
    """Return one side of a comparison at a threshold, on the same dataset unless another is given."""
    kept, live = fields.pop("cases_until", KEPT), fields.pop("in_production", False)
    facts = EvaluationFacts(id, tally, label=id, **{"dataset": CASES, **fields})
    return Side(facts, at_threshold(facts, [], threshold), kept, live)

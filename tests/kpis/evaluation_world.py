"""Evaluations that tests of judgement share, recorded as every way in records them."""

from __future__ import annotations

from typing import Any

from kpis.models import KPI, Contribution
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Evaluation, Initiative, Origin
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from projects.services.evaluations import record_evaluation
from tests.factories import EPOCH

DATA = DatasetRecord("cases", "d1gest", rows=1000)
# In EU 500 sure cases with 8 errors and 200 unsure with 40; in US 150 sure with 12 and 130 unsure with 30; 20 without
# a confidence. At 0.9: 650 of 1,000 decided, 630 right (96.92 %); at 0.5: 980 decided, 890 right (90.82 %).
CELLS = (
    ("EU", "F", 9500, 492, 8),
    ("EU", "M", 5000, 160, 40),
    ("US", "F", 9500, 138, 12),
    ("US", "M", 5000, 100, 30),
    ("US", "M", ABSTAINED, 15, 5),
)


def counted() -> Tally:
    """Return 1,000 cases in two regions and two groups."""
    cells = [Cell(Stratum((region,), (sex,)), level, right, wrong) for region, sex, level, right, wrong in CELLS]
    return tally_cells(cells, ("region",), ("sex",))


def measured(initiative: Initiative, external_id: str = "e1", **fields: Any) -> Evaluation:
    """Record an evaluation on the test set."""
    values: dict[str, Any] = {
        "tally": counted(),
        "at": EPOCH,
        "name": f"Model {external_id}",
        "dataset": DATA,
        "family": "trees",
        "scope": "Letters of the last quarter",
        "abstention": "Below its confidence",
        "confusion": Confusion((("left", "left", 300), ("left", "stayed", 65), ("stayed", "left", 30))),
        **fields,
    }
    kept, _ = record_evaluation(initiative, EvaluationRecord(external_id=external_id, **values), origin=Origin.UPLOAD)
    return kept


def tied(owner: Principal, initiative: Initiative, **fields: Any) -> Contribution:
    """Tie a new KPI, money saved, to an initiative."""
    kpi: KPI = create_kpi(owner, **{"name": "Money saved", "unit": "€", "direction": "higher", **fields})
    return set_contribution(owner, initiative, kpi, how="By hand")

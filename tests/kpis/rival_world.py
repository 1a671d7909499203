"""Evaluations to hold against each other: recorded as every way in records them, some of them in production."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Evaluation, Initiative, Origin, Pairing, Run
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from projects.services.deployments import record_deployment
from projects.services.evaluations import record_evaluation
from projects.services.runs import record_runs
from tests.factories import EPOCH, run_record

CASES = DatasetRecord("cases", "d1gest")
# (region, sex, confidence level, positive, selected, cases): 1,000 cases of which a model decides some alone.
OLD = (
    ("EU", "F", 9000, True, True, 150),
    ("EU", "F", 9000, True, False, 20),
    ("EU", "F", 6000, False, False, 130),
    ("EU", "M", 9000, True, True, 180),
    ("EU", "M", 9000, False, True, 15),
    ("EU", "M", 9000, False, False, 105),
    ("US", "F", 9000, False, False, 150),
    ("US", "F", 6000, True, False, 30),
    ("US", "F", 6000, False, True, 20),
    ("US", "M", 9000, True, True, 170),
    ("US", "M", 6000, False, True, 30),
)
_days = count()


def counted(*cells: tuple[str, str, int, bool, bool, int]) -> Tally:
    """Return counts by region (a slice) and sex (a group) with a favourable class."""
    found = [
        Cell(
            Stratum((region,), (sex,), positive, selected),
            level,
            n if positive == selected else 0,
            0 if positive == selected else n,
        )
        for region, sex, level, positive, selected, n in cells
    ]
    return tally_cells(found, ("region",), ("sex",))


def measured(initiative: Initiative, external_id: str, tally: Tally | None = None, **fields: Any) -> Evaluation:
    """Record an evaluation on the test set, a day after the one before; `keeps` says whether its cases are kept."""
    keeps = fields.pop("keeps", True)
    values: dict[str, Any] = {
        "tally": tally or counted(*OLD),
        "at": EPOCH + timedelta(days=next(_days)),
        "name": f"Model {external_id}",
        "dataset": CASES,
        "favourable": "yes",
        **fields,
    }
    kept, _ = record_evaluation(initiative, EvaluationRecord(external_id=external_id, **values), origin=Origin.UPLOAD)
    if keeps:
        kept.cases_until = timezone.now() + timedelta(days=100)
        kept.save(update_fields=["cases_until"])
    return kept


def deployed(owner: Principal, initiative: Initiative, external_id: str = "live", **fields: Any) -> Run:
    """Let a run of a commit of its own go into production and return it."""
    tags = {"mlflow.source.git.commit": external_id * 4}
    record = run_record(external_id, params=fields.pop("params", {"depth": "3"}), tags=tags)
    record_runs(initiative, [record], replace=True)
    values = {"environment": "production", "version": external_id, "commit": external_id * 4, **fields}
    record_deployment(owner, initiative, **{"image_digest": "sha256:aaaa", **values})
    return Run.objects.get(external_id=external_id)


def rivals(owner: Principal, initiative: Initiative) -> Evaluation:
    """Return a challenger that is paired with an older evaluation, worse in the US, with a group of few people."""
    champion = measured(initiative, "champion", components={"features": "f1"})
    few = counted(*OLD, ("US", "X", 9000, True, True, 6), ("US", "Y", 6000, True, False, 41))
    challenger = measured(initiative, "challenger", few, components={"features": "f2"}, scope="Adults", commit="c0ffee")
    paired(champion, challenger)
    return challenger


def paired(champion: Evaluation, challenger: Evaluation, **counts: Any) -> Pairing:
    """Pair two evaluations: both are right in 800 cases, the challenger alone in 60, the champion alone in 45."""
    values = counts or {"": [800, 45, 60, 95], "region=EU": [480, 5, 55, 60], "region=US": [320, 40, 5, 35]}
    return Pairing.objects.create(champion=champion, challenger=challenger, counts=values)

"""How many gate answers a test set still bears."""

from __future__ import annotations

from kpis.models import GateDecision
from kpis.scoring.evaluations.shelf_life import GATE_DEMAND, ShelfLife, shelf_life
from projects.models import DatasetVersion


def answers_given(dataset: DatasetVersion | None) -> int:
    """Return for how many candidates gates have answered on a test set, in one query; none without a test set."""
    if dataset is None:
        return 0
    answers = GateDecision.objects.filter(workspace=dataset.workspace_id, test_set=dataset.public_id)
    return answers.values("candidate_kind", "candidate_id").distinct().count()


def shelf_life_of(n: int, given: int) -> ShelfLife:
    """Return what a test set of n cases still bears: all answers within ± 5 points, with 95 % reliability."""
    return shelf_life(GATE_DEMAND, n, given)

"""Two evaluations on the same cases: what was counted when the later one was recorded, and what it is counted from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone

from projects.models import CaseBlock, Deployment, Evaluation, Pairing
from projects.progress.evaluations.cases import Cases, Packed, unpacked

PRODUCTION = "production"


def pairing_of(champion: Evaluation, challenger: Evaluation) -> Mapping[str, list[int]] | None:
    """Return how two evaluations did on their common cases, None where they were not paired. One query.

    By slice and group, "" for all: [both, champion only, challenger only, neither].
    """
    return pairings_of(challenger, [champion]).get(champion.pk)


def pairings_of(challenger: Evaluation, champions: Collection[Evaluation]) -> dict[int, Mapping[str, list[int]]]:
    """Return the pairings of an evaluation with those of these that it was paired with, by row id. One query.

    It matters not which of the two was recorded later.
    """
    numbers = [each.pk for each in champions]
    mine = Q(challenger=challenger, champion__in=numbers) | Q(champion=challenger, challenger__in=numbers)
    found: dict[int, Mapping[str, list[int]]] = {}
    for pairing in Pairing.objects.filter(mine):
        if pairing.challenger_id == challenger.pk:
            found[pairing.champion_id] = pairing.counts
        else:
            found[pairing.challenger_id] = {name: _turned(*counts) for name, counts in pairing.counts.items()}
    return found


def _turned(both: int, champion_only: int, challenger_only: int, neither: int) -> list[int]:
    return [both, challenger_only, champion_only, neither]


def kept_cases(evaluation: Evaluation) -> Cases:
    """Return the cases that are kept of an evaluation, in one query."""
    rows = CaseBlock.objects.filter(evaluation=evaluation).order_by("number")
    return unpacked(Packed(*map(bytes, row)) for row in rows.values_list("ids", "levels", "right", "strata"))


def comparable_to(evaluation: Evaluation, most: int) -> list[Evaluation]:
    """Return the evaluations on the same dataset version that keep cases: production's newest, then the newest."""
    if evaluation.dataset_id is None:
        return []
    theirs = Evaluation.objects.filter(initiative_id=evaluation.initiative_id, dataset_id=evaluation.dataset_id)
    theirs = theirs.filter(cases_until__gt=timezone.now()).exclude(pk=evaluation.pk).order_by("-at", "-id")
    live = _production_first(evaluation, theirs)
    return list({each.pk: each for each in (*live, *theirs[:most])}.values())


def _production_first(evaluation: Evaluation, theirs: QuerySet[Evaluation]) -> list[Evaluation]:
    arrivals = Deployment.objects.filter(
        initiative_id=evaluation.initiative_id, environment=PRODUCTION, state=Deployment.State.LIVE
    )
    live = arrivals.order_by("-at", "-id").first()
    if live is None:
        return []
    wanted = Q(model_version__isnull=False, model_version=live.model_version_id)
    return list(theirs.filter(wanted | Q(run__isnull=False, run=live.run_id))[:1])

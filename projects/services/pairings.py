"""Pairings: an evaluation that keeps its cases is compared, case by case, with those that came before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from projects.models import Evaluation, Pairing
from projects.progress.evaluations.cases import pair_cases
from projects.selectors.pairings import comparable_to, kept_cases

MOST_OTHERS: Final = 20


@transaction.atomic
def pair_evaluation(evaluation: Evaluation) -> int:
    """Pair a new evaluation with production's newest and the 20 newest others that have cases in common with it.

    Only evaluations of the same dataset version that keep cases are paired, overall and per slice and group of the
    new one. Return with how many; call it after `keep_cases`. Safe to run twice: a pairing that is kept stays.
    """
    cases = kept_cases(evaluation)
    names = _names(evaluation)
    pairings = []
    for other in comparable_to(evaluation, MOST_OTHERS) if len(cases) else []:
        counts = pair_cases(kept_cases(other), cases, names)
        if counts:
            pairings.append(Pairing(champion=other, challenger=evaluation, counts=counts))
    Pairing.objects.bulk_create(pairings, ignore_conflicts=True)
    return len(pairings)


def _names(evaluation: Evaluation) -> Sequence[list[str]]:
    """Return the slices and groups that each stratum belongs to, by its number."""
    columns = (*evaluation.slice_columns, *evaluation.group_columns)
    return [
        [f"{column}={value}" for column, value in zip(columns, (*slices, *groups)) if value]
        for slices, groups in evaluation.strata.order_by("number").values_list("slices", "groups")
    ]

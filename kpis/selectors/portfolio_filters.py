"""The words of a portfolio filter as conditions of the query."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from kpis.models import Contribution, ReadinessSnapshot
from kpis.scoring.filters import Filters, Term
from kpis.selectors.pending import waits
from mltrack.accounts.access import Principal
from projects.models import Initiative

COMPARISONS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
COLUMNS = {"verdict": "verdict", "health": "health", "stage": "stage", "state": "state", "criticality": "criticality"}


def narrow(
    initiatives: QuerySet[Initiative], filters: Filters, principal: Principal, today: date, *, archived: bool = False
) -> QuerySet[Initiative]:
    """Return the initiatives for which all terms hold; those put away only where `is:archived` asks for them.

    With `archived` they are there unless a term says otherwise. The initiatives are annotated with `verdict`, `health`
    and `summary`. Raises ValidationError({"q": texts}) for terms that were not understood.
    """
    if filters.errors:
        raise ValidationError({"q": list(filters.errors)})
    if not archived and not any(term.word == "is" and "archived" in term.values for term in filters.terms):
        initiatives = initiatives.filter(archived_at__isnull=True)
    for term in filters.terms:
        condition = _condition(term, principal, today)
        initiatives = initiatives.exclude(condition) if term.negated else initiatives.filter(condition)
    return initiatives


def _condition(term: Term, principal: Principal, today: date) -> Q:
    if not term.word:
        text = term.values[0]
        return Q(name__icontains=text) | Q(key__icontains=text)
    if term.word in COLUMNS:
        return Q(**{f"{COLUMNS[term.word]}__in": term.values})
    if term.number is not None:
        return Q(**{f"summary__{term.word}__observed__{COMPARISONS[term.sign]}": term.number})
    if term.word == "owner":
        return _any([_owner(value, principal) for value in term.values])
    if term.word == "kpi":
        ties = Contribution.objects.filter(initiative=OuterRef("pk"), kpi__key__in=term.values)
        return Q(Exists(ties))
    return _any([_state(value, today) for value in term.values])


def _owner(value: str, principal: Principal) -> Q:
    if value == "@me":
        return Q(owner=principal.user) if principal.user else Q(pk__in=[])
    return (
        Q(owner__isnull=True) if value == "none" else Q(owner__email__icontains=value) | Q(owner__name__icontains=value)
    )


def _state(value: str, today: date) -> Q:
    if value == "archived":
        return Q(archived_at__isnull=False)
    if value == "overdue":
        return Q(target_date__lt=today)
    if value == "no_longer_ready":
        latest = ReadinessSnapshot.objects.filter(initiative=OuterRef("pk"), is_latest=True)
        return Q(Exists(latest.filter(summary__live_not_ready=True)))
    return waits()


def _any(conditions: list[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole

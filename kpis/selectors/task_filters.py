"""The words of a filter of tasks as conditions of the query."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from kpis.scoring.filters import TASKS, Filters, Term, parse_filters
from mltrack.accounts.access import Principal
from projects.models import Priority, Task
from projects.selectors.task_cards import OPEN

_PRIORITIES: Final = {each.name.lower(): each.value for each in Priority}


def narrow_tasks(tasks: QuerySet[Task], text: str, principal: Principal, today: date) -> tuple[QuerySet[Task], Filters]:
    """Return the tasks for which all words of a filter hold, and the words; tasks are those of `task_cards`.

    Raises ValidationError({"q": texts}) for words that were not understood.
    """
    filters = parse_filters(text, TASKS)
    if filters.errors:
        raise ValidationError({"q": list(filters.errors)})
    for term in filters.terms:
        condition = _condition(term, principal, today)
        tasks = tasks.exclude(condition) if term.negated else tasks.filter(condition)
    return tasks, filters


def _condition(term: Term, principal: Principal, today: date) -> Q:
    if not term.word:
        return _text(term.values[0])
    if term.word == "status":
        return Q(status__in=term.values)
    if term.word == "type":
        return Q(type__in=["" if each == "none" else each for each in term.values])
    if term.word == "priority":
        return Q(priority__in=[_PRIORITIES[each] for each in term.values])
    one = {"assignee": _assignee, "sprint": _sprint, "is": _state}[term.word]
    whole = Q()
    for value in term.values:
        whole |= one(value, principal, today)
    return whole


def _text(text: str) -> Q:
    key, _, number = text.rpartition("-")
    named = Q(title__icontains=text) | Q(initiative__key__iexact=text)
    if key and number.isascii() and number.isdigit() and len(number) < 10:
        named |= Q(initiative__key__iexact=key, number=int(number))
    return named


def _assignee(value: str, principal: Principal, today: date) -> Q:
    if value == "@me":
        return Q(assignee=principal.user) if principal.user else Q(pk__in=[])
    if value == "none":
        return Q(assignee=None)
    return Q(assignee__email__icontains=value) | Q(assignee__name__icontains=value)


def _sprint(value: str, principal: Principal, today: date) -> Q:
    if value == "none":
        return Q(sprint=None)
    return Q(sprint__public_id=value) | Q(sprint__name__icontains=value)


def _state(value: str, principal: Principal, today: date) -> Q:
    if value == "blocked":
        return Q(is_blocked=True, status__in=OPEN)
    if value == "overdue":
        return Q(due_on__lt=today, status__in=OPEN)
    return Q(connection__isnull=False) if value == "mirrored" else Q(estimate__isnull=False)

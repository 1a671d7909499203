"""Pages by keyset: stable while rows come and go, as fast on the last page as on the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from mltrack.rest.cursors import Place, seal, unseal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page and the cursors of its neighbours, None where there is none."""

    items: list[T]
    next: str | None
    prev: str | None


@dataclass(frozen=True, slots=True)
class CursorPages:
    """Pages of a queryset, ordered by one field (`"name"`, `"-ended_at"`) and then by `tie` in the same direction.

    Null counts as the greatest value, as in PostgreSQL. `tie` must be unique in the list. `scope` names the list:
    a cursor works only where it was made.
    """

    order: str
    scope: str
    tie: str = "pk"

    def read(self, queryset: QuerySet[Any, T], limit: int, cursor: str = "") -> Page[T]:
        """Return a page of at most `limit` items with one query. Raises Problem 400 for a bad cursor."""
        place = unseal(cursor, self.scope) if cursor else None
        forward = place is None or place.forward
        descending = self.order.startswith("-")
        field = self.order.removeprefix("-")
        backwards = descending is forward
        sign = "-" if backwards else ""
        if place is not None:
            queryset = queryset.filter(_beyond(field, self.tie, place, backwards))
        found = list(queryset.order_by(*dict.fromkeys((sign + field, sign + self.tie)))[: limit + 1])
        more, items = len(found) > limit, found[:limit]
        if not forward:
            items.reverse()
        return Page(
            items,
            self._cursor(items[-1], True) if items and (more or not forward) else None,
            self._cursor(items[0], False) if items and (more if not forward else place is not None) else None,
        )

    def _cursor(self, item: T, forward: bool) -> str:
        value = _value(item, self.order.removeprefix("-"))
        return seal(Place(value, _value(item, self.tie), forward), self.scope)


def _value(item: Any, path: str) -> Any:
    if isinstance(item, Mapping):
        return item[path]
    return reduce(getattr, path.split("__"), item)


def _beyond(field: str, tie: str, place: Place, descending: bool) -> Q:
    """Return the condition of rows that come after the place; null is greater than every value."""
    operator = "lt" if descending else "gt"
    after_tie = Q(**{f"{tie}__{operator}": place.id})
    if field == tie:
        return after_tie
    if place.value is None:
        level = Q(**{f"{field}__isnull": True}) & after_tie
        return level | Q(**{f"{field}__isnull": False}) if descending else level
    further = Q(**{f"{field}__{operator}": place.value}) | (Q(**{field: place.value}) & after_tie)
    return further if descending else further | Q(**{f"{field}__isnull": True})


_page_classes: dict[type, type[serializers.Serializer[Any]]] = {}


def page_of(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the serializer class of a page of items, for the schema: `{"data", "next", "prev"}`."""
    if item not in _page_classes:
        fields = {
            "data": item(many=True),
            "next": serializers.URLField(allow_null=True, help_text="The address of the next page."),
            "prev": serializers.URLField(allow_null=True, help_text="The address of the page before."),
        }
        name = item.__name__.removesuffix("Serializer") + "Page"
        _page_classes[item] = type(name, (serializers.Serializer,), fields)
    return _page_classes[item]

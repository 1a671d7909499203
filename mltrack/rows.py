"""Objects of models from rows of plain statements: where one is read before every call, building it costs the most."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


def columns_of(model: type[Model], name: str) -> str:
    """Return the columns of a table that a statement calls `name`, for `next_object` to read."""
    return ", ".join(f'{name}."{field.column}"' for field in model._meta.concrete_fields)


def next_object(model: type[M], values: Iterator[Any]) -> M:
    """Return the object of a model whose columns come next."""
    return _made(model, _held(model, values))


def next_or_none(model: type[M], values: Iterator[Any]) -> M | None:
    """Return the object of a model whose columns come next, None where an outer join found no row of it."""
    held = _held(model, values)
    return None if held[0] is None else _made(model, held)


def _held(model: type[Model], values: Iterator[Any]) -> list[Any]:
    return list(islice(values, len(model._meta.concrete_fields)))


def _made(model: type[M], held: list[Any]) -> M:
    fields = model._meta.concrete_fields
    for place, field in enumerate(fields):
        if hasattr(field, "from_db_value"):
            held[place] = field.from_db_value(held[place], None, connection)
    return model.from_db(connection.alias, [field.attname for field in fields], held)

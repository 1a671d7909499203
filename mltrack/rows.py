"""Objects of models from and to rows of plain statements, where building one by the ORM costs the most of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, JSONField, Model

from mltrack.json_text import json_bytes
from mltrack.prepared import Prepared

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
    names, converted = _form(model)
    for place, convert in converted:
        held[place] = convert(held[place], None, connection)
    return model.from_db(connection.alias, names, held)


@cache
def _form(model: type[Model]) -> tuple[list[str], list[tuple[int, Callable[..., Any]]]]:
    """Return the names of a model's fields, and what makes a value of what the driver gave, by its place."""
    fields = model._meta.concrete_fields
    made = [(place, getattr(field, "from_db_value", None)) for place, field in enumerate(fields)]
    return [field.attname for field in fields], [(place, convert) for place, convert in made if convert is not None]


def insert(row: Model) -> None:
    """Insert a new object, as `save` does, by a statement that is planned once; afterwards it has its key.

    No signals are sent, and defaults of the database do not apply: the object states every field. JSON holds plain
    values alone.
    """
    values = {str(field.column): _value(field, field.pre_save(row, add=True)) for field in _written(type(row))}
    with connection.cursor() as cursor:
        _inserting(type(row)).run(cursor, values)
        (row.pk,) = cursor.fetchone()
    row._state.adding = False


def _value(field: Field[Any, Any], given: Any) -> Any:
    if isinstance(field, JSONField):
        return json_bytes(given).decode()
    return field.get_db_prep_save(given, connection)


def _written(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _inserting(model: type[Model]) -> Prepared:
    columns = [str(field.column) for field in _written(model)]
    names, places = ", ".join(f'"{each}"' for each in columns), ", ".join(f"%({each})s" for each in columns)
    table, key = model._meta.db_table, model._meta.pk.column
    kinds = {str(field.column): str(field.db_type(connection)) for field in _written(model)}
    return Prepared(f'INSERT INTO {table} ({names}) VALUES ({places}) RETURNING "{key}"', **kinds)  # noqa: S608

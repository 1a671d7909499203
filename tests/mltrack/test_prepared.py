"""Statements that are planned once a connection."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from mltrack.accounts.models import Workspace
from mltrack.prepared import Prepared
from mltrack.rows import columns_of, next_object, next_or_none
from projects.models import Initiative
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db
SUM = Prepared("SELECT %(one)s + %(two)s, 7 %% 4", one="int", two="int")
HELD = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'PREPARE mltrack%'"


def asked(statement: Prepared, **values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        statement.run(cursor, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return int(cursor.fetchone()[0])


def test_it_is_planned_once_and_takes_new_values_each_time() -> None:
    assert asked(SUM, one=1, two=2) == (3, 3)
    before = held()
    assert asked(SUM, two=40, one=2) == (42, 3)
    assert asked(Prepared("SELECT %(one)s + %(two)s, 7 %% 4", one="int", two="int"), one=5, two=5) == (10, 3)
    assert held() == before > 0


def test_it_outlives_a_transaction_that_is_undone() -> None:
    fresh = Prepared("SELECT %(one)s * 11", one="int")
    with transaction.atomic():
        assert asked(fresh, one=2) == (22,)
        transaction.set_rollback(True)
    assert asked(fresh, one=3) == (33,)


def test_one_that_cannot_be_prepared_says_so_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="no_such_table"), transaction.atomic():
            asked(Prepared("SELECT %(one)s FROM no_such_table", one="int"), one=1)


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_anew() -> None:
    asked(SUM, one=1, two=2)
    connection.close()
    assert asked(SUM, one=1, two=2) == (3, 3)


def test_nothing_is_prepared_where_connections_are_pooled_by_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    before = held()
    assert asked(Prepared("SELECT %(one)s * 13 %% 7", one="int"), one=2) == (5,)
    assert held() == before


def test_a_statement_means_the_same_prepared_or_not() -> None:
    assert asked(Prepared("SELECT %(one)s * 13 %% 7", one="int"), one=2) == (5,)
    with pytest.raises(ValueError, match="Write %% for %"):
        Prepared("SELECT %(one)s * 13 % 7", one="int")


def test_a_queryset_is_built_once_with_places_for_values() -> None:
    rows = Workspace.objects.filter(name="-1", key="100%").order_by("key").values_list("key", "name")
    statement = Prepared.of(rows, name=("-1", "text"))
    Workspace.objects.create(key="100%", name="it's")
    assert asked(statement, name="it's") == ("100%", "it's")


def test_an_object_comes_from_a_row_as_from_a_queryset() -> None:
    made = make_initiative(make_workspace(), links=[{"title": "code", "url": "https://example.org"}])
    made.refresh_from_db()
    with connection.cursor() as cursor:
        both = f"{columns_of(Initiative, 'ours')}, {columns_of(Initiative, 'none')}"
        cursor.execute(f"SELECT {both} FROM projects_initiative ours LEFT JOIN projects_initiative none ON false")
        values = iter(cursor.fetchone())
    found = next_object(Initiative, values)
    assert [getattr(found, each.attname) for each in Initiative._meta.concrete_fields] == [
        getattr(made, each.attname) for each in Initiative._meta.concrete_fields
    ]
    assert next_or_none(Initiative, values) is None

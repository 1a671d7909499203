"""The database of the tests, and the one that a test hands to processes."""

from __future__ import annotations

import os

import psycopg2
import pytest
from django.db import connection

from mltrack.accounts.models import Workspace


@pytest.mark.django_db
def test_the_test_database_is_migrated() -> None:
    Workspace.objects.create(key="a", name="A")
    assert connection.settings_dict["NAME"].startswith("test_mltrack")
    assert Workspace.objects.count() == 1


@pytest.mark.django_db
def test_the_test_database_begins_empty() -> None:
    assert Workspace.objects.count() == 0


def test_a_database_of_its_own_is_migrated_and_another_one(postgres_url: str) -> None:
    assert postgres_url != os.environ["DATABASE_URL"]
    with psycopg2.connect(postgres_url) as own, own.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_workspace")
        assert cursor.fetchone() == (0,)


def test_a_redis_of_its_own(redis_url: str) -> None:
    assert redis_url != os.environ["REDIS_URL"]

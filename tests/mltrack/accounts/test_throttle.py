"""Counting requests: exact, and without waiting for the disk unless facts are written with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from mltrack.accounts.models import ThrottleCounter
from mltrack.accounts.services.throttle import _COUNT_ALONE, count_request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def durable() -> Iterator[None]:
    """Let this connection wait for the disk, as the product does."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    connection.close()


def synchronous_commit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


def test_each_request_of_a_minute_is_counted() -> None:
    counts = [count_request("token:a") for _ in range(3)]
    assert sum(ThrottleCounter.objects.filter(key="token:a").values_list("count", flat=True)) == 3
    assert all(0 <= left <= 60 for _, left in counts)
    assert count_request("token:b")[0] == 1


def test_what_follows_waits_for_the_disk_again() -> None:
    count_request("token:a")
    assert synchronous_commit() == "on"


def test_facts_in_the_same_transaction_keep_waiting_for_the_disk() -> None:
    with transaction.atomic():
        count_request("token:a")
        assert synchronous_commit() == "on"
    assert ThrottleCounter.objects.get().count == 1


def test_alone_it_does_not_wait_for_the_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(_COUNT_ALONE, ["token:a"])
        assert synchronous_commit() == "off"
        cursor.execute("COMMIT")
    assert synchronous_commit() == "on"

"""PostgreSQL restarted, read-only, full and locked while CI posts: 503 with Retry-After, never a 500, then well."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest

from tests.chaos.faults import cut_sessions_of, heal, send, take_all_connections
from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger
from tests.mltrack.faults.test_many_kills import POSTGRES_SECONDS, posts_anew
from tests.servers.client import Client, Reply
from tests.trees import eventually

pytestmark = pytest.mark.processes

PATIENCE = 50.0
"""Ten times the promise of five seconds: tests do not depend on a quiet machine, the long run measures it."""

HELD_SECONDS = 30.0


def page(grounds: Grounds) -> Reply:
    """Ask for a page as somebody who had signed in; the session is read from the database."""
    return Client(grounds.tree.url).get("/", Cookie="sessionid=" + "s" * 32)


def works_again(grounds: Grounds, load: Ledger) -> bool:
    """Wait until a page and a few new posts are answered."""
    before = len(load.acknowledged)
    return grounds.is_back(PATIENCE) and eventually(lambda: len(load.acknowledged) > before + 4, PATIENCE)


def is_503_page(reply: Reply) -> bool:
    return (reply.status, reply.headers["Retry-After"], reply.headers["Content-Type"].split(";")[0]) == (
        503, "5", "text/html",
    )  # fmt: skip


@contextmanager
def sql(grounds: Grounds, *statements: str) -> Iterator[None]:
    """Run statements in one session that stays open for the block."""
    connection = grounds.connect()
    try:
        with connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
        yield
    finally:
        connection.close()


def test_restarted_at_once(grounds: Grounds, load: Ledger) -> None:
    assert eventually(lambda: len(load.acknowledged) > 5, PATIENCE)
    send(grounds.tree.leaders("postgres"), signal.SIGQUIT)
    assert works_again(grounds, load)
    assert load.wrong == []


def test_read_only(grounds: Grounds, load: Ledger) -> None:
    refused = load.answers["503"]
    try:
        with sql(grounds, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"):
            assert eventually(lambda: load.answers["503"] > refused, PATIENCE)
            assert page(grounds).status in (200, 302)
    finally:
        heal(grounds)
    assert works_again(grounds, load)
    assert load.wrong == []


def test_out_of_connections(grounds: Grounds, load: Ledger) -> None:
    refused, taken = load.answers["503"], list[Any]()

    def take() -> bool:
        """Take them until the product is left without: who is first at a place that has become free is chance."""
        for each in taken:
            each.close()
        taken[:] = take_all_connections(grounds)
        return eventually(lambda: load.answers["503"] > refused, PATIENCE / 5)

    try:
        assert any(take() for _ in range(5))
        reply = page(grounds)  # A thread that found a free place may hold its connection.
        assert reply.status == 302 or is_503_page(reply)
    finally:
        for each in taken:
            each.close()
    assert works_again(grounds, load)
    assert load.wrong == []


def test_a_lock_that_is_held(grounds: Grounds, load: Ledger) -> None:
    refused, pages = load.answers["503"], list[Reply]()
    with sql(grounds, "BEGIN", "LOCK TABLE projects_run, django_session IN ACCESS EXCLUSIVE MODE"):
        reader = threading.Thread(target=lambda: pages.append(page(grounds)), daemon=True)
        reader.start()
        assert eventually(lambda: load.answers["503"] > refused, PATIENCE)
        reader.join(PATIENCE)
    assert [is_503_page(each) for each in pages] == [True]
    assert works_again(grounds, load)
    assert load.wrong == []


@pytest.mark.slow
def test_a_lock_that_is_held_for_half_a_minute(grounds: Grounds, load: Ledger) -> None:
    refused, pages = load.answers["503"], list[Reply]()
    with sql(grounds, "BEGIN", "LOCK TABLE projects_run, django_session IN ACCESS EXCLUSIVE MODE"):
        until = time.monotonic() + HELD_SECONDS
        while time.monotonic() < until:
            pages.append(page(grounds))
    released = time.monotonic()
    assert page(grounds).status == 302
    assert posts_anew(load)
    assert time.monotonic() - released <= POSTGRES_SECONDS
    assert [is_503_page(each) for each in pages] == [True] * len(pages)
    assert len(pages) >= 3 and load.answers["503"] >= refused + 4
    assert load.wrong == []


def test_sessions_that_are_cut(grounds: Grounds, load: Ledger) -> None:
    for _ in range(3):
        with contextlib.suppress(psycopg2.Error):
            assert cut_sessions_of(grounds) > 0
        time.sleep(0.3)
    assert works_again(grounds, load)
    assert load.wrong == []

"""What stands still: the rule, its rows, and the banner that says so."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mltrack import standstill, tasks
from mltrack.heartbeats import PARTS
from mltrack.standstill import Memo, find, record, still
from projects.models import Connection
from tests.factories import make_connection, make_workspace
from tests.mltrack.management.test_health import age, beat_all

FRESH = dict.fromkeys(PARTS, 1.0)
BANNER = "standstill"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, []),
        ({"beat": 59.0, "broker": 59.0}, []),
        ({"beat": 61.0, "broker": 62.0, "queue:celery": 66.0, "queue:pulls": 70.0}, ["beat"]),
        ({"broker": 70.0, "queue:celery": 75.0, "queue:pulls": 79.0}, ["broker"]),
        ({"queue:celery": 70.0}, ["queue:celery"]),
        ({"queue:pulls": 70.0}, ["queue:pulls"]),
        ({"queue:celery": 70.0, "queue:pulls": 500.0}, ["queue:celery", "queue:pulls"]),
        ({"beat": 3600.0, "broker": 3600.0, "queue:celery": 3600.0, "queue:pulls": 9000.0}, ["beat", "queue:pulls"]),
    ],
)
def test_the_cause_is_named_and_not_what_waits_for_it(changes: dict[str, float], expected: list[str]) -> None:
    assert still({**FRESH, **changes}) == expected


@pytest.mark.parametrize(
    "known, expected",
    [((), ["beat"]), (("beat",), ["broker"]), (("beat", "broker"), ["queue:celery", "queue:pulls"])],
)
def test_what_never_gave_a_sign(known: tuple[str, ...], expected: list[str]) -> None:
    assert still(dict.fromkeys(known, 0.0)) == expected


@pytest.mark.django_db
def test_since_when_by_the_databases_clock() -> None:
    beat_all()
    assert find() == []
    age("queue:pulls", 200)
    (found,) = find()
    assert (found.part, round(found.seconds or 0, -1)) == ("queue:pulls", 200)
    assert found.since is not None
    assert abs((timezone.now() - found.since).total_seconds() - 200) < 10


@pytest.mark.django_db
def test_a_sign_never_moves_back() -> None:
    beat_all()
    age("beat", -1000)
    record("beat")
    assert find() == []


@pytest.mark.django_db
def test_a_long_pull_that_stores_pages_is_alive(settings: object) -> None:
    beat_all()
    age("queue:pulls", 300)
    pulled = make_connection(make_workspace())
    Connection.objects.filter(pk=pulled.pk).update(lease_until=timezone.now() + timedelta(seconds=80))
    assert find() == []
    Connection.objects.filter(pk=pulled.pk).update(lease_until=timezone.now() + timedelta(seconds=20))
    assert [(each.part, round(each.seconds or 0, -1)) for each in find()] == [("queue:pulls", 70)]


@pytest.mark.django_db
def test_the_heartbeat_knows_its_queues() -> None:
    for part in ("beat", "broker"):
        record(part)
    tasks.heartbeat("celery")
    assert [each.part for each in find()] == ["queue:pulls"]
    tasks.heartbeat("pulls")
    assert find() == []
    with pytest.raises(ValueError, match="no queue"):
        tasks.heartbeat("beat")


class Ran:
    """A task as Celery's signals hand it over."""

    def __init__(self, queue: str | None) -> None:
        self.request = self
        self.delivery_info = {"routing_key": queue} if queue else None


@pytest.mark.django_db
def test_any_task_is_a_sign_every_five_seconds(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(tasks, "_due", {})
    beat_all()
    age("queue:celery", 300)
    with django_assert_num_queries(1):
        tasks.give_sign(Ran("celery"))
        tasks.give_sign(Ran("celery"))
    assert find() == []
    with django_assert_num_queries(0):
        tasks.give_sign(Ran("somewhere"))
        tasks.give_sign(Ran(None))


def signed_in(client: Client, monkeypatch: pytest.MonkeyPatch, *, up_for: float = 3600.0) -> str:
    """Sign somebody in, forget what the process knew, and return the path of their portfolio."""
    owner = make_workspace()
    assert owner.user is not None
    client.force_login(owner.user)
    monkeypatch.setattr(standstill, "MEMO", Memo())
    monkeypatch.setattr(standstill, "_STARTED", time.monotonic() - up_for)
    return f"/w/{owner.workspace.key}/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "part, words",
    [
        ("beat", "The scheduler stands still."),
        ("broker", "The broker of jobs takes nothing."),
        ("queue:celery", "Judging stands still."),
        ("queue:pulls", "Pulls stand still."),
    ],
)
def test_the_banner_says_what_and_since_when(
    client: Client, monkeypatch: pytest.MonkeyPatch, part: str, words: str
) -> None:
    beat_all()
    age(part, 7200)
    text = client.get(signed_in(client, monkeypatch)).content.decode()
    banner = text[text.index(BANNER) :].partition("</div>\n</div>")[0]
    assert words in banner
    assert "data-relative>2 h" in banner
    assert "may be old" in banner
    assert "manage.py doctor" in banner
    assert 'role="status"' in text[text.index("callout warn standstill") :][:60]


@pytest.mark.django_db
def test_no_banner_while_all_is_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beat_all()
    assert BANNER not in client.get(signed_in(client, monkeypatch)).content.decode()


@pytest.mark.django_db
def test_a_process_that_has_just_begun_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = signed_in(client, monkeypatch, up_for=10)
    assert BANNER not in client.get(path).content.decode()


@pytest.mark.django_db
def test_nobody_signed_in_is_told_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(client, monkeypatch)
    client.logout()
    assert BANNER not in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_one_query_serves_all_pages_of_five_seconds(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(standstill, "MEMO", Memo())
    monkeypatch.setattr(standstill, "_STARTED", time.monotonic() - 3600)
    with django_assert_num_queries(1):
        first = standstill.for_pages()
        assert standstill.for_pages() is first
    standstill.MEMO.until = time.monotonic() - 0.001
    with django_assert_num_queries(1):
        standstill.for_pages()


@pytest.mark.django_db
def test_a_page_outlives_a_table_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_heartbeat RENAME TO accounts_gone")
    monkeypatch.setattr(standstill, "MEMO", Memo())
    monkeypatch.setattr(standstill, "_STARTED", time.monotonic() - 3600)
    assert standstill.for_pages() == ()

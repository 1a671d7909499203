"""The same post twice is one deed; a crash between leaves nothing or all."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mltrack.accounts.models import AuditEvent, IdempotencyRecord
from mltrack.accounts.services import idempotency
from tests.mltrack.accounts.api.callers import Caller, Callers, caller
from tests.mltrack.accounts.api.test_access import is_problem

KEY = "0b4f-1"


def post(one: Caller, body: Any = None, key: str = KEY, path: str = "notes/", **headers: str) -> Any:
    return one.call("post", path, body or {"key": "a"}, Idempotency_Key=key, **headers)


def notes() -> int:
    return AuditEvent.objects.filter(action="note").count()


def test_the_second_gets_the_first_ones_answer(callers: Callers) -> None:
    first, second = post(callers.owner), post(callers.owner)
    assert (first.status_code, second.status_code, notes()) == (201, 201, 1)
    assert second.content == first.content
    assert second["Location"] == first["Location"] == "/api/v1/notes/a/"
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_without_a_key_two_posts_are_two(callers: Callers) -> None:
    for _ in range(2):
        callers.owner.call("post", "notes/", {"key": "a"})
    assert notes() == 2


@pytest.mark.parametrize(("body", "path"), [({"key": "b"}, "notes/"), ({"key": "a"}, "fault/?how=well")])
def test_another_request_with_the_key_is_422(callers: Callers, body: dict[str, Any], path: str) -> None:
    post(callers.owner)
    is_problem(post(callers.owner, body, path=path), 422, "key_reused")
    assert notes() == 1


def test_a_key_belongs_to_its_token(callers: Callers) -> None:
    post(callers.owner)
    other = caller(callers.owner.user, callers.owner.workspace)
    assert "Idempotency-Replayed" not in post(other).headers
    assert notes() == 2


def test_an_error_keeps_nothing_and_the_key_stays_free(callers: Callers) -> None:
    is_problem(post(callers.owner, {"key": "a", "colour": 1}), 400, "invalid")
    is_problem(post(callers.owner, path="fault/?how=crash"), 500, "internal_error")
    assert (IdempotencyRecord.objects.count(), notes()) == (0, 0)
    assert post(callers.owner).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ž"])
def test_a_faulty_key_is_400(callers: Callers, key: str) -> None:
    is_problem(post(callers.owner, key=key), 400, "bad_idempotency_key")


def test_an_answer_is_forgotten_after_a_day(callers: Callers) -> None:
    post(callers.owner)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert post(callers.owner)["Idempotency-Replayed"] == "true"
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert "Idempotency-Replayed" not in post(callers.owner).headers
    assert (notes(), IdempotencyRecord.objects.count()) == (2, 1)
    assert post(callers.owner)["Idempotency-Replayed"] == "true"


def test_the_stored_digest_is_keyed(callers: Callers, settings: Any) -> None:
    before = idempotency.digest_of("POST", "/x", b"{}")
    settings.SECRET_KEY = "another"
    assert idempotency.digest_of("POST", "/x", b"{}") != before


def _hold(one: Caller, taken: threading.Event, release: threading.Event) -> None:
    """Begin a request with the key in a transaction of its own, and let it fail."""
    with transaction.atomic():
        idempotency.begin(one.token, KEY, "digest")
        taken.set()
        release.wait(10)
        transaction.set_rollback(True)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_while_one_runs_the_other_is_told_to_wait(callers: Callers) -> None:
    taken, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold, args=(callers.owner, taken, release))
    holder.start()
    assert taken.wait(10)
    waiting = post(callers.owner)
    is_problem(waiting, 409, "still_running")
    assert waiting["Retry-After"] == "1"
    assert post(callers.owner, key="another").status_code == 201
    release.set()
    holder.join(10)
    assert post(callers.owner).status_code == 201
    assert notes() == 2


def _race(one: Caller, start: threading.Barrier, found: list[Any]) -> None:
    start.wait(10)
    found.append(post(one))
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_the_deed(callers: Callers) -> None:
    start, found = threading.Barrier(6), list[Any]()
    racers = [threading.Thread(target=_race, args=(callers.owner, start, found)) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(20)
    fresh = [answer for answer in found if answer.status_code == 201 and "Idempotency-Replayed" not in answer.headers]
    assert (len(found), len(fresh), notes()) == (6, 1, 1)
    assert {answer.status_code for answer in found} <= {201, 409}
    assert json.loads(post(callers.owner).content) == fresh[0].json()


_DIE_AT_COMMIT = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
CREATE CONSTRAINT TRIGGER die AFTER INSERT ON accounts_idempotencyrecord DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION die();
"""


@pytest.mark.django_db(transaction=True)
def test_a_failed_commit_keeps_neither_deed_nor_answer(callers: Callers) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DIE_AT_COMMIT)
    try:
        assert post(callers.owner).status_code >= 500
        assert (notes(), IdempotencyRecord.objects.count()) == (0, 0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER die ON accounts_idempotencyrecord; DROP FUNCTION die()")
    assert post(callers.owner).status_code == 201
    assert (notes(), IdempotencyRecord.objects.count()) == (1, 1)

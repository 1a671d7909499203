"""Entries of the real broker's lists that are no messages, before a real worker: put aside, and the next is taken."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from mltrack.accounts.access import Principal
from mltrack.envelopes import is_envelope, names_a_task
from projects.models import Connection
from tests.factories import make_initiative
from tests.projects.faults.workers import celery, until
from tests.servers.hostile import HostileServer
from tests.trust.attacks.test_broker import PULL, Bomb, broker_of, called, connected, envelope, mlflow, owner, push

__all__ = ["mlflow", "owner"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
ORDERS = "/0.celery.pidbox"


def changed(*path: str, to: Any = None, drop: bool = False) -> bytes:
    """Return a message that calls for a pull, with one part of its envelope changed or left out."""
    message = place = json.loads(called(1))
    for each in path[:-1]:
        place = place[each]
    place[path[-1]] = to
    if drop:
        del place[path[-1]]
    return json.dumps(message).encode()


def entries(mark: Path) -> dict[str, bytes]:
    """Return what is no message, from raw bytes to an envelope of which one part is odd."""
    whole = called(1)
    return {
        "bytes": b"\x00\xff\xfe\x80\x93",
        "a pickle": pickle.dumps(Bomb(mark)),
        "half": whole[: len(whole) // 2],
        "twice": whole + whole,
        "no text": b"",
        "a word": b"hello",
        "a number": b"1",
        "too many digits": b"9" * 5_000,
        "deep": b"[" * 100_000,
        "deep and whole": b"[" * 100_000 + b"]" * 100_000,
        "nothing": b"null",
        "a list": b"[[], {}, {}]",
        "an object": b"{}",
        "an odd object": b'{"__type__": "datetime", "__value__": "never"}',
        "an unknown object": b'{"__type__": ["x"], "__value__": {}}',
        "no properties": changed("properties", drop=True),
        "properties in words": changed("properties", to="x"),
        "no tag": changed("properties", "delivery_tag", drop=True),
        "a tag of parts": changed("properties", "delivery_tag", to=["x"]),
        "a tag that cannot be written": changed("properties", "delivery_tag", to="\ud800"),
        "from nowhere": changed("properties", "delivery_info", drop=True),
        "from half a place": changed("properties", "delivery_info", to={"exchange": ""}),
        "no body": changed("body", to=None),
        "a body of numbers": changed("body", to=[1]),
        "a body that does not open": changed("body", to="abc"),
        "a body in an unknown script": changed("properties", "body_encoding", to="rot13"),
        "a body in a script of parts": changed("properties", "body_encoding", to={}),
        "of several kinds": changed("content-type", to=["application/json"]),
        "of a numbered script": changed("content-encoding", to=8),
        "headers in words": changed("headers", to="x"),
        "headers in a list": changed("headers", to=[]),
        "a task of parts": changed("headers", "task", to=[PULL]),
        "no task": changed("headers", "task", drop=True),
        "no headers": changed("headers", drop=True),
        "an old message with a task of parts": envelope(b'{"task": [], "id": "x"}').replace(b'"task"', b'"tusk"'),
    }


ODD = {
    "squeezed": changed("headers", "compression", to="zlib"),
    "squeezed by a list": changed("headers", "compression", to=["zlib"]),
    "a strange kind": changed("content-type", to="application/x-python-serialize"),
    "a strange script": changed("content-encoding", to="rot13"),
    "urgent in words": changed("properties", "priority", to="now"),
    "redelivered in words": changed("headers", "redelivered", to={}),
    "a reply to parts": changed("properties", "reply_to", to=[1]),
    "a number of parts": changed("headers", "id", to={}),
    "times of parts": changed("headers", "expires", to=[]),
    "replaced by parts": changed("headers", "replaced_task_nesting", to="x"),
    "a stamp of parts": changed("headers", "stamps", to=7),
    "an origin of parts": changed("headers", "origin", to=[]),
}
"""Messages that are whole, and odd in what Celery reads of them."""


def test_what_is_no_message_ends_no_worker(
    owner: Principal, mlflow: HostileServer, redis_url: str, tmp_path: Path
) -> None:
    mine = connected(owner, mlflow, initiative=make_initiative(owner))
    broker, mark = broker_of(redis_url), tmp_path / "ran"
    with celery(tmp_path, redis_url) as worker:
        until(broker.pubsub_numpat, 60)
        for entry in (*entries(mark).values(), *ODD.values()):
            broker.publish(ORDERS, entry)
            for queue in ("celery", "pulls"):
                push(redis_url, entry, queue)
        push(redis_url, called(mine.pk))
        until(lambda: worker.poll() is not None or Connection.objects.get(pk=mine.pk).last_ok is not None, 90)
        assert worker.poll() is None, (tmp_path / "worker-one.log").read_text()[-3000:]
    assert not mark.exists()
    assert Connection.objects.get(pk=mine.pk).last_ok is not None


def test_what_is_told_apart(tmp_path: Path) -> None:
    whole = json.loads(called(1))
    assert is_envelope(whole) and names_a_task(whole)
    for name, entry in entries(tmp_path / "ran").items():
        try:
            found = json.loads(entry)
        except (ValueError, RecursionError):
            continue
        assert not (is_envelope(found) and names_a_task(found)), name
    assert all(is_envelope(json.loads(each)) for each in ODD.values())

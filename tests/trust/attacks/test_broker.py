"""Forged messages on the real broker before a real worker: nothing of theirs runs, and the worker goes on."""

from __future__ import annotations

import base64
import json
import pickle
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from mltrack.accounts.access import Principal
from mltrack.celery import app
from mltrack.messages import is_call
from projects.models import Connection, Run
from projects.services.connections import create_connection
from tests.factories import make_initiative, make_workspace
from tests.projects.faults.workers import celery, until
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PULL = "projects.tasks.pull_connection"


class Bomb:
    """What a pickle runs when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (_touch, (str(self.mark),))


def _touch(path: str) -> None:
    Path(path).touch()


def envelope(body: bytes, task: str = PULL, kind: str = "application/json", **headers: Any) -> bytes:
    """Return a message as Celery puts it into Redis."""
    number = str(uuid.uuid4())
    properties = {
        "correlation_id": number,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": "pulls"},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": str(uuid.uuid4()),
    }
    known = {
        "lang": "py",
        "task": task,
        "id": number,
        "root_id": number,
        "parent_id": None,
        "group": None,
        "retries": 0,
    }
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "binary" if "json" not in kind else "utf-8",
        "content-type": kind,
        "headers": {**known, "argsrepr": "()", "kwargsrepr": "{}", "origin": "evil", **headers},
        "properties": properties,
    }
    return json.dumps(message).encode()


def called(*args: Any, embed: dict[str, Any] | None = None, task: str = PULL, **kwargs: Any) -> bytes:
    """Return a message that calls a task."""
    return envelope(json.dumps([args, kwargs, embed or {}]).encode(), task)


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def mlflow() -> Iterator[HostileServer]:
    with LittleMLflow(runs=[mlflow_run(1)]).serve() as server:
        yield server


def connected(owner: Principal, server: HostileServer, **fields: Any) -> Connection:
    made = create_connection(owner, kind="mlflow", name=f"m{uuid.uuid4()}", base_url=server.url)
    Connection.objects.filter(pk=made.pk).update(**fields)
    return made


def forged(folder: Path, idle: int) -> dict[str, bytes]:
    """Return messages of every evil kind; `idle` is a connection that is not due."""
    mark = folder / "ran"
    shell = f"!!python/object/apply:os.system ['touch {mark}']".encode()
    again = {"callbacks": [{"task": "celery.map", "args": [{"task": PULL}, [[idle]]], "kwargs": {}, "options": {}}]}
    return {
        "pickle": envelope(pickle.dumps([(Bomb(mark),), {}, {}]), kind="application/x-python-serialize"),
        "pickle named as json": envelope(pickle.dumps([(Bomb(mark),), {}, {}])),
        "yaml": envelope(shell, kind="application/x-yaml"),
        "msgpack": envelope(b"\x93\x90\x80\x80", kind="application/x-msgpack"),
        "no kind": envelope(b"[[], {}, {}]", kind="application/octet-stream"),
        "unknown task": called(1, task="os.system"),
        "path of a function": called(f"touch {mark}", task="subprocess.getoutput"),
        "task of a module": called(task="projects.services.connections.delete_connection"),
        "eval": called("1", task="celery.utils.imports.instantiate"),
        "no arguments": called(),
        "more arguments": called(idle, "more", 3),
        "other names": called(connection_id=idle, write="os.system"),
        "a text": called("1; DROP TABLE projects_run"),
        "an object": called({"__reduce__": "x"}),
        "a list": called([idle]),
        "nothing": called(None),
        "negative": called(-1),
        "huge": called(2**70),
        "a float": called(1e308),
        "nobody's": called(987_654_321),
        "not due": called(idle),
        "callbacks": called(idle, embed=again),
        "no json": envelope(b"{"),
        "no list": envelope(b'"x"'),
        "deep": envelope(b"[" * 3_000 + b"]" * 3_000),
        "old protocol": json.dumps({"body": "e30=", "headers": {}, "properties": {}}).encode(),
        "no id": envelope(json.dumps([[idle], {}, {}]).encode(), id=None),
        "odd times": envelope(json.dumps([[idle], {}, {}]).encode(), eta="never", expires="never"),
        "odd limits": envelope(json.dumps([[idle], {}, {}]).encode(), timelimit="x"),
        "odd count": envelope(json.dumps([[idle], {}, {}]).encode(), retries="x"),
    }


def broker_of(address: str) -> redis.Redis:
    """Return the broker at an address of Celery's."""
    return redis.from_url(address.replace("redis+socket://", "unix://"))


def push(broker: str, message: bytes, queue: str = "pulls") -> None:
    broker_of(broker).lpush(queue, message)


def test_forged_messages_run_nothing_and_the_worker_goes_on(
    owner: Principal, mlflow: HostileServer, redis_url: str, tmp_path: Path
) -> None:
    idle = connected(owner, mlflow, next_due=None, paused=True)
    other = connected(make_workspace(), mlflow, next_due=None, paused=True)
    mine = connected(owner, mlflow, initiative=make_initiative(owner))
    with celery(tmp_path, redis_url) as worker:
        for queue in ("celery", "pulls"):
            for message in forged(tmp_path, idle.pk).values():
                push(redis_url, message, queue)
        push(redis_url, called(other.pk))
        push(redis_url, called(mine.pk))
        until(lambda: Connection.objects.get(pk=mine.pk).last_ok is not None, 90)
        until(lambda: not broker_of(redis_url).llen("pulls"), 60)
        assert worker.poll() is None
    assert not (tmp_path / "ran").exists()
    assert set(Run.objects.values_list("connection_id", flat=True)) == {mine.pk}
    assert {Connection.objects.get(pk=each.pk).last_ok for each in (idle, other)} == {None}


def test_the_bomb_is_one(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "payload",
    [
        "x",
        None,
        {},
        [],
        [[], {}],
        [[], {}, {}, {}],
        ["x", {}, {}],
        [[], [], {}],
        [[], {}, "x"],
        [[], {}, {"chain": [{}]}],
    ],
)
def test_what_is_no_call_is_told_apart(payload: Any) -> None:
    assert not is_call(payload)
    assert is_call([[1], {}, {"callbacks": None, "chain": None}]) and is_call([[], {}, None])


def test_only_json_is_spoken() -> None:
    assert app.conf.accept_content == ["json"] and app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result is True and app.conf.result_backend is None

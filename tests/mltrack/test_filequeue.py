"""Queues of files: what is half written is never read, what is taken is taken once, and no file ends a process."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError
from kombu.transport.virtual import BrokerState

from mltrack import filequeue

MESSAGES = 60


def celery_of(folder: Path) -> Celery:
    filequeue.write_whole()
    app = Celery("files", broker="filesystem://", set_as_current=False, fixups=[])
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.01,
    }
    app.conf.task_publish_retry_policy = {"max_retries": 1, "interval_start": 0.01, "interval_max": 0.01}
    return app


@pytest.fixture
def app(tmp_path: Path) -> Celery:
    return celery_of(tmp_path)


@pytest.fixture
def queue(app: Celery) -> Iterator[Any]:
    with app.connection_for_read() as connection:
        bound = Queue("celery", routing_key="celery")(connection.default_channel)
        bound.declare()
        yield bound


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin like a process that has bound nothing yet."""
    monkeypatch.setattr(filequeue.Transport, "global_state", BrokerState())


def channel_of(connection: Any) -> filequeue.Channel:
    channel = connection.default_channel
    assert isinstance(channel, filequeue.Channel)
    return channel


def files(folder: Path) -> list[str]:
    return sorted(os.listdir(folder / "queue"))


def test_messages_come_in_the_order_in_which_they_were_sent(app: Celery, queue: Any, tmp_path: Path) -> None:
    for number in range(5):
        app.send_task("a", args=[number])
    assert len(files(tmp_path)) == 5
    assert [queue.get(no_ack=True).payload[0] for _ in range(5)] == [[number] for number in range(5)]
    assert queue.get(no_ack=True) is None
    assert files(tmp_path) == []


def test_only_whole_files_count(app: Celery, queue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    rename = Path.rename

    def renamed(path: Path, target: Path) -> Path:
        if target.name.endswith(".msg"):
            seen.append((files(tmp_path), queue.queue_declare().message_count))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", renamed)
    app.send_task("a")
    ((there, waiting),) = seen
    assert len(there) == 1 and there[0].startswith(".") and waiting == 0
    assert queue.queue_declare().message_count == 1


def test_each_message_is_taken_once(app: Celery, tmp_path: Path) -> None:
    for number in range(MESSAGES):
        app.send_task("a", args=[number])
    taken = list[int]()

    def take() -> None:
        with celery_of(tmp_path).connection_for_read() as connection:
            bound = Queue("celery")(connection.default_channel)
            while (message := bound.get(no_ack=True)) is not None:
                taken.append(message.payload[0][0])

    takers = [threading.Thread(target=take) for _ in range(4)]
    for each in takers:
        each.start()
    for each in takers:
        each.join(30)
    assert sorted(taken) == list(range(MESSAGES))


@pytest.mark.parametrize("content", [b"", b'{"body": "', b"\xff\xfe"])
def test_a_file_that_is_no_message_is_put_aside(
    app: Celery, queue: Any, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "0_torn.celery.msg").write_bytes(content)
    app.send_task("a", args=["whole"])
    assert queue.get(no_ack=True).payload[0] == ["whole"]
    assert "put aside" in caplog.text
    assert files(tmp_path) == []


@pytest.mark.parametrize("content", ["", '[["celery", "", '])
def test_bindings_that_were_left_half_written_are_made_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "celery.exchange").write_text(content)
    app = celery_of(tmp_path)
    app.send_task("a", args=["whole"])
    with app.connection_for_read() as connection:
        bound: Any = Queue("celery")(connection.default_channel)
        assert bound.get(no_ack=True).payload[0] == ["whole"]
    assert (tmp_path / "control" / "celery.exchange").read_text() == '[["celery", "", "celery"]]'


def test_processes_that_bind_at_once_lose_no_binding(tmp_path: Path) -> None:
    def bind(number: int) -> None:
        with celery_of(tmp_path).connection_for_read() as connection:
            channel_of(connection)._queue_bind("orders", "", "", f"worker-{number}")

    binders = [threading.Thread(target=bind, args=[number]) for number in range(12)]
    for each in binders:
        each.start()
    for each in binders:
        each.join(30)
    with celery_of(tmp_path).connection_for_read() as connection:
        channel = channel_of(connection)
        assert {each.queue for each in channel.get_table("orders")} == {f"worker-{number}" for number in range(12)}
        channel._delete("worker-3", "orders", "", "")
        assert len(channel.get_table("orders")) == 11


def test_folders_that_are_gone_come_back(app: Celery, queue: Any, tmp_path: Path) -> None:
    app.send_task("a")
    shutil.rmtree(tmp_path / "queue")
    assert queue.get(no_ack=True) is None
    app.send_task("a", args=["again"])
    assert queue.get(no_ack=True).payload[0] == ["again"]


def test_a_full_disk_is_a_broker_that_is_away(
    app: Celery, queue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.send_task("a")

    def full(path: Path, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OperationalError, match="takes no file: No space left"):
        app.send_task("b")
    monkeypatch.undo()
    assert len(files(tmp_path)) == 1


def test_what_waits_can_be_forgotten(app: Celery, queue: Any, tmp_path: Path) -> None:
    for _ in range(3):
        app.send_task("a")
    assert queue.purge() == 3
    assert files(tmp_path) == []


def test_a_worker_that_is_full_looks_soon_what_was_done(app: Celery, queue: Any) -> None:
    for number in range(3):
        app.send_task("a", args=[number])
    taken = list[Any]()
    with app.connection_for_read() as connection:
        bound: Any = Queue("celery")(connection.default_channel)
        with connection.Consumer([bound], on_message=taken.append, prefetch_count=2):
            connection.drain_events(timeout=60)
            connection.drain_events(timeout=60)
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                connection.drain_events(timeout=60)
            assert time.monotonic() - began < 30
            taken[0].ack()
            connection.drain_events(timeout=60)
    assert [each.payload[0] for each in taken] == [[0], [1], [2]]

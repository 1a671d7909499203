"""The scheduler's messages: no clock but its own decides about a heartbeat, and their number is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mltrack import heartbeats
from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.places import prepare
from mltrack.scheduler import HEARTBEAT, Scheduler, app
from mltrack.tasks import heartbeat
from mltrack.wakes import MOST_WAITING, waiting
from tests.trees import open_folder

BEATS = [f"heartbeat-{queue}" for queue in heartbeats.QUEUES]


@pytest.fixture
def signs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that the scheduler calls alive."""
    found: list[str] = []
    monkeypatch.setattr("mltrack.scheduler.SignsOfLife.give", lambda self, part: found.append(part))
    return found


@pytest.fixture(scope="module", autouse=True)
def own_broker() -> Iterator[None]:
    """A Redis that no other test writes to, since messages are counted here."""
    program = find_program()
    assert program is not None
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        broker = Broker(prepare(folder / "home"), program)
        broker.start()
        patch.setenv("CELERY_BROKER_WRITE_URL", broker.url)
        yield
        broker.stop()


@pytest.fixture
def scheduler(tmp_path: Path, signs: list[str]) -> Iterator[Scheduler]:
    clear()
    found = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    yield found
    found.close()


def clear(waiting_there: int = 0) -> None:
    """Leave so many messages in each queue."""
    with app.connection_for_write() as broker:
        for name in heartbeats.QUEUES:
            queue = broker.SimpleQueue(name)
            queue.clear()
            for number in range(waiting_there):
                queue.put({"number": number})
            queue.close()


def test_the_heartbeat_is_known_by_its_name() -> None:
    assert heartbeat.name == HEARTBEAT
    assert {each["task"] for name, each in app.conf.beat_schedule.items() if name in BEATS} == {HEARTBEAT}


def test_no_message_of_the_schedule_ends_by_a_workers_clock(scheduler: Scheduler) -> None:
    for entry in scheduler.schedule.values():
        scheduler.apply_async(entry, advance=False)
    with app.connection_for_write() as broker:
        queues = {name: broker.SimpleQueue(name) for name in heartbeats.QUEUES}
        found = {name: [queue.get(timeout=5) for _ in range(queue.qsize())] for name, queue in queues.items()}
    assert not any(each.headers["expires"] for messages in found.values() for each in messages)
    beaten = {name: [each.payload[0] for each in found[name] if each.headers["task"] == HEARTBEAT] for name in found}
    assert beaten == {name: [[name]] for name in heartbeats.QUEUES}


@pytest.mark.parametrize("missing, sent", [(1, 1), (0, 0)])
def test_where_a_thousand_wait_no_heartbeat_is_added(
    scheduler: Scheduler, signs: list[str], missing: int, sent: int
) -> None:
    clear(MOST_WAITING - missing)
    for name in BEATS:
        scheduler.apply_async(scheduler.schedule[name], advance=False)
    assert [waiting(app, name) for name in heartbeats.QUEUES] == [MOST_WAITING - missing + sent] * 2
    assert signs == [heartbeats.BROKER] * 2, "the broker answers, and so it lives"


def test_a_full_queue_gets_its_sweeps_all_the_same(scheduler: Scheduler) -> None:
    clear(MOST_WAITING)
    scheduler.apply_async(scheduler.schedule["sweep-connections"], advance=False)
    assert waiting(app, "celery") == MOST_WAITING + 1

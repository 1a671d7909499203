"""A broker that is away at the moment at which a message is settled: the worker is told to connect anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from celery import Celery
from kombu import Queue

from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.places import prepare
from mltrack.messages import break_off, settle_or_connect_anew
from tests.trees import open_folder


@dataclass
class Loop:
    """What a worker's consumer is asked for here: its errors, and what it is to do at its next turn."""

    connection_errors: tuple[type[BaseException], ...]
    soon: list[Callable[[], None]] = field(default_factory=list)

    def call_soon(self, deed: Callable[[], None]) -> None:
        self.soon.append(deed)


@pytest.fixture
def broker() -> Iterator[Broker]:
    program = find_program()
    assert program is not None
    with open_folder() as folder:
        found = Broker(prepare(folder / "home"), program)
        found.start()
        yield found
        found.stop()


def received(connection: Any) -> Any:
    """Send a message and return it as a worker gets it."""
    queue = Queue("q")(connection.default_channel)
    queue.declare()
    connection.Producer(serializer="json").publish({}, routing_key="q", declare=[queue])
    return queue.get()


@pytest.mark.parametrize("settle", ["ack_log_error", "reject_log_error"])
@pytest.mark.parametrize("away", [False, True])
def test_settling(broker: Broker, settle: str, away: bool) -> None:
    with Celery("other", broker=broker.url, set_as_current=False, fixups=[]).connection_for_read() as connection:
        message, loop = received(connection), Loop(connection.connection_errors)
        settle_or_connect_anew(message, loop)
        if away:
            broker.stop()
        getattr(message, settle)(logging.getLogger(__name__), loop.connection_errors)
        assert loop.soon == ([break_off] if away else [])
        assert message.acknowledged is not away
        with pytest.raises(loop.connection_errors):
            break_off()

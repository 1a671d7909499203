"""Redis frozen, killed and shut down while CI posts: every post is answered, and everything is judged afterwards."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.chaos.faults import frozen, repeat_messages, send
from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger
from tests.chaos.names import KEYS
from tests.servers.client import Client
from tests.trees import eventually

pytestmark = pytest.mark.processes

SOCKET_TIMEOUT = 2.0
RECOVERY = 30.0


def post(grounds: Grounds, ledger: Ledger, name: str, value: float) -> tuple[int, float]:
    """Post one run; return status and seconds."""
    began = time.monotonic()
    body = {"runs": [{"external_id": name, "metrics": {"accuracy": value}}]}
    reply = Client(grounds.tree.url, grounds.world.token).post(f"/api/v1/initiatives/{KEYS[0]}/runs/batch/", body)
    if reply.status == 200:
        ledger.runs[KEYS[0], name] = value
    return reply.status, time.monotonic() - began


def nothing_is_due(grounds: Grounds) -> bool:
    return bool(grounds.rows("SELECT count(*) FROM projects_judgedue")[0][0] == 0)


def test_frozen(grounds: Grounds, ledger: Ledger) -> None:
    with frozen(grounds.tree.pids("redis")):
        answers = [post(grounds, ledger, f"frozen-{number}", 0.5) for number in range(8)]
        assert not nothing_is_due(grounds)
    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < SOCKET_TIMEOUT * 3
    assert sum(seconds for _, seconds in answers) < SOCKET_TIMEOUT * 5, "each post waits for Redis anew"
    assert eventually(lambda: nothing_is_due(grounds), RECOVERY)


def test_shut_down_without_saving(grounds: Grounds, load: Ledger) -> None:
    before, known = len(load.acknowledged), grounds.tree.leaders("redis")
    grounds.redis().shutdown(nosave=True)
    assert eventually(lambda: bool(grounds.tree.leaders("redis") - known), RECOVERY)
    assert eventually(lambda: len(load.acknowledged) > before + 10, RECOVERY)
    assert set(load.answers) == {"200"}


def test_killed_again_and_again(grounds: Grounds, load: Ledger) -> None:
    for _ in range(3):
        send(grounds.tree.leaders("redis"), signal.SIGKILL)
        time.sleep(1.5)
    assert set(load.answers) == {"200"}


def test_each_message_twice(grounds: Grounds, load: Ledger) -> None:
    for _ in range(20):
        repeat_messages(grounds, random.Random(1))
        time.sleep(0.1)
    assert set(load.answers) == {"200"}

"""Workers that die, freeze or are stopped in the middle of a pull: nothing is lost, nothing is there twice."""

from __future__ import annotations

import signal
import time

import pytest

from mltrack.failpoints import NAMES
from projects.models import Connection, Run, RunLink, SyncAttempt
from tests.projects.faults.shown import pulls_shown
from tests.projects.faults.workers import LEASE_SECONDS, Gate, assert_equals, sync, syncing, until
from tests.projects.little_mlflow import LittleMLflow
from tests.samples import sampled
from tests.servers.hostile import Answer, Handler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PULLS = [name for name in NAMES if name.startswith("pull.")]


def gated(mlflow: LittleMLflow, search: int) -> Gate:
    """Let the server wait at a search before it answers as always."""

    def then(handler: Handler) -> None:
        del mlflow.fail_search[search]
        mlflow.searches -= 1
        mlflow.answer(handler)

    gate = Gate(then)
    answer: Answer = gate
    mlflow.fail_search[search] = answer
    return gate


def says(connection: Connection, newest: str, before: str, words: str) -> None:
    """Check what the connection's page says of its two pulls; the words are those of the older one."""
    last, first = pulls_shown(connection)
    assert last.startswith(f"{newest} ") and words not in last
    assert first.startswith(f"{before} ") and words in first


@pytest.mark.parametrize("name", sampled(PULLS, keep=2))
def test_dying_at_each_step(connection: Connection, mlflow: LittleMLflow, name: str) -> None:
    code, output = sync(connection, MLTRACK_FAILPOINT=name)
    assert code == 137, output
    code, output = sync(connection)
    assert code == 0, output
    assert_equals(connection, mlflow)
    assert RunLink.objects.count() == len(mlflow.runs)
    lost, done = SyncAttempt.objects.order_by("id")
    assert (lost.state, lost.error_code, done.state) == ("failed", "worker_lost", "done")
    assert "The worker stopped" in lost.error_text
    says(connection, "Done", "Failed", lost.error_text)
    connection.refresh_from_db()
    assert (connection.lease_until, connection.attempts, connection.failures) == (None, 0, 0)


def test_kill_nine_in_mid_pull(connection: Connection, mlflow: LittleMLflow) -> None:
    gate = gated(mlflow, 4)
    with syncing(connection) as process:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 10)
        process.kill()
    gate.opened.set()
    stored = Run.objects.count()
    assert 0 < stored < len(mlflow.runs)
    code, output = sync(connection)
    assert code == 0, output
    assert_equals(connection, mlflow)
    lost = SyncAttempt.objects.order_by("id")[0]
    assert "page" in lost.error_text
    says(connection, "Done", "Failed", lost.error_text)


def test_sigterm_ends_at_the_page(connection: Connection, mlflow: LittleMLflow) -> None:
    gate = gated(mlflow, 4)
    with syncing(connection) as process:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 10)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=15)
        assert time.monotonic() - began < 10
    gate.opened.set()
    assert "shut down after page" in output
    (stopped,) = pulls_shown(connection)
    assert stopped.startswith("Failed ") and "shut down after page" in stopped
    connection.refresh_from_db()
    assert connection.lease_until is None
    code, output = sync(connection)
    assert code == 0, output
    assert_equals(connection, mlflow)


def test_a_frozen_worker_that_wakes_up_is_refused(connection: Connection, mlflow: LittleMLflow) -> None:
    gate = gated(mlflow, 3)
    with syncing(connection) as frozen:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 5)
        frozen.send_signal(signal.SIGSTOP)
        gate.opened.set()
        time.sleep(LEASE_SECONDS + 1)
        code, output = sync(connection)
        assert code == 0, output
        assert_equals(connection, mlflow)
        frozen.send_signal(signal.SIGCONT)
        output, _ = frozen.communicate(timeout=30)
    assert_equals(connection, mlflow)
    connection.refresh_from_db()
    assert (connection.lease_until, connection.failures) == (None, 0)
    states = SyncAttempt.objects.order_by("id").values_list("state", "error_code")
    assert list(states) == [("failed", "worker_lost"), ("done", "")]
    says(connection, "Done", "Failed", "The worker stopped")


def test_two_workers_at_once(connection: Connection, mlflow: LittleMLflow) -> None:
    with syncing(connection) as first, syncing(connection) as second:
        outputs = [each.communicate(timeout=60)[0] for each in (first, second)]
        assert [first.returncode, second.returncode] == [0, 0], outputs
    assert_equals(connection, mlflow)

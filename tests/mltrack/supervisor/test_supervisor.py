"""Back-off and endings, with small processes in place of the product's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mltrack.embedded.processes import command_line, spawn
from mltrack.supervisor import Part, Supervisor, drain, end_together, reason
from tests.trees import eventually

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)"
FORKING = "import os, time; os.fork(); time.sleep(60)"


def a_part(code: str, name: str = "part", seconds: float = 2.0) -> Part:
    """Return a part that runs Python code and is told to end by SIGTERM."""
    return Part(name, lambda: spawn([sys.executable, "-c", code]), [(signal.SIGTERM, seconds)])


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    found = Supervisor(said.append)
    yield found
    found.end()


def children_of(pid: int) -> set[int]:
    """Return the processes that a process has forked."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(each) for each in found}


def running(part: Part) -> subprocess.Popen[bytes]:
    """Return a part's process, which must run."""
    assert part.process is not None and part.process.poll() is None
    return part.process


def test_it_starts_what_does_not_run(supervisor: Supervisor) -> None:
    part = a_part(SLEEP)
    supervisor.add([part])
    first = running(part)
    supervisor.watch(0.3)
    assert running(part) is first


def test_it_takes_over_what_runs(supervisor: Supervisor) -> None:
    part = a_part(SLEEP)
    part.begin()
    first = running(part)
    supervisor.add([part])
    assert running(part) is first


def test_a_killed_part_is_started_again_and_it_is_said(supervisor: Supervisor, said: list[str]) -> None:
    part = a_part(SLEEP, "worker")
    supervisor.add([part])
    first = running(part)
    first.kill()
    first.wait()
    supervisor.watch(1.5, until=lambda: part.process is not None and part.process is not first)
    assert running(part).pid != first.pid
    assert said == ["worker ended (killed by SIGKILL); it starts again in 0.5 s."]


def test_what_keeps_dying_waits_longer_and_longer() -> None:
    part = a_part("raise SystemExit(3)")
    part.started = time.monotonic()
    assert [part.postpone() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_what_was_at_work_starts_at_once_again_however_often() -> None:
    part = a_part(SLEEP)
    part.failures = 5
    for _ in range(20):
        part.started = time.monotonic() - 5.1
        assert part.postpone() == 0.5
        assert part.failures == 0
    part.started = time.monotonic() - 4
    assert [part.postpone() for _ in range(3)] == [0.5, 1, 2]


def test_it_waits_no_longer_than_it_is_told(supervisor: Supervisor) -> None:
    started = time.monotonic()
    supervisor.watch(0.4)
    assert 0.35 < time.monotonic() - started < 15
    supervisor.watch(60, until=lambda: True)
    assert time.monotonic() - started < 30


def test_groups_end_in_reverse_order(supervisor: Supervisor) -> None:
    order: list[str] = []
    for name in ("database", "web"):
        code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *a: sys.exit(0)); time.sleep(60)"
        part = a_part(code, name)
        supervisor.add([part])
    time.sleep(0.3)
    processes = {part.name: running(part) for group in supervisor.groups for part in group}
    assert [[part.name for part in group] for group in supervisor.groups] == [["web"], ["database"]]
    end_together(supervisor.groups[0])
    order += [name for name, process in processes.items() if process.poll() is not None]
    assert order == ["web"]
    supervisor.end()
    assert processes["database"].poll() is not None


def test_what_does_not_listen_is_killed_in_time() -> None:
    parts = [a_part(STUBBORN, name, 2) for name in ("one", "two")]
    for part in parts:
        part.begin()
    time.sleep(0.3)
    processes = [running(part) for part in parts]
    started = time.monotonic()
    end_together(parts)
    assert time.monotonic() - started < 3.9, "both get their time at once"
    assert [process.returncode for process in processes] == [-signal.SIGKILL] * 2


def test_what_a_part_had_forked_ends_with_it(supervisor: Supervisor) -> None:
    part = a_part(FORKING)
    supervisor.add([part])
    leader = running(part).pid
    assert eventually(lambda: len(children_of(leader)) == 1, 5)
    forked = children_of(leader)
    supervisor.end()
    assert eventually(lambda: not any(map(command_line, forked)), 5)


def test_the_word_to_stop_ends_the_watch() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); from mltrack.supervisor import Supervisor; s = Supervisor(print); "
        "s.listen(); print('listening', flush=True); s.watch(); print('stopping', s.stopping, flush=True)"
    )
    for sign in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdout.readline() == "listening\n"
            process.send_signal(sign)
            assert process.stdout.readline() == "stopping True\n"
            assert process.wait(5) == 0


def test_a_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); from mltrack.embedded.processes import spawn; import time; "
        f"p = spawn([sys.executable, '-c', {SLEEP!r}]); print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
    assert eventually(lambda: not command_line(child), 5)


@pytest.mark.parametrize("code, words", [(-9, "killed by SIGKILL"), (-15, "killed by SIGTERM"), (3, "exit code 3")])
def test_how_it_ended_in_words(code: int, words: str) -> None:
    assert reason(code) == words


def test_draining_an_empty_pipe_returns() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, b"x" * 1000)
    drain(reader)
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    os.close(reader)
    os.close(writer)

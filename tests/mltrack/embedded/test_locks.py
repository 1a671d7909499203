"""Locks between processes, as two holders in one process see them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mltrack.embedded.locks import Lock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "a.lock"


def test_one_holder_at_a_time(path: Path) -> None:
    first, second = Lock(path), Lock(path)
    assert first.take(owner="up, process 1")
    assert not second.take(owner="migrate, process 2")
    assert second.holder() == "up, process 1"
    first.release()
    assert second.take(owner="m")
    assert first.holder() == "m"


def test_many_may_share(path: Path) -> None:
    first, second, third = Lock(path), Lock(path), Lock(path)
    assert first.take(shared=True)
    assert second.take(shared=True)
    assert not third.take()
    first.release()
    second.release()
    assert third.take()
    assert not first.take(shared=True)


def test_waiting_ends_with_the_release(path: Path) -> None:
    first, second = Lock(path), Lock(path)
    first.take()
    threading.Timer(0.3, first.release).start()
    started = time.monotonic()
    assert second.take(wait=True)
    assert time.monotonic() - started > 0.25


def test_nobody_holds_what_never_was(path: Path) -> None:
    assert Lock(path).holder() == ""
    Lock(path).release()


def test_the_file_is_for_its_owner(path: Path) -> None:
    Lock(path).take()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_child_does_not_keep_the_lock_of_a_parent(path: Path) -> None:
    holder, other = Lock(path), Lock(path)
    holder.take()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as child:
        holder.release()
        assert other.take()
        child.kill()


def test_the_kernel_frees_the_lock_of_the_dead(path: Path) -> None:
    code = f"import sys, time; sys.path.insert(0, {os.getcwd()!r}); from pathlib import Path; " + (
        f"from mltrack.embedded.locks import Lock; k = Lock(Path({str(path)!r})); k.take(); print('had', flush=True); "
        "time.sleep(30)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "had\n"
        assert not Lock(path).take()
        child.kill()
        child.wait()
        assert Lock(path).take()

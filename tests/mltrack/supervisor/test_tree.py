"""The whole tree with real processes: it serves, ends in time, heals, and leaves no orphan."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from mltrack import env
from tests.servers.client import Client
from tests.trees import MANAGE, PARTS, Tree, clean_environment, eventually, open_folder, parent

pytestmark = pytest.mark.processes
NOBODY = 65534


@pytest.fixture(scope="module")
def shared_tree(prepared_home: Path, static_root: Path) -> Iterator[Tree]:
    """A tree for all tests that leave it as it was."""
    with open_folder() as folder:
        subprocess.run(["cp", "-a", str(prepared_home), str(folder / "home")], check=True)
        tree = Tree(folder / "home", environ={"MLTRACK_STATIC_ROOT": str(static_root)})
        try:
            yield tree.wait()
        finally:
            tree.destroy()


def kill(pids: set[int]) -> None:
    """Kill processes, which must exist."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def renewed(find: Callable[[str], set[int]], part: str, before: set[int]) -> bool:
    """Wait for a process of a part that was not there before."""
    return eventually(lambda: bool(find(part) - before), 20)


def gone(tree: Tree, before: set[int]) -> bool:
    """Wait until none of these processes lives."""
    return eventually(lambda: not tree.pids() & before, 20)


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on a data folder."""
    command = [sys.executable, str(MANAGE), *arguments]
    return subprocess.run(command, env=clean_environment(home), capture_output=True, text=True, timeout=60, check=False)


def database_url(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address that a tree's database has now."""
    monkeypatch.setenv("MLTRACK_HOME", str(home))
    return env.services()["database_url"]


def write_a_note(url: str) -> None:
    """Leave something in the database."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE note (word text); INSERT INTO note VALUES ('kept')")


def read_the_note(url: str) -> list[tuple[str]]:
    """Return what was left in the database."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT word FROM note")
        return list(cursor.fetchall())


def reads_the_database(tree: Tree) -> bool:
    """Say whether a page is answered whose session is looked up in the database."""
    try:
        return Client(tree.url, timeout=5).get("/", Cookie="sessionid=" + "s" * 32).status == 302
    except (OSError, http.client.HTTPException):
        return False


def test_it_serves_says_where_and_ends_within_ten_seconds(live_tree: Tree) -> None:
    words = live_tree.words()
    assert f"MLTrack is at {live_tree.url}/" in words
    assert "one-time code" in words
    assert "127.0.0.0/8" in words
    assert live_tree.answers("/accounts/login/")
    assert all(live_tree.pids(part) for part in PARTS)
    started = time.monotonic()
    assert live_tree.stop() == 0
    assert time.monotonic() - started < 10
    assert live_tree.pids() == set()
    assert not (live_tree.home / "services.json").exists()


def test_ctrl_c_ends_it_too(live_tree: Tree) -> None:
    live_tree.process.send_signal(signal.SIGINT)
    assert live_tree.process.wait(10) == 0
    assert live_tree.pids() == set()
    assert "Traceback" not in live_tree.words()


def test_scheduled_jobs_run(shared_tree: Tree) -> None:
    assert eventually(lambda: shared_tree.answers("/readyz"), 40)


def test_secrets_are_for_their_owner_alone(shared_tree: Tree) -> None:
    names = ("services.json", "postgres_password", "secret_key", "encryption_keys")
    assert {stat.S_IMODE((shared_tree.home / name).stat().st_mode) for name in names} == {0o600}
    assert stat.S_IMODE((shared_tree.home / "run").stat().st_mode) == 0o700


def test_the_database_has_no_port_and_wants_a_password(shared_tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    url = database_url(shared_tree.home, monkeypatch)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('listen_addresses'), current_setting('fsync')")
        assert cursor.fetchone() == ("", "on")
    without, _, host = url.rpartition("@")
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(f"{without.rpartition(':')[0]}:wrong@{host}")


def test_killed_parts_are_started_again(shared_tree: Tree) -> None:
    for part in ("web", "worker", "pulls", "beat", "redis", "postgres"):
        before = shared_tree.pids(part)
        kill(shared_tree.leaders(part))
        assert renewed(shared_tree.leaders, part, before), part
        assert gone(shared_tree, before), f"what {part} had forked is still there"
        assert f"{part} ended (killed by SIGKILL)" in shared_tree.words()
    assert eventually(lambda: reads_the_database(shared_tree), 60)


def test_killed_children_of_parts_are_replaced(shared_tree: Tree) -> None:
    parts = ("web", "worker", "pulls")
    assert eventually(lambda: all(shared_tree.children(part) for part in parts), 30)
    time.sleep(4)  # Celery takes a child that dies while it starts for a fault of the whole worker, and ends.
    for part in parts:
        before, leaders = shared_tree.children(part), shared_tree.leaders(part)
        kill(before)
        assert renewed(shared_tree.children, part, before), part
        assert shared_tree.leaders(part) == leaders
    assert eventually(lambda: reads_the_database(shared_tree), 60)


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_has_the_data(
    live_tree: Tree, static_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_a_note(database_url(live_tree.home, monkeypatch))
    kill({live_tree.process.pid})
    live_tree.process.wait(5)
    second = Tree(live_tree.home, environ={"MLTRACK_STATIC_ROOT": str(static_root)}, port=live_tree.port)
    try:
        second.wait()
        assert read_the_note(database_url(live_tree.home, monkeypatch)) == [("kept",)]
        assert {parent(pid) for pid in second.leaders("web")} == {second.process.pid}
        kill({second.process.pid})
        second.process.wait(5)
        assert eventually(lambda: second.pids() == set(), 10), second.pids()
    finally:
        second.destroy()


def test_killing_all_at_once_loses_nothing(live_tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    write_a_note(database_url(live_tree.home, monkeypatch))
    kill(live_tree.pids())
    live_tree.process.wait(5)
    answer = manage(live_tree.home, "shell", "-c", "from django.db import connection as c; k = c.cursor(); "
                    "k.execute('SELECT word FROM note'); print(k.fetchall())")  # fmt: skip
    assert "[('kept',)]" in answer.stdout, answer.stderr


def test_a_taken_port_is_one_line(tree_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        tree = Tree(tree_home, port=port)
        assert tree.process.wait(30) == 1
    assert tree.words().splitlines() == [f"mltrack: port {port} is taken; choose another: PORT={port + 1} make run"]
    assert eventually(lambda: tree.pids() == set())


def test_a_second_tree_on_the_same_data_is_one_line(shared_tree: Tree) -> None:
    second = Tree(shared_tree.home)
    assert second.process.wait(30) == 1
    (line,) = second.words().splitlines()
    assert "in use already" in line
    assert str(shared_tree.process.pid) in line
    assert shared_tree.answers()


def test_a_command_uses_the_running_database(shared_tree: Tree) -> None:
    before = shared_tree.leaders("postgres")
    answer = manage(shared_tree.home, "migrate", "--check")
    assert answer.returncode == 0, answer.stderr
    assert shared_tree.leaders("postgres") == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_as_an_ordinary_user(tree_home: Path) -> None:
    tree_home.mkdir()
    os.chown(tree_home, NOBODY, NOBODY)
    interpreter = copied_interpreter(tree_home.parent)
    environ = {
        "HOME": str(tree_home),
        "LD_LIBRARY_PATH": str(interpreter.parent.parent / "lib"),
        "PYTHONPATH": str(Path(psycopg2.__file__).parent.parent),
    }
    tree = Tree(tree_home, environ=environ, interpreter=[str(interpreter)], uid=NOBODY)
    try:
        # A first start, by somebody for whom no module is compiled yet.
        tree.wait(180)
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in tree.pids()} == {NOBODY}
        assert tree.stop() == 0
        assert tree.pids() == set()
    finally:
        tree.destroy()


def copied_interpreter(folder: Path) -> Path:
    """Copy this Python, which may lie in a closed folder, to where every account may run it."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    unneeded = shutil.ignore_patterns("site-packages", "test", "__pycache__", "config-*", "idlelib", "tkinter")
    shutil.copytree(Path(os.__file__).parent, folder / "python" / "lib" / version, ignore=unneeded, symlinks=True)
    (folder / "python" / "bin").mkdir()
    shutil.copy2(Path(sys.executable).resolve(), folder / "python" / "bin" / version)
    for library in Path(sys.base_prefix, "lib").glob("libpython*"):
        shutil.copy2(library, folder / "python" / "lib" / library.name)
    return folder / "python" / "bin" / version

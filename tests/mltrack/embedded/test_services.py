"""PostgreSQL and Redis for real: first start, second start, and what a crash leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from redis.exceptions import RedisError

from mltrack import env
from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.postgres import Postgres, end_leftover, sessions
from mltrack.embedded.processes import ServiceError
from mltrack.embedded.services import Services
from tests.trees import MANAGE, clean_environment, eventually, open_folder

BUSY = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"
ACTIVE = f"SELECT count(*) FROM pg_stat_activity WHERE query = '{BUSY}'"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    with open_folder() as folder:
        monkeypatch.setenv("MLTRACK_HOME", str(folder / "home"))
        yield folder / "home"


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    found = Services(home, fast=True)
    found.start()
    yield found
    found.stop()


def ask(url: str, statement: str) -> object:
    """Return the first value that a statement yields."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]


def keep_busy(url: str) -> None:
    """Run a statement that looks at nothing else for a minute, unless its session is killed."""
    with contextlib.suppress(psycopg2.Error):
        ask(f"{url}?options=-cstatement_timeout%3D60000", BUSY)


def postgres_of(services: Services) -> Postgres:
    assert services.postgres is not None
    return services.postgres


def broker_of(services: Services) -> Broker:
    assert services.broker is not None
    return services.broker


def test_the_database_is_utf8_with_checksums(services: Services) -> None:
    url = services.addresses["database_url"]
    assert ask(url, "SELECT current_database()") == "mltrack"
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SELECT lower('ÄÖÜ')") == "äöü"


def test_the_addresses_are_left_for_others_and_taken_away(home: Path) -> None:
    services = Services(home, fast=True)
    services.start()
    file = home / "services.json"
    assert json.loads(file.read_text()) == services.addresses == env.services()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    services.stop()
    assert not file.exists()


def test_a_second_start_has_the_data(services: Services, home: Path) -> None:
    ask(services.addresses["database_url"], "CREATE TABLE kept AS SELECT 42 AS n; SELECT n FROM kept")
    broker_of(services).client().set("kept", "yes")
    services.stop()
    services.start()
    assert ask(services.addresses["database_url"], "SELECT n FROM kept") == 42
    assert broker_of(services).client().get("kept") == b"yes"


def test_a_crash_loses_nothing_that_was_committed(home: Path) -> None:
    services = Services(home)
    services.start()
    postgres = postgres_of(services)
    ask(postgres.url, "CREATE TABLE kept AS SELECT 43 AS n; SELECT n FROM kept")
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGKILL)
    postgres.process.wait()
    assert (services.places.postgres / "postmaster.pid").exists()
    postgres.start()
    try:
        assert ask(postgres.url, "SELECT n FROM kept") == 43
    finally:
        services.stop()


def test_a_session_that_outlived_its_server_does_not_hold_up_the_next(services: Services) -> None:
    postgres = postgres_of(services)
    busy = threading.Thread(target=lambda: keep_busy(postgres.url), daemon=True)
    busy.start()
    assert eventually(lambda: ask(postgres.url, ACTIVE) == 1)
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGKILL)
    postgres.process.wait()
    time.sleep(0.5)
    assert sessions(services.places.postgres), "idle ones end by themselves; this one counts"
    second = postgres.spawn()
    assert eventually(postgres.answers, 10)
    assert second.poll() is None
    busy.join(5)
    assert not busy.is_alive()


def test_a_server_that_outlived_its_starter_is_ended(services: Services) -> None:
    first = postgres_of(services).process
    assert first is not None
    second = Postgres(services.places, postgres_of(services).password, fast=True)
    second.start()
    assert first.wait(5) is not None
    assert ask(second.url, "SELECT 1") == 1
    second.stop()


def test_a_pid_file_with_the_number_of_another_process_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n/somewhere\n")
    end_leftover(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize("text", ["", "no number\n"])
def test_a_broken_pid_file_is_left_to_postgresql(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)
    end_leftover(tmp_path)
    assert (tmp_path / "postmaster.pid").exists()


def test_a_wrong_password_is_said_at_once(services: Services) -> None:
    with pytest.raises(ServiceError, match="not this cluster's password"):
        Postgres(services.places, "wrong", fast=True).answers()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(home: Path) -> None:
    (home / "postgres.new.0badcafe").mkdir(parents=True)
    services = Services(home, fast=True)
    services.start()
    services.stop()
    assert (home / "postgres" / "PG_VERSION").read_text() == "18\n" or os.geteuid() != 0


def test_files_that_redis_cannot_read_are_put_aside(services: Services) -> None:
    broker = broker_of(services)
    broker.stop()
    kept = [file for file in broker.places.redis.rglob("appendonly*") if file.is_file()]
    assert kept, "one file of Redis 6, several of Redis 7"
    for file in kept:
        file.write_bytes(b"*not redis at all\r\n" * 3)
    broker.start()
    assert broker.answers()
    assert list(broker.places.redis.parent.glob("redis.spoilt.*"))


def test_a_redis_that_outlived_its_starter_is_ended(services: Services) -> None:
    first = broker_of(services).process
    assert first is not None
    program = find_program()
    assert program is not None
    second = Broker(services.places, program)
    second.start()
    assert first.wait(5) == 0
    assert second.answers()
    second.stop()
    with pytest.raises(RedisError):
        second.client().ping()


def test_without_redis_jobs_wait_in_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mltrack.embedded.services.find_program", lambda: None)
    services = Services(home, fast=True)
    services.start()
    assert services.addresses["redis_url"] == "filesystem://"
    assert any("jobs wait in files" in line for line in services.words())
    assert (home / "queue").is_dir()
    services.stop()


def test_queues_of_files_begin_empty_and_are_for_their_owner(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mltrack.embedded.services.find_program", lambda: None)
    for name in ("queue/.1_taken.celery.msg", "queue-control/celery.exchange"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text('{"half')
    services = Services(home, fast=True)
    services.start()
    services.stop()
    for name in ("queue", "queue-control"):
        assert list((home / name).iterdir()) == []
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o700


def test_given_addresses_start_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/x")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    services = Services(home)
    assert (services.postgres, services.broker, services.addresses) == (None, None, {})
    services.start()
    services.stop()
    assert not (home / "queue").exists()


def run(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a management command on a data folder."""
    return subprocess.Popen(
        [sys.executable, str(MANAGE), *arguments],
        env=clean_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


QUERY = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 41 + 1'); print(k.fetchone())"


def test_a_command_starts_the_database_for_its_own_time(home: Path) -> None:
    out, err = run(home, "shell", "-v0", "-c", QUERY).communicate(timeout=60)
    assert "(42,)" in out, err
    assert eventually(lambda: not (home / "postgres" / "postmaster.pid").exists(), 5)
    assert not (home / "services.json").exists()


def test_commands_at_once_share_one_database(home: Path) -> None:
    slow = f"import time; time.sleep(1); {QUERY}"
    several = [run(home, "shell", "-v0", "-c", slow) for _ in range(3)]
    for each in several:
        out, err = each.communicate(timeout=90)
        assert (each.returncode, "(42,)" in out) == (0, True), err
    assert not (home / "services.json").exists()


def test_a_command_that_needs_no_database_starts_none(home: Path) -> None:
    out, _ = run(home, "version").communicate(timeout=30)
    assert out.startswith("5.2")
    assert not home.exists() or not (home / "postgres").exists()


def test_a_folder_that_cannot_be_had_is_one_line(home: Path) -> None:
    home.write_text("a file")
    process = run(home, "migrate")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.splitlines() == [f"mltrack: cannot write to the data folder {home} (MLTRACK_HOME)."]

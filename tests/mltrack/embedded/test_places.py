"""Where the services' files lie, also for accounts that cannot reach the data folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mltrack.embedded import places
from mltrack.embedded.places import SOCKET_LIMIT, digest, give, prepare, reachable, socket_folder, wheel_programs
from mltrack.embedded.processes import Account, ServiceError, service_account
from tests.trees import open_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as found:
        yield found


def test_all_lies_in_the_data_folder(folder: Path) -> None:
    found = prepare(folder / "home")
    assert found.postgres == folder / "home" / "postgres"
    assert found.sockets == folder / "home" / "run"
    assert found.notes == ()
    assert stat.S_IMODE(found.sockets.stat().st_mode) == 0o700
    assert not found.postgres.exists()


def test_preparing_twice_changes_nothing(folder: Path) -> None:
    assert prepare(folder / "home") == prepare(folder / "home")


@as_root
def test_root_gives_the_services_to_nobody(folder: Path) -> None:
    found = prepare(folder / "home")
    assert found.account is not None
    assert found.account.uid == found.redis.stat().st_uid == 65534
    assert (folder / "home").stat().st_uid == 0


@as_root
def test_root_leaves_a_persons_data_with_that_person(folder: Path) -> None:
    data = folder / "home" / "postgres"
    data.mkdir(parents=True)
    os.chown(data, 12345, 12345)
    assert service_account(data) == Account(12345, 12345)


@as_root
def test_below_a_closed_folder_files_move_and_it_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHARED", folder / "shared")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    found = prepare(closed / "home")
    moved = folder / "shared" / digest(closed / "home")
    assert found.postgres == moved / "postgres"
    assert (closed / "home" / "postgres").is_symlink()
    assert (closed / "home" / "postgres").readlink() == moved / "postgres"
    assert len(found.notes) == 1 and str(moved) in found.notes[0]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nothing else is opened"


@as_root
def test_programs_are_copied_once_per_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHARED", folder / "shared")
    programs = folder / "closed" / "pginstall"
    (programs / "bin").mkdir(parents=True)
    (programs / "bin" / "postgres").write_text("#!/bin/sh\n")
    first = places.copied(programs)
    assert (first / "bin" / "postgres").read_text() == "#!/bin/sh\n"
    assert stat.S_IMODE(first.stat().st_mode) == 0o755
    assert places.copied(programs) == first
    assert [path.name for path in (folder / "shared").iterdir()] == [first.name]


def test_who_may_pass(folder: Path) -> None:
    (folder / "open").mkdir()
    (folder / "closed" / "inside").mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    assert reachable(folder / "open" / "x")
    assert not reachable(folder / "closed" / "inside" / "x")
    assert not reachable(folder / "closed" / "not-there-yet" / "x")


def test_a_long_path_gets_a_short_folder_for_sockets() -> None:
    assert socket_folder(Path("/short")) == Path("/short/run")
    deep = Path("/" + "long" * 30)
    short = socket_folder(deep)
    assert len(str(short / ".s.PGSQL.5432")) <= SOCKET_LIMIT
    assert short != socket_folder(deep / "other")


def test_a_folder_of_a_stranger_is_refused(folder: Path) -> None:
    (folder / "target").mkdir()
    (folder / "link").symlink_to(folder / "target")
    with pytest.raises(ServiceError, match="belongs to somebody else"):
        give(folder / "link", None)


@as_root
def test_a_strangers_folder_is_refused_by_its_owner(folder: Path) -> None:
    (folder / "theirs").mkdir()
    os.chown(folder / "theirs", 12345, 12345)
    with pytest.raises(ServiceError, match="belongs to somebody else"):
        give(folder / "theirs", None)


def test_the_wheel_holds_the_programs() -> None:
    assert os.access(wheel_programs() / "bin" / "postgres", os.X_OK)
    assert os.access(wheel_programs() / "bin" / "initdb", os.X_OK)

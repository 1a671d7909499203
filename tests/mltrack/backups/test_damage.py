"""A file that is no whole, unchanged backup of this version is refused in one sentence; nothing is written."""

from __future__ import annotations

import json
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from mltrack import preparation
from mltrack.backups.archive import MANIFEST, written_whole
from mltrack.backups.errors import BackupError
from mltrack.backups.keys import fingerprint, write_keys
from mltrack.backups.restoring import look_into, restore_backup
from tests.factories import make_workspace
from tests.mltrack.backups.worlds import back_up, contents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A whole backup of a database with one workspace."""
    make_workspace()
    back_up(tmp_path / "whole")
    return tmp_path / "whole"


def refused(path: Path) -> str:
    """Return the sentence with which a restore refuses a file, having seen that it wrote nothing."""
    before = contents()
    with pytest.raises(BackupError) as caught:
        restore_backup(path, replace=True)
    assert contents() == before
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_filled_database_is_refused_before_it_is_migrated(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrated: list[str] = []
    monkeypatch.setattr(preparation, "migrate", lambda: migrated.append("migrated"))
    before = contents()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(backup))
    assert (migrated, contents()) == ([], before)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return a copy of a backup whose parts were changed, as a whole ZIP file."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = path.with_name("rewritten")
    with ZipFile(target, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def with_manifest(path: Path, **changes: Any) -> Path:
    """Return a copy of a backup whose manifest says something else."""

    def change(parts: dict[str, bytes]) -> None:
        parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), **changes}).encode()

    return rewritten(path, change)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_half_a_file(backup: Path, share: float) -> None:
    data = backup.read_bytes()
    half = backup.with_name("half")
    half.write_bytes(data[: int(len(data) * share)])
    assert "not a whole backup" in refused(half)


def test_another_file_and_none(tmp_path: Path) -> None:
    (tmp_path / "dump.sql").write_text("CREATE TABLE x ();\n" * 100)
    assert "not a whole backup" in refused(tmp_path / "dump.sql")
    assert "cannot be read: No such file" in refused(tmp_path / "none")
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme", "x")
    assert "no manifest" in refused(tmp_path / "other.zip")


def test_a_changed_byte_is_found_wherever_it_matters(backup: Path) -> None:
    whole, manifest = backup.read_bytes(), look_into(backup)
    changed, chosen = backup.with_name("changed"), random.Random(1)
    found = 0
    for position in chosen.sample(range(len(whole)), 150):
        changed.write_bytes(whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :])
        try:
            assert look_into(changed) == manifest, position
        except BackupError:
            found += 1
    assert found > 100


def test_changed_rows(backup: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["tables/accounts_workspace.copy"] = parts["tables/accounts_workspace.copy"].replace(b"Acme", b"Evil")

    assert "table accounts_workspace was changed" in refused(rewritten(backup, change))


@pytest.mark.parametrize("name", ["tables/accounts_user.copy", MANIFEST])
def test_a_missing_part(backup: Path, name: str) -> None:
    assert "manifest" in refused(rewritten(backup, lambda parts: parts.__delitem__(name)))


def test_a_part_too_many(backup: Path) -> None:
    assert "its manifest names" in refused(rewritten(backup, lambda parts: parts.update({"tables/more.copy": b""})))


@pytest.mark.parametrize(
    "changes",
    [{"tables": []}, {"tables": {"x": 1}}, {"sequences": {"x": 1}}, {"migrations": None}],
)
def test_an_unreadable_manifest(backup: Path, changes: dict[str, Any]) -> None:
    assert "manifest cannot be read" in refused(with_manifest(backup, **changes))


def test_another_version(backup: Path) -> None:
    migrations = list(look_into(backup).migrations)
    assert "newer version (0.1.0): this one lacks kpis.9999_fly" in refused(
        with_manifest(backup, migrations=[*migrations, "kpis.9999_fly"])
    )
    assert "restore it with that version, then upgrade" in refused(with_manifest(backup, migrations=migrations[:-1]))
    assert "format 2; this version reads format 1" in refused(with_manifest(backup, format=2))


def test_a_backup_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> None:
        with written_whole(tmp_path / "b") as archive:
            archive.writestr("x", "x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_overwritten_and_only_its_owner_reads_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    whole = backup.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        back_up(backup)
    assert backup.read_bytes() == whole
    with pytest.raises(BackupError, match="cannot be written: No such file"):
        back_up(backup.parent / "nowhere" / "b")


def test_no_key_is_inside_but_its_fingerprint(backup: Path) -> None:
    (key,) = settings.MLTRACK_ENCRYPTION_KEYS
    assert look_into(backup).keys == (fingerprint(key),)
    with ZipFile(backup) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert key.encode() not in inside
    assert settings.SECRET_KEY.encode() not in inside


def test_keys_are_written_apart_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_keys(tmp_path / "keys")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    lines = dict(line.split("=", 1) for line in (tmp_path / "keys").read_text().splitlines())
    assert lines["SECRET_KEY"] == settings.SECRET_KEY
    assert lines["MLTRACK_ENCRYPTION_KEYS"].split(",") == settings.MLTRACK_ENCRYPTION_KEYS
    with pytest.raises(BackupError, match="keys cannot be written"):
        write_keys(tmp_path / "keys")

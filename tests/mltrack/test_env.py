"""Files of the data folder that are generated once, however many processes meet at the first start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mltrack.env import encryption_keys, private_file

MEETING = """
import sys, time
from pathlib import Path
from mltrack.env import private_file
folder, name, own = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
(folder / ("here-" + own)).touch()
while not (folder / "go").exists():
    time.sleep(0.001)
for number in range(300):
    text = private_file(f"{name}{number}", own * 2000, folder / "home")
    assert len(text) == 2000 and len(set(text)) == 1, repr(text[:50])
    print(text[0], end="")
"""


def test_it_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "home"
    assert private_file("key", "first", folder) == "first"
    assert private_file("key", "second", folder) == "first"
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert os.listdir(folder) == ["key"]


def test_the_file_never_shows_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, met = os.link, list[str]()

    def meet(source: Path, target: Path) -> None:
        assert not target.exists()
        assert source.read_text() == "slower\n"
        monkeypatch.setattr(os, "link", link)
        met.append(private_file("key", "faster", tmp_path))
        link(source, target)

    monkeypatch.setattr(os, "link", meet)
    assert private_file("key", "slower", tmp_path) == "faster"
    assert met == ["faster"]
    assert os.listdir(tmp_path) == ["key"]


def test_a_failed_start_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(target)

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(PermissionError):
        private_file("key", "text", tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.processes
def test_processes_that_meet_read_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MEETING, str(tmp_path), "key"]
    processes = [subprocess.Popen([*command, own], stdout=subprocess.PIPE, text=True) for own in "abcd"]
    while len(list(tmp_path.glob("here-*"))) < len(processes):
        assert all(each.poll() is None for each in processes)
    (tmp_path / "go").touch()
    read = [each.communicate(timeout=60)[0] for each in processes]
    assert [each.returncode for each in processes] == [0] * 4
    assert len(read[0]) == 300
    assert len(set(read)) == 1


@pytest.mark.parametrize("kept", ["newer, older,\n", ",newer,older"])
def test_keys_are_read_whatever_stands_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    monkeypatch.delenv("MLTRACK_ENCRYPTION_KEYS", raising=False)
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path))
    (tmp_path / "encryption_keys").write_text(kept)
    assert encryption_keys() == ["newer", "older"]

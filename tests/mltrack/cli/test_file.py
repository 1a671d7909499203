"""The client as a file: alone, old enough, and with no commands but its own."""

from __future__ import annotations

import ast
import sys
import tomllib

import pytest

from mltrack import cli
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.documents import check, document
from tests.mltrack.cli.server import CLI, FakeServer, Reply


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse(CLI.read_text())
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "__future__"}


def test_syntax_is_that_of_python_3_8() -> None:
    assert ast.parse(CLI.read_text(), feature_version=(3, 8))


def test_version_is_the_products(run: Run) -> None:
    project = tomllib.loads((CLI.parents[1] / "pyproject.toml").read_text())["project"]
    assert project["version"] == cli.VERSION
    assert run("--version").out == f"mltrack-cli {cli.VERSION}\n"


@pytest.mark.parametrize(
    "arguments", [("--help",), ("report", "--help"), ("evaluate", "--help"), ("gate", "--help"), ("doctor", "--help")]
)
def test_help_needs_no_set_up(server: FakeServer, run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, MLTRACK_URL="", MLTRACK_TOKEN="")
    assert (done.exit, server.calls) == (0, [])
    assert "exit: 0 ready or stored, 1 not ready" in done.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("evaluates",), ("label",), ("observe",), ("deploy",), ("gate",), ("gate", "--init", "A"), ("gate", "x")],
)
def test_other_commands_do_not_exist(server: FakeServer, run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.exit, server.calls) == (2, [])
    assert "usage: mltrack.py" in done.err


def test_narrow_terminal_encoding_does_not_break_a_verdict(server: FakeServer, run: Run) -> None:
    server.script = [Reply(body=document("ready", [check("fail", required=False)]))]
    done = run("gate", "--initiative", "CHURN", "--commit", "a", PYTHONIOENCODING="ascii")
    assert (done.exit, done.err) == (0, "")
    assert done.out.startswith("? Ready: CHURN")

"""docs/ci.md names every option and exit code of the client, and none that does not exist."""

from __future__ import annotations

import re

from mltrack import cli
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.snippets import ROOT

COMMANDS = ("report", "evaluate", "label", "observe", "gate", "deploy", "promote", "rollback", "doctor")
PAGE = (ROOT / "docs" / "ci.md").read_text()


def table_options() -> dict[str, set[str]]:
    """Option → commands, from the table of options."""
    rows = re.findall(r"^\| (`--.+?`) \| ([a-z, ]+) \|", PAGE, re.M)
    found = {}
    for options, commands in rows:
        names = set(COMMANDS) if commands == "all" else set(commands.split(", ")) - {"none"}
        found.update(dict.fromkeys(re.findall(r"--[a-z-]+", options), names))
    return found


def test_options_are_the_clients(run: Run) -> None:
    documented = table_options()
    for command in COMMANDS:
        usage = run(command, "--help").out.split("\n\n")[0]
        offered = set(re.findall(r"--[a-z-]+", usage))
        assert offered == {option for option, commands in documented.items() if command in commands}
    assert [option for option, commands in documented.items() if not commands] == ["--version"]


def test_exit_codes_are_the_clients() -> None:
    codes = [int(code) for code in re.findall(r"^\| ([0-9]) \|", PAGE, re.M)]
    assert codes == [cli.READY, cli.NOT_READY, cli.USAGE, cli.UNKNOWN, cli.AUTH, cli.FAILED] == list(range(6))


def test_batch_size_is_the_clients() -> None:
    assert f"sent {cli.BATCH_RUNS:,} at a time" in PAGE
    assert f"Rows go {cli.BATCH_LABELS:,} at a time" in PAGE

"""docs/operations.md names the roles, checks, files and figures that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from mltrack import roles, standstill
from mltrack.management.diagnosis import CHECKS

TEXT = (Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md").read_text()


def test_the_doctors_checks_are_listed() -> None:
    listed = re.search(r"ask(?:s)? for some of its checks: (.*)\.", TEXT)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == list(CHECKS)


def test_the_roles_are_listed_with_their_processes() -> None:
    rows = dict(re.findall(r"^\| `(web|worker|beat)` \| (.*) \|$", TEXT, re.MULTILINE))
    assert set(rows) == set(roles.ROLES)
    for name, line in roles.commands(roles.WORKER, "127.0.0.1:1", 1).items():
        most, least = line[line.index("--autoscale") + 1].split(",")
        queue = line[line.index("--queues") + 1]
        assert f"`{queue}` ({least}–{most}" in rows["worker"], name


def test_the_heartbeats_limit() -> None:
    assert f"one older than {standstill.STALE_SECONDS:.0f} seconds" in TEXT


def test_every_setting_that_is_named_exists() -> None:
    known = set(
        re.findall(
            r"^\| `([A-Z_]+)`", (Path(__file__).resolve().parent.parent.parent / "docs/settings.md").read_text(), re.M
        )
    )
    named = set(re.findall(r"`((?:MLTRACK_|WEB_)[A-Z_]+)", TEXT))
    assert named - known == set()

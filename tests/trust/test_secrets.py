"""Nothing that is secret is ever said or kept in the clear: not in answers, logs, tables, broker, mails or exports.

Real processes are used and broken with a canary in every secret field; then everything that they said or kept is
searched, in the usual spellings.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.hostile import HostileServer
from tests.trees import Tree
from tests.trust import secret_fields
from tests.trust.secret_sinks import leaks
from tests.trust.secret_story import Story, tell


def test_every_secret_field_is_known() -> None:
    known = {*secret_fields.SECRETS, *secret_fields.HARMLESS}
    assert secret_fields.found() == known


@pytest.fixture
def story(tree_home: Path, prepared_home: Path, static_root: Path) -> Iterator[Story]:
    subprocess.run(["cp", "-a", str(prepared_home), str(tree_home)], check=True)
    mails = tree_home.with_name("mails")
    mails.mkdir()
    environ = {
        "MLTRACK_STATIC_ROOT": str(static_root),
        "MLTRACK_LOG_FORMAT": "json",
        "MLTRACK_LOG_LEVEL": "DEBUG",
        "MLTRACK_SWEEP_SECONDS": "1",
        "EMAIL_URL": f"filemail:///{mails}",
    }
    tree = Tree(tree_home, environ=environ)
    try:
        with HostileServer() as server:
            yield Story(tree.wait(), server, mails)
    finally:
        tree.destroy()
        shutil.rmtree(mails, ignore_errors=True)


@pytest.mark.processes
def test_no_secret_is_anywhere_in_the_clear(story: Story) -> None:
    tell(story)
    planted = set(story.canaries)
    assert set(secret_fields.SECRETS.values()) <= planted
    assert story.statuses.count(500) >= 4, story.statuses
    assert any(sink.name.startswith("answer 429") for sink in story.answers)
    assert any("Too many failed login attempts" in sink.text for sink in story.answers)
    sinks = story.sinks()
    kinds = {sink.name.split()[0] for sink in sinks}
    assert kinds >= {"answer", "table", "redis", "log", "mail", "console"}
    logs = "".join(sink.text for sink in sinks if sink.name.startswith("log"))
    assert logs.count("Traceback") >= 4
    assert leaks(sinks, story.canaries) == []

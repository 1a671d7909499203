"""Real processes stand still: `/readyz` names them, and every page says so within 90 seconds."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.trees import Tree, eventually
from tests.trust.secret_caller import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.processes]
LIMIT = 90.0
WORDS = {
    "beat": ("beat", "The scheduler stands still."),
    "redis": ("broker", "The broker of jobs takes nothing."),
    "worker": ("queue:celery", "Judging stands still."),
    "pulls": ("queue:pulls", "Pulls stand still."),
}


def problems(tree: Tree) -> list[str]:
    """Return what `/readyz` names."""
    try:
        with urllib.request.urlopen(tree.url + "/readyz", timeout=20) as answer:
            return list(json.load(answer)["problems"])
    except urllib.error.HTTPError as error:
        return list(json.load(error)["problems"])


@contextmanager
def frozen(pids: set[int]) -> Iterator[None]:
    """Let processes stand still: alive for the supervisor, and useless."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("part", WORDS)
def test_a_frozen_part_is_told_within_ninety_seconds(live_tree: Tree, part: str) -> None:
    found = re.search(r"one-time code ([\w-]+)", live_tree.words())
    assert found is not None
    person = Visitor(live_tree.url, [])
    password = "a long enough password"
    person.fill("/first-run/", code=found[1], name="O", email="o@example.org", password=password, workspace_name="Acme")
    assert eventually(lambda: problems(live_tree) == [], 60)
    word, words = WORDS[part]
    with frozen(live_tree.pids(part)):
        began = time.monotonic()
        assert eventually(lambda: words in person.ask("GET", "/w/acme/")[1], LIMIT)
        assert problems(live_tree) == [word]
        assert time.monotonic() - began < LIMIT
    assert eventually(lambda: problems(live_tree) == [], 60)
    assert eventually(lambda: words not in person.ask("GET", "/w/acme/")[1], 30)

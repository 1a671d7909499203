"""The chaos run itself: what it reads, what it compares, and that it comes to an end with the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from mltrack.env import BASE_DIR
from tests.chaos.__main__ import asked
from tests.chaos.load import Ledger
from tests.chaos.truth import compare


def test_seed_and_minutes_are_read() -> None:
    assert asked({"SEED": "7", "MINUTES": "0.5"}) == (7, 0.5)
    assert asked({"SEED": "7"}) == (7, 10.0)
    assert asked({})[0] >= 0


@pytest.mark.parametrize("environ", [{"SEED": "seven"}, {"MINUTES": "soon"}])
def test_other_words_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="SEED is a whole number"):
        asked(environ)


@pytest.mark.parametrize(
    ("here", "words"),
    [
        ([("a", 1.0), ("b", 2.0)], []),
        ([("a", 1.0)], ["runs: 1 lost, such as ['b']"]),
        ([("a", 1.0), ("b", 2.0), ("c", 3.0)], ["runs: 1 that nobody sent, such as ['c']"]),
        ([("a", 1.0), ("b", 9.0)], ["runs: 1 of another value, such as ['b']"]),
        ([("a", 1.0), ("b", 2.0), ("b", 2.0)], ["runs: 1 twice"]),
        ([], ["runs: 2 lost, such as ['a', 'b']"]),
    ],
)
def test_every_difference_is_named(here: list[tuple[Any, Any]], words: list[str]) -> None:
    assert compare("runs", here, {"a": 1.0, "b": 2.0}) == words


def test_the_longest_silence_counts_both_ends() -> None:
    ledger = Ledger(acknowledged=[(1.0, 0.1), (2.0, 0.1), (9.0, 0.1), (50.0, 0.1)])
    assert ledger.longest_silence(0.0, 10.0) == 7.0
    assert ledger.longest_silence(0.0, 30.0) == 21.0
    assert Ledger().longest_silence(3.0, 5.0) == 2.0


@pytest.mark.slow
@pytest.mark.processes
def test_a_short_run_ends_with_the_truth() -> None:
    environ = {**os.environ, "SEED": "4", "MINUTES": "0.5"}
    command = [sys.executable, "-m", "tests.chaos"]
    done = subprocess.run(command, env=environ, cwd=BASE_DIR, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "SEED=4: exactly the truth" in done.stdout

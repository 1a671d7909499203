"""Deeds timed in turns."""

from __future__ import annotations

import time

from benchmarks.stopwatch import in_turns, milliseconds, rate, seconds


def test_deeds_take_turns() -> None:
    done: list[str] = []
    times = in_turns({"floor": lambda: done.append("floor"), "ours": lambda: done.append("ours")}, 3)
    assert done == ["floor", "ours"] * 3
    assert times.keys() == {"floor", "ours"} and all(each >= 0 for each in times.values())


def test_one_slow_turn_does_not_count() -> None:
    pauses = iter([0.0, 0.2, 0.0])
    assert in_turns({"ours": lambda: time.sleep(next(pauses))}, 3)["ours"] < 0.1


def test_seconds_are_those_of_the_clock() -> None:
    assert 0.05 <= seconds(lambda: time.sleep(0.05)) < 5


def test_words() -> None:
    assert rate(12_000, 2.0) == "6,000/s"
    assert milliseconds(0.0123) == "12.3 ms"

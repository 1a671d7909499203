"""The table of results: what is met, and how it reads."""

from __future__ import annotations

import pytest

from benchmarks.results import Result, table


def result(ratio: float | None, aim: float | None, *, at_least: bool = False) -> Result:
    return Result("pull", "first pull", "9/s", "10/s", ratio, aim, at_least)


@pytest.mark.parametrize(
    ("ratio", "aim", "at_least", "met"),
    [
        (1.3, 1.3, False, True),
        (1.31, 1.3, False, False),
        (0.1, 0.1, True, True),
        (0.09, 0.1, True, False),
        (None, 1.3, False, None),
        (1.0, None, False, None),
    ],
)
def test_an_aim_bounds_the_ratio(ratio: float | None, aim: float | None, at_least: bool, met: bool | None) -> None:
    assert result(ratio, aim, at_least=at_least).met is met


def test_the_table_shows_each_result_in_a_line() -> None:
    lines = table([result(1.234, 1.3), result(0.0645, 0.1, at_least=True), result(22.0, 12.0)]).splitlines()
    assert lines[0].split() == ["benchmark", "what", "measured", "floor", "ratio", "aim"]
    assert lines[2].endswith("1.23    ≤ 1.30  met")
    assert "0.0645" in lines[3] and lines[3].endswith("≥ 0.1   MISSED")
    assert "22      ≤ 12" in lines[4]


def test_what_promises_nothing_has_no_word() -> None:
    assert table([result(2.5, None)]).splitlines()[2].endswith("2.50")

"""Forecasts of a KPI. Expected numbers are worked out by hand; quantiles of t are those of a printed table."""

from __future__ import annotations

import random

import pytest

from kpis.scoring.outlook import ENOUGH, outlook

# Steps of +2 and 0 in turn, from 0: after 12 steps the walk is at 12, the drift is 1, each step lies 1 off it.
ZIGZAG = [float(place + place % 2) for place in range(13)]


def test_a_walk_with_drift_by_hand() -> None:
    found = outlook(ZIGZAG, 2, level=0.9)
    # s² = 12 / 11; one ahead: variance 12/11 · (1 + 1/12); t with 11 degrees of freedom is 1.796 at 95 %.
    first, second = found.steps
    assert (first.number, first.value) == (1, 13)
    assert first.high - first.value == pytest.approx(1.796 * (12 / 11 * 13 / 12) ** 0.5, abs=0.002)
    assert second.value == 14
    assert second.value - second.low == pytest.approx(1.796 * (12 / 11 * 2 * 14 / 12) ** 0.5, abs=0.002)


def test_a_straight_line_goes_on_without_doubt() -> None:
    found = outlook([5.0 - 0.25 * place for place in range(16)], 4)
    assert [step.value for step in found.steps] == pytest.approx([1.0, 0.75, 0.5, 0.25])
    assert all(step.low == pytest.approx(step.high) for step in found.steps)


def test_gaps_are_wide_steps_and_not_values() -> None:
    line: list[float | None] = [float(place) for place in range(20)]
    line[5] = line[6] = line[12] = None
    found = outlook(line, 1)
    assert found.known == 17
    assert found.steps[0].value == pytest.approx(20)


@pytest.mark.parametrize("known", [0, 1, 2, ENOUGH - 1])
def test_too_little_history_is_said_and_not_forecast(known: int) -> None:
    found = outlook([1.0] * known + [None] * 30, 5)
    assert not found.is_told
    assert (found.known, found.needed, found.steps) == (known, ENOUGH, ())


CASES = [(12, 26, 6), (40, 26, 20), (200, 90, 26), (40, 3, 3), (40, 0, 0)]


@pytest.mark.parametrize(("length", "ahead", "told"), CASES)
def test_a_forecast_reaches_no_further_than_its_history_allows(length: int, ahead: int, told: int) -> None:
    assert len(outlook([float(place % 7) for place in range(length)], ahead).steps) == told


def test_intervals_of_a_true_random_walk_hold_about_as_often_as_they_claim() -> None:
    source = random.Random(7)
    held = tried = 0
    for _ in range(20):
        walk, values = 0.0, []
        for _ in range(60):
            walk += source.gauss(0.3, 1)
            values.append(walk)
        found = outlook(values, 1)
        held, tried = held + found.held, tried + found.tried
    # 960 tries at 0.8 have a standard error of 1.3 points.
    assert tried == 20 * 48
    assert held / tried == pytest.approx(0.8, abs=0.04)

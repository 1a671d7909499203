"""Dates where nothing happened: which are tried, and that chance is called chance as often as it is."""

from __future__ import annotations

import numpy as np
import pytest

from kpis.scoring.realised.methods import Method, before_after, interrupted
from kpis.scoring.realised.placebos import FEWEST, MOST, placebos_of
from tests.kpis.scoring.realised.series import following, weeks


def test_only_periods_before_the_change_are_used() -> None:
    values = [*map(float, following(np.random.default_rng(1), 40, 0.0)), *[100.0 + place % 2 for place in range(10)]]
    series = weeks(values)
    found = placebos_of(before_after, series, series.starts[40])
    # Over 10 periods after: the first date with 6 before it is the 7th week, the last with 10 left the 31st.
    assert found.length == 10 and len(found.effects) == 25
    assert (found.effects[0][0], found.effects[-1][0]) == (series.starts[6], series.starts[30])
    assert max(abs(effect) for _, effect in found.effects) < 5 < 99 < (found.ours or 0)
    assert found.as_large == 0 and found.share == pytest.approx(1 / 26) and not found.doubtful


def test_ours_is_measured_over_as_many_periods_as_theirs() -> None:
    series = weeks([*[float(place % 2) for place in range(24)], *[9.0] * 4, *[99.0] * 30])
    found = placebos_of(before_after, series, series.starts[24])
    # A quarter of 24 periods are 6: four times 9 and twice 99 have a mean of 39, before it is ½.
    assert found.length == 6 and found.ours == pytest.approx(38.5)


def test_dates_next_to_another_release_are_left_out() -> None:
    series = weeks(map(float, following(np.random.default_rng(2), 60, 0.0)))
    every = {day for day, _ in placebos_of(before_after, series, series.starts[50]).effects}
    spared = {day for day, _ in placebos_of(before_after, series, series.starts[50], {series.starts[20]}).effects}
    assert every - spared == set(series.starts[19:22])


def test_too_few_dates_say_nothing() -> None:
    series = weeks(map(float, following(np.random.default_rng(2), 20, 0.0)))
    found = placebos_of(interrupted, series, series.starts[16])
    assert 0 < len(found.effects) < FEWEST and found.share is None and not found.doubtful
    assert placebos_of(interrupted, series.cut(0, 8), series.starts[6]).effects == ()


def test_the_newest_dates_are_taken() -> None:
    series = weeks(map(float, following(np.random.default_rng(2), 200, 0.0)))
    found = placebos_of(before_after, series, series.starts[190])
    assert len(found.effects) == MOST and found.effects[-1][0] == series.starts[180]


@pytest.mark.parametrize("method", [before_after, interrupted])
def test_chance_is_called_small_about_as_often_as_it_is(method: Method) -> None:
    """Of 120 series without a change, a share of 10 % or less is found in at most 18 %: 10 % and three errors of it."""
    rng, small = np.random.default_rng(20261128), 0
    for _ in range(120):
        series = weeks(map(float, following(rng, 50, 0.2)))
        share = placebos_of(method, series, series.starts[40]).share
        assert share is not None
        small += share <= 0.10
    assert small <= 21

"""Effects from histories: golden/09_kpi.json, statsmodels, and cases worked out by hand."""

from __future__ import annotations

import csv
from datetime import timedelta

import numpy as np
import pytest
import statsmodels.api as sm

from kpis.scoring.realised.counts import are_counts, count_fit
from kpis.scoring.realised.methods import before_after, difference_in_differences, interrupted, level_difference
from kpis.scoring.realised.seasons import harmonics
from kpis.scoring.realised.series import Floats, NotCredible, Series, part
from tests.kpis.scoring.golden import FOLDER, golden
from tests.kpis.scoring.realised.series import following, months, weeks

GOLDEN = golden("09_kpi")
BEFORE, AFTER = 10, 6


def around(mean: float, n: int) -> list[float]:
    """Return values that swing around a mean, and have it."""
    return [mean + (0.25 if place % 2 else -0.25) for place in range(n)]


def two_by_two(before: float, after: float) -> Series:
    return weeks([*around(before, BEFORE), *around(after, AFTER)])


def sicily() -> dict[str, Floats]:
    """Return 59 months of heart attacks in Sicily: 09_sicily_its.csv, from the source that golden/09_kpi.json names."""
    with (FOLDER / "09_sicily_its.csv").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def test_the_published_difference_in_differences() -> None:
    """Card and Krueger 1994, table 3: from the rounded means 2.75 (golden, "computed")."""
    means = GOLDEN["did"]["inputs"]
    difference = two_by_two(means["NJ_before"], means["NJ_after"]).less(
        two_by_two(means["PA_before"] + 0.5, means["PA_after"] + 0.5)
    )
    swinging = Series(difference.starts, tuple((v or 0) + 0.1 * (-1) ** n for n, v in enumerate(difference.values)))
    found = difference_in_differences(swinging, swinging.starts[BEFORE])
    assert found.value == pytest.approx(GOLDEN["did"]["computed"], abs=1e-9)
    assert (found.n_before, found.n_after) == (BEFORE, AFTER)


def test_the_published_interrupted_time_series() -> None:
    """Lopez Bernal et al. 2017, by statsmodels 0.15.0 and R 4.2.2 to 4 digits (golden, "its")."""
    data, wanted = sicily(), GOLDEN["its"]
    series = months(data["aces"].tolist())
    parted = part(series, series.starts[36])
    assert parted.after.tolist() == data["smokban"].tolist() and are_counts(parted.values)
    plain = count_fit(parted, data["stdpop"]).ratio(2, poisson=True)
    assert plain.value == pytest.approx(wanted["RR"], abs=5e-9)
    assert [plain.low, plain.high] == pytest.approx(wanted["ci"], abs=1e-8)
    adjusted = count_fit(parted, data["stdpop"], "month")
    found = adjusted.ratio(2)
    assert found.value == pytest.approx(wanted["adjusted_quasi"]["RR"], abs=5e-9)
    assert [found.low, found.high] == pytest.approx(wanted["adjusted_quasi"]["ci"], abs=1e-8)
    assert adjusted.dispersion == pytest.approx(wanted["adjusted_quasi"]["dispersion"], abs=5e-6)


@pytest.mark.parametrize("period", ["", "month"])
def test_an_interrupted_time_series_equals_statsmodels(period: str) -> None:
    values = following(np.random.default_rng(4), 60, 0.4) + np.arange(60) * 0.2
    series = months(map(float, values))
    found = interrupted(series, series.starts[40], period)
    place = np.arange(60.0)
    after = (place >= 40).astype(float)
    beside = [np.sin(2 * np.pi * place * w / 12) for w in (1, 2)] + [np.cos(2 * np.pi * place * w / 12) for w in (1, 2)]
    columns = [np.ones(60), place, after, after * (place - 40), *(beside if period else [])]
    theirs = sm.OLS(values, np.column_stack(columns)).fit()
    # The mean over the 20 months after the change: the jump, and 9.5 months of the change of the trend.
    assert found.value == pytest.approx(theirs.params[2] + 9.5 * theirs.params[3], abs=1e-9)
    assert found.level is not None and found.level.value == pytest.approx(theirs.params[2], abs=1e-9)
    assert found.slope is not None and found.slope.value == pytest.approx(theirs.params[3], abs=1e-9)
    assert found.season == ("year" if period else "")


def test_a_trend_is_no_effect_of_a_series_with_trend_and_one_of_before_and_after() -> None:
    values = [place * 1.0 + 0.01 * (-1) ** place for place in range(40)]
    series = weeks(values)
    assert interrupted(series, series.starts[25]).effect.is_zero_inside
    # Means of 0…24 and 25…39 are 12 and 32.
    assert before_after(series, series.starts[25]).value == pytest.approx(20.0, abs=0.01)


def test_what_drifted_apart_before_has_no_answer() -> None:
    drifting = weeks([place * 1.0 + 0.1 * (-1) ** place for place in range(30)])
    # numpy.polyfit of the 20 weeks before: 0.99850 a week.
    with pytest.raises(NotCredible, match=r"moved apart before the change already, by \+0\.998 a period"):
        difference_in_differences(drifting, drifting.starts[20])
    assert level_difference(drifting, drifting.starts[20]).value == pytest.approx(15.0, abs=0.1)


@pytest.mark.parametrize("method", [before_after, difference_in_differences, interrupted])
def test_too_few_periods_have_no_answer(method: object) -> None:
    series = weeks(float(each % 3) for each in range(30))
    for place in (4, 28):
        with pytest.raises(NotCredible, match="it needs"):
            method(series, series.starts[place])  # type: ignore[operator]
    with pytest.raises(NotCredible, match="it needs"):
        method(series, series.starts[-1] + timedelta(days=700))  # type: ignore[operator]


def test_waves_are_sines_and_cosines() -> None:
    found = harmonics(np.array([0.0, 3.0]), 12, 1)
    assert found == pytest.approx(np.array([[0.0, 1.0], [1.0, 0.0]]), abs=1e-12)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 2.0], True), ([0.0, 0.0], False), ([1.5, 2.0], False), ([-1.0, 2.0], False), ([], False)],
)
def test_counts_are_whole(values: list[float], expected: bool) -> None:
    assert are_counts(np.array(values)) is expected


def test_counts_that_fit_nothing_have_no_factor() -> None:
    parted = part(weeks([0.0] * 30), weeks([0.0] * 30).starts[20])
    with pytest.raises(NotCredible):
        count_fit(parted, np.ones(30))
    # Nothing before and many after: the step would be infinite.
    steps = weeks([0.0] * 20 + [50.0] * 10)
    with pytest.raises(NotCredible):
        count_fit(part(steps, steps.starts[20]), np.ones(30))

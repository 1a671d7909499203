"""Years compared: the log-rank test of golden 06 as published, statsmodels 0.15 as oracle, and what is not compared."""

from __future__ import annotations

import csv
import random

import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff

from kpis.scoring.portfolio_analysis.cohorts import LEAST_EXPECTED, LogRank, cohorts_of, log_rank
from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.words import cohorts_words
from tests.kpis.scoring.golden import FOLDER, golden
from tests.kpis.scoring.portfolio_analysis.builders import history

KM = golden("06_survival")["km"]


def patients() -> LogRank:
    with (FOLDER / "06_gehan_6mp.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    arms = {number: [row for row in rows if row["treat"] == arm] for number, arm in enumerate(("6-MP", "control"))}
    return log_rank({arm: [(float(row["time"]), row["cens"] == "1") for row in each] for arm, each in arms.items()})


def test_the_published_log_rank_test() -> None:
    """Freireich et al. 1963 (Kleinbaum and Klein, chapter 2): 16.79; 19.25 and 10.75 were to be expected."""
    found = patients()
    assert found.statistic == pytest.approx(KM["logrank_chi2"], rel=1e-12)
    assert found.p == pytest.approx(KM["logrank_p"], rel=1e-10)
    assert (round(found.statistic or 0, 2), found.freedom) == (KM["published"]["logrank"], 1)
    assert {arm: round(each, 2) for arm, each in found.expected.items()} == {0: 19.25, 1: 10.75}


@pytest.mark.parametrize("groups", [2, 3, 5])
@pytest.mark.parametrize("seed", range(4))
def test_it_equals_statsmodels(groups: int, seed: int) -> None:
    draw = random.Random(seed)
    rows = [(draw.randrange(groups), float(draw.randrange(40)), draw.random() < 0.6) for _ in range(150)]
    found = log_rank({group: [row[1:] for row in rows if row[0] == group] for group in range(groups)})
    times, ends, names = (np.array(column) for column in zip(*[(row[1], row[2], row[0]) for row in rows], strict=True))
    statistic, p = survdiff(times, ends.astype(int), names)
    assert found.statistic == pytest.approx(statistic, rel=1e-9)
    assert found.p == pytest.approx(p, rel=1e-8)
    assert sum(found.expected.values()) == pytest.approx(sum(row[2] for row in rows))


def test_nothing_to_compare() -> None:
    assert log_rank({}) == LogRank({}, None, 0, None)
    alone = log_rank({2025: [(3.0, True), (4.0, False)]})
    assert (alone.statistic, alone.p, alone.expected) == (None, None, {2025: 1.0})
    assert log_rank({1: [(3.0, False)], 2: [(4.0, False)]}).statistic is None


def begun(year: int, days: int, end: str, number: int) -> History:
    """Return one that began in a year and was there after so many days, or is still open then."""
    late = 365 * (year - 2026)
    moves = [("framing", late + 30.0), *([(end, late + 30.0 + days)] if end else [])]
    return history(*moves, until=late + 30.0 + (days if not end else 900), key=f"{year}-{number}")


def years(fast: int, slow: int, n: int) -> list[History]:
    ways = [(2026, fast + number, "production", number) for number in range(n)]
    return [begun(*way) for way in [*ways, *((2027, slow + number, "production", number) for number in range(n))]]


def test_a_slower_year_is_told() -> None:
    found = cohorts_of(years(20, 200, 20))
    assert [(each.year, each.n, each.production, each.compared) for each in found.years] == [
        (2026, 20, 20, True),
        (2027, 20, 20, True),
    ]
    assert found.test.p is not None and found.test.p < 0.001
    assert cohorts_words(found).startswith(
        "Those begun in 2026 and 2027 do not reach production equally fast (log-rank"
    )
    assert "with 1 degree of freedom, p < 0.001" in cohorts_words(found)


def test_equal_years_do_not_differ() -> None:
    found = cohorts_of(years(50, 50, 20))
    assert found.test.statistic == pytest.approx(0.0, abs=1e-12)
    assert found.test.p == pytest.approx(1.0)
    assert cohorts_words(found).startswith("Between those begun in 2026 and 2027 there is no difference")
    assert found.years[0].after.production is not None and found.years[0].after.production.value == pytest.approx(1.0)


def test_a_year_with_too_little_to_expect_is_shown_and_not_compared() -> None:
    fresh = [begun(2028, 5, "", number) for number in range(40)]
    found = cohorts_of([*years(50, 60, 20), *fresh])
    assert [(each.year, each.compared) for each in found.years] == [(2026, True), (2027, True), (2028, False)]
    assert found.years[2].expected < LEAST_EXPECTED
    assert (found.test.freedom, found.years[2].after.production) == (1, None)
    alone = cohorts_of([*years(50, 60, 20)[:20], *fresh])
    assert (alone.test.p, [each.compared for each in alone.years]) == (None, [False, False])
    assert cohorts_words(alone) == "Too few arrivals to compare years: two of them need 5 that were to be expected."


def test_who_is_cancelled_is_followed_to_that_day() -> None:
    """Censoring and cancelling take somebody out alike: the test is of the hazard of production."""
    ways = years(20, 200, 20)
    gone = [begun(2026, 10 + number, "cancelled", 100 + number) for number in range(9)]
    left = [begun(2026, 10 + number, "", 100 + number) for number in range(9)]
    assert cohorts_of([*ways, *gone]).test == cohorts_of([*ways, *left]).test
    assert (cohorts_of([*ways, *gone]).years[0].cancelled, cohorts_of([*ways, *left]).years[0].cancelled) == (9, 0)


def test_one_that_began_in_production_is_left_out() -> None:
    there = history(("production", 3.0), until=400)
    assert cohorts_of([there]).years == ()

"""Cumulative incidence and survival: golden 06 (published, and by hand), and statsmodels 0.15 as oracle."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from kpis.scoring.portfolio_analysis.incidence import End, competing, incidence_of, share_at
from kpis.scoring.portfolio_analysis.survival import Z95, Survival, kaplan_meier
from tests.kpis.scoring.golden import FOLDER, golden
from tests.kpis.scoring.portfolio_analysis.builders import history

GOLDEN = golden("06_survival")
ENDS: tuple[End, ...] = ("", "production", "cancelled")


def patients(treatment: str) -> Survival:
    with (FOLDER / "06_gehan_6mp.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["treat"] == treatment]
    return kaplan_meier([float(row["time"]) for row in rows], [row["cens"] == "1" for row in rows])


@pytest.mark.parametrize(("treatment", "name"), [("6-MP", "6mp"), ("control", "placebo")])
def test_the_published_survival_curve(treatment: str, name: str) -> None:
    """Freireich et al. 1963: S(6) = .857 … S(23) = .448, medians 23 and 8 weeks, as published."""
    found = patients(treatment)
    expected = GOLDEN["km"][f"S_{name}"]
    assert {str(int(each.days)) for each in found.steps} >= set(expected)
    for step in found.steps:
        if str(int(step.days)) in expected:
            assert step.share == pytest.approx(expected[str(int(step.days))], abs=1e-12)
        published = GOLDEN["km"]["published"]["S"]
        if name == "6mp":
            assert round(step.share, 3) == published[str(int(step.days))]
    assert found.median == GOLDEN["km"][f"median_{name}"]


def test_the_golden_recursion() -> None:
    tiny = GOLDEN["tiny"]
    steps = competing(tiny["time"], [ENDS[event] for event in tiny["event"]])
    assert [(each.days, each.at_risk) for each in steps] == [(each["t"], each["at_risk"]) for each in tiny["steps"]]
    for found, expected in zip(steps, tiny["steps"], strict=True):
        assert found.production.value == pytest.approx(expected["cif_prod"], abs=1e-15)
        assert found.cancelled.value == pytest.approx(expected["cif_cancel"], abs=1e-15)
        assert 1 - found.production.value - found.cancelled.value == pytest.approx(expected["event_free"], abs=1e-15)


@pytest.mark.parametrize(
    ("name", "days", "ended"),
    [("all censored", [3, 5, 9], [False] * 3), ("single event", [5], [True]), ("time zero", [0], [True])],
)
def test_the_golden_edges(name: str, days: list[int], ended: list[bool]) -> None:
    expected, found = GOLDEN["edge_cases"][name], kaplan_meier(days, ended)
    assert (found.steps[-1].share if found.steps else 1.0) == expected["S_end"]
    assert (math.inf if found.median is None else found.median) == float(expected["median"])


def test_the_golden_recursion_tells_who_went_when() -> None:
    tiny, gone = GOLDEN["tiny"], Counter[tuple[int, str]]()
    for day, event in zip(tiny["time"], tiny["event"], strict=True):
        gone[day, ENDS[event]] += 1
    steps = competing(tiny["time"], [ENDS[event] for event in tiny["event"]])
    for found, expected in zip(steps, tiny["steps"], strict=True):
        assert gone[found.days, "production"] == expected["prod"]
        assert gone[found.days, "cancelled"] == expected["cancel"]


@pytest.mark.parametrize("seed", range(6))
def test_shares_and_bands_equal_statsmodels(seed: int) -> None:
    draw = random.Random(seed)
    days = [draw.randrange(0, 40) for _ in range(120)]
    ends = [draw.choice(ENDS) for _ in days]
    oracle = CumIncidenceRight(np.array(days, float), np.array([ENDS.index(each) for each in ends]))
    for place, step in enumerate(competing(days, ends)):
        assert step.days == oracle.times[place]
        for cause, share in enumerate((step.production, step.cancelled)):
            value, spread = oracle.cinc[cause][place], oracle.cinc_se[cause][place]
            assert share.value == pytest.approx(value, abs=1e-12)
            if share.low is None or not np.isfinite(spread):
                continue
            width = Z95 * spread / (value * abs(np.log(value)))
            assert share.low == pytest.approx(value ** np.exp(width), rel=1e-8)
            assert share.high == pytest.approx(value ** np.exp(-width), rel=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_survival_equals_statsmodels(seed: int) -> None:
    draw = random.Random(seed)
    days = [draw.randrange(0, 30) for _ in range(80)]
    ended = [draw.random() < 0.6 for _ in days]
    found = kaplan_meier(days, ended)
    oracle = SurvfuncRight(np.array(days, float), np.array(ended, float))
    assert [each.share for each in found.steps] == pytest.approx(list(oracle.surv_prob), abs=1e-12)
    assert [each.at_risk for each in found.steps] == list(oracle.n_risk)
    for step, spread in zip(found.steps, oracle.surv_prob_se, strict=True):
        if step.low is not None:
            width = Z95 * spread / (step.share * abs(np.log(step.share)))
            assert step.low == pytest.approx(step.share ** np.exp(width), rel=1e-8)
            assert step.high == pytest.approx(step.share ** np.exp(-width), rel=1e-8)


@pytest.mark.parametrize(
    ("days", "ended", "median", "why"),
    [
        ([], [], None, "nobody was here"),
        ([3, 5, 9], [False] * 3, None, "fewer than half got further so far"),
        ([5], [True], 5, "only 1 came through, 10 are needed"),
        ([0], [True], 0, "only 1 came through, 10 are needed"),
        (list(range(1, 13)), [True] * 12, 6, ""),
        (list(range(1, 31)), [day <= 12 for day in range(1, 31)], None, "fewer than half got further so far"),
    ],
)
def test_medians_only_where_honest(days: list[int], ended: list[bool], median: float | None, why: str) -> None:
    found = kaplan_meier(days, ended)
    assert (found.median, found.why) == (median, why)
    assert found.honest_median == (None if why else median)


@pytest.mark.parametrize("days", [[-1.0], [float("nan")], [float("inf")], [1.0, 2.0]])
def test_what_is_no_duration_is_refused(days: list[float]) -> None:
    with pytest.raises(ValueError):
        kaplan_meier(days, [True])


def test_production_before_cancelled_is_production() -> None:
    ways = [
        history(("framing", 0), ("production", 30), ("cancelled", 50)),
        history(("framing", 0), ("cancelled", 10), ("active", 20), ("cancelled", 40)),
        history(("framing", 0), ("cancelled", 10), ("active", 20)),
        history(("data", 0), ("retired", 60)),
    ]
    found = incidence_of(ways)
    assert [(each.days, each.at_risk) for each in found.steps] == [(30, 4), (40, 3), (60, 2), (100, 1)]
    assert (found.production, found.cancelled, found.unknown) == (1, 2, 0)


def test_who_began_in_production_has_no_known_way() -> None:
    found = incidence_of([history(("production", 0)), history(("retired", 0)), history(("framing", 0))])
    assert (found.n, found.unknown, found.production) == (1, 2, 0)


def test_shares_are_said_where_enough_were_followed() -> None:
    # By hand: 12 begun, 3 in production on day 30 and 3 cancelled on day 60; all seen for 100 days.
    ways = [history(("framing", 0), ("production", 30)) for _ in range(3)]
    ways += [history(("framing", 0), ("cancelled", 60)) for _ in range(3)]
    ways += [history(("framing", 0)) for _ in range(6)]
    after_90, after_180, after_365 = incidence_of(ways).horizons
    assert after_90.followed == 12 and after_180.followed == 0
    assert after_90.production and after_90.cancelled
    assert (after_90.production.value, after_90.cancelled.value) == pytest.approx((0.25, 0.25))
    assert after_90.production.low and after_90.production.high
    assert 0 < after_90.production.low < 0.25 < after_90.production.high < 1
    assert (after_180.production, after_365.cancelled) == (None, None)
    assert share_at(incidence_of(ways).steps, 29)[0].value == 0.0


def test_nobody_and_nothing_before_its_beginning() -> None:
    assert incidence_of([]).steps == ()
    with pytest.raises(ValueError):
        competing([-1], [""])

"""Scores of kept forecasts by hand, and by simulation of forecasts that are right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from kpis.scoring.convolution import finish
from kpis.scoring.forecast.calibration import KeptForecast, calibration
from kpis.scoring.proportions import clopper_pearson

START = date(2026, 1, 1)


def day(place: int | None) -> date | None:
    return None if place is None else START + timedelta(days=place)


def kept(initiative: str, p50: int | None, p85: int | None, **more: Any) -> KeptForecast:
    """Return a forecast of the first day; `made`, `owner`, `reached` and `cancelled` are days after it."""
    names = {"owner": "owner_date", "reached": "reached_on", "cancelled": "cancelled_on"}
    values: dict[str, Any] = {
        names.get(name, name): day(value) if name in names else value for name, value in more.items()
    }
    made = values.pop("made", 0)
    return KeptForecast(initiative, START + timedelta(days=made), day(p50), day(p85), **values)


def at(place: int) -> date:
    return START + timedelta(days=place)


def test_by_hand() -> None:
    found = calibration(
        [
            kept("A", 10, 20, reached=8, owner=5),
            kept("B", 10, 20, reached=15, owner=30),
            kept("C", 10, 20, reached=26, owner=5),
            kept("D", 10, 40, owner=5),
        ],
        at(31),
    )
    assert found.p50 is not None
    assert found.p85 is not None
    assert (found.p50.n, found.p50.coverage, found.p85.n, found.p85.coverage) == (4, 0.25, 3, 2 / 3)
    # By hand: 2 days early, 5 late, 16 late, and at least 22 late (32 − 10), each by one half.
    assert (found.p50.loss, found.p50.unfinished) == ((2 + 5 + 16 + 22) / 2 / 4, 1)
    # By hand: 12 and 5 days early at 0.15, 6 late at 0.85.
    assert found.p85.loss == pytest.approx((12 * 0.15 + 5 * 0.15 + 6 * 0.85) / 3)
    assert (found.p85.interval, found.p85.nominal) == (clopper_pearson(2, 3), 0.85)
    assert not found.p85.is_off
    assert (found.kept, found.open, found.cancelled, found.without_date) == (4, 1, 0, 0)
    assert found.sharpness is not None
    assert (found.sharpness.n, found.sharpness.width, found.sharpness.width_median) == (4, 15, 10)
    assert found.sharpness.ahead == 25


def test_the_owners_date_stands_beside_p50_of_the_same_forecasts() -> None:
    found = calibration(
        [kept("A", 10, 20, reached=9, owner=5), kept("B", 10, 20, reached=8, owner=50), kept("C", 4, 9, reached=2)],
        at(31),
    )
    assert found.owner is not None
    assert found.beside is not None
    # B's own date has not come, C has none.
    assert (found.owner.n, found.owner.coverage, found.owner.loss, found.owner.nominal) == (1, 0, 2, None)
    assert (found.beside.n, found.beside.coverage, found.beside.loss) == (1, 1, 0.5)
    assert not found.owner.is_off


@pytest.mark.parametrize(
    ("outcome", "due", "is_open", "cancelled"),
    [
        ({}, 0, 1, 0),
        ({"reached": 3}, 0, 1, 0),
        ({"cancelled": 9}, 0, 0, 1),
    ],
)
def test_before_the_day_nothing_is_scored(outcome: dict[str, int], due: int, is_open: int, cancelled: int) -> None:
    found = calibration([kept("A", 15, 20, **outcome)], at(15))
    assert (found.p50, found.p85, found.open, found.cancelled) == (None, None, is_open, cancelled)


def test_cancelled_competes_until_the_day_and_misses_after_it() -> None:
    found = calibration([kept("A", 10, 20, cancelled=15)], at(40))
    assert found.p50 is not None
    assert (found.p50.coverage, found.p50.loss, found.p85, found.cancelled) == (0, 2.5, None, 1)


def test_an_initiative_counts_once() -> None:
    often = [kept("A", 10 + n, 20 + n, reached=5) for n in range(9)]
    found = calibration([*often, kept("B", 10, 20, reached=30)], at(60)).p85
    assert found is not None
    assert (found.n, found.forecasts, found.coverage, found.interval) == (2, 10, 0.5, clopper_pearson(1, 2))


def test_nothing_kept_and_no_dates() -> None:
    empty = calibration([], at(0))
    assert (empty.p50, empty.owner, empty.sharpness, empty.kept) == (None, None, None, 0)
    found = calibration([kept("A", None, None)], at(5))
    assert (found.without_date, found.kept, found.sharpness, found.open) == (1, 1, None, 0)


def test_right_forecasts_are_found_right_and_wrong_ones_off() -> None:
    history, chance = [3, 0, 5, 2, 4, 1], np.random.default_rng(11)
    said = finish(30, [history])
    p50, p85 = said.quantile(0.5), said.quantile(0.85)
    assert p50 is not None
    assert p85 is not None
    rows: list[KeptForecast] = []
    for n in range(600):
        taken = int(np.argmax(chance.choice(history, 200).cumsum() >= 30)) + 1
        masses = {"mass50": said.after(p50), "mass85": said.after(p85)}
        rows.append(kept(str(n), p50, p85, reached=taken, **masses))
    right = calibration(rows, at(400))
    assert right.p50 is not None
    assert right.p85 is not None
    # Four standard errors of 600 outcomes.
    assert right.p85.coverage == pytest.approx(said.after(p85), abs=4 * np.sqrt(0.15 * 0.85 / 600))
    assert right.p50.coverage == pytest.approx(said.after(p50), abs=4 * np.sqrt(0.25 / 600))
    hasty = [
        kept(each.initiative, p50 - 4, p85 - 4, reached=(each.reached_on - START).days)
        for each in rows
        if each.reached_on
    ]
    wrong = calibration(hasty, at(400)).p85
    assert wrong is not None
    assert wrong.is_off


def test_early_ones_wait_for_their_day_so_that_slow_ones_count_as_much() -> None:
    # Of ten, five are done at once and five never: seen on any day, coverage is not above one half.
    rows = [kept(str(n), 10, 20, reached=1 if n < 5 else None) for n in range(10)]
    for today in range(30):
        found = calibration(rows, at(today)).p85
        assert (found.coverage if found else 0.5) == 0.5

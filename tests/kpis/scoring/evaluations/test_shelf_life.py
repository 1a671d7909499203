"""Shelf life against golden/03_ci_gate_sample_size.json (Renggli et al. 2019; the rest computed from its formulas)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.shelf_life import LARGEST, Demand, ShelfLife, cases_needed, shelf_life
from tests.kpis.scoring.golden import golden

GOLDEN = golden("03_ci_gate_sample_size")
ROWS = GOLDEN["hoeffding"]["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['reliability']}-{row['eps']}")
def test_hoeffding_as_recorded(row: dict[str, Any]) -> None:
    fixed = Demand(row["eps"], row["reliability"], adaptive=False)
    adaptive = Demand(row["eps"], row["reliability"])
    assert cases_needed(fixed, 1) == cases_needed(adaptive, 1) == row["single"]
    assert cases_needed(fixed, 32) == row["H32"]
    assert cases_needed(adaptive, 32) == row["H32_adaptive"]


def test_bennett_as_published() -> None:
    case = GOLDEN["bennett"]
    for adaptive, name in ((False, "non_adaptive"), (True, "fully_adaptive")):
        demand = Demand(case["eps"], case["reliability"], case["p"], adaptive)
        assert cases_needed(demand, case["H"]) == case[name]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['reliability']}-{row['eps']}")
def test_a_test_set_bears_as_many_answers_as_it_was_made_for(row: dict[str, Any]) -> None:
    demand = Demand(row["eps"], row["reliability"])
    assert shelf_life(demand, row["H32_adaptive"], 0).allowed == 32
    assert shelf_life(demand, row["H32_adaptive"] - 1, 0).allowed == 31
    assert shelf_life(demand, row["single"] - 1, 0) == ShelfLife(0, 0)
    assert shelf_life(Demand(row["eps"], row["reliability"], adaptive=False), row["H32"], 0).allowed >= 32


@given(
    st.sampled_from([0.01, 0.02, 0.05]),
    st.sampled_from([0.95, 0.999]),
    st.sampled_from([None, 0.1, 0.3]),
    st.booleans(),
    st.integers(0, 100_000),
)
def test_the_allowed_answers_are_the_most_that_fit(
    tolerance: float, reliability: float, disagreement: float | None, adaptive: bool, n: int
) -> None:
    demand = Demand(tolerance, reliability, disagreement, adaptive)
    allowed = shelf_life(demand, n, 0).allowed
    if allowed:
        assert cases_needed(demand, allowed) <= n
    if allowed < LARGEST:
        assert cases_needed(demand, allowed + 1) > n


@pytest.mark.parametrize("given_,left,spent", [(0, 32, False), (31, 1, False), (32, 0, True), (40, 0, True)])
def test_answers_spend_the_test_set(given_: int, left: int, spent: bool) -> None:
    found = shelf_life(Demand(0.05, 0.99), 5358, given_)
    assert (found.allowed, found.left, found.spent) == (32, left, spent)


def test_too_small_a_set_is_spent_at_once() -> None:
    assert shelf_life(Demand(0.01, 0.9999), 500, 0).spent


def test_models_that_mostly_agree_need_fewer_cases() -> None:
    assert cases_needed(Demand(0.01, 0.999, 0.1), 5) < cases_needed(Demand(0.01, 0.999), 5)


@pytest.mark.parametrize(
    "fields", [(0, 0.9, 0.5), (1, 0.9, 0.5), (0.1, 1, 0.5), (0.1, 0, 0.5), (0.1, 0.9, 0), (0.1, 0.9, 1)]
)
def test_demands_lie_between_0_and_1(fields: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Demand(*fields)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        cases_needed(Demand(0.1, 0.9), 0)
    for n, answers in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="from 0"):
            shelf_life(Demand(0.1, 0.9), n, answers)

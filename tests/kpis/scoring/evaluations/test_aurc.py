"""AURC against golden/02_selective_prediction.json and against the definition, row by row."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.aurc import aurc
from projects.progress.evaluations.ladder import Ladder, ladder_of
from tests.kpis.scoring.evaluations.rows import ROWS, digits, digits_ladder, ladder
from tests.kpis.scoring.golden import golden

GOLDEN = golden("02_selective_prediction")


def by_definition(errors: list[int]) -> float:
    """Return the mean selective risk of errors in order, the most confident first."""
    return sum(sum(errors[: place + 1]) / (place + 1) for place in range(len(errors))) / len(errors)


def test_by_hand() -> None:
    case = GOLDEN["tiny"]
    found = aurc(ladder_of(case["conf"], [1 - wrong for wrong in case["err"]]))
    assert found is not None
    assert found.expected == found.best == found.worst == pytest.approx(case["aurc"], abs=1e-15)
    assert found.optimal == pytest.approx(case["optimal_finite"], abs=1e-15)
    assert found.optimal_asymptotic == pytest.approx(case["optimal_asymptotic"], abs=1e-15)
    assert found.excess == pytest.approx(case["eaurc_finite"], abs=1e-15)
    assert found.excess_asymptotic == pytest.approx(case["eaurc_asymptotic"], abs=1e-15)


def test_ties_by_hand() -> None:
    case = GOLDEN["ties"]
    found = aurc(ladder_of(case["conf"], [1 - wrong for wrong in case["err"]]))
    assert found is not None
    ends = [found.expected, found.best, found.worst]
    assert ends == pytest.approx([case["aurc_expected"], case["aurc_best"], case["aurc_worst"]], abs=1e-15)


def test_the_digits() -> None:
    case = GOLDEN["real"]
    found = aurc(digits_ladder())
    assert found is not None
    assert found.expected == pytest.approx(case["aurc"], abs=1e-15)
    assert found.optimal == pytest.approx(case["optimal_finite"], abs=1e-15)
    assert found.excess == pytest.approx(case["eaurc_finite"], abs=1e-15)
    assert found.excess_asymptotic == pytest.approx(case["eaurc_asymptotic"], abs=1e-15)


def test_the_digits_with_ties() -> None:
    case = GOLDEN["real"]["ties_rounded"]
    rows = digits()
    tied = ladder_of([round(row[0], 1) for row in rows], [row[1] for row in rows], 10)
    found = aurc(tied)
    assert found is not None
    assert len(tied.levels) == case["distinct"]
    ends = [found.expected, found.best, found.worst]
    assert ends == pytest.approx([case["aurc_expected"], case["aurc_best"], case["aurc_worst"]], abs=1e-14)


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.lists(st.booleans(), max_size=4))
def test_ties_are_the_mean_over_every_order(tied: list[bool], above: list[bool]) -> None:
    found = aurc(ladder_of([0.9] * len(above) + [0.5] * len(tied), above + tied))
    assert found is not None
    wrong = [int(not right) for right in tied]
    heads = sorted(permutations([int(not right) for right in above]))
    every = [by_definition([*head, *tail]) for head in heads for tail in permutations(wrong)]
    assert found.expected == pytest.approx(sum(every) / len(every), abs=1e-12)
    assert [found.best, found.worst] == pytest.approx([min(every), max(every)], abs=1e-12)


@given(ROWS)
def test_the_expected_order_lies_between_the_ends(rows: list[tuple[float, bool]]) -> None:
    found = aurc(ladder(rows))
    answered = [row for row in rows if not math.isnan(row[0])]
    assert (found is None) == (not answered)
    if found is None:
        return
    slack = 1e-12
    assert -slack <= found.optimal <= found.best + slack
    assert found.best - slack <= found.expected <= found.worst + slack <= 1 + 2 * slack
    assert found.excess >= -slack


def test_a_perfect_ranking_has_no_excess() -> None:
    found = aurc(ladder_of([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]))
    assert found is not None
    assert found.excess == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("correct,area", [([0, 0, 0], 1.0), ([1, 1, 1], 0.0)])
def test_one_outcome_everywhere(correct: list[int], area: float) -> None:
    found = aurc(ladder_of([0.9, 0.5, 0.5], correct))
    assert found is not None
    assert (found.expected, found.optimal, found.optimal_asymptotic) == (area, area, area)


def test_one_confidence_for_all_is_the_risk() -> None:
    found = aurc(ladder_of([0.5] * 1000, [1] * 900 + [0] * 100))
    assert found is not None
    assert found.expected == pytest.approx(0.1, abs=1e-12)


def test_abstentions_have_no_rank() -> None:
    assert aurc(ladder_of([0.9, 0.5, math.nan], [1, 0, 0])) == aurc(ladder_of([0.9, 0.5], [1, 0]))
    assert aurc(ladder_of([math.nan], [1])) is None
    assert aurc(Ladder()) is None


def test_large_levels_are_summed_exactly_enough() -> None:
    found = aurc(Ladder((9000, 5000), (3000, 2000), (10, 700)))
    assert found is not None
    errors = [10 * (j / 3010) / j for j in range(1, 3011)]
    errors += [(10 + 700 * j / 2700) / (3010 + j) for j in range(1, 2701)]
    assert found.expected == pytest.approx(math.fsum(errors) / 5710, abs=1e-13)
    assert aurc(Ladder((9000,), (10**9,), (10**7,))) is not None

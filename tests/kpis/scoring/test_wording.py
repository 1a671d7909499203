"""Numbers and lists in words: a bound never looks better than it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.wording import counted, day, figure, listed, lower_figure, percent, upper_figure
from tests.kpis.scoring.builders import NOW


@pytest.mark.parametrize(
    "value,text",
    [
        (0, "0"),
        (0.9153, "0.9153"),
        (0.91534, "0.9153"),
        (0.9, "0.9"),
        (3, "3"),
        (-2.5, "-2.5"),
        (1204.5, "1,204.5"),
        (1234567, "1,234,567"),
        (0.00001234, "1.2e-05"),
    ],
)
def test_figures(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    "value,low,high", [(0.89999, "0.8999", "0.9"), (0.90001, "0.9", "0.9001"), (0.5, "0.5", "0.5")]
)
def test_bounds_are_rounded_away_from_their_target(value: float, low: str, high: str) -> None:
    assert (lower_figure(value), upper_figure(value)) == (low, high)


@given(st.floats(0.001, 1))
def test_a_shown_bound_encloses_the_true_one(value: float) -> None:
    assert float(lower_figure(value)) <= value <= float(upper_figure(value))


@pytest.mark.parametrize(
    "ratio,text", [(0.95, "95 %"), (0.975, "97.5 %"), (1, "100 %"), (0, "0 %"), (0.12345, "12.35 %")]
)
def test_percentages(ratio: float, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize(
    "words,text", [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(words: list[str], text: str) -> None:
    assert listed(words) == text


@pytest.mark.parametrize("number,text", [(1, "1 case"), (0, "0 cases"), (1204, "1,204 cases")])
def test_counts(number: int, text: str) -> None:
    assert counted(number, "case") == text


def test_days() -> None:
    assert day(NOW) == "2027-03-01"

"""The four-fifths rule against golden/08_fairness.json: the EEOC's own example, and ratios of exactly 4/5."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.evaluations.four_fifths import LABEL, at_least_four_fifths, four_fifths
from kpis.scoring.evaluations.share import Share
from tests.kpis.scoring.golden import golden

PUBLISHED, TRAP = golden("08_fairness")["four_fifths"]


def test_the_example_of_the_eeoc() -> None:
    shares = {name: Share(rate, 100) for name, rate in PUBLISHED["selection_rate_pct"].items()}
    found = four_fifths(shares)
    assert found.reference == "white"
    assert {each.group: each.ratio for each in found.impacts} == pytest.approx(PUBLISHED["impact_ratio"], abs=1e-15)
    assert {each.group: each.adverse for each in found.impacts} == PUBLISHED["adverse"]
    assert [each.group for each in found.impacts if each.adverse] == [PUBLISHED["published"]["adverse_only"]]


@pytest.mark.parametrize("case", TRAP["false_fail_cases"])
def test_exactly_four_fifths_is_no_adverse_impact(case: dict[str, Any]) -> None:
    group, top = Share(case["a_sel"], case["a_n"]), Share(case["b_sel"], case["b_n"])
    assert (group.part / group.n) / (top.part / top.n) == case["float_ratio"] < 0.8
    assert at_least_four_fifths(group, top)
    assert four_fifths({"a": group, "b": top}).impacts[0].adverse is case["adverse"] is False


SHARES = st.integers(1, 500).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))


@given(SHARES, SHARES)
def test_equals_fractions(group: Share, top: Share) -> None:
    exact = Fraction(group.part, group.n) >= Fraction(4, 5) * Fraction(top.part, top.n)
    assert at_least_four_fifths(group, top) is exact


def test_the_reference_has_enough_cases() -> None:
    found = four_fifths({"a": Share(2, 2), "b": Share(50, 100), "c": Share(39, 100), "d": Share(0, 0)}, minimum_n=30)
    assert found.reference == "b"
    assert [(each.group, each.adverse) for each in found.impacts] == [
        ("a", None),
        ("b", False),
        ("c", True),
        ("d", None),
    ]
    assert found.impacts[0].ratio is None


def test_each_ratio_has_an_interval_that_holds_with_the_others() -> None:
    """Two groups are held against the highest, so each at 97.5 %."""
    found = four_fifths({"a": Share(30, 100), "b": Share(60, 100), "c": Share(0, 100), "d": Share(1, 3)}, minimum_n=30)
    a, reference, c, small = (each.interval for each in found.impacts)
    low, high = confint_proportions_2indep(30, 100, 60, 100, method="log", compare="ratio", alpha=0.025)
    assert a is not None and c is not None
    assert [a.low, a.high] == pytest.approx([low, high], rel=1e-9)
    assert c.low == 0 < c.high < 0.5
    assert reference is small is None


def test_nobody_selected_is_no_ratio_and_no_impact() -> None:
    found = four_fifths({"a": Share(0, 50), "b": Share(0, 60)})
    assert [(each.ratio, each.adverse) for each in found.impacts] == [(None, False), (None, False)]


def test_without_a_group_of_enough_cases_there_is_no_reference() -> None:
    assert four_fifths({"a": Share(1, 2)}, 30).reference == ""
    assert four_fifths({}).impacts == ()
    with pytest.raises(ValueError, match="at least one case"):
        at_least_four_fifths(Share(0, 0), Share(1, 2))


def test_it_says_that_it_is_no_legal_advice() -> None:
    assert "not legal advice" in LABEL

"""Gaps between groups against golden/08_fairness.json (fairlearn's documentation) and fairlearn as an oracle."""

from __future__ import annotations

from typing import Any

import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.evaluations.fairness import Fairness, Gap, decide_gap, decide_ratio, fairness, gap
from kpis.scoring.evaluations.groups import GroupCounts, group_counts
from kpis.scoring.evaluations.share import Share
from projects.progress.evaluations.tally import tally_rows
from tests.kpis.scoring.golden import golden

PUBLISHED = golden("08_fairness")["fairlearn_doc"]


def judged(label: list[Any], prediction: list[Any], group: list[str], minimum_n: int = 1) -> Fairness:
    right = [a == b for a, b in zip(label, prediction)]
    tally = tally_rows([1.0] * len(label), right, None, {"g": group}, label, prediction)
    return fairness(group_counts(tally, 0.0), minimum_n)


def test_the_documented_example() -> None:
    found = judged(PUBLISHED["y_true"], PUBLISHED["y_pred"], PUBLISHED["sensitive"])
    for name, value in {
        "dpd": found.demographic_parity_difference,
        "dpr": found.demographic_parity_ratio,
        "eod": found.equalized_odds_difference,
        "eor": found.equalized_odds_ratio,
    }.items():
        assert value == pytest.approx(PUBLISHED["computed"][name], abs=1e-15)


ROWS = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from("abc")), min_size=8, max_size=80)


@settings(max_examples=25)
@given(ROWS)
def test_equals_fairlearn_where_every_rate_exists(rows: list[tuple[bool, bool, str]]) -> None:
    label, prediction, group = (list(column) for column in zip(*rows))
    if len({(a, c) for a, c in zip(label, group)}) < 2 * len(set(group)) or len(set(group)) < 2 or not any(prediction):
        return
    found = judged(label, prediction, group)
    more = {"sensitive_features": group}
    assert found.demographic_parity_difference == pytest.approx(
        demographic_parity_difference(label, prediction, **more)
    )
    assert found.demographic_parity_ratio == pytest.approx(demographic_parity_ratio(label, prediction, **more))
    assert found.equalized_odds_difference == pytest.approx(equalized_odds_difference(label, prediction, **more))
    if found.equalized_odds_ratio is not None:
        assert found.equalized_odds_ratio == pytest.approx(equalized_odds_ratio(label, prediction, **more))


def test_a_group_without_positives_has_no_true_positive_rate() -> None:
    # fairlearn takes the missing rate as 0; here the group is named and left out.
    found = judged([1, 0, 1, 0, 0, 0], [1, 0, 0, 0, 1, 0], ["a", "a", "b", "b", "c", "c"])
    assert found.true_positive.undefined == ("g=c",)
    assert found.true_positive.difference == 1.0
    assert found.equalized_odds_difference == 1.0
    alone = judged([1, 0, 0, 0], [1, 0, 0, 0], ["a", "a", "c", "c"])
    assert alone.true_positive.difference is None
    assert alone.equalized_odds_difference is None
    assert alone.equalized_odds_ratio is None


def test_nobody_selected_has_no_ratio() -> None:
    found = judged([1, 0, 1, 0], [0, 0, 0, 0], ["a", "a", "b", "b"])
    assert (found.demographic_parity_difference, found.demographic_parity_ratio) == (0.0, None)


@pytest.mark.parametrize("groups", [{}, {"a": GroupCounts(10, 10, 9)}])
def test_one_group_is_no_comparison(groups: dict[str, GroupCounts]) -> None:
    found = fairness(groups)
    assert found.coverage_parity_difference is None
    assert found.coverage_parity_ratio is None
    assert found.demographic_parity_difference is None
    assert decide_gap(found.coverage, 1.0) is None


def test_without_a_favourable_class_errors_and_coverage_are_compared() -> None:
    found = fairness({"a": GroupCounts(100, 80, 76), "b": GroupCounts(100, 40, 36)})
    assert found.coverage_parity_difference == pytest.approx(0.4)
    assert found.coverage_parity_ratio == pytest.approx(0.5)
    assert found.error.difference == pytest.approx(0.05)
    assert found.demographic_parity_difference is None


def test_small_groups_are_named_and_not_compared() -> None:
    shares = {"a": Share(50, 100), "b": Share(60, 100), "c": Share(0, 3), "d": Share(0, 0)}
    found = gap(shares, minimum_n=20)
    assert (found.highest, found.lowest, found.too_small, found.undefined) == ("b", "a", ("c",), ("d",))
    assert found.difference == pytest.approx(0.1)
    assert found.pairs == 1


def test_the_interval_holds_for_all_pairs_at_once() -> None:
    shares = {"a": Share(50, 100), "b": Share(60, 100), "c": Share(55, 100)}
    found = gap(shares)
    assert found.pairs == 3
    assert found.interval == shares["b"].minus(shares["a"], 1 - 0.05 / 3)
    plain = shares["b"].minus(shares["a"])
    assert found.interval is not None
    assert plain is not None
    assert found.interval.low < plain.low < plain.high < found.interval.high


@pytest.mark.parametrize(
    "shares,limit,decision",
    [
        ({"a": Share(5000, 10000), "b": Share(5100, 10000)}, 0.05, "met"),
        ({"a": Share(50, 100), "b": Share(51, 100)}, 0.05, "undecided"),
        ({"a": Share(5000, 10000), "b": Share(6000, 10000)}, 0.05, "missed"),
        ({"a": Share(0, 10), "b": Share(0, 10)}, 0.05, "undecided"),
        ({"a": Share(5000, 10000)}, 0.05, None),
    ],
)
def test_a_limit_on_the_difference(shares: dict[str, Share], limit: float, decision: str | None) -> None:
    assert decide_gap(gap(shares), limit) == decision


@pytest.mark.parametrize(
    "shares,floor,decision",
    [
        # 0.98 with the interval 0.9527 to 1.0081 (statsmodels 0.14, method "log").
        ({"a": Share(5000, 10000), "b": Share(5100, 10000)}, 0.95, "met"),
        ({"a": Share(5000, 10000), "b": Share(5100, 10000)}, 0.96, "undecided"),
        ({"a": Share(50, 100), "b": Share(51, 100)}, 0.8, "undecided"),
        ({"a": Share(5000, 10000), "b": Share(8000, 10000)}, 0.8, "missed"),
        ({"a": Share(400, 1000), "b": Share(500, 1000)}, 0.7253, "met"),
        ({"a": Share(400, 1000), "b": Share(500, 1000)}, 0.7254, "undecided"),
        ({"a": Share(400, 1000), "b": Share(500, 1000)}, 0.8823, "undecided"),
        ({"a": Share(400, 1000), "b": Share(500, 1000)}, 0.8824, "missed"),
        ({"a": Share(0, 1000), "b": Share(500, 1000)}, 0.1, "missed"),
        ({"a": Share(0, 50), "b": Share(0, 50)}, 0.8, None),
        ({"a": Share(50, 50), "b": Share(50, 50)}, 0.9, "met"),
        ({"a": Share(50, 50), "b": Share(50, 50)}, 0.97, "undecided"),
        ({"a": Share(400, 1000)}, 0.8, None),
    ],
)
def test_a_floor_of_the_ratio(shares: dict[str, Share], floor: float, decision: str | None) -> None:
    assert decide_ratio(gap(shares), floor) == decision


def test_a_ratio_holds_for_all_pairs_at_once() -> None:
    shares = {"a": Share(500, 1000), "b": Share(600, 1000), "c": Share(550, 1000)}
    found, each = gap(shares), 1 - 0.05 / 3
    low, high = confint_proportions_2indep(500, 1000, 600, 1000, method="log", compare="ratio", alpha=1 - each)
    assert found.ratios is not None
    assert [found.ratios.low, found.ratios.high] == pytest.approx([low, high], rel=1e-9)
    assert (found.least, found.most) == (found.ratios.low, found.ratios.high)
    wide = gap({**shares, "d": Share(24, 40)}, minimum_n=30)
    assert wide.least is not None and wide.least < found.ratios.low
    assert decide_ratio(gap({**shares, "d": Share(2, 4)}, minimum_n=30), 0.5) == "undecided"


def test_what_is_too_small_to_judge_is_not_met() -> None:
    shares = {"a": Share(5000, 10000), "b": Share(5100, 10000), "c": Share(1, 2)}
    assert decide_gap(gap(shares, minimum_n=30), 0.05) == "undecided"
    assert decide_gap(Gap(None, None), 0.05) is None


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 30), min_size=2), st.floats(0, 1))
def test_the_names_of_groups_change_nothing(parts: dict[str, int], limit: float) -> None:
    shares = {name: Share(part, 30) for name, part in parts.items()}
    other = {name.upper(): share for name, share in reversed(shares.items())}
    one, two = gap(shares), gap(other)
    assert (one.difference, one.ratio) == (two.difference, two.ratio)
    assert [one.widest, one.surest] == pytest.approx([two.widest, two.surest])
    assert one.widest is not None
    assert one.difference is not None
    assert one.surest is not None
    assert one.surest <= one.difference <= one.widest + 1e-12
    if one.ratio is not None:
        assert [one.least, one.most] == pytest.approx([two.least, two.most])
        assert (one.least or 0.0) - 1e-12 <= one.ratio <= (one.most or 0.0) + 1e-12 <= 1 + 1e-12

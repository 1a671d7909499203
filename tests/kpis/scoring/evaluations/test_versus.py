"""Champion and challenger: better, not worse by a margin, and in which slice."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.binomial import mcnemar_exact, mcnemar_mid_p
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.versus import Versus, on_separate_samples, on_the_same_cases, worse_slices
from tests.kpis.scoring.golden import golden

GOLDEN = golden("03_mcnemar_two_sample")


def test_separate_samples_as_published() -> None:
    case = GOLDEN["newcombe_diff"]
    found = on_separate_samples(Share(case["x2"], case["n2"]), Share(case["x1"], case["n1"]))
    assert found.interval is not None
    assert [found.interval.low, found.interval.high] == pytest.approx(case["ci95"], abs=1e-9)
    assert found.difference == pytest.approx(0.2)
    assert (found.paired, found.p_exact, found.p_mid, found.better) == (False, None, None, "met")


def test_the_published_table() -> None:
    found = on_the_same_cases(Pairs(794, 150, 86, 570))
    assert found.p_exact == pytest.approx(GOLDEN["mcnemar"]["p_exact"], rel=1e-10)
    assert found.p_mid == mcnemar_mid_p(150, 86)
    assert (found.better, found.not_worse(0.01), found.not_worse(0.1)) == ("missed", "missed", "met")


def test_pairs_tell_more_than_separate_samples() -> None:
    pairs = Pairs(both=880, champion_only=10, challenger_only=30, neither=80)
    one = on_the_same_cases(pairs)
    two = on_separate_samples(Share(890, 1000), Share(910, 1000))
    assert one.difference == pytest.approx(two.difference)
    assert one.interval is not None
    assert two.interval is not None
    assert one.interval.high - one.interval.low < 0.6 * (two.interval.high - two.interval.low)
    assert (one.better, two.better) == ("met", "undecided")


def test_bounds_are_one_sided() -> None:
    found = on_the_same_cases(Pairs(880, 10, 30, 80))
    assert found.interval is not None
    assert found.bounds is not None
    assert found.interval.low < found.bounds.low < found.bounds.high < found.interval.high


@pytest.mark.parametrize(
    "pairs,margin,decision",
    [
        (Pairs(900, 20, 20, 60), 0.02, "met"),
        (Pairs(90, 2, 2, 6), 0.02, "undecided"),
        (Pairs(800, 100, 20, 80), 0.01, "missed"),
        (Pairs(1000, 0, 0, 0), 0.01, "met"),
        (Pairs(20, 0, 0, 0), 0.01, "undecided"),
    ],
)
def test_not_worse_by_a_margin(pairs: Pairs, margin: float, decision: str) -> None:
    assert on_the_same_cases(pairs).not_worse(margin) == decision


def test_no_discordant_pair_is_p_1_and_undecided() -> None:
    found = on_the_same_cases(Pairs(both=50))
    assert (found.p_exact, found.p_mid, found.better, found.difference) == (1.0, 1.0, "undecided", 0.0)
    assert mcnemar_exact(0, 0) == 1.0


@pytest.mark.parametrize(
    "found",
    [
        on_the_same_cases(Pairs()),
        on_separate_samples(Share(0, 0), Share(5, 10)),
        on_separate_samples(Share(5, 10), Share(0, 0)),
    ],
)
def test_without_cases_there_is_no_answer(found: Versus) -> None:
    assert (found.difference, found.interval, found.better, found.not_worse(0.01)) == (None, None, None, None)


def test_better_on_average_and_worse_in_one_slice() -> None:
    slices = {
        "region=EU": Pairs(900, 10, 60, 30),
        "region=US": Pairs(150, 40, 5, 5),
        "region=ASIA": Pairs(50, 2, 1, 5),
    }
    whole = Pairs()
    for each in slices.values():
        whole = whole.plus(each)
    assert on_the_same_cases(whole).difference == pytest.approx(14 / 1258)
    found = {name: on_the_same_cases(each) for name, each in slices.items()}
    assert worse_slices(found, 0.01) == ("region=US",)
    assert found["region=EU"].better == "met"
    assert found["region=ASIA"].not_worse(0.01) == "undecided"


def test_the_worst_slice_comes_first() -> None:
    found = {"a": on_the_same_cases(Pairs(500, 100, 10, 0)), "b": on_the_same_cases(Pairs(300, 300, 10, 0))}
    assert worse_slices(found, 0.01) == ("b", "a")
    assert worse_slices({}, 0.01) == ()

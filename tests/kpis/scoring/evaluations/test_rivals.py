"""Champion and challenger: on what they are compared, for whom it gets worse, and what stays hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.evaluations.rival_words import NO_DIFFERENCE, headline, method, multiplicity, said_of
from kpis.scoring.evaluations.rivals import Comparison, Part, compare
from kpis.scoring.inputs import DatasetFact
from tests.kpis.scoring.evaluations.tallies import KEPT, NOW, counted, side
from tests.kpis.scoring.golden import golden

# 1,000 cases, of which the challenger gets 30 more right in the EU and 40 fewer in the US.
OLD = counted(("EU", "F", 270, 30), ("EU", "M", 265, 35), ("US", "F", 180, 20), ("US", "M", 180, 20))
NEW = counted(("EU", "F", 285, 15), ("EU", "M", 280, 20), ("US", "F", 160, 40), ("US", "M", 160, 40))
PAIRS = {
    "": Pairs(both=860, champion_only=35, challenger_only=25, neither=80),
    "region=EU": Pairs(535, 0, 30, 35),
    "region=US": Pairs(320, 40, 0, 40),
}


def beside(pairs: dict[str, Pairs] | None = None, **fields: Any) -> Comparison:
    """Compare the two."""
    return compare(side(OLD), side(NEW, id="evl_b", **fields), pairs, NOW)


def part(found: Comparison, name: str) -> Part:
    return next(each for each in found.parts if each.name == name)


def test_pairs_are_compared_by_mcnemar_as_published() -> None:
    # Agresti, Categorical Data Analysis, table 10.1; the exact p is that of R's binom.test(86, 236).
    known = golden("03_mcnemar_two_sample")["mcnemar"]
    (both, lost), (gained, neither) = known["table"]
    found = beside({"": Pairs(both, lost, gained, neither)})
    assert found.basis == "paired" and found.whole is not None
    assert found.whole.found.p_exact == pytest.approx(known["p_exact"], rel=1e-12)
    assert found.whole.found.difference == pytest.approx((86 - 150) / 1600)
    assert found.whole.lean == "beyond_margin"


def test_separate_samples_are_compared_as_newcombe_published() -> None:
    known = golden("03_mcnemar_two_sample")["newcombe_diff"]
    champion = counted(("", "", known["x2"], known["n2"] - known["x2"]))
    challenger = counted(("", "", known["x1"], known["n1"] - known["x1"]))
    found = compare(side(champion, cases_until=None), side(challenger), None, NOW)
    assert found.whole is not None and found.whole.found.interval is not None
    interval = found.whole.found.interval
    assert [interval.low, interval.high] == pytest.approx(known["ci95"], abs=1e-12)
    assert (found.basis, found.whole.found.p_exact) == ("separate", None)


@pytest.mark.parametrize(
    ("fields", "pairs", "basis", "words"),
    [
        ({}, PAIRS, "paired", "1,000 common cases"),
        ({}, None, "separate", "share no case id"),
        ({"cases_until": None}, None, "separate", "The cases of the challenger were not kept"),
        ({"cases_until": NOW}, None, "separate", "no longer kept"),
        ({"dataset": None}, None, "separate", "is not named"),
        ({"dataset": DatasetFact("cases", "d2")}, PAIRS, "not_comparable", "different data, cases d1 and cases d2"),
        ({"dataset": DatasetFact("other", "d1")}, None, "not_comparable", "different data"),
    ],
)
def test_the_basis_and_why(fields: dict[str, Any], pairs: dict[str, Pairs] | None, basis: str, words: str) -> None:
    found = beside(pairs, **fields)
    assert found.basis == basis
    assert words in found.why


def test_other_data_gives_no_difference_at_all() -> None:
    found = beside(PAIRS, dataset=DatasetFact("cases", "d2"))
    assert (found.whole, found.parts, found.coverage) == (None, (), None)
    assert headline(found).startswith("Not comparable. ")
    assert (method(found), multiplicity(found)) == ((), "")


def test_the_worst_part_comes_first_though_the_average_is_nearly_equal() -> None:
    found = beside(PAIRS)
    assert found.whole is not None and found.whole.lean == "open"
    assert [each.name for each in found.parts] == ["region=US", "sex=F", "sex=M", "region=EU"]
    assert part(found, "region=US").lean == "beyond_margin"
    assert part(found, "region=EU").lean == "better"
    assert headline(found) == (
        "On the same 1,000 cases the challenger's accuracy differs by −1.0 points (−2.6 to +0.5 points): "
        "too few cases to tell overall. Worse by more than the margin in region=US (−10.0 points). "
        "Better in region=EU (+5.0 points)."
    )


def test_a_part_without_pairs_is_compared_as_separate_samples_and_said_so() -> None:
    found = beside(PAIRS)
    women = part(found, "sex=F")
    assert (women.kind, women.pairs, women.found.paired) == ("group", None, False)
    assert women.champion.n == women.challenger.n == 500
    assert any("Newcombe" in each for each in method(found)) and any("McNemar" in each for each in method(found))


def test_no_discordant_case_is_p_1_and_not_equal() -> None:
    found = beside({"": Pairs(900, 0, 0, 100)})
    assert found.whole is not None
    assert (found.whole.found.p_exact, found.whole.found.p_mid) == (1.0, 1.0)
    assert found.whole.found.interval is not None and found.whole.found.interval.low < 0
    assert said_of(found.whole) == NO_DIFFERENCE
    few = compare(side(counted(("", "", 9, 1))), side(counted(("", "", 9, 1))), {"": Pairs(9, 0, 0, 1)}, NOW)
    assert few.whole is not None and few.whole.lean == "open"


def test_better_needs_the_exact_test_beside_the_interval() -> None:
    # 4 against 0: the score interval ends above 0, the exact p is 2 · 0.5⁴ = 0.125 (by hand).
    found = beside({"": Pairs(36, 0, 4, 0)})
    assert found.whole is not None
    assert (found.whole.found.better, found.whole.found.p_exact) == ("met", 0.125)
    assert found.whole.lean == "not_worse"


def test_small_groups_are_hidden_with_their_complement() -> None:
    old = counted(("EU", "F", 500, 40), ("EU", "M", 400, 20), ("EU", "X", 8, 1))
    found = compare(side(old), side(old), None, NOW)
    assert {each.name for each in found.parts if each.hidden} == {"sex=X", "sex=M"}
    hidden = part(found, "sex=M")
    assert (hidden.champion.n, hidden.challenger.n, hidden.found.difference) == (0, 0, None)
    assert hidden.champion_coverage.n == 0 and hidden.pairs is None
    assert "hidden" in said_of(hidden)
    assert [each.name for each in found.parts[-2:]] == ["sex=M", "sex=X"]


def test_parts_that_only_one_side_has_are_named_and_not_compared() -> None:
    found = compare(side(counted(("EU", "F", 90, 10))), side(counted(("US", "F", 90, 10))), None, NOW)
    assert {each.name: each.lean for each in found.parts} == {
        "region=EU": "nothing",
        "region=US": "nothing",
        "sex=F": "open",
    }
    assert (part(found, "region=EU").champion.n, part(found, "region=EU").challenger.n) == (100, 0)


def test_each_stands_at_its_own_operating_point() -> None:
    found = compare(side(OLD, threshold=0.5), side(NEW, threshold=0.95), None, NOW)
    assert (found.champion.coverage.rate, found.challenger.coverage.rate) == (1.0, 0.0)
    assert found.coverage is not None and found.coverage.difference == -1.0
    assert found.challenger.accuracy.rate is None
    assert part(found, "region=EU").challenger_coverage.part == 0


def test_how_many_would_be_called_worse_by_chance() -> None:
    found = beside(PAIRS)
    assert found.tested == 4 and found.by_chance == pytest.approx(0.2)
    assert "about 0.2 by chance" in multiplicity(found)


def test_cases_kept_until_later_are_kept() -> None:
    assert "share no case id" in beside(None, cases_until=KEPT + timedelta(days=1)).why

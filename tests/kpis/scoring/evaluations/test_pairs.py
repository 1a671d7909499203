"""Paired differences against golden/03_mcnemar_two_sample.json (Agresti's table) and a published interval."""

from __future__ import annotations

import math
import random
from collections.abc import Hashable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from kpis.scoring.evaluations.pairs import Pairs, count_pairs, pair, paired_interval, score
from tests.kpis.scoring.golden import golden

GOLDEN = golden("03_mcnemar_two_sample")["mcnemar"]
TABLE = Pairs(*(n for row in GOLDEN["table"] for n in row))
COUNTS = st.builds(Pairs, *[st.integers(0, 60)] * 4)


def test_the_statistic_at_no_difference_is_mcnemar_s() -> None:
    assert score(TABLE, 0.0) ** 2 == pytest.approx(GOLDEN["chi2_uncorrected"], abs=1e-12)
    assert 2 * stats.norm.sf(abs(score(TABLE, 0.0))) == pytest.approx(GOLDEN["p_uncorrected"], rel=1e-9)


def test_a_published_interval() -> None:
    # Airway reactivity (Bentur et al. 2009): Tango's interval in Fagerland, Lydersen and Laake 2014 (Statistics in
    # Medicine 33, 2850-2875) is -0.517 to -0.026 for before minus after; typed from memory, confirmed here.
    found = paired_interval(Pairs(1, 1, 7, 12))
    assert found is not None
    assert [round(found.low, 3), round(found.high, 3)] == [0.026, 0.517]


def test_the_direction_is_challenger_minus_champion() -> None:
    assert TABLE.difference == pytest.approx((86 - 150) / 1600)
    found = paired_interval(TABLE)
    assert found is not None
    assert found.low < -0.04 < found.high < 0


def constrained(pairs: Pairs, difference: float) -> float:
    """Return the statistic with the nuisance share found by maximising the likelihood numerically."""
    gained, lost, rest = pairs.challenger_only, pairs.champion_only, pairs.both + pairs.neither

    def unlikely(share: float) -> float:
        parts = ((gained, share + difference), (lost, share), (rest, 1 - 2 * share - difference))
        return -sum(n * math.log(max(part, 1e-300)) for n, part in parts if n)

    ends = (max(0.0, -difference), (1 - difference) / 2)
    share = float(optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-12}).x)
    variance = pairs.n * (2 * share + difference - difference**2)
    return float((gained - lost - pairs.n * difference) / variance**0.5)


@given(st.builds(Pairs, *[st.integers(1, 60)] * 4), st.sampled_from([-0.5, -0.1, 0.02, 0.3]))
def test_the_statistic_uses_the_likeliest_share(pairs: Pairs, difference: float) -> None:
    assert score(pairs, difference) == pytest.approx(constrained(pairs, difference), abs=1e-3, rel=1e-3)


@given(COUNTS)
def test_the_interval_agrees_with_mcnemar(pairs: Pairs) -> None:
    found = paired_interval(pairs)
    if found is None or pairs.champion_only + pairs.challenger_only == 0:
        return
    b, c = pairs.champion_only, pairs.challenger_only
    p = mcnemar([[pairs.both, b], [c, pairs.neither]], exact=False, correction=False).pvalue
    if abs(p - 0.05) > 1e-6:
        assert (found.low > 0 or found.high < 0) == (p < 0.05)


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_holds_the_difference_and_turns_with_the_sides(pairs: Pairs, confidence: float) -> None:
    found = paired_interval(pairs, confidence)
    if found is None:
        assert pairs.n == 0 and pairs.difference is None
        return
    assert pairs.difference is not None
    assert -1 <= found.low <= pairs.difference <= found.high <= 1
    turned = paired_interval(Pairs(pairs.both, pairs.challenger_only, pairs.champion_only, pairs.neither), confidence)
    assert turned is not None
    assert [turned.low, turned.high] == pytest.approx([-found.high, -found.low], abs=1e-9)


@pytest.mark.parametrize("n", [1, 20, 1000])
def test_no_discordant_pair_is_not_equality(n: int) -> None:
    # The closed form for b = c = 0 is z² / (n + z²).
    found = paired_interval(Pairs(both=n))
    z = stats.norm.ppf(0.975)
    assert found is not None
    assert [found.low, found.high] == pytest.approx([-z * z / (n + z * z), z * z / (n + z * z)], abs=1e-9)


ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=50)


@given(ANSWERS, st.integers(0, 50), st.randoms(use_true_random=False))
def test_pairs_add_up_in_any_order(rows: list[tuple[bool, bool]], cut: int, chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    whole = count_pairs(rows)
    assert count_pairs(mixed) == whole
    assert count_pairs(rows[:cut]).plus(count_pairs(rows[cut:])) == whole
    assert whole.n == len(rows)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_ids_pair_cases(rows: list[tuple[bool, bool]], chance: random.Random) -> None:
    champion: dict[Hashable, bool] = {place: row[0] for place, row in enumerate(rows)}
    ids = list(champion)
    chance.shuffle(ids)
    challenger: dict[Hashable, bool] = {place: rows[place][1] for place in ids if isinstance(place, int)}
    assert pair(champion | {"left": True}, challenger | {"new": False}) == count_pairs(rows)


@pytest.mark.parametrize("fields", [{"both": -1}, {"champion_only": -1}, {"challenger_only": -1}, {"neither": -1}])
def test_pairs_are_counted_from_nothing(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="negative"):
        Pairs(**fields)


@pytest.mark.slow
@pytest.mark.parametrize("n,gain,loss", [(50, 0.1, 0.05), (200, 0.05, 0.05), (1000, 0.02, 0.03)])
def test_the_interval_covers_the_truth(n: int, gain: float, loss: float) -> None:
    chance = np.random.default_rng(n)
    draws = chance.multinomial(n, [0.8, loss, gain, 0.2 - gain - loss], size=1500)
    held = 0
    for draw in draws.tolist():
        found = paired_interval(Pairs(*draw))
        held += found is not None and found.low <= gain - loss <= found.high
    assert 0.93 <= held / len(draws) <= 0.975

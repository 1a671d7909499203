"""Labels for a target against golden/10_learning_curve.json (a constructed curve), and simulated ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize

from kpis.scoring.labeling.learning_curve import (
    FARTHEST,
    WIDEST,
    LabelsNeeded,
    Measured,
    best_curve,
    labels_needed_for,
)
from tests.kpis.scoring.golden import golden

GOLDEN = golden("10_learning_curve")
CASE = GOLDEN["constructed"]
POINTS = [Measured(*point) for point in CASE["points"]]


def noisy(noise: float, sizes: int = 6, shift: float = 0.0) -> list[Measured]:
    """Return the constructed points, every other one shifted up and down, with a noise that is known."""
    return [
        Measured(each.labels, each.value + shift * (-1) ** place, noise) for place, each in enumerate(POINTS[:sizes])
    ]


def test_the_constructed_curve() -> None:
    found = best_curve(POINTS)
    assert found is not None
    assert (found.a, found.b, found.c) == pytest.approx(CASE["true"], abs=1e-9)
    assert (found.a, found.b, found.c) == pytest.approx(CASE["fitted"], abs=1e-5)
    assert found.labels_for(0.9) == pytest.approx(CASE["n_for_0_90_closed_form"], rel=1e-9)
    assert found.labels_for(0.9) == pytest.approx(CASE["n_for_0_90"], rel=1e-5)
    assert found.labels_for(0.92) is None
    assert found.at(800) == pytest.approx(POINTS[3].value)


def test_an_exact_curve_has_a_narrow_interval() -> None:
    found = labels_needed_for(0.9, noisy(1e-5))
    assert found.low is not None
    assert found.high is not None
    assert found.low < CASE["n_for_0_90_closed_form"] < found.high < 1.1 * found.low
    assert found.more_than(8000) == (found.low - 8000, found.high - 8000)
    assert found.more_than(10**6) == (0, 0)


def test_a_target_above_the_asymptote_is_never_reached() -> None:
    assert CASE["target_above_asymptote"].endswith("never reached")
    for points in (noisy(1e-5), noisy(0.003)):
        found = labels_needed_for(0.93, points)
        assert (found.low, found.high, found.refusal, found.more_than(5)) == (None, None, "never", None)
        assert found.words == "no credible answer: the curve may level off below the target"


def test_noise_widens_and_then_refuses() -> None:
    narrow, wide = labels_needed_for(0.88, noisy(0.001)), labels_needed_for(0.88, noisy(0.003))
    assert narrow.low is not None and narrow.high is not None
    assert wide.low is not None and wide.high is not None
    truth = (1.2 / 0.04) ** (1 / 0.45)
    assert wide.low < narrow.low < truth < narrow.high < wide.high
    assert labels_needed_for(0.9, noisy(0.003)).refusal == "too_far"
    assert labels_needed_for(0.9, noisy(0.01)).refusal == "never"


def test_the_interval_by_constrained_fits() -> None:
    # At both ends the best curve through (n, target) exceeds the least sum of squares by chi-square's 3.841.
    points = noisy(0.003, shift=0.002)
    found = labels_needed_for(0.88, points)
    assert found.low is not None and found.high is not None and found.curve is not None
    n, y = np.array([each.labels for each in points]), np.array([each.value for each in points])
    least = sum(((each.value - found.curve.at(each.labels)) / 0.003) ** 2 for each in points)

    def excess(labels: float) -> float:
        def loss(parts: Any) -> float:
            return float((((y - 0.88 + parts[0] * (n ** -parts[1] - labels ** -parts[1])) / 0.003) ** 2).sum())

        fits = [
            optimize.minimize(
                loss, [b, c], method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-9}
            )
            for b, c in ((1, 0.4), (0.5, 0.2), (3, 0.8))
        ]
        return min(float(fit.fun) for fit in fits) - least

    for end in (found.low, found.high):
        assert excess(end) == pytest.approx(3.841, abs=0.9)
    assert excess((found.low * found.high) ** 0.5) < 2


def test_no_curve_rises_above_1() -> None:
    # metric(n) = 1 − 1.2 n^(−0.45); the least sum of squares by brute force over a from the target to 1, and c.
    sizes = np.array([100, 200, 400, 800, 1600, 3200])
    y = 1 - 1.2 * sizes**-0.45
    found = labels_needed_for(0.98, [Measured(int(n), float(each), 0.001) for n, each in zip(sizes, y)])
    a, c = np.meshgrid(np.linspace(0.98, 1, 201), np.linspace(0.01, 2, 400))

    def least(labels: float) -> float:
        curves = a[..., None] - (a - 0.98)[..., None] * (labels / sizes) ** c[..., None]
        return float((((y - curves) / 0.001) ** 2).sum(axis=2).min())

    assert found.low is not None and found.high is not None
    for end, outward in ((found.low, 0.97), (found.high, 1 / 0.97)):
        assert least(end * outward) > 3.841
        assert least(end / outward**2) < 3.841


def test_scatter_beyond_the_noise_counts() -> None:
    told, seen = labels_needed_for(0.87, noisy(0.0005)), labels_needed_for(0.87, noisy(0.0005, shift=0.004))
    assert told.low is not None and told.high is not None
    assert seen.low is None or seen.low < told.low


def test_without_noise_nobody_can_say() -> None:
    found = labels_needed_for(0.9, [*noisy(0.003)[:5], POINTS[5]])
    assert (found.low, found.high, found.refusal) == (None, None, "no_noise")
    assert found.curve == best_curve(POINTS)


@pytest.mark.parametrize("points", [[], POINTS[:3], [*POINTS[:3], POINTS[0]]])
def test_four_sizes_are_needed(points: list[Measured]) -> None:
    assert labels_needed_for(0.9, points) == LabelsNeeded(0.9, None, None, "few_sizes")
    assert best_curve(points) is None


def test_repeats_at_one_size_count() -> None:
    twice = [each for each in noisy(0.003) for _ in range(4)]
    once, more = labels_needed_for(0.88, noisy(0.003)), labels_needed_for(0.88, twice)
    assert once.low is not None and once.high is not None
    assert more.low is not None and more.high is not None
    assert more.high / more.low < once.high / once.low


@pytest.mark.parametrize("values", [[0.8, 0.8, 0.8, 0.8], [0.9, 0.85, 0.8, 0.75]])
def test_a_curve_that_does_not_rise(values: list[float]) -> None:
    found = labels_needed_for(0.95, [Measured(100 * 2**place, value, 0.01) for place, value in enumerate(values)])
    assert found.refusal == "not_rising"
    assert found.curve is not None
    assert found.curve.labels_for(0.95) is None


def test_a_target_that_was_reached_is_inside_what_was_tried() -> None:
    found = labels_needed_for(0.85, noisy(0.003))
    assert found.low is not None and found.high is not None
    assert 400 < found.low < found.high < 800


@pytest.mark.parametrize("wrong", [(0, 0.5, None), (10, 1.1, None), (10, -0.1, None), (10, 0.5, 0.0)])
def test_what_is_no_measurement(wrong: tuple[int, float, float | None]) -> None:
    with pytest.raises(ValueError, match="curve"):
        Measured(*wrong)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(100, 200, 400, 800, 1600, 3200), (250, 500, 1000, 2000)])
@pytest.mark.parametrize("tested", [2_000, 20_000])
def test_few_answers_are_wrong(sizes: tuple[int, ...], tested: int) -> None:
    # 200 power laws with binomial noise; the target lies at 0.7 to 6 times the largest size. What is answered although
    # it is wrong is at most 5 % of all questions, as the confidence says; 0.03 is the error of 200 of them.
    chance, wrong, answered, rounds = np.random.default_rng(tested + len(sizes)), 0, 0, 200
    for _ in range(rounds):
        a, c, gap = chance.uniform(0.8, 0.98), chance.uniform(0.2, 0.9), chance.uniform(0.05, 0.3)
        truth, b = sizes[-1] * chance.uniform(0.7, 6), gap * sizes[0] ** c
        points = []
        for n in sizes:
            value = float(chance.binomial(tested, a - b * n**-c) / tested)
            points.append(Measured(n, value, max(1e-4, (value * (1 - value) / tested) ** 0.5)))
        found = labels_needed_for(a - b * truth**-c, points)
        if found.low is not None and found.high is not None:
            answered += 1
            wrong += not found.low <= truth <= found.high
            assert found.high <= max(sizes) or found.high / found.low <= WIDEST + 0.5
            assert found.high <= FARTHEST * sizes[-1] + 1
    print(f"{len(sizes)} sizes, {tested} tested: {answered} of {rounds} answered, {wrong} wrong")
    assert answered > 0
    assert wrong / rounds <= 0.05 + 0.03
    assert wrong <= 0.1 * answered + 3

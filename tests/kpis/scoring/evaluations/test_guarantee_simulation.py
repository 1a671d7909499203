"""The guarantee holds and the naive choice does not: over 500 made-up models where the target binds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kpis.scoring.evaluations.choice import choose
from tests.kpis.scoring.evaluations.simulated import Simulated, binding_models

MODELS = 500
DELTA = 0.05
# The one-sided 95 % limit of a share that is δ in truth, over this many models.
LIMIT = DELTA + 1.645 * math.sqrt(DELTA * (1 - DELTA) / MODELS)


@pytest.fixture(scope="module")
def models() -> list[Simulated]:
    return list(binding_models(MODELS, np.random.default_rng(20)))


def test_a_simulated_model_knows_its_truth() -> None:
    chance = np.random.default_rng(1)
    model = next(binding_models(1, chance))
    many = model.evaluated(200_000, chance)
    assert sum(many.right) / many.n == pytest.approx(model.accuracies[0], abs=0.005)
    assert model.accuracies[0] < model.target <= model.accuracies[-1]


@pytest.mark.slow
@pytest.mark.parametrize("n,least_covered", [(1000, 0.25), (5000, 0.4)])
def test_the_choice_keeps_its_word(models: list[Simulated], n: int, least_covered: float) -> None:
    chance = np.random.default_rng(n)
    missed = {"observed": 0, "guaranteed": 0, "sgr": 0}
    covered = {"observed": 0.0, "guaranteed": 0.0, "sgr": 0.0}
    for model in models:
        found = choose(model.evaluated(n, chance), model.target, 1 - DELTA)
        points = {
            "observed": found.observed,
            "guaranteed": found.guaranteed.point if found.guaranteed else None,
            "sgr": found.sgr.point if found.sgr else None,
        }
        for name, point in points.items():
            if point is not None:
                missed[name] += not model.holds(point.threshold)
                covered[name] += (point.coverage or 0) / MODELS
    truth = sum(model.reachable for model in models) / MODELS
    for name in missed:
        print(f"n = {n:,}: {name}: misses {missed[name] / MODELS:.1%}, average coverage {covered[name]:.1%}")
    print(f"n = {n:,}: truly reachable: average coverage {truth:.1%}")
    assert missed["guaranteed"] / MODELS <= LIMIT
    assert missed["sgr"] / MODELS <= LIMIT
    assert missed["observed"] / MODELS > 0.4
    assert least_covered < covered["guaranteed"] < truth
    assert covered["sgr"] < covered["guaranteed"]

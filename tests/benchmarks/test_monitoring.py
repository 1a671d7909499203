"""The benchmark of monitoring: it measures each promise, and its world is the one it describes."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.monitoring import SEGMENTS, make, psi_alarms, silences
from benchmarks.sizes import SIZES


def test_each_promise_is_measured() -> None:
    rows = silences(SIZES["tiny"], (0.05,), 7)
    assert [row.what for row in rows] == [
        "false alarms a week, weekly, φ 0.05",
        "silent weeks found, weekly, φ 0.05",
    ]
    assert all(row.ratio is not None and row.aim is None for row in rows)
    assert psi_alarms(200).met


@pytest.mark.parametrize("length", [1, 7])
def test_the_world_has_its_rates_and_dispersion(length: int) -> None:
    world = make((0.2,), 400, length, 1)
    weeks = world.counts.reshape(SEGMENTS, -1, 7 // length).sum(axis=2)
    assert weeks.mean(axis=1) == pytest.approx(world.rates, rel=0.2, abs=0.5)
    if length == 7:
        large = world.rates > 50
        mean, variance = weeks[large].mean(axis=1), weeks[large].var(axis=1)
        assert np.mean((variance - mean) / mean**2) == pytest.approx(0.2, rel=0.1)

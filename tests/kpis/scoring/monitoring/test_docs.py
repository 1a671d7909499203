"""docs/findings.md: its worked example is computed here."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kpis.scoring.monitoring.expected import expected
from kpis.scoring.monitoring.silence import LEAST_BASELINE, WEEKLY_LEVEL
from kpis.scoring.wording import figure

TEXT = " ".join((Path(__file__).parents[4] / "docs" / "findings.md").read_text(encoding="utf-8").split())


def test_the_illinois_case() -> None:
    mondays = np.array([[40 + n % 3 - 1 for n in range(14, 70, 7)]], dtype=float)
    found = expected(mondays, 0.0, LEAST_BASELINE)
    low, high = int(found.low[0]), int(found.high[0])
    assert mondays.sum() == 320
    assert f"{figure(round(float(found.mean[0]), 1))} expected ({low} to {high})" in TEXT
    assert f"95 % of Mondays bring {low} to {high}" in TEXT
    assert float(found.chance_of_so_few(np.zeros(1))[0]) < 1e-16
    assert round((8 / 9) ** 8, 2) == 0.39


def test_numbers_of_the_method() -> None:
    assert f"at most {WEEKLY_LEVEL} false alarms a week" in TEXT
    assert LEAST_BASELINE == 4 and "fewer than four known periods" in TEXT

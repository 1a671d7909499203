"""The 28 tests of the ML Test Score by number, and its bands.

Source: Breck, Cai, Nielsen, Salib, Sculley 2017, "The ML Test Score: A Rubric for ML Production Readiness and
Technical Debt Reduction", IEEE Big Data, tables I to V. The texts of the tests are paraphrased.
"""

from __future__ import annotations

from dataclasses import dataclass

AREAS = ("data", "model", "infra", "monitor")
TESTS_PER_AREA = 7
TEST_IDS = tuple(f"{area}.{number}" for area in AREAS for number in range(1, TESTS_PER_AREA + 1))


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the final score: above the band before it, up to and with `up_to`."""

    up_to: float
    meaning: str


BANDS = (
    Band(0, "closer to research than to a production system"),
    Band(1, "not untested, but serious holes in reliability are likely"),
    Band(2, "a first step to production, more investment may be needed"),
    Band(3, "reasonably tested, more of it could be automated"),
    Band(5, "strongly tested and monitored, fit for mission-critical use"),
    Band(7, "exceptionally tested and monitored"),
)

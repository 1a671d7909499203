"""The ML Test Score of a judgement, shown apart from the verdict.

Each of its 28 tests counts 0, ½ (attested by a person) or 1 (measured); an area is the sum of its seven, the
score the minimum of the four areas. The paper knows no "not applicable": such tests count 0 here and are listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpis.scoring.ml_tests import AREAS, BANDS, TEST_IDS, Band
from kpis.scoring.results import CheckResult


@dataclass(frozen=True, slots=True)
class MlTestScore:
    """The score with its areas (0 to 7 each), its band, and the tests that no applicable check answers."""

    score: float
    areas: Mapping[str, float]
    band: Band
    unasked: tuple[str, ...]


def band_of(score: float) -> Band:
    """Return the band of a score: 0.5 belongs to the band up to 1, 1 to the same. Above 7 raises ValueError."""
    for band in BANDS:
        if score <= band.up_to:
            return band
    raise ValueError("The ML Test Score goes up to 7.")


def score_points(points: Mapping[str, float]) -> MlTestScore:
    """Return the score of points (0, ½, 1) by test id, such as "data.1"; tests that are left out count 0."""
    areas = {area: sum(points.get(test, 0.0) for test in TEST_IDS if test.startswith(area + ".")) for area in AREAS}
    lowest = min(areas.values())
    return MlTestScore(lowest, areas, band_of(lowest), tuple(test for test in TEST_IDS if test not in points))


def ml_test_score(checks: Sequence[CheckResult]) -> MlTestScore:
    """Return the score of judged checks. A test that several checks answer counts the lowest of them."""
    points: dict[str, float] = {}
    for result in checks:
        for test in result.check.ml_test:
            if result.result != "not_applicable":
                points[test] = min(points.get(test, 1.0), _points(result))
    return score_points(points)


def _points(result: CheckResult) -> float:
    if result.result != "pass":
        return 0.0
    return 0.5 if result.evidence_kind == "attested" else 1.0

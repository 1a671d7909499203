"""Shares against golden/08_fairness.json (small groups, Wilson): a share without cases is no number."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.evaluations.share import Share
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import newcombe_difference
from tests.kpis.scoring.golden import golden


@pytest.mark.parametrize("case", golden("08_fairness")["small_groups"], ids=lambda case: f"{case['x']}/{case['n']}")
def test_small_groups_have_wide_intervals(case: dict[str, Any]) -> None:
    share = Share(case["x"], case["n"])
    found = share.interval()
    assert found is not None
    assert share.rate == case["rate"]
    assert [found.low, found.high] == pytest.approx(case["wilson95"], abs=1e-12)


def test_without_cases_there_is_no_rate() -> None:
    empty = Share(0, 0)
    assert (empty.rate, empty.metric, empty.interval()) == (None, None, None)
    assert empty.minus(Share(1, 2)) is None
    assert Share(1, 2).minus(empty) is None


def test_a_share_is_a_metric_with_its_n() -> None:
    assert Share(3, 4).metric == MetricPoint(0.75, n=4)
    assert Share(56, 70).minus(Share(48, 80)) == newcombe_difference((56, 70), (48, 80))


@pytest.mark.parametrize("part,n", [(-1, 5), (6, 5), (1, 0)])
def test_a_part_is_no_more_than_the_whole(part: int, n: int) -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        Share(part, n)

"""Metric gaps: a date from the learning curve of golden/10_learning_curve.json, else the reason why there is none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from kpis.scoring.forecast.metric_gaps import MetricGap, enough_between, metric_part
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.labeling.learning_curve import LabelsNeeded, Measured, labels_needed_for
from projects.progress.labeling.burnup import Day, days_of
from tests.kpis.scoring.golden import golden

TODAY = date(2026, 11, 29)
GAP = "accuracy is 0.89 and must be 0.9"
CURVE = golden("10_learning_curve")["constructed"]


def labeled(per_day: int) -> tuple[Day, ...]:
    first = TODAY - timedelta(days=83)
    return days_of({first + timedelta(days=place): per_day for place in range(84)}, first, TODAY)


def needs(low: int, high: int) -> LabelsNeeded:
    return LabelsNeeded(0.9, low, high)


def test_the_recorded_curve_gives_a_date() -> None:
    points = [Measured(labels, value, 0.0005) for labels, value in CURVE["points"]]
    needed = labels_needed_for(0.9, points)
    assert needed.low is not None
    assert needed.high is not None
    assert needed.low <= CURVE["n_for_0_90_closed_form"] <= needed.high
    part = metric_part(MetricGap("accuracy", GAP, needed, 3200), labeled(100), TODAY)
    # By hand: all steps of 100 a day up to the upper end; one half on the way by the logarithm.
    middle = np.sqrt(needed.low * needed.high)
    assert part.at(TODAY, 0.5) == TODAY + timedelta(days=int(np.ceil((middle - 3200) / 100)))
    assert part.finish.quantile(1) == np.ceil((needed.high - 3200) / 100)
    assert (part.gate, part.reason) == ("metric:accuracy", "")
    assert part.rests_on == f"the learning curve ({needed.low:,} to {needed.high:,} labels) and 84 days of labeling"


def test_the_chance_by_labels() -> None:
    found = enough_between(100, 400, 150)
    assert len(found) == 251
    assert [found[0], found[50], found[250]] == pytest.approx([np.log(1.5) / np.log(4), 0.5, 1])
    assert enough_between(10, 10, 8).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("gap", "days", "words"),
    [
        (
            MetricGap("f1", GAP),
            labeled(9),
            "nothing says what would close the gap; runs at four training sizes or more",
        ),
        (
            MetricGap("accuracy", GAP, LabelsNeeded(0.9, None, None, "never")),
            labeled(9),
            "the curve may level off below the target",
        ),
        (
            MetricGap("accuracy", GAP, needs(100, 400), 500),
            labeled(9),
            "the 500 labels that there are should do (400 at most): train on all of them",
        ),
        (
            MetricGap("accuracy", GAP, needs(100, 400), 50, 120),
            labeled(9),
            "up to 350 more labels are needed, but only 120 tasks are left to label",
        ),
        (MetricGap("accuracy", GAP, needs(100, 400), 50), labeled(0), "nothing was labeled lately"),
        (MetricGap("accuracy", GAP, needs(100, 400), 50), (), "there is no history yet"),
        (MetricGap("accuracy", GAP, needs(10**6, 10**7), 50), labeled(9), "up to 9,999,950 more labels are needed"),
    ],
)
def test_why_there_is_no_date(gap: MetricGap, days: tuple[Day, ...], words: str) -> None:
    part = metric_part(gap, days, TODAY)
    assert part.reason.startswith(f"no credible date: {GAP}, and {words}")
    assert part.at(TODAY, 0.5) is None


def test_too_far_away() -> None:
    part = metric_part(MetricGap("accuracy", GAP, needs(3000, 9000), 50), labeled(1), TODAY)
    assert part.reason == "no credible date: it is too far away"


def test_the_owner_may_estimate_it() -> None:
    days = [TODAY + timedelta(days=day) for day in (3, 3, 3)]
    part = metric_part(MetricGap("f1", GAP, estimate=ThreePoint(*days)), (), TODAY)
    assert (part.at(TODAY, 0.5), part.reason, part.rests_on) == (days[0], "", "its owner's estimate")


def test_that_an_estimate_was_withdrawn_is_said() -> None:
    gone = metric_part(MetricGap("f1", GAP, is_withdrawn=True), labeled(9), TODAY)
    assert gone.reason.startswith(f"no credible date: {GAP}, its estimate was withdrawn, and nothing says")
    dated = metric_part(MetricGap("accuracy", GAP, needs(400, 800), 300, is_withdrawn=True), labeled(100), TODAY)
    assert (dated.reason, dated.notes) == ("", ("The estimate of accuracy was withdrawn.",))

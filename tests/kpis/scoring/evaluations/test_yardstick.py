"""By which one measure all attempts are compared: by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpis.scoring.evaluations.yardstick import reported_value, yardstick_of
from kpis.scoring.targets import Comparator, Target
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.coverages import coverages_of
from projects.progress.evaluations.ladder import Ladder

ACCURACY = Target("a", "accuracy", ">=", 0.9)
COVERAGE = Target("c", "coverage", ">=", 0.7)
RECALL = Target("r", "recall/yes", ">=", 0.8)
LOSS = Target("l", "val_loss", "<=", 0.4)
SLICE = Target("s", "accuracy", ">=", 0.8, slice="region=*")


@pytest.mark.parametrize(
    "targets,metric,expected",
    [
        ([], "", ("accuracy", None, "higher", "name")),
        ([ACCURACY], "", ("accuracy", None, "higher", "target")),
        ([ACCURACY, COVERAGE], "", ("accuracy", 70, "higher", "target")),
        ([COVERAGE], "", ("accuracy", 70, "higher", "name")),
        ([LOSS, ACCURACY], "", ("accuracy", None, "higher", "target")),
        ([SLICE, LOSS, RECALL], "", ("val_loss", None, "lower", "target")),
        ([SLICE], "", ("accuracy", None, "higher", "name")),
        ([RECALL, COVERAGE], "", ("recall/yes", None, "higher", "target")),
        ([ACCURACY, COVERAGE], "f1", ("f1", None, "higher", "name")),
        ([ACCURACY, COVERAGE], "error_rate", ("error_rate", 70, "lower", "name")),
        ([ACCURACY, COVERAGE], "accuracy", ("accuracy", 70, "higher", "target")),
    ],
)
def test_the_target_names_the_measure(
    targets: list[Target], metric: str, expected: tuple[str, int | None, str, str]
) -> None:
    found = yardstick_of(targets, metric)
    assert (found.metric, found.coverage, found.direction.better, found.direction.known_by) == expected


@pytest.mark.parametrize(
    "value,comparator,percent",
    [(0.7, ">", 70), (0.701, ">=", 71), (1.0, ">=", 100), (0.29, ">=", 29), (0.0, ">=", None), (0.7, "<=", None)],
)
def test_a_coverage_between_two_percents_goes_up(value: float, comparator: Comparator, percent: int | None) -> None:
    assert yardstick_of([Target("c", "coverage", comparator, value)]).coverage == percent


@pytest.mark.parametrize(
    "targets,metric,words",
    [
        ([], "", "accuracy of all cases, whatever the confidence, since no target asks for a coverage"),
        (
            [COVERAGE],
            "error_rate",
            "error rate at a coverage of 70 %, as the target asks: each attempt decides its surest cases",
        ),
        ([COVERAGE], "f1", "f1, as each evaluation reports it"),
        (
            [ACCURACY, COVERAGE],
            "coverage",
            "coverage that is guaranteed with the accuracy asked for (≥ 90 % at 95 % confidence), "
            "in steps of a whole percent",
        ),
        ([COVERAGE], "coverage", "coverage, as each evaluation reports it"),
    ],
)
def test_it_is_said_what_is_compared(targets: list[Target], metric: str, words: str) -> None:
    assert yardstick_of(targets, metric).words == words


@pytest.mark.parametrize(
    "metric,right,n,value",
    [
        ("accuracy", 63, 70, 0.9),
        ("error_rate", 63, 70, 0.1),
        ("accuracy", 0, 70, 0.0),
        ("accuracy", None, None, None),
        ("accuracy", 0, 0, None),
    ],
)
def test_what_is_counted(metric: str, right: int | None, n: int | None, value: float | None) -> None:
    found = yardstick_of([], metric)
    assert found.is_counted
    assert found.of_counts(right, n) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    "metric,stated,value",
    [
        ("f1", 0.7, 0.7),
        ("f1", None, None),
        ("recall/yes", None, 30 / 40),
        ("precision/yes", None, 30 / 50),
        ("recall/yes", 0.5, 0.5),
        ("recall/maybe", None, None),
        # Recall 30 of 40 and 40 of 60.
        ("balanced_accuracy", None, (0.75 + 40 / 60) / 2),
    ],
)
def test_what_is_reported(metric: str, stated: float | None, value: float | None) -> None:
    counts = Confusion((("no", "no", 40), ("no", "yes", 20), ("yes", "no", 10), ("yes", "yes", 30)))
    assert reported_value(metric, stated, counts) == (None if value is None else pytest.approx(value))


def test_coverage_counts_as_far_as_it_is_proven() -> None:
    """Of 1,000 cases 600 sure ones have 12 errors; with the rest 92 errors, which no longer prove 90 %."""
    found = coverages_of(Ladder((9500, 5000), (588, 320), (12, 80)))
    assert yardstick_of([ACCURACY], "coverage").of_coverages(found, 1000) == 0.6
    assert yardstick_of([replace(ACCURACY, value=0.99)], "coverage").of_coverages(found, 1000) == 0.0
    assert yardstick_of([replace(ACCURACY, value=0.8)], "coverage").of_coverages(found, 1000) == 1.0
    assert yardstick_of([replace(ACCURACY, minimum_n=601)], "coverage").of_coverages(found, 1000) == 0.0
    assert yardstick_of([COVERAGE], "coverage").of_coverages(found, 1000) is None
    assert not yardstick_of([COVERAGE], "coverage").is_percent

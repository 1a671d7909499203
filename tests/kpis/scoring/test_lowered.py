"""A bar that one person lowered after a result: told until it stands again, and never a part of the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from kpis.scoring.inputs import BarChange, JudgementInputs
from kpis.scoring.lowered import LEVELS
from kpis.scoring.readiness import judge
from kpis.scoring.results import ReadinessWarning
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import ACCURACY, COVERAGE, NOW, inputs_of, words_for_all

SCORECARD = default_scorecard()
READY = inputs_of(attestations=words_for_all())


def changed(*said: str, metric: str = "", by: str = "Ada") -> tuple[BarChange, ...]:
    """Return the changes from each of these to the next, a day apart, the last one yesterday."""
    first = NOW - timedelta(days=len(said) - 1)
    return tuple(
        BarChange(metric, before, after, first + timedelta(days=number), by)
        for number, (before, after) in enumerate(pairwise(said))
    )


def told(inputs: JudgementInputs) -> list[ReadinessWarning]:
    return [each for each in judge(inputs, SCORECARD, NOW).warnings if each.kind == "lowered"]


def moves(inputs: JudgementInputs) -> list[str]:
    """Return what is told as "before to after"."""
    return [each.text.partition(" from ")[2].partition(" on ")[0] for each in told(inputs)]


def test_every_criticality_has_a_rank() -> None:
    assert list(LEVELS) == list(SCORECARD.checks[0].required)
    assert sorted(LEVELS.values()) == list(LEVELS.values())


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (("critical", "standard"), ["critical to standard"]),
        (("standard", "experiment"), ["standard to experiment"]),
        (("standard", "critical"), []),
        (("critical", "standard", "critical"), []),
        (("critical", "standard", "experiment"), ["critical to standard", "standard to experiment"]),
        (("critical", "standard", "experiment", "standard"), ["critical to standard"]),
        (("critical", "experiment", "standard"), ["critical to experiment"]),
        (("critical", "experiment", "standard", "critical"), []),
        (("critical", "experiment", "critical", "standard"), ["critical to standard"]),
    ],
)
def test_a_criticality_is_told_until_it_is_back(levels: tuple[str, ...], expected: list[str]) -> None:
    assert moves(replace(READY, bars=changed(*levels))) == expected


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        ("accuracy", ("0.8", "0.7"), ["0.8 to 0.7"]),
        ("accuracy", ("0.7", "0.8"), []),
        ("accuracy", ("0.8", "0.7", "0.75"), ["0.8 to 0.7"]),
        ("accuracy", ("0.8", "0.7", "0.8"), []),
        ("accuracy", ("0.8", "0.7", "0.6"), ["0.8 to 0.7", "0.7 to 0.6"]),
        ("rmse", ("2.5", "3"), ["2.5 to 3"]),
        ("rmse", ("3", "2.5"), []),
        ("wait", ("2.5", "3"), []),
    ],
)
def test_a_plain_baseline_that_is_easier_to_beat_is_told(
    metric: str, values: tuple[str, ...], expected: list[str]
) -> None:
    assert moves(replace(READY, bars=changed(*values, metric=metric))) == expected


def test_a_target_says_which_way_is_better() -> None:
    targets = (ACCURACY, COVERAGE, Target("t3", "wait", "<=", 4))
    assert moves(replace(READY, targets=targets, bars=changed("2.5", "3", metric="wait"))) == ["2.5 to 3"]


def test_each_bar_is_told_for_itself_in_order_of_time() -> None:
    bars = (*changed("0.8", "0.7", metric="accuracy"), *changed("critical", "standard", "critical"))
    later = changed("0.5", "0.4", "0.3", metric="coverage")
    assert moves(replace(READY, bars=(*later, *bars))) == ["0.5 to 0.4", "0.4 to 0.3", "0.8 to 0.7"]


def test_it_says_who_from_what_to_what_and_when() -> None:
    level, baseline = told(
        replace(READY, bars=(*changed("critical", "standard"), *changed("0.8", "0.7", metric="accuracy", by="")))
    )
    yesterday = NOW - timedelta(days=1)
    assert level == ReadinessWarning(
        "lowered",
        "",
        "Ada lowered the criticality from critical to standard on 2027-02-28, when a result was known",
        yesterday,
    )
    assert baseline == ReadinessWarning(
        "lowered",
        "model.better_than_baseline",
        "Somebody lowered the plain baseline of accuracy from 0.8 to 0.7 on 2027-02-28, when a result was known",
        yesterday,
    )


def test_it_changes_no_verdict() -> None:
    bare, lowered = (
        judge(each, SCORECARD, NOW) for each in (READY, replace(READY, bars=changed("critical", "standard")))
    )
    assert (lowered.verdict, lowered.health, lowered.sections) == (bare.verdict, bare.health, bare.sections)
    assert lowered.verdict == "ready"

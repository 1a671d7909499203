"""Which way a metric gets better, and how that is known: by hand."""

from __future__ import annotations

import pytest

from kpis.scoring.directions import Direction, direction_of
from kpis.scoring.targets import PROPORTIONS, Comparator, Target


@pytest.mark.parametrize(
    "comparator,better", [(">=", "higher"), (">", "higher"), ("<=", "lower"), ("<", "lower"), ("between", "inside")]
)
def test_a_target_says_it_whatever_the_name(comparator: Comparator, better: str) -> None:
    target = Target("t", "val_loss", comparator, 0.2, high=0.4)
    found = direction_of("val_loss", [Target("s", "accuracy", ">=", 0.9), target])
    assert (found.better, found.known_by, found.target) == (better, "target", target)


@pytest.mark.parametrize(
    "metric,better,known_by",
    [
        ("accuracy", "higher", "name"),
        ("coverage", "higher", "name"),
        ("recall/yes", "higher", "name"),
        ("balanced_accuracy", "higher", "name"),
        ("demographic_parity_ratio", "higher", "name"),
        ("f1", "higher", "name"),
        ("r2", "higher", "name"),
        ("error_rate", "lower", "name"),
        ("val_loss", "lower", "name"),
        ("RMSE", "lower", "name"),
        ("misclassification_rate", "lower", "name"),
        ("false_positive_rate", "lower", "name"),
        ("abstention_rate", "lower", "name"),
        ("equalized_odds_difference", "lower", "name"),
        ("wer", "lower", "name"),
        ("test_wer", "lower", "name"),
        ("perplexity", "lower", "name"),
        # These hold the letters of "wer" and "cer", and nothing says which way they go.
        ("power", "higher", "assumed"),
        ("officer_score", "higher", "assumed"),
        ("quality", "higher", "assumed"),
        ("", "higher", "assumed"),
    ],
)
def test_without_a_target_the_name_says_it(metric: str, better: str, known_by: str) -> None:
    found = direction_of(metric, [])
    assert (found.better, found.known_by) == (better, known_by)


def test_every_share_of_cases_has_a_known_direction() -> None:
    lower = {each for each in PROPORTIONS if direction_of(each, []).better == "lower"}
    assert lower == {
        "error_rate",
        "misclassification_rate",
        "false_positive_rate",
        "false_negative_rate",
        "abstention_rate",
        "label_error_rate",
    }
    assert {direction_of(each, []).known_by for each in PROPORTIONS} == {"name"}


def test_a_target_on_a_slice_alone_does_not_say_it() -> None:
    found = direction_of("quality", [Target("t", "quality", "<=", 3, slice="region=EU")])
    assert (found.better, found.known_by) == ("higher", "assumed")


@pytest.mark.parametrize(
    "direction,merits",
    [
        (Direction("higher", "name"), [1.0, 3.0, 6.0]),
        (Direction("lower", "name"), [-1.0, -3.0, -6.0]),
        (direction_of("m", [Target("t", "m", "<=", 2.0)]), [-1.0, -3.0, -6.0]),
        (direction_of("m", [Target("t", "m", "between", 2.0, high=4.0)]), [-1.0, 0.0, -2.0]),
    ],
)
def test_merit_grows_towards_better(direction: Direction, merits: list[float]) -> None:
    assert [direction.merit(value) for value in (1.0, 3.0, 6.0)] == merits


@pytest.mark.parametrize(
    "direction,words",
    [
        (direction_of("m", [Target("t", "m", "<", 2.0)]), "lower is better, as its target asks"),
        (direction_of("loss", []), "lower is better, as its name says"),
        (direction_of("m", []), "higher is better, assumed, since neither a target nor its name says so"),
        (
            direction_of("m", [Target("t", "m", "between", 2.0, high=4.0)]),
            "nearer to the target is better, as its target asks",
        ),
    ],
)
def test_it_is_said_how_it_is_known(direction: Direction, words: str) -> None:
    assert direction.words == words

"""Conditions on metrics."""

from __future__ import annotations

import pytest

from projects.progress.thresholds import Threshold, parse_threshold


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("accuracy>=0.9", Threshold("accuracy", ">=", 0.9)),
        ("accuracy <= -1e-3", Threshold("accuracy", "<=", -0.001)),
        ("val loss>0", Threshold("val loss", ">", 0.0)),
        ("eval/accuracy<1", Threshold("eval/accuracy", "<", 1.0)),
        ("n=2000", Threshold("n", "=", 2000.0)),
        ("accuracy@coverage>=0.8>0.9", Threshold("accuracy@coverage>=0.8", ">", 0.9)),
    ],
)
def test_conditions(text: str, threshold: Threshold) -> None:
    assert parse_threshold(text) == threshold
    assert parse_threshold(str(threshold)) == threshold


@pytest.mark.parametrize("text", ["", "accuracy", ">=0.9", " >1", "accuracy>=", "accuracy>=high", "a>nan", "a<inf"])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ValueError):
        parse_threshold(text)


@pytest.mark.parametrize("text", ["accuracy:>=0.9", "accuracy: >= 0.9"])
def test_a_colon_after_the_metric_is_no_part_of_it(text: str) -> None:
    assert parse_threshold(text) == Threshold("accuracy", ">=", 0.9)


@pytest.mark.parametrize("text", ["a\x00b>1", ":>=1"])
def test_names_that_no_metric_has(text: str) -> None:
    with pytest.raises(ValueError):
        parse_threshold(text)

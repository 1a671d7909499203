"""What an evaluation says of itself, and what is refused of it, with its place."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projects.connectors.records import DatasetRecord, MeasuredMetric
from projects.services.evaluation_input import parse_description, parse_evaluation

NOW = datetime(2026, 3, 1, tzinfo=UTC)
COUNTS = [{"level": 9_000, "right": 2, "wrong": 1}]
FULL: dict[str, Any] = {
    "external_id": "e1",
    "purpose": "shadow",
    "name": "nightly",
    "family": "trees",
    "members": ["a/1", "b/2"],
    "run": "r1",
    "model_version": "churn/3",
    "dataset": {"name": "cards", "digest": "9f", "rows": 10},
    "commit": "abc",
    "at": "2026-02-01T12:00:00+01:00",
    "components": {"data": "9f", "code": ""},
    "scope": "All.",
    "abstention": "Below 0.5.",
    "cost": 2,
    "metrics": {"rmse": {"value": 1, "low": 0.5, "n": 3}},
    "slice_columns": ["region"],
    "group_columns": ["sex"],
}


def places(body: Any) -> set[str]:
    record, faults = parse_evaluation(body, NOW)
    assert record is None
    return {each.pointer for each in faults}


def test_everything_is_read() -> None:
    record, faults = parse_evaluation({**FULL, "counts": COUNTS}, NOW)
    assert record is not None and faults == []
    assert (record.at, record.purpose, record.cost) == (datetime(2026, 2, 1, 11, tzinfo=UTC), "shadow", 2.0)
    assert record.dataset == DatasetRecord("cards", "9f", rows=10)
    assert record.metrics == {"rmse": MeasuredMetric(1.0, 0.5, None, 3)}
    assert (record.components, record.members) == ({"data": "9f"}, ("a/1", "b/2"))
    assert (record.tally.slice_columns, record.tally.group_columns, record.tally.n) == (("region",), ("sex",), 3)


def test_counts_are_enough() -> None:
    record, _ = parse_evaluation({"counts": COUNTS}, NOW)
    assert record is not None
    assert (record.at, record.purpose, record.external_id, record.dataset) == (NOW, "test", "", None)
    nothing = dict.fromkeys(set(FULL) - {"purpose"})
    assert parse_evaluation({**nothing, "counts": COUNTS}, NOW)[0] == record


def test_a_description_stands_alone() -> None:
    described, faults = parse_description({**FULL, "file": "x"}, NOW, ("file",))
    assert described is not None and not faults and described.columns.slices == ("region",)
    assert [each.pointer for each in parse_description({"counts": []}, NOW)[1]] == ["/counts"]


@pytest.mark.parametrize(
    "given,place",
    [
        ({"rank": 1}, "/rank"),
        ({"purpose": "fun"}, "/purpose"),
        ({"purpose": None}, "/purpose"),
        ({"name": 1}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"commit": "a\x00"}, "/commit"),
        ({"members": "a"}, "/members"),
        ({"members": ["a", ""]}, "/members/1"),
        ({"members": ["a", "a"]}, "/members"),
        ({"dataset": "cards"}, "/dataset"),
        ({"dataset": {"name": "cards"}}, "/dataset/digest"),
        ({"dataset": {"name": "cards", "digest": "1", "rows": -1}}, "/dataset/rows"),
        ({"dataset": {"name": "cards", "digest": "1", "labels": "1"}}, "/dataset/labels"),
        ({"at": "2026-02-01"}, "/at"),
        ({"at": "2026-02-01T12:00:00"}, "/at"),
        ({"at": (NOW + timedelta(minutes=6)).isoformat()}, "/at"),
        ({"components": {"weights": "1"}}, "/components/weights"),
        ({"components": {"data": 1}}, "/components/data"),
        ({"cost": -1}, "/cost"),
        ({"cost": math.inf}, "/cost"),
        ({"cost": True}, "/cost"),
        ({"metrics": {"f1": {"value": math.nan}}}, "/metrics/f1/value"),
        ({"metrics": {"f1": {"value": "NaN"}}}, "/metrics/f1/value"),
        ({"metrics": {"f1": {"value": 10**400}}}, "/metrics/f1/value"),
        ({"metrics": {"f1": {}}}, "/metrics/f1/value"),
        ({"metrics": {"f1": {"value": 1, "low": 2}}}, "/metrics/f1"),
        ({"metrics": {"f1": {"value": 1, "n": 0}}}, "/metrics/f1/n"),
        ({"metrics": {"f1": 0.5}}, "/metrics/f1"),
        ({"metrics": {"a/b": {"value": 1, "by": "me"}}}, "/metrics/a~1b/by"),
        ({"metrics": {"": {"value": 1}}}, "/metrics/"),
        ({"metrics": [1]}, "/metrics"),
        ({"slice_columns": ["region", "region"]}, "/slice_columns"),
        ({"slice_columns": ["a=b"]}, "/slice_columns/0"),
        ({"slice_columns": [str(number) for number in range(9)]}, "/slice_columns"),
        ({"group_columns": ["a", "b", "c", "d", "e"]}, "/group_columns"),
        ({"group_columns": [["a"]]}, "/group_columns/0"),
        ({"confusion": 1}, "/confusion"),
        ({"counts": []}, "/counts"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], place: str) -> None:
    assert places({"counts": COUNTS, **given}) == {place}


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert places({"purpose": "fun", "cost": "1", "run": 1}) == {"/purpose", "/cost", "/run"}
    assert len(parse_evaluation({str(number): 1 for number in range(900)}, NOW)[1]) == 50


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_an_evaluation_is_an_object(body: Any) -> None:
    assert places(body) == {""}

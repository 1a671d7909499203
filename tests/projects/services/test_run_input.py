"""Pushed runs: what is taken and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from projects.connectors.records import MetricRecord
from projects.services.run_input import MOST_KEYS, parse_metric, parse_run, refuse_batch


def refused(item: Any) -> list[str]:
    found, faults = parse_run(item)
    assert found is None
    return [each.pointer for each in faults]


def test_a_whole_run() -> None:
    found, faults = parse_run(
        {
            "external_id": "r1",
            "name": "läufer 🚀",
            "status": "running",
            "started_at": "2026-01-05T10:00:00+01:00",
            "ended_at": None,
            "params": {"lr": 0.1, "layers": 3, "deep": True, "note": "x", "old": None},
            "tags": {"commit": "abc"},
            "metrics": {"accuracy": 0.91, "loss": "NaN", "gone": None, "n": 10**15},
        }
    )
    assert faults == []
    assert found is not None
    assert found.fields["started_at"] == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert found.fields["ended_at"] is None
    assert found.params == {"lr": "0.1", "layers": "3", "deep": "true", "note": "x", "old": None}
    assert found.metrics == {
        "accuracy": MetricRecord(0.91),
        "loss": MetricRecord(None, "nan"),
        "gone": None,
        "n": MetricRecord(1e15),
    }
    assert found.cleared == frozenset()


def test_absent_fields_are_not_given() -> None:
    found, _ = parse_run({"external_id": "r1"})
    assert found is not None
    assert (found.fields, found.params, found.cleared) == ({}, {}, frozenset())


def test_null_empties_a_mapping() -> None:
    found, _ = parse_run({"external_id": "r1", "tags": None, "metrics": None, "name": None})
    assert found is not None
    assert found.cleared == {"tags", "metrics"}
    assert found.fields == {"name": ""}


@pytest.mark.parametrize(
    ("value", "record"),
    [
        (1, MetricRecord(1.0)),
        (-0.5, MetricRecord(-0.5)),
        ("NaN", MetricRecord(None, "nan")),
        ("Infinity", MetricRecord(None, "inf")),
        ("-Infinity", MetricRecord(None, "-inf")),
        ("nan", None),
        ("0.9", None),
        (True, None),
        (None, None),
        ([], None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_metrics(value: Any, record: MetricRecord | None) -> None:
    assert parse_metric(value) == record


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"external_id": None}, "/external_id"),
        ({"external_id": ""}, "/external_id"),
        ({"external_id": 7}, "/external_id"),
        ({"external_id": "x" * 251}, "/external_id"),
        ({"external_id": "a\x00"}, "/external_id"),
        ({"name": "x" * 501}, "/name"),
        ({"name": ["x"]}, "/name"),
        ({"name": "\ud800"}, "/name"),
        ({"status": "done"}, "/status"),
        ({"status": None}, "/status"),
        ({"started_at": "2026-01-05T10:00:00"}, "/started_at"),
        ({"started_at": 1767600000}, "/started_at"),
        ({"started_at": "yesterday"}, "/started_at"),
        ({"ended_at": "0001-01-01T00:00:00+14:00"}, "/ended_at"),
        ({"started_at": "2026-01-05T10:00:00Z", "ended_at": "2026-01-05T09:59:00Z"}, "/ended_at"),
        ({"params": []}, "/params"),
        ({"params": {"a": {"b": 1}}}, "/params/a"),
        ({"tags": {"": "x"}}, "/tags/"),
        ({"tags": {"a/b~c": []}}, "/tags/a~1b~0c"),
        ({"tags": {"a": "\x00"}}, "/tags/a"),
        ({"metrics": {"accuracy": "high"}}, "/metrics/accuracy"),
        ({"metrics": {"accuracy": {"value": 1}}}, "/metrics/accuracy"),
        ({"metrics": {"x" * 301: 1}}, "/metrics/" + "x" * 120),
        ({"metrics": {str(each): 1 for each in range(MOST_KEYS + 1)}}, "/metrics"),
        ({"accuracy": 0.9}, "/accuracy"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": 5}, "/url"),
        ({"datasets": {}}, "/datasets"),
        ({"datasets": [{"name": "x"}]}, "/datasets/0"),
        ({"datasets": [{"name": "x", "digest": ""}]}, "/datasets/0"),
        ({"datasets": [{"name": "x", "digest": "d", "rows": 1}]}, "/datasets/0"),
    ],
)
def test_what_is_wrong_is_pointed_at(part: dict[str, Any], pointer: str) -> None:
    assert refused({"external_id": "r1", **part}) == [pointer]


def test_everything_wrong_is_said_at_once() -> None:
    assert refused({"status": "x", "metrics": {"a": "b"}, "extra": 1}) == [
        "/extra",
        "/external_id",
        "/status",
        "/metrics/a",
    ]


def test_a_run_is_an_object() -> None:
    assert refused([]) == [""]
    assert refused(None) == [""]


@pytest.mark.parametrize("items", [None, "x", 5, {"a": 1}])
def test_a_batch_is_a_list(items: Any) -> None:
    assert refuse_batch(items)


def test_a_batch_has_a_limit() -> None:
    assert refuse_batch([{}] * 1000) == ""
    assert "1000" in refuse_batch([{}] * 1001)

"""Runs checked as whole columns: what is taken is what a look at each run takes, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.connectors.records import MetricRecord
from projects.services.run_columns import quick_runs
from projects.services.run_input import RunInput, parse_run

WHOLE: dict[str, Any] = {
    "external_id": "r1",
    "name": "läufer 🚀",
    "status": "running",
    "started_at": "2026-01-05T10:00:00+01:00",
    "ended_at": "2026-01-05T10:00:00Z",
    "url": "https://ci.example.org/1",
    "params": {"lr": "0.1"},
    "tags": {"commit": "abc"},
    "metrics": {"accuracy": 0.91, "n": 5_000},
}
ODD: dict[str, list[Any]] = {
    "external_id": ["", " ", "x" * 250, "x" * 251, "a\x00", "\ud800", 7, None, ["x"]],
    "name": ["", "x" * 500, "x" * 501, "\udc00", "\x00", None, 7, [], False],
    "status": ["finished", "done", "", None, 7, ["finished"]],
    "started_at": [
        "2026-01-05T10:00:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "yesterday",
        None,
        7,
        "2026-01-05",
    ],
    "ended_at": ["2026-01-05T09:00:00Z", "2026-01-05T08:59:59Z", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", None],
    "url": ["", "x" * 1_001, "javascript:alert(1)", "http://", "http://[", None, 7],
    "params": [{}, {"a": 1}, {"a": True}, {"a": None}, {"a": "x" * 10_001}, {"a": "\x00"}, {"": "x"}, None, [], "x", 7],
    "tags": [{}, {"k" * 500: ""}, {"k" * 501: ""}, {" ": "x"}, {"\ud800": "x"}, {"a": []}, {7: "x"}, None],
    "metrics": [
        {},
        {"a": 1},
        {"a": True},
        {"a": "NaN"},
        {"a": "0.5"},
        {"a": None},
        {"a": 10**400},
        {"a": float("inf")},
        {"k" * 300: 1.0},
        {"k" * 301: 1.0},
        {str(key): 1.0 for key in range(1_001)},
        [0.5],
        None,
    ],
    "datasets": [None, [], [{"name": "train", "digest": "d1"}]],
    "colour": ["red"],
}
items = st.fixed_dictionaries(
    {"external_id": st.sampled_from(["a", "b", *ODD["external_id"]])},
    optional={
        name: st.sampled_from([*([WHOLE[name]] * 9 if name in WHOLE else []), *odd])
        for name, odd in ODD.items()
        if name != "external_id"
    },
)


def told(given: RunInput) -> tuple[Any, ...]:
    """Return an input with its metrics as records."""
    metrics = {key: MetricRecord(each) if type(each) is float else each for key, each in given.metrics.items()}
    return (given.external_id, given.fields, given.params, given.tags, metrics, list(given.datasets), given.cleared)


def test_a_plain_batch_is_taken_as_columns() -> None:
    found = quick_runs([WHOLE, {**WHOLE, "external_id": "r2", "metrics": {"loss": 0.5}}])
    assert found is not None
    assert [each.external_id for each in found] == ["r1", "r2"]
    assert [each.metrics for each in found] == [{"accuracy": 0.91, "n": 5_000.0}, {"loss": 0.5}]
    assert {type(each) for run in found for each in run.metrics.values()} == {float}


@pytest.mark.parametrize("batch", [[], {}, "x", None, [7], [WHOLE, 7], [WHOLE, {"external_id": "r2"}], [{"name": "x"}]])
def test_what_is_not_alike_is_looked_at_one_by_one(batch: Any) -> None:
    assert quick_runs(batch) is None


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, odd in ODD.items() for value in odd])
def test_each_odd_value_is_taken_as_alone_or_not_at_all(name: str, value: Any) -> None:
    batch = [WHOLE, {**WHOLE, name: value}] if name in WHOLE else [{**WHOLE, name: value}]
    agree(batch)


@given(st.lists(items, min_size=1, max_size=3))
def test_columns_take_what_a_look_at_each_takes(batch: list[dict[str, Any]]) -> None:
    agree(batch)


def agree(batch: list[dict[str, Any]]) -> None:
    found = quick_runs(batch)
    if found is not None:
        alone = [parse_run(item) for item in batch]
        assert [faults for _, faults in alone] == [[]] * len(batch)
        assert [told(each) for each in found] == [told(each) for each, _ in alone if each is not None]

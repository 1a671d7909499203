"""Counts as rows and as columns give one tally, or the place of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.tally import Tally, tally_rows
from projects.services import count_input
from projects.services.count_input import Columns, parse_confusion, parse_counts

PLAIN, REGION = Columns(), Columns(("region",))
ROW: dict[str, Any] = {"level": 9_000, "right": 2, "wrong": 1}
FLAGGED: dict[str, Any] = {**ROW, "positive": True, "selected": False, "right": 0}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "slices": st.fixed_dictionaries({"region": st.sampled_from(["EU", "US", None, 7])}),
            "groups": st.fixed_dictionaries({"sex": st.sampled_from(["F", "M"])}),
            "level": st.one_of(st.none(), st.integers(0, 10_000)),
            "right": st.integers(0, 9),
            "wrong": st.integers(1, 9),
        }
    ),
    min_size=1,
    max_size=20,
)


def told(given: Any, columns: Columns = PLAIN) -> tuple[str, str]:
    tally, faults = parse_counts(given, columns)
    assert tally is None
    (fault,) = faults
    return fault.pointer, fault.detail


def taken(given: Any, columns: Columns = PLAIN) -> Tally:
    tally, faults = parse_counts(given, columns)
    assert tally is not None and faults == []
    return tally


def as_columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    plain = {name: [row[name] for row in rows] for name in ("level", "right", "wrong")}
    parts = (("slices", "region"), ("groups", "sex"))
    return plain | {part: {column: [row[part][column] for row in rows]} for part, column in parts}


@given(ROWS)
def test_rows_and_columns_say_the_same(rows: list[dict[str, Any]]) -> None:
    columns = Columns(("region",), ("sex",))
    assert taken(rows, columns) == taken(as_columns(rows), columns) == taken(rows[::-1], columns)
    assert taken(rows, columns).n == sum(row["right"] + row["wrong"] for row in rows)


def test_counts_are_what_rows_would_give() -> None:
    rows = tally_rows([0.9, 0.9, float("nan"), 0.2], [1, 0, 1, 1], {"region": ["EU", "EU", "US", None]})
    counts: list[dict[str, Any]] = [
        {"slices": {"region": "EU"}, "confidence": 0.9, "right": 1, "wrong": 1},
        {"slices": {"region": "US"}, "confidence": None, "right": 1, "wrong": 0},
        {"slices": {}, "confidence": 0.2, "right": 1, "wrong": 0},
    ]
    assert taken(counts, REGION) == rows
    levels = [{**row, "level": level} for row, level in zip(counts, (9_000, -1, 2_000))]
    for row in levels:
        del row["confidence"]
    assert taken(levels, REGION) == rows


def test_a_favourable_class() -> None:
    rows = tally_rows([0.9, 0.9], [0, 1], positive=[True, False], selected=[False, False])
    counts = {"level": [9_000] * 2, "right": [0, 1], "wrong": [1, 0], "positive": [True, False], "selected": [0, 0]}
    assert taken(counts, Columns(favourable=True)) == rows


@pytest.mark.parametrize(
    "counts,place",
    [
        (None, "/counts"),
        ("counts", "/counts"),
        ([], "/counts"),
        ([1], "/counts/0"),
        ([ROW, {**ROW, "positive": True}], "/counts/1"),
        ([ROW, {**ROW, "slices": {}}], "/counts/1"),
        ([{**ROW, "rank": 1}], "/counts/0/rank"),
        ([{**ROW, "a/b~c": 1}], "/counts/0/a~1b~0c"),
        ([{"level": 1, "right": 1}], "/counts/0/wrong"),
        ([{"right": 1, "wrong": 1}], "/counts/0"),
        ([{**ROW, "confidence": 0.9}], "/counts/0"),
        ([{**ROW, "slices": ["EU"]}], "/counts/0/slices"),
        ([{**ROW, "slices": {"city": "Rome"}}], "/counts/0/slices/city"),
        ([ROW, {**ROW, "level": 10_001}], "/counts/1/level"),
        ([ROW, {**ROW, "level": True}], "/counts/1/level"),
        ([ROW, {**ROW, "level": 0.9}], "/counts/1/level"),
        ([ROW, {**ROW, "right": -1}], "/counts/1/right"),
        ([ROW, {**ROW, "wrong": 2**60}], "/counts/1/wrong"),
        ([ROW, {**ROW, "wrong": 1.0}], "/counts/1/wrong"),
        ([ROW, {**ROW, "right": 0, "wrong": 0}], "/counts/1/right"),
        ([{**ROW, "right": 2**53}, ROW], "/counts"),
        ([FLAGGED], "/favourable"),
        ({"level": [1], "right": [1]}, "/counts/wrong"),
        ({"level": [1], "right": [1], "wrong": 1}, "/counts/wrong"),
        ({"level": [1], "right": [1], "wrong": [1, 2]}, "/counts/wrong"),
        ({"level": [1, 1], "right": [1, 1], "wrong": [1, "2"]}, "/counts/wrong/1"),
        ({"level": [1], "right": [1], "wrong": [1], "slices": {"city": ["Rome"]}}, "/counts/slices/city"),
        ({"level": [1], "right": [1], "wrong": [1], "slices": []}, None),
        ({"level": [1], "right": [1], "wrong": [1], "slices": [1]}, "/counts/slices"),
        ({"level": [], "right": [], "wrong": []}, "/counts"),
    ],
)
def test_what_is_wrong_is_named(counts: Any, place: str | None) -> None:
    if place is None:
        assert taken(counts).n == 2
    else:
        assert told(counts)[0] == place


@pytest.mark.parametrize("value", [True, 0.5, [], {}, "x" * 201, "a\x00b", "\ud800", 10**300])
def test_odd_values_of_a_slice(value: Any) -> None:
    rows = [{**ROW, "slices": {"region": each}} for each in ("EU", value)]
    assert told(rows, REGION)[0] == "/counts/1/slices/region"
    columns = {"level": [1, 1], "right": [1, 1], "wrong": [1, 1], "slices": {"region": ["EU", value]}}
    assert told(columns, REGION)[0] == "/counts/slices/region/1"


@pytest.mark.parametrize(
    "row,name",
    [
        ({**FLAGGED, "right": 1}, "right"),
        ({**FLAGGED, "positive": False, "selected": True, "right": 1}, "right"),
        ({**FLAGGED, "selected": True}, "wrong"),
        ({**FLAGGED, "positive": "yes"}, "positive"),
        ({**FLAGGED, "selected": None}, "selected"),
    ],
)
def test_classes_that_contradict(row: dict[str, Any], name: str) -> None:
    assert told([row], Columns(favourable=True))[0] == f"/counts/0/{name}"


def test_a_favourable_class_needs_its_flags() -> None:
    assert told([ROW], Columns(favourable=True))[0] == "/counts"


def test_columns_that_are_declared_are_given() -> None:
    assert told({"level": [1], "right": [1], "wrong": [1]}, REGION) == (
        "/counts/slices",
        "The column region is missing.",
    )


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_input, "MOST_CELLS", 4)
    monkeypatch.setattr(count_input, "MOST_STRATA", 3)
    rows = [{**ROW, "slices": {"region": str(number)}} for number in range(5)]
    assert taken(rows[:3], REGION).n == 9
    assert told(rows[:4], REGION) == (
        "/counts/3/right",
        "There are more than 3 combinations of slices, groups and classes.",
    )
    assert told(rows, REGION) == ("/counts", "Counts have 1 to 4 rows.")


PAIRS = [{"label": "a", "prediction": "a", "n": 2}, {"label": "b", "prediction": "a", "n": 1}]


def test_a_confusion_agrees_with_the_counts() -> None:
    tally = taken([ROW])
    confusion, faults = parse_confusion(PAIRS, tally, "")
    assert confusion is not None and confusion.counts == (("a", "a", 2), ("b", "a", 1)) and not faults
    assert parse_confusion(None, tally, "") == parse_confusion([], tally, "") == (Confusion(), [])


@pytest.mark.parametrize(
    "pairs,place",
    [
        ({}, "/confusion"),
        ([1], "/confusion/0"),
        ([PAIRS[0], PAIRS[0]], "/confusion/1"),
        ([{"label": "a", "prediction": "a"}], "/confusion/0/n"),
        ([{**PAIRS[0], "n": 0}], "/confusion/0/n"),
        ([{**PAIRS[0], "n": True}], "/confusion/0/n"),
        ([{**PAIRS[0], "label": ""}], "/confusion/0/label"),
        ([{**PAIRS[0], "rank": 1}], "/confusion/0/rank"),
        ([PAIRS[0]], "/confusion"),
        ([{**PAIRS[0], "n": 3}], "/confusion"),
    ],
)
def test_a_confusion_that_is_none(pairs: Any, place: str) -> None:
    confusion, faults = parse_confusion(pairs, taken([ROW]), "")
    assert confusion is None and faults[0].pointer == place


def test_a_confusion_knows_the_favourable_class() -> None:
    tally = taken([{**FLAGGED, "right": 0, "wrong": 1}], Columns(favourable=True))
    right = [{"label": "a", "prediction": "b", "n": 1}]
    assert parse_confusion(right, tally, "a")[1] == []
    (fault,) = parse_confusion(right, tally, "b")[1]
    assert fault.detail == "In the confusion 0 labels are b, in the counts 1 are positive."

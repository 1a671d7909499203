"""Tasks and annotations to records: what cannot be stored is said, never raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from projects.connectors.label_studio.labels import Control
from projects.connectors.label_studio.parse import Reading, moment, parse_tasks
from projects.connectors.labeling_records import AnnotationRecord, LabelTaskRecord
from projects.connectors.records import RejectedRecord
from tests.projects.little_label_studio import FIRST, annotation, iso, label_task

READING = Reading("7", "https://studio.example/ls/", Control("class", "choices", frozenset({"class"})), "batch")


def only(raw: dict[str, Any]) -> LabelTaskRecord:
    records, rejected = parse_tasks([raw], READING)
    assert rejected == []
    return records[0]


def said(**more: Any) -> AnnotationRecord:
    return only(label_task(1, annotation(5, 3, "spam", **more))).annotations[0]


def test_a_task_with_everything() -> None:
    first = annotation(5, 3, "spam", FIRST, ground_truth=True)
    second = annotation(6, 4, None, FIRST + timedelta(minutes=3), lead_time=None)
    raw = label_task(12, first, second, data={"batch": "week 1", "text": "x"}, total_predictions=2)
    assert only(raw) == LabelTaskRecord(
        external_id="12",
        annotations=(
            AnnotationRecord("5", "user 3", "spam", FIRST, 2.5, is_ground_truth=True),
            AnnotationRecord("6", "user 4", None, FIRST + timedelta(minutes=3)),
        ),
        predictions=2,
        gold="spam",
        batch="week 1",
        url="https://studio.example/ls/projects/7/data?task=12",
        changed_at=FIRST + timedelta(minutes=12),
    )


@pytest.mark.parametrize(
    ("completed_by", "annotator"),
    [(3, "user 3"), ({"id": 3, "email": "ada@example.org"}, "user 3"), (None, "somebody of annotation 5")],
)
def test_who_annotated_is_an_id(completed_by: Any, annotator: str) -> None:
    assert said(completed_by=completed_by).annotator == annotator


@pytest.mark.parametrize("lead_time", [None, -1, "2", True, float("nan"), float("inf"), [2]])
def test_a_time_spent_that_is_none_is_left_out(lead_time: Any) -> None:
    assert said(lead_time=lead_time).lead_time is None


@pytest.mark.parametrize(
    ("truths", "gold"), [(["a"], "a"), (["a", "a"], "a"), (["a", "b"], None), ([None], None), ([], None)]
)
def test_gold_is_what_the_ground_truth_says_with_one_voice(truths: list[str | None], gold: str | None) -> None:
    given = [annotation(n, n, each, ground_truth=True) for n, each in enumerate(truths, start=1)]
    assert only(label_task(1, *given, annotation(9, 9, "z"))).gold == gold


@pytest.mark.parametrize(
    ("data", "file_upload", "batch"),
    [
        ({"batch": "b1"}, "tasks.json", "b1"),
        ({"batch": 7}, None, "7"),
        ({"batch": ["b1"]}, "tasks.json", "tasks.json"),
        ({"batch": True}, None, ""),
        ({}, "tasks.json", "tasks.json"),
        (None, None, ""),
        ({"batch": "b" * 300}, None, "b" * 200),
        ({"batch": "a\x00"}, None, "a\ufffd"),
    ],
)
def test_the_batch_is_said_by_the_data_or_the_file(data: Any, file_upload: Any, batch: str) -> None:
    assert only(label_task(1, data=data, file_upload=file_upload)).batch == batch


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("text", "it is no object"),
        (None, "it is no object"),
        (annotation(0, 3, "a"), "its id is no positive whole number"),
        (annotation(5, 3, "a") | {"id": "5"}, "its id is no positive whole number"),
        ({"id": 5}, "its result is null"),
        (annotation(5, 3, "a", result=None), "its result is null"),
        (annotation(5, 3, "a", result="[]"), "its result is no list of objects"),
        (annotation(5, 3, "a", completed_by="ada"), "its id is no positive whole number"),
        (annotation(5, 3, "a", created_at=None), "a time is no text"),
        (annotation(5, 3, "a", created_at="yesterday"), "Invalid isoformat string: 'yesterday'"),
        (annotation(5, 3, "a", created_at="1969-01-01T00:00:00Z"), "the time 1969-01-01T00:00:00Z is out of range"),
    ],
)
def test_an_annotation_that_cannot_be_stored_is_left_out_alone(given: Any, reason: str) -> None:
    records, rejected = parse_tasks([label_task(1, annotation(9, 9, "z"), given)], READING)
    assert [each.external_id for each in records[0].annotations] == ["9"]
    named = f" {given['id']}" if isinstance(given, dict) and isinstance(given["id"], int) else ""
    assert rejected == [RejectedRecord("7/1", f"Its annotation{named} was left out: {reason}.")]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "'id' is missing"),
        (label_task(1) | {"id": "1"}, "its id is no positive whole number"),
        (label_task(1) | {"id": True}, "its id is no positive whole number"),
        (label_task(1) | {"annotations": None}, "its annotations are no list"),
        ({"id": 1}, "'annotations' is missing"),
        (label_task(1, updated_at=None), "a time is no text"),
        (label_task(1, total_predictions="2"), "a count is no whole number"),
    ],
)
def test_a_task_that_cannot_be_stored_is_left_out_and_the_page_goes_on(given: dict[str, Any], reason: str) -> None:
    records, rejected = parse_tasks([given, label_task(2)], READING)
    assert [each.external_id for each in records] == ["2"]
    assert [each.reason for each in rejected] == [f"The task was left out: {reason}."]


def test_what_comes_twice_counts_once() -> None:
    twice = label_task(1, annotation(5, 3, "old"), annotation(5, 3, "new"))
    records, _ = parse_tasks([label_task(1), twice], READING)
    assert [[each.label for each in record.annotations] for record in records] == [["new"]]


def test_without_a_control_no_label_is_read_and_skipped_is_kept() -> None:
    reading = Reading("7", "https://studio.example/", None)
    records, rejected = parse_tasks([label_task(1, annotation(5, 3, "a"), annotation(6, 4, None))], reading)
    assert [each.external_id for each in records[0].annotations] == ["6"]
    assert [each.reason for each in rejected] == [
        "Its annotation 5 was left out: no control of its project can be read."
    ]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T08:36:58Z", datetime(2026, 11, 23, 8, 36, 58, tzinfo=UTC)),
        ("2026-11-23T08:36:58.123456Z", datetime(2026, 11, 23, 8, 36, 58, 123456, tzinfo=UTC)),
        (
            "2026-11-23T08:36:58+02:00",
            datetime(2026, 11, 23, 8, 36, 58, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("2026-11-23T08:36:58", datetime(2026, 11, 23, 8, 36, 58, tzinfo=UTC)),
    ],
)
def test_times_are_aware(text: str, at: datetime) -> None:
    assert moment(text) == at and moment(text).tzinfo is UTC
    assert moment(iso(at)) == at

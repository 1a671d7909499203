"""Label Studio's JSON to records. What cannot be stored is said, never raised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from mltrack.periods import BEYOND, EARLIEST
from projects.connectors.label_studio.labels import Control, label_of
from projects.connectors.labeling_records import AnnotationRecord, LabelingProjectRecord, LabelTaskRecord
from projects.connectors.records import RejectedRecord
from projects.connectors.texts import storable

LONGEST_NAME: Final = 300
LONGEST_BATCH: Final = 200
LONGEST_DATASET: Final = 430
LARGEST_COUNT: Final = 2**31 - 1
_MALFORMED: Final = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the tasks of one project are read: `link` is its address ending in a slash, the keys are of a task's data."""

    project_id: str
    link: str
    control: Control | None
    batch_key: str = ""
    dataset_key: str = ""


def moment(raw: Any) -> datetime:
    """Return the aware time of an ISO text. Raises ValueError."""
    if not isinstance(raw, str):
        raise ValueError("a time is no text")
    at = datetime.fromisoformat(raw)
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if not EARLIEST <= at < BEYOND:
        raise ValueError(f"the time {raw[:40]} is out of range")
    return at


def number_of(raw: Any) -> int:
    """Return a count. Raises ValueError for what is none."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= LARGEST_COUNT:
        raise ValueError("a count is no whole number")
    return raw


def id_of(raw: Any) -> int:
    """Return the id of something, which is a positive whole number. Raises ValueError."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        raise ValueError("its id is no positive whole number")
    return raw


def parse_counts(
    raw: Mapping[str, Any], name: str, overlap: int | None, link: str, counted_at: datetime
) -> LabelingProjectRecord:
    """Return a project with the counts of `projects/counts/`. Raises ValueError for counts that are none.

    Skipped are annotations, as Label Studio counts them.
    """
    try:
        external_id = str(id_of(raw["id"]))
        return LabelingProjectRecord(
            external_id=external_id,
            name=storable(name)[:LONGEST_NAME],
            total=number_of(raw["task_number"]),
            labeled=number_of(raw["num_tasks_with_annotations"]),
            counted_at=counted_at,
            skipped=number_of(raw["skipped_annotations_number"]),
            finished=number_of(raw["finished_task_number"]),
            annotations=number_of(raw["total_annotations_number"]),
            predictions=number_of(raw["total_predictions_number"]),
            ground_truth=number_of(raw["ground_truth_number"]),
            overlap=overlap,
            url=f"{link}projects/{external_id}/data",
        )
    except _MALFORMED as error:
        raise ValueError(f"its counts cannot be read ({error})") from error


def parse_tasks(
    raw: Iterable[Mapping[str, Any]], reading: Reading
) -> tuple[list[LabelTaskRecord], list[RejectedRecord]]:
    """Return the tasks of one page and what was left out of it, by `project/task`; what comes twice counts once.

    A task with an unusable id, time or list of annotations is left out whole; an unusable annotation alone.
    """
    records: dict[str, LabelTaskRecord] = {}
    rejected: list[RejectedRecord] = []
    for each in raw:
        try:
            record = _task(each, reading, rejected)
            records[record.external_id] = record
        except _MALFORMED as error:
            name = storable(f"{reading.project_id}/{each.get('id')}")[:LONGEST_NAME]
            rejected.append(RejectedRecord(name, f"The task was left out: {_why(error)}."))
    return list(records.values()), rejected


def _task(raw: Mapping[str, Any], reading: Reading, rejected: list[RejectedRecord]) -> LabelTaskRecord:
    external_id, given = str(id_of(raw["id"])), raw["annotations"]
    if not isinstance(given, list):
        raise ValueError("its annotations are no list")
    annotations: dict[str, AnnotationRecord] = {}
    for each in given:
        try:
            record = _annotation(each, reading.control)
            annotations[record.external_id] = record
        except _MALFORMED as error:
            named = f" {each['id']}" if isinstance(each, dict) and isinstance(each.get("id"), int) else ""
            text = f"Its annotation{named} was left out: {_why(error)}."
            rejected.append(RejectedRecord(f"{reading.project_id}/{external_id}", text))
    known = {each.label for each in annotations.values() if each.is_ground_truth and each.label is not None}
    return LabelTaskRecord(
        external_id=external_id,
        annotations=tuple(annotations.values()),
        predictions=number_of(raw.get("total_predictions") or 0),
        gold=known.pop() if len(known) == 1 else None,
        batch=_batch(raw, reading),
        dataset=_text_at(raw, reading.dataset_key)[:LONGEST_DATASET],
        url=f"{reading.link}projects/{quote(reading.project_id, safe='')}/data?task={external_id}",
        changed_at=moment(raw["updated_at"]),
    )


def _annotation(raw: Any, control: Control | None) -> AnnotationRecord:
    if not isinstance(raw, dict):
        raise ValueError("it is no object")
    external_id = str(id_of(raw["id"]))
    return AnnotationRecord(
        external_id=external_id,
        annotator=_annotator(raw.get("completed_by"), external_id),
        label=None if raw.get("was_cancelled") is True else _label(raw.get("result"), control),
        time=moment(raw["created_at"]),
        lead_time=_seconds(raw.get("lead_time")),
        is_ground_truth=raw.get("ground_truth") is True,
    )


def _label(results: Any, control: Control | None) -> str:
    if results is None:
        raise ValueError("its result is null")
    if control is None:
        raise ValueError("no control of its project can be read")
    return label_of(results, control)


def _annotator(raw: Any, external_id: str) -> str:
    """Return who annotated: the id of a user; of one who was deleted nobody knows more than the annotation."""
    user = raw.get("id") if isinstance(raw, dict) else raw
    return f"user {id_of(user)}" if user is not None else f"somebody of annotation {external_id}"


def _seconds(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or raw < 0:
        return None
    return float(raw)


def _batch(raw: Mapping[str, Any], reading: Reading) -> str:
    """Return the batch of a task: what its data says, else its dataset, else the file that it was imported from."""
    found = _text_at(raw, reading.batch_key)
    if not found and not reading.batch_key:
        found = _text_at(raw, reading.dataset_key)
    return (found or _text(raw.get("file_upload")))[:LONGEST_BATCH]


def _text_at(raw: Mapping[str, Any], key: str) -> str:
    """Return what a task's data says under a key, "" where that is no text or number."""
    data = raw.get("data")
    return _text(data.get(key)) if key and isinstance(data, dict) else ""


def _text(value: Any) -> str:
    fits = isinstance(value, str | int | float) and not isinstance(value, bool)
    return storable(str(value)) if fits else ""


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)

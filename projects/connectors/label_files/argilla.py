"""Records of Argilla 2: the file of `dataset.records.to_json`, and the records of its REST API.

Sources: `argilla/src/argilla/records/_resource.py` (2.x, `Record.to_dict`) and the schema of a record of its server. In
the file, responses are `{question: [{"value", "user_id"}]}` and have no time; over REST they are
`[{"user_id", "status", "values": {question: {"value"}}, "updated_at"}]`: drafts count for nothing, a discarded one
takes back what was said. Suggestions are a model's and no labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from projects.connectors.label_files.records import FileLabel, LabelFile, LabelFileError
from projects.connectors.label_files.texts import bounded, json_of, objects_of, text_of
from projects.connectors.texts import joined_label

Said = tuple[str, Any, Any, Any]
"""Question, annotator, value (None where it was discarded) and time of a response."""
SUBMITTED: Final = "submitted"
DISCARDED: Final = "discarded"
DRAFT: Final = "draft"
NOTHING: Final = "(none)"


def read_argilla(raw: bytes, question: str = "") -> LabelFile:
    """Read the answers to a question; where none is named, to the first that somebody answered.

    A record without an answer is a task that is open. Raises LabelFileError.
    """
    records = [(place, each, list(_responses(each, place))) for place, each in _records(text_of(raw))]
    bounded(len(records))
    asked = question or next((name for _, _, said in records for name, *_ in said if name), "")
    if question and not any(name == question for _, _, said in records for name, *_ in said):
        raise LabelFileError(f"Nobody answered a question {question[:60]}.")
    labels: list[FileLabel] = []
    open_tasks: list[tuple[str, Any]] = []
    for place, record, said in records:
        task, mine = _task(record, place), [each for each in said if each[0] in (asked, "")]
        for _, annotator, value, time in mine:
            labels.append(FileLabel(place, task, None if value is None else _label(value, place), annotator, time))
        bounded(len(labels))
        if not mine:
            open_tasks.append((place, task))
    return LabelFile(labels, open_tasks)


def _records(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the records of a list, of a page of REST (`{"items": […]}`), or of lines."""
    if text.lstrip()[:1] == "{" and '"items"' in text[:200]:
        page = json_of(text)
        items = page.get("items")
        if isinstance(items, list) and all(isinstance(each, dict) for each in items):
            yield from ((f"record {number}", each) for number, each in enumerate(items, 1))
            return
        raise LabelFileError("items is no list of records.")
    yield from objects_of(text)


def _task(record: Mapping[str, Any], place: str) -> str:
    found = record.get("external_id") or record.get("id")
    if not isinstance(found, str) or not found:
        raise LabelFileError("The record has no id.", place)
    return found


def _responses(record: Mapping[str, Any], place: str) -> Iterator[Said]:
    """Yield what people said. Raises LabelFileError for responses of another shape."""
    found = record.get("responses") or {}
    if isinstance(found, dict):
        for question, answers in found.items():
            for each in _objects(answers, place):
                yield question, each.get("user_id"), each.get("value"), None
        return
    for each in _objects(found, place):
        status, time = each.get("status"), each.get("updated_at")
        if status == DISCARDED:
            yield "", each.get("user_id"), None, time
        elif status == SUBMITTED:
            values = each.get("values")
            for question, value in values.items() if isinstance(values, dict) else ():
                yield question, each.get("user_id"), value.get("value") if isinstance(value, dict) else None, time
        elif status != DRAFT:
            raise LabelFileError("A response has an unknown status.", place)


def _objects(value: Any, place: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise LabelFileError("The responses are no list of objects.", place)
    return value


def _label(value: Any, place: str) -> str:
    """Return one label of an answer: a class, a text, a rating, several classes, the classes of spans, or a ranking."""
    if isinstance(value, list) and all(isinstance(each, dict) and type(each.get("rank")) is int for each in value):
        return (
            joined_label([" > ".join(_part(each.get("value"), place) for each in sorted(value, key=_rank))]) or NOTHING
        )
    parts = value if isinstance(value, list) else [value]
    return (
        joined_label(_part(each.get("label") if isinstance(each, dict) else each, place) for each in parts) or NOTHING
    )


def _rank(each: Mapping[str, Any]) -> int:
    return int(each["rank"])


def _part(value: Any, place: str) -> str:
    if type(value) not in (str, int, float):
        raise LabelFileError("An answer is no text, number or list of them.", place)
    return " ".join(str(value).split())

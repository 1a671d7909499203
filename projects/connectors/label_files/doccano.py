"""Exports of doccano 1.8, as JSON lines: text classification, sequence labeling and image classification.

Source: `backend/data_export/pipeline` of doccano. A record is `{"id", "text", "label": […]}` with names of labels,
spans `[start, end, name]`, or texts; of a project with relations it has `"entities": [{"label"}]` instead. Records name
nobody and no time. A project that is labeled in common gives one file `all.jsonl`, any other one a person, named by
them: of an archive the names of the files are the annotators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from projects.connectors.label_files.archives import is_archive, members
from projects.connectors.label_files.records import FileLabel, LabelFile, LabelFileError
from projects.connectors.label_files.texts import bounded, objects_of, text_of
from projects.connectors.texts import joined_label

IN_COMMON: Final = ("all", "unknown")
"""Names of files that are of no single person."""


def read_doccano(raw: bytes) -> LabelFile:
    """Read a file, or an archive of them. A record without a label is a task that is open. Raises LabelFileError."""
    files = members(raw, ".jsonl") if is_archive(raw) else [("", raw)]
    labels: list[FileLabel] = []
    open_tasks: list[tuple[str, Any]] = []
    for name, content in files:
        annotator = None if name in ("", *IN_COMMON) else name
        for place, record in objects_of(text_of(content)):
            where = f"{name}.jsonl, {place}" if name else place
            label = joined_label(_names(record, where))
            task = _task(record, where)
            if label:
                labels.append(FileLabel(where, task, label, annotator))
            else:
                open_tasks.append((where, task))
            bounded(len(labels) + len(open_tasks))
    return LabelFile(labels, open_tasks)


def _task(record: Mapping[str, Any], place: str) -> str:
    name = record.get("id")
    if type(name) not in (int, str) or name == "":
        raise LabelFileError("The record has no id.", place)
    return str(name)


def _names(record: Mapping[str, Any], place: str) -> list[str]:
    found = record.get("entities", record.get("label"))
    if not isinstance(found, list):
        raise LabelFileError("The record has no list of labels.", place)
    return [_name(each, place) for each in found]


def _name(value: Any, place: str) -> str:
    """Return the name of a label, of a span of text, or of an entity."""
    if isinstance(value, dict):
        value = value.get("label")
    elif isinstance(value, list) and len(value) == 3:
        value = value[2]
    if not isinstance(value, str) or not value.strip():
        raise LabelFileError("A label of the record has no name.", place)
    return " ".join(value.split())

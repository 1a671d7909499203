"""Files of annotations that people upload: read as a whole, kept as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.connectors.label_files.formats import FORMATS, read_label_file
from projects.connectors.label_files.records import FileLabel, LabelFile, LabelFileError
from projects.models import Annotation, Initiative, LabelingProject
from projects.services.annotation_input import LONGEST, PushedAnnotation, parse_each
from projects.services.annotation_pushes import AnnotationsRejected, pushed_project, store_annotations
from projects.services.annotators import pseudonym_of
from projects.services.item_input import MOST_FAULTS
from projects.services.outcomes import Fault, PushCounts
from projects.services.texts import whole_text

UNNAMED: Final = "(nobody is named)"
"""Stands for whoever labeled where neither the file nor its sender says."""
READ: Final = 5_000
"""Of how many tasks the labels are read at a time."""


@transaction.atomic
def upload_annotations(
    principal: Principal,
    initiative: Initiative,
    raw: bytes,
    *,
    kind: str,
    annotator: str = "",
    question: str = "",
    batch: str = "",
) -> PushCounts:
    """Store a file's annotations, all or none, and say what became of them.

    `kind` is one of `FORMATS`. `annotator` is who labeled, where a row does not say; else the one that the file as a
    whole names, else all are of one who is not named. Labels without a time are of when the file was written, else of
    now, and those that their annotator's newest label says already are unchanged. `batch` is that of tasks whose rows
    name none. Raises AnnotationsRejected with the place of each fault.
    """
    now = timezone.now()
    try:
        file = read_label_file(raw, kind, question)
    except LabelFileError as error:
        raise AnnotationsRejected([Fault("", "unreadable", _placed(error.place, error.text))]) from None
    items = [_item(each, file, annotator, batch, now) for each in file.labels]
    found, faults = parse_each(items, now)
    faults = [_fault(each, file.labels) for each in faults] + _open_faults(file)
    if faults:
        raise AnnotationsRejected(faults)
    project = pushed_project(initiative)
    fresh = _fresh(project, found, [each.time is None for each in file.labels])
    digest = hashlib.sha256(raw).hexdigest()
    names = [str(name) for _, name in file.open_tasks]
    counts = store_annotations(principal, project, fresh, digest, open_tasks=names, said={"format": FORMATS[kind]})
    known = len(found) - len(fresh)
    return PushCounts(counts.created, counts.updated, counts.unchanged + known, counts.repeated)


def _item(each: FileLabel, file: LabelFile, annotator: str, batch: str, now: datetime) -> dict[str, Any]:
    return {
        "task": each.task,
        "annotator": each.annotator or annotator or file.annotator or UNNAMED,
        "label": each.label,
        "time": each.time or file.time or now.isoformat(),
        "batch": each.batch or batch,
    }


def _fresh(
    project: LabelingProject, found: Sequence[PushedAnnotation], undated: Sequence[bool]
) -> list[PushedAnnotation]:
    """Return the annotations without those that have no time of their own and say what is known already."""
    tasks = sorted({each.task for each, bare in zip(found, undated, strict=True) if bare})
    known = {
        key: label
        for start in range(0, len(tasks), READ)
        for key, label in _newest(project, tasks[start : start + READ])
    }
    pseudonyms = {name: pseudonym_of(project, name) for name in {each.annotator for each in found}}
    return [
        each
        for each, bare in zip(found, undated, strict=True)
        if not bare or known.get((each.task, pseudonyms[each.annotator]), "") != each.label
    ]


def _newest(project: LabelingProject, tasks: Sequence[str]) -> list[tuple[tuple[str, str], str | None]]:
    """Return the newest label of each annotator of these tasks."""
    rows = Annotation.objects.filter(task__project=project, task__external_id__in=tasks)
    newest = rows.order_by("task_id", "annotator_id", "-time", "-pk").distinct("task_id", "annotator_id")
    names = ("task__external_id", "annotator__pseudonym", "label")
    return [((task, pseudonym), label) for task, pseudonym, label in newest.values_list(*names)]


def _fault(fault: Fault, labels: Sequence[FileLabel]) -> Fault:
    """Return a fault of an item with its place in the file."""
    _, _, number, *rest = fault.pointer.split("/")
    return Fault("", fault.code, _placed(labels[int(number)].place, ": ".join([*rest, fault.detail])))


def _open_faults(file: LabelFile) -> list[Fault]:
    wrong = ((place, whole_text(name, LONGEST["task"], empty=False)) for place, name in file.open_tasks)
    found = (Fault("", "invalid", _placed(place, f"The task's name {text}.")) for place, text in wrong if text)
    return list(islice(found, MOST_FAULTS))


def _placed(place: str, text: str) -> str:
    return f"{place[:1].upper()}{place[1:]}: {text}" if place else text

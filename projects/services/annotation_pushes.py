"""Annotations that people and CI push, with no connection: an upsert by task, annotator and time."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, LabelingProject
from projects.services.annotation_input import PushedAnnotation, parse_annotations
from projects.services.annotators import annotators_named
from projects.services.due import note_due
from projects.services.label_tasks import GivenAnnotation, GivenTask, Written, store_tasks
from projects.services.outcomes import NothingKept, PushCounts

PORTION: Final = 10_000
"""About how many annotations are read and written at a time."""


class AnnotationsRejected(NothingKept):
    """Nothing was kept; `faults` say where the batch is wrong."""


@transaction.atomic
def record_annotations(
    principal: Principal, initiative: Initiative, items: Any, *, sent: bytes | None = None
) -> PushCounts:
    """Store up to 10,000 annotations, all or none, and say what became of them.

    `items` is parsed JSON, objects `{"task", "annotator", "label", "time", "batch"?}`. Of an annotator's labels on a
    task the newest counts; a label of null takes theirs back. Of two with the same task, annotator and time the last
    counts. The audit event keeps a digest of the bytes that were `sent`, without them of the items, and no names.
    Raises AnnotationsRejected.
    """
    found, faults = parse_annotations(items, timezone.now())
    if faults:
        raise AnnotationsRejected(faults)
    digest = hashlib.sha256(json.dumps(items).encode() if sent is None else sent).hexdigest()
    return store_annotations(principal, pushed_project(initiative), found, digest)


def store_annotations(
    principal: Principal,
    project: LabelingProject,
    found: Sequence[PushedAnnotation],
    digest: str,
    *,
    open_tasks: Collection[str] = (),
    said: Mapping[str, Any] | None = None,
) -> PushCounts:
    """Store annotations in the caller's transaction, which holds the project's row, some thousands at a time.

    `open_tasks` are tasks that nobody labeled. The audit event keeps the digest of what was sent, and what else is
    `said` of it.
    """
    unique = {(each.task, each.annotator, each.time): each for each in found}
    annotators = annotators_named(project, {each.annotator for each in unique.values()})
    tasks = _tasks(list(unique.values()))
    labeled = {each.external_id for each in tasks}
    tasks += [GivenTask(name, ()) for name in sorted({*open_tasks} - labeled)]
    written = Written()
    for some in _portions(tasks):
        written.add(store_tasks(project, some, annotators, replace=False))
    counts = PushCounts(written.created, written.updated, written.unchanged, len(found) - len(unique))
    if written.tasks:
        after = {**asdict(counts), "tasks": written.tasks, "sha256": digest, **(said or {})}
        record_audit(principal, "record", "annotations", project.initiative.key, after=after)
        note_due([project.initiative_id], "annotations recorded")
    return counts


def _portions(tasks: Sequence[GivenTask]) -> Iterator[list[GivenTask]]:
    """Yield tasks in order, with about `PORTION` annotations together."""
    some: list[GivenTask] = []
    size = 0
    for each in tasks:
        some.append(each)
        size += max(1, len(each.annotations))
        if size >= PORTION:
            yield some
            some, size = [], 0
    if some:
        yield some


def pushed_project(initiative: Initiative) -> LabelingProject:
    """Return what is pushed to an initiative as a project, made where it is not there, and hold its row."""
    made, _ = LabelingProject.objects.get_or_create(
        initiative=initiative, connection=None, defaults={"workspace_id": initiative.workspace_id}
    )
    held = LabelingProject.objects.select_for_update(no_key=True).get(pk=made.pk)
    held.initiative = initiative
    return held


def _tasks(annotations: Sequence[PushedAnnotation]) -> list[GivenTask]:
    by_task: defaultdict[str, list[PushedAnnotation]] = defaultdict(list)
    for each in annotations:
        by_task[each.task].append(each)
    return [GivenTask(name, [_given(each) for each in mine], _fields(mine)) for name, mine in by_task.items()]


def _given(each: PushedAnnotation) -> GivenAnnotation:
    return GivenAnnotation(each.annotator, each.label, each.time)


def _fields(annotations: Sequence[PushedAnnotation]) -> Mapping[str, Any]:
    """Return the batch that was stated last, if any."""
    stated = [each.batch for each in annotations if each.batch]
    return {"batch": stated[-1]} if stated else {}

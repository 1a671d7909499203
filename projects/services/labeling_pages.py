"""One page of a pull of labels, stored: what the pull loop calls `write` for labeling tools."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from projects.connectors.base import ConnectorError
from projects.connectors.labeling_records import (
    AnnotationRecord,
    LabelingPage,
    LabelingProjectRecord,
    LabelTaskRecord,
)
from projects.models import Connection, Initiative, LabelingProject, LabelingState
from projects.models.labeling import LONGEST_DATASET, LONGEST_LABEL
from projects.services.annotators import annotators_named
from projects.services.due import note_due
from projects.services.label_batches import forget_datasets, tie_named
from projects.services.label_tasks import GivenAnnotation, GivenTask, mark_absent, store_tasks
from projects.services.labeling_snapshots import keep_daily_snapshot
from projects.services.outcomes import Fault, Outcome
from projects.services.pages import Stored
from projects.services.rejections import note_rejected, reasons_of
from projects.services.relabels import take_pulled
from projects.services.texts import is_web_address, storable, whole_text

_COUNTS: Final = (
    *("total", "labeled", "finished", "skipped", "reviewed"),
    *("annotations", "predictions", "ground_truth", "overlap"),
)
_LONGEST_ID: Final = 250
_MOST: Final = 2**53


def record_labeling_page(connection: Connection, page: LabelingPage) -> Stored:
    """Store one page in the caller's transaction: the project's counts, tasks with annotations, and what is gone.

    A task's annotations are those of its record: others are deleted. A record that cannot be stored is rejected alone,
    with the reason. Raises ConnectorError for a connection without an initiative, whose labels nobody can place.
    """
    initiative = connection.initiative
    if initiative is None:
        text = "Choose the initiative that these labels are for, in the settings of the connection."
        raise ConnectorError(text, permanent=True, code="no_initiative")
    rows = _mark_gone(connection, page.gone)
    outcomes: list[Outcome] = []
    seen = [] if page.project is None else [page.project.external_id]
    refused = list(page.rejected)
    touched = {initiative.pk} if rows else set()
    if page.project is not None:
        project, before, changed = _project(connection, initiative, page.project)
        outcomes = [_checked(project, each) for each in page.tasks]
        fine = {each.external_id: each for each, fate in zip(page.tasks, outcomes) if fate.state != "rejected"}
        stored = _store(project, page, fine)
        keep_daily_snapshot(project, page.project.counted_at)
        taken = take_pulled(project, list(fine)) if stored else 0
        tied = tie_named(project, initiative, fine.values())
        rows += changed + stored + taken + tied.changed
        touched |= {before, project.initiative_id} if changed or stored else set()
        refused, seen = [*refused, *tied.refused], [*seen, *tied.seen]
    reasons = reasons_of(refused, outcomes)
    noted = note_rejected(connection, reasons, [*seen, *(each.external_id for each in outcomes)])
    note_due(touched, "labels")
    return Stored(rows, len(reasons), bool(rows or noted))


def _store(project: LabelingProject, page: LabelingPage, fine: Mapping[str, LabelTaskRecord]) -> int:
    """Store the tasks that are not refused, by id, and mark what is absent; return how many changed."""
    names = {each.annotator for task in fine.values() for each in task.annotations}
    written = store_tasks(
        project, [_given(each) for each in fine.values()], annotators_named(project, names), replace=True
    )
    return written.tasks + (0 if page.present_ids is None else mark_absent(project, page.present_ids))


def _project(
    connection: Connection, initiative: Initiative, record: LabelingProjectRecord
) -> tuple[LabelingProject, int, bool]:
    """Return the project with its row held, the initiative that it was of, and whether anything changed."""
    fields = {name: _count(getattr(record, name)) for name in _COUNTS} | {
        "name": _text(record.name, 300),
        "url": record.url if is_web_address(record.url) and len(record.url) <= 1000 and storable(record.url) else "",
        "initiative_id": initiative.pk,
        "state": LabelingState.ACTIVE,
    }
    made, is_new = LabelingProject.objects.get_or_create(
        connection=connection,
        external_id=_text(record.external_id, _LONGEST_ID),
        defaults={"workspace_id": connection.workspace_id, "counted_at": record.counted_at, **fields},
    )
    project = LabelingProject.objects.select_for_update(no_key=True).get(pk=made.pk)
    before = project.initiative_id
    if is_new or all(getattr(project, name) == value for name, value in fields.items()):
        return project, before, is_new
    for name, value in fields.items():
        setattr(project, name, value)
    project.counted_at = record.counted_at
    project.save()
    if before != project.initiative_id:
        project.snapshots.update(initiative_id=project.initiative_id)
        forget_datasets(project)
    return project, before, True


def _mark_gone(connection: Connection, external_ids: Sequence[str]) -> int:
    """Mark projects that were deleted in the tool; return how many were not marked before."""
    if not external_ids:
        return 0
    ours = LabelingProject.objects.filter(connection=connection, external_id__in=list(external_ids))
    return ours.exclude(state=LabelingState.GONE).update(state=LabelingState.GONE)


def _checked(project: LabelingProject, record: LabelTaskRecord) -> Outcome:
    """Return what is wrong with a task, named by its project: tools may number tasks anew in each."""
    faults = [Fault("", "unstorable", text) for text in _wrong(record)]
    name = f"{project.external_id}/{record.external_id}"[:300]
    return Outcome(name, "rejected" if faults else "unchanged", faults)


def _wrong(record: LabelTaskRecord) -> list[str]:
    found = [
        f"The task's {name} {wrong}."
        for name, value, longest in (
            ("id", record.external_id, _LONGEST_ID),
            ("batch", record.batch, 200),
            ("dataset", record.dataset, LONGEST_DATASET),
            ("gold label", record.gold or "", LONGEST_LABEL),
        )
        if (wrong := whole_text(value, longest, empty=name != "id"))
    ]
    found += [text for each in record.annotations for text in _wrong_annotation(each)]
    ids = [each.external_id for each in record.annotations]
    if len(set(ids)) < len(ids):
        found.append("Two annotations of the task have the same id.")
    return found


def _wrong_annotation(each: AnnotationRecord) -> list[str]:
    place = f"Annotation {each.external_id[:40]}"
    found = [f"{place}: its id {wrong}." for wrong in [whole_text(each.external_id, _LONGEST_ID, empty=False)] if wrong]
    label = None if each.label is None else whole_text(each.label, LONGEST_LABEL, empty=False)
    return [*found, f"{place}: its label {label}."] if label else found


def _given(record: LabelTaskRecord) -> GivenTask:
    fields = {
        "batch": record.batch,
        "url": record.url if is_web_address(record.url) and len(record.url) <= 1000 and storable(record.url) else "",
        "is_reviewed": record.is_reviewed,
        "gold": record.gold or "",
        "predictions": max(0, record.predictions),
        "changed_at": record.changed_at,
    }
    return GivenTask(record.external_id, [_given_annotation(each) for each in record.annotations], fields)


def _given_annotation(each: AnnotationRecord) -> GivenAnnotation:
    lead = each.lead_time
    sane = lead is not None and math.isfinite(lead) and lead >= 0
    given = GivenAnnotation(each.annotator, each.label, each.time, each.external_id, lead, each.is_ground_truth)
    return given if sane else replace(given, lead_time=None)


def _count(number: int | None) -> int | None:
    return None if number is None else min(max(0, number), _MOST)


def _text(text: str, longest: int) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:longest]

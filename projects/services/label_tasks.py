"""Label tasks with their annotations: the only writer of both, and of the sums that follow from them.

What is written is what differs. A task that did not change costs its reading alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone

from projects.models import Annotation, Annotator, LabelingProject, LabelTask
from projects.progress.labeling.task_sums import Answer, Cell, TaskLabels, cells_of, labels_of, moves_of
from projects.services.label_rows import delete_annotations, put_annotations, put_tasks
from projects.services.label_sums import move_sums

OWN = ("batch", "url", "is_reviewed", "gold", "predictions", "changed_at")


@dataclass(frozen=True, slots=True)
class GivenAnnotation:
    """An annotation to be kept; it has its tool's `external_id`, or none and is known by annotator and time."""

    annotator: str
    label: str | None
    time: datetime
    external_id: str = ""
    lead_time: float | None = None
    is_ground_truth: bool = False


@dataclass(frozen=True, slots=True)
class GivenTask:
    """A task with annotations, and those of its own fields that are stated (of `OWN`)."""

    external_id: str
    annotations: Sequence[GivenAnnotation]
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Written:
    """How many tasks changed, and what became of the annotations."""

    tasks: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def add(self, other: Written) -> None:
        """Add what became of others."""
        for name in ("tasks", "created", "updated", "unchanged", "deleted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def store_tasks(
    project: LabelingProject, tasks: Sequence[GivenTask], annotators: Mapping[str, Annotator], *, replace: bool
) -> Written:
    """Upsert tasks by external id, each named once, with their annotations; `replace` deletes others of these tasks.

    `annotators` holds everyone who is named. A task that was deleted is there again. The caller holds the project's
    row.
    """
    known = _known(project, [each.external_id for each in tasks])
    kept = _annotations(known.values())
    numbers = _numbers(project, annotators.values())
    written = Written()
    before: list[Cell] = []
    after: list[Cell] = []
    changes: list[_Change] = []
    for given in tasks:
        old = known.get(given.external_id)
        change = _changed(project, old, kept.get(old.pk, []) if old else [], given, annotators, replace, written)
        if change is None:
            continue
        changes.append(change)
        if old is not None and old.deleted_at is None:
            before += _cells(old, change.before, numbers)
        after += _settle(change.task, change.after, numbers)
    _write(project, changes)
    move_sums(project, moves_of(before, after))
    written.tasks = len(changes)
    return written


def mark_absent(project: LabelingProject, present: Collection[str]) -> int:
    """Make tasks deleted whose external id is not among those present, and others there again; return how many.

    The caller holds the project's row.
    """
    there, known = set(present), LabelTask.objects.filter(project=project)
    wrong = [
        number
        for number, name, deleted in known.values_list("pk", "external_id", "deleted_at")
        if (name in there) is (deleted is not None)
    ]
    if not wrong:
        return 0
    tasks = list(known.filter(pk__in=wrong))
    gone, back = ([each for each in tasks if (each.deleted_at is None) is state] for state in (True, False))
    kept, numbers = _annotations([*gone, *back]), _numbers(project, ())
    LabelTask.objects.filter(pk__in=[each.pk for each in gone]).update(deleted_at=timezone.now())
    LabelTask.objects.filter(pk__in=[each.pk for each in back]).update(deleted_at=None)
    before = [cell for each in gone for cell in _cells(each, kept.get(each.pk, []), numbers)]
    after = [cell for each in back for cell in _cells(each, kept.get(each.pk, []), numbers)]
    move_sums(project, moves_of(before, after))
    return len(gone) + len(back)


@dataclass(slots=True)
class _Change:
    """A task as it will be, its annotations before and after, and which of them are to be written or deleted."""

    task: LabelTask
    before: list[Annotation]
    after: list[Annotation]
    put: list[Annotation]
    gone: list[Annotation]


def _changed(
    project: LabelingProject,
    old: LabelTask | None,
    kept: list[Annotation],
    given: GivenTask,
    annotators: Mapping[str, Annotator],
    replace: bool,
    written: Written,
) -> _Change | None:
    """Return what changes of a task, None where nothing does."""
    rows = {_key(each): each for each in kept}
    wanted = {_key(each): each for each in (_row(each, annotators) for each in given.annotations)}
    put = [each for key, each in wanted.items() if key not in rows or _said(rows[key]) != _said(each)]
    gone = [each for key, each in rows.items() if replace and key not in wanted]
    for each in put:
        each.pk = rows[_key(each)].pk if _key(each) in rows else None
    fresh = sum(each.pk is None for each in put)
    written.created += fresh
    written.updated += len(put) - fresh
    written.unchanged += len(wanted) - len(put)
    written.deleted += len(gone)
    task = LabelTask(project_id=project.pk, external_id=given.external_id)
    for name in OWN:
        setattr(task, name, given.fields.get(name, getattr(old or task, name)))
    same = old is not None and old.deleted_at is None and all(getattr(old, name) == getattr(task, name) for name in OWN)
    if same and not put and not gone:
        return None
    stay = {_key(each) for each in gone}
    after = {key: each for key, each in {**rows, **wanted}.items() if key not in stay}
    return _Change(task, kept, list(after.values()), put, gone)


def _settle(task: LabelTask, annotations: Iterable[Annotation], numbers: Mapping[int, int]) -> list[Cell]:
    """Let a task say what its annotations say together, and return what it adds to the sums."""
    found = _labels(task, annotations, numbers)
    task.state, task.label, task.disagreement = found.state, found.class_, found.disagreement
    task.labels = [list(each) for each in found.pattern]
    task.first_label_at, task.last_label_at = found.first_at, found.last_at
    return cells_of(found, task.batch, task.is_reviewed)


def _cells(task: LabelTask, annotations: Iterable[Annotation], numbers: Mapping[int, int]) -> list[Cell]:
    return cells_of(_labels(task, annotations, numbers), task.batch, task.is_reviewed)


def _labels(task: LabelTask, annotations: Iterable[Annotation], numbers: Mapping[int, int]) -> TaskLabels:
    return labels_of(
        [
            Answer(
                numbers[each.annotator_id],
                each.label,
                each.time,
                each.label is None and each.external_id != "",
                each.is_ground_truth,
            )
            for each in annotations
        ],
        task.gold,
    )


def _write(project: LabelingProject, changes: Sequence[_Change]) -> None:
    ids = put_tasks(project, [each.task for each in changes])
    for change in changes:
        for each in change.put:
            each.task_id = ids[change.task.external_id]
    delete_annotations([each.pk for change in changes for each in change.gone])
    put_annotations([each for change in changes for each in change.put])


def _known(project: LabelingProject, external_ids: Collection[str]) -> dict[str, LabelTask]:
    found = LabelTask.objects.filter(project=project, external_id__in=list(external_ids))
    return {each.external_id: each for each in found}


def _annotations(tasks: Iterable[LabelTask]) -> dict[int, list[Annotation]]:
    found: defaultdict[int, list[Annotation]] = defaultdict(list)
    for each in Annotation.objects.filter(task_id__in=[task.pk for task in tasks]):
        found[each.task_id].append(each)
    return found


def _numbers(project: LabelingProject, annotators: Iterable[Annotator]) -> dict[int, int]:
    return dict(Annotator.objects.filter(project=project).values_list("pk", "number")) | {
        each.pk: each.number for each in annotators
    }


def _row(given: GivenAnnotation, annotators: Mapping[str, Annotator]) -> Annotation:
    return Annotation(
        external_id=given.external_id,
        annotator_id=annotators[given.annotator].pk,
        label=given.label,
        time=given.time,
        lead_time=given.lead_time,
        is_ground_truth=given.is_ground_truth,
    )


def _key(each: Annotation) -> tuple[Literal["tool", "push"], Any, Any]:
    return ("tool", each.external_id, None) if each.external_id else ("push", each.annotator_id, each.time)


def _said(each: Annotation) -> tuple[Any, ...]:
    return each.annotator_id, each.label, each.time, each.lead_time, each.is_ground_truth

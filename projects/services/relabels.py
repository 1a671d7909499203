"""Second labels of an audit's tasks: given by people, as a file, by REST, or found in the labeling tool."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.csv_export import guarded
from projects.models import Annotation, AuditedTask, AuditState, LabelAudit, LabelingProject, RelabelSource
from projects.services.item_input import MOST_FAULTS
from projects.services.label_audits import locked_audit
from projects.services.outcomes import Fault, NothingKept, PushCounts
from projects.services.relabel_input import Relabel, parse_relabels

_CHUNK = 2_000
_Placed = Mapping[int, tuple[AuditedTask, str]]


class RelabelsRejected(NothingKept):
    """Nothing was kept; `faults` say where the batch is wrong."""


@transaction.atomic
def record_relabels(
    principal: Principal, audit: LabelAudit, items: Any, *, source: RelabelSource, sent: bytes | None = None
) -> PushCounts:
    """Store up to 10,000 second labels of an open audit's tasks, all or none, and say what became of them.

    `items` is parsed JSON, objects `{"task", "label", "project"?}`; a label of null says that nobody can tell, which
    counts as a wrong label. `project` is needed where two projects have a task of this name. The audit event keeps
    counts and a digest of what was `sent`. Raises RelabelsRejected and AuditNotOpen.
    """
    found, faults = parse_relabels(items)
    if faults:
        raise RelabelsRejected(faults)
    held = locked_audit(audit)
    labels = _placed(held, found)
    counts = _written(held, labels, source, len(found))
    digest = hashlib.sha256(json.dumps(items).encode() if sent is None else sent).hexdigest()
    _note(principal, held, counts, source, {"sha256": digest})
    return counts


@transaction.atomic
def take_relabels(principal: Principal, audit: LabelAudit) -> PushCounts:
    """Store what the labeling tool holds as second labels of tasks without one, and say how many these are.

    A second label is an annotation that was made after the drawing by somebody who had not annotated the task before;
    of several the newest counts. Who corrects their own label gives no second one. Raises AuditNotOpen.
    """
    held = locked_audit(audit)
    counts = _taken(held, _fresh(held))
    _note(principal, held, counts, RelabelSource.TOOL, {})
    return counts


def take_pulled(project: LabelingProject, external_ids: Collection[str]) -> int:
    """Store what was pulled of these tasks as second labels of an open audit, as `take_relabels`; return how many.

    It belongs to the caller's transaction, whose pull leaves the audit event. One query where no audit is open.
    """
    found = LabelAudit.objects.filter(initiative=project.initiative_id, state=AuditState.OPEN)
    held = found.select_for_update(no_key=True).first()
    if held is None:
        return 0
    pulled = _fresh(held).filter(task__project=project, task__external_id__in=external_ids)
    return _taken(held, pulled).created


def _fresh(held: LabelAudit) -> QuerySet[Annotation]:
    """Return what people who are new to a task annotated after the drawing, of tasks without a second label."""
    earlier = Annotation.objects.filter(task=OuterRef("task"), annotator=OuterRef("annotator"), time__lte=held.drawn_at)
    return Annotation.objects.filter(
        ~Exists(earlier),
        task__audited__audit=held,
        task__audited__relabel__isnull=True,
        task__deleted_at__isnull=True,
        time__gt=held.drawn_at,
        label__isnull=False,
    )


def _taken(held: LabelAudit, fresh: QuerySet[Annotation]) -> PushCounts:
    """Store the newest of each task as its second label."""
    newest = fresh.order_by("task", "-time", "-pk").distinct("task").values_list("task", "label")
    labels = {task: label for task, label in newest if label is not None}
    waiting = held.tasks.filter(task__in=labels, relabel__isnull=True)
    rows = {each.pk: (each, labels[each.task_id]) for each in waiting if each.task_id is not None}
    return _written(held, rows, RelabelSource.TOOL, len(rows))


def _placed(held: LabelAudit, relabels: Sequence[Relabel]) -> dict[int, tuple[AuditedTask, str]]:
    """Return the audited task of each relabel, by row. Raises RelabelsRejected where there is none, or are several.

    A task is also found by its name as our CSV guards it.
    """
    by_name: defaultdict[str, dict[int, AuditedTask]] = defaultdict(dict)
    for each in held.tasks.all():
        for name in {each.external_id, guarded(each.external_id)}:
            by_name[name][each.pk] = each
    placed: dict[int, tuple[AuditedTask, str]] = {}
    faults: list[Fault] = []
    for given in relabels:
        named = [each for each in by_name[given.task].values() if given.project in ("", each.project_key)]
        if len(named) == 1:
            placed[named[0].pk] = (named[0], given.label)
        elif named:
            faults.append(Fault(f"{given.place}/project", "ambiguous", "Several projects have this task: name one."))
        else:
            faults.append(Fault(f"{given.place}/task", "not_found", "No task of this audit is called so."))
    if faults:
        raise RelabelsRejected(faults[:MOST_FAULTS])
    return placed


def _written(held: LabelAudit, labels: _Placed, source: RelabelSource, given: int) -> PushCounts:
    now, changed, created = timezone.now(), [], 0
    for task, label in labels.values():
        if task.relabel == label:
            continue
        created += task.relabel is None
        task.relabel, task.relabeled_at, task.source = label, now, source
        changed.append(task)
    AuditedTask.objects.bulk_update(changed, ["relabel", "relabeled_at", "source"], batch_size=_CHUNK)
    held.relabeled += created
    held.save(update_fields=["relabeled"])
    return PushCounts(created, len(changed) - created, len(labels) - len(changed), given - len(labels))


def _note(
    principal: Principal, held: LabelAudit, counts: PushCounts, source: RelabelSource, more: Mapping[str, str]
) -> None:
    """Leave an audit event of what was written, and none where nothing was."""
    if counts.created or counts.updated:
        after = {"id": held.public_id, **asdict(counts), "source": source.value, **more}
        record_audit(principal, "relabel", "label_audit", held.initiative.key, after=after)

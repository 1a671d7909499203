"""Gold questions: tasks whose right label is known, set by people for tasks that are pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, LabelTask
from projects.services.annotation_input import LONGEST, MOST_ANNOTATIONS
from projects.services.annotation_pushes import AnnotationsRejected, pushed_project
from projects.services.due import note_due
from projects.services.item_input import Item
from projects.services.label_tasks import GivenTask, store_tasks

COLUMNS: Final = ("task", "label")
OF_A_TOOL: Final = "This task is of a labeling tool: mark its ground truth there."


@dataclass(frozen=True, slots=True)
class GoldCounts:
    """How many tasks of a call changed, and how many were as they are said to be."""

    changed: int
    unchanged: int


@transaction.atomic
def set_gold(principal: Principal, initiative: Initiative, items: Any) -> GoldCounts:
    """Say which label is right of up to 10,000 tasks, all or none; null says that it is not known any more.

    `items` is parsed JSON, objects `{"task", "label"}`; of two of one task the last counts. A task that nobody labeled
    yet is made. Tasks of a labeling tool have the ground truth of that tool. Raises AnnotationsRejected.
    """
    project = pushed_project(initiative)
    whole = Item({})
    found = _parsed(items, whole)
    theirs = LabelTask.objects.filter(
        project__initiative=initiative, project__connection__isnull=False, external_id__in=set(found)
    )
    own = LabelTask.objects.filter(project=project, external_id__in=set(found)).values_list("external_id", flat=True)
    elsewhere = {*theirs.values_list("external_id", flat=True)} - {*own}
    for name in sorted(elsewhere):
        whole.at("gold", found[name][0]).refuse("task", OF_A_TOOL)
    if whole.faults:
        raise AnnotationsRejected(whole.faults)
    tasks = [GivenTask(name, (), {"gold": label}) for name, (_, label) in found.items()]
    written = store_tasks(project, tasks, {}, replace=False)
    if written.tasks:
        record_audit(principal, "record", "gold", initiative.key, after={"tasks": written.tasks})
        note_due([initiative.pk], "gold recorded")
    return GoldCounts(written.tasks, len(tasks) - written.tasks)


def _parsed(items: Any, whole: Item) -> dict[str, tuple[int, str]]:
    """Return place and label by task, and note faults; "" is no label."""
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_ANNOTATIONS:
        whole.refuse("gold", f"This is a list of 1 to {MOST_ANNOTATIONS:,} tasks with their labels.")
        return {}
    found = {}
    for position, each in enumerate(items):
        place = whole.at("gold", position)
        item = Item(each if isinstance(each, Mapping) else {}, place.place, whole.faults)
        if not isinstance(each, Mapping):
            item.refuse_whole("This is an object.", "type")
            continue
        item.refuse_unknown(COLUMNS)
        task = item.text("task", LONGEST["task"], empty=False)
        if "label" not in each:
            item.refuse("label", "This is needed; null says that the right label is not known any more.", "required")
        label = "" if each.get("label") is None else item.text("label", LONGEST["label"], empty=False)
        found[task] = (position, label)
    return found

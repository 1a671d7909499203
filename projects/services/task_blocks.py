"""Who waits for whom in a batch of tasks, before any of it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from projects.models import Initiative, Task, TaskBlock
from projects.services.outcomes import Fault

Node = int | str
"""A task that is stored, by its row number, or one of the batch that is new, by its external id."""
_UNKNOWN: Final = "There is no task {} in this workspace, by key or by external id."
_CIRCLE: Final = "A task cannot wait for itself, not even by way of others."


def edges_of(initiative: Initiative) -> dict[Node, set[Node]]:
    """Return what the workspace's tasks wait for."""
    found: dict[Node, set[Node]] = {}
    rows = TaskBlock.objects.filter(task__initiative__workspace=initiative.workspace_id)
    for task, blocker in rows.values_list("task_id", "blocker_id"):
        found.setdefault(task, set()).add(blocker)
    return found


def blockers_in(
    words: Sequence[str], known: Mapping[str, Task], new: Mapping[str, Node]
) -> tuple[set[Node], list[Fault]]:
    """Return what the words stand for, by key or external id of a stored task, else by external id of a new one."""
    found: set[Node] = set()
    faults: list[Fault] = []
    for place, word in enumerate(words):
        node: Node | None = known[word].pk if word in known else new.get(word)
        if node is None:
            faults.append(Fault(f"/blocked_by/{place}", "invalid", _UNKNOWN.format(word[:60])))
        else:
            found.add(node)
    return found, faults


def circle(task: Node, blockers: set[Node], edges: Mapping[Node, set[Node]]) -> list[Fault]:
    """Return the fault of a task that would wait for itself by these blockers, none where it would not."""
    seen, news = set(blockers), blockers
    while news:
        news = set().union(*(edges.get(each, set()) for each in news)) - seen
        seen |= news
    return [Fault("/blocked_by", "invalid", _CIRCLE)] if task in seen else []

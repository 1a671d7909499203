"""What a judgement knows of tasks, from the row that it reads of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kpis.scoring.inputs import OpenTask, TaskFacts
from kpis.selectors.paths import task_path
from projects.models import Initiative

NAMED: Final = 10
"""How many of the tasks that are left are named."""
ABOUT_TASKS: Final = "delivery.tasks_done"


def task_facts(initiative: Initiative, said: Mapping[str, Any]) -> TaskFacts:
    """Return `{total, done, open: [[number, title], …]}` as facts."""
    keys = ((f"{initiative.key}-{number}", title) for number, title in said["open"] or ())
    return TaskFacts(
        said["total"], said["done"], tuple(OpenTask(key, title, task_path(initiative, key)) for key, title in keys)
    )

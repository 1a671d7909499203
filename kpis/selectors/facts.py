"""Stored goals and targets as the engine reads them."""

from __future__ import annotations

from typing import Any

from kpis.models import Goal, Target
from kpis.scoring.attainment import Goal as GoalFacts
from kpis.scoring.targets import Target as TargetFacts

GOAL_FIELDS = ("baseline", "target", "low", "high", "start", "due")
TARGET_FIELDS = (
    *("metric", "comparator", "value", "high", "slice", "minimum_n", "confidence"),
    *("threshold", "grid_step", "dataset_digest"),
)


def goal_facts(direction: str, goal: Goal | None) -> GoalFacts:
    """Return a goal of a KPI with this direction; an empty goal where there is none."""
    kind: Any = direction
    if goal is None:
        return GoalFacts(direction=kind)
    return GoalFacts(kind, **{name: getattr(goal, name) for name in GOAL_FIELDS})


def target_facts(target: Target) -> TargetFacts:
    """Return one version of a target; its id is the public one."""
    values: dict[str, Any] = {name: getattr(target, name) for name in TARGET_FIELDS}
    return TargetFacts(target.public_id, declared_at=target.valid_from, **values)

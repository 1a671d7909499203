"""What labeling tools tell: projects with their counts, tasks with all annotations they have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from projects.connectors.records import RejectedRecord


@dataclass(frozen=True, slots=True)
class AnnotationRecord:
    """One annotator's answer to a task; `label` is None where they skipped it. `time` is aware.

    `annotator` is whatever the tool calls them; nobody keeps it: services store a keyed hash. `lead_time` is seconds.
    """

    external_id: str
    annotator: str
    label: str | None
    time: datetime
    lead_time: float | None = None
    is_ground_truth: bool = False


@dataclass(frozen=True, slots=True)
class LabelTaskRecord:
    """A task with all of its annotations: one that is not here any more was deleted there.

    `is_reviewed` is None where the tool does not say. `gold` is the label that is known to be right, if any. `dataset`
    is how the task names the dataset version that it is of, `name@digest` or a digest, "" where it does not.
    """

    external_id: str
    annotations: Sequence[AnnotationRecord] = ()
    predictions: int = 0
    is_reviewed: bool | None = None
    gold: str | None = None
    batch: str = ""
    dataset: str = ""
    url: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LabelingProjectRecord:
    """A project of a labeling tool with the counts that the tool itself gives, at `counted_at`.

    `finished` are tasks at full overlap, `labeled` those with at least one annotation that was not skipped.
    """

    external_id: str
    name: str
    total: int
    labeled: int
    counted_at: datetime
    skipped: int | None = None
    reviewed: int | None = None
    finished: int | None = None
    annotations: int | None = None
    predictions: int | None = None
    ground_truth: int | None = None
    overlap: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class LabelingPage:
    """One step of a pull of labels: store it and `cursor` in one transaction.

    `tasks` belong to `project`. `present_ids` is None, or the ids of all tasks that the project has now: others are
    gone. `gone` are external ids of projects that were deleted there. After the page with `last` the pull is complete.
    """

    project: LabelingProjectRecord | None = None
    tasks: Sequence[LabelTaskRecord] = ()
    present_ids: Sequence[str] | None = None
    gone: Sequence[str] = ()
    rejected: Sequence[RejectedRecord] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False
    requests: int = 0

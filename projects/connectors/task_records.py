"""What trackers tell: sprints, and tasks in the tracker's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from projects.connectors.records import RejectedRecord


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """A change of status at an aware moment; `status` is the tracker's word for what it became."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class SprintRecord:
    """An iteration, milestone or version of the tracker; days are those that the tracker states."""

    external_id: str
    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    goal: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task in its tracker's words. Moments are aware UTC.

    `sprint` is the external id of a sprint, "" for none. `estimate` is in the tracker's unit (points or hours),
    `priority` 0 (none) to 4 (urgent). `transitions` are in order, None where the tracker tells no history.
    `blocked_by` are external ids of tasks.
    """

    external_id: str
    title: str
    status: str
    created_at: datetime
    updated_at: datetime
    type: str = ""
    body: str = ""
    sprint: str = ""
    estimate: float | None = None
    priority: int | None = None
    due_on: date | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    transitions: Sequence[TransitionRecord] | None = None
    url: str = ""
    assignee_email: str = ""
    blocked_by: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One step of a pull of tasks: store it and `cursor` in one transaction.

    `present_ids` is None, or the ids of all tasks that the connection has now: others are gone. `gone` are external
    ids of tasks that the tracker itself calls moved away. `present_sprints` is None, or the ids of all sprints.
    `unread` counts tasks by the parts of theirs that the tracker sent and nobody reads. After the page with `last` the
    pull is complete.
    """

    sprints: Sequence[SprintRecord] = ()
    tasks: Sequence[TaskRecord] = ()
    present_ids: Sequence[str] | None = None
    gone: Sequence[str] = ()
    present_sprints: Sequence[str] | None = None
    unread: Mapping[str, int] = field(default_factory=dict)
    rejected: Sequence[RejectedRecord] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False
    requests: int = 0


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """A task to open in a tracker. `paragraphs` are its body as plain text; the last one is `marker`.

    Nobody can guess the marker, and no other task has it: by it a task is found that was opened without an answer.
    `type` is our word for the type, "" for none. `tried_at` is when opening it was first tried, None for never.
    """

    marker: str
    title: str
    paragraphs: Sequence[str]
    type: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """A task that is in its tracker: its external id, and the place by which its connector changes it."""

    external_id: str
    place: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class TrackerWords:
    """The words of a tracker and how many of the tasks that were looked at have each, the most frequent first.

    `is_whole` says whether all tasks were looked at.
    """

    statuses: Mapping[str, int]
    types: Mapping[str, int]
    is_whole: bool = True

"""Tasks, as the API takes and shows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.runs import FaultOut
from projects.models import Priority, Task, TaskStatus, TaskType
from projects.selectors.sent_tasks import standing_of
from projects.services.task_fields import LARGEST_ESTIMATE, LONGEST_TEXT, MOST_BLOCKERS
from projects.services.task_input import LONGEST_NAME, MOST_TASKS, PRIORITIES


def _word(longest: int = LONGEST_NAME, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_null=True, allow_blank=True, **options)


class TaskEdit(StrictSerializer):
    """What can be changed of a task. Null takes away what it has. Its moments follow its status.

    Only describes: `projects.services.task_input` reads the items themselves.
    """

    title = serializers.CharField(max_length=LONGEST_NAME, required=False)
    body = optional_text(LONGEST_TEXT, allow_null=True)
    type = serializers.ChoiceField(TaskType.values, required=False, allow_null=True, allow_blank=True)
    status = serializers.ChoiceField(TaskStatus.values, required=False)
    sprint = _word(help_text="The id of a sprint, spr_…, or its name.")
    assignee = _word(help_text="The e-mail address of a member.")
    estimate = serializers.FloatField(
        min_value=0, max_value=float(LARGEST_ESTIMATE), required=False, allow_null=True, help_text="In the team's unit."
    )
    priority = serializers.ChoiceField(PRIORITIES, required=False, allow_null=True)
    due_on = DayField(required=False, allow_null=True)
    check = _word(100, help_text="The id of a readiness check that it is about.")
    run = _word(help_text="The id or external id of a run of the initiative.")
    dataset = _word(help_text="The id or digest of a dataset version of the initiative.")
    blocked_by = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME),
        max_length=MOST_BLOCKERS,
        required=False,
        allow_null=True,
        help_text="What it waits for: keys of tasks of the workspace, or external ids of the initiative's.",
    )


class TaskIn(TaskEdit):
    """A task, new or known by its `key` or else its `external_id`; a new one needs a title. Absent fields stay.

    Moments are kept as they are told. Without a status, `done_at` means done and `started_at` doing.
    """

    key = optional_text(60, help_text="Of a task that is there, such as CHURN-42.")
    external_id = optional_text(LONGEST_NAME, allow_null=True)
    url = optional_text(1_000, allow_null=True)
    created_at = UTCDateTimeField(required=False)
    started_at = UTCDateTimeField(required=False, allow_null=True)
    done_at = UTCDateTimeField(required=False, allow_null=True)


class TaskBatchIn(StrictSerializer):
    """Up to 1,000 tasks."""

    tasks = serializers.ListField(child=TaskIn(), max_length=MOST_TASKS)


class TaskResultOut(StrictSerializer):
    """What became of one task of a batch; `key` is empty where it was rejected."""

    key = serializers.CharField()
    external_id = serializers.CharField()
    state = serializers.ChoiceField(["created", "updated", "unchanged", "rejected"])
    errors = FaultOut(many=True)  # type: ignore[assignment]


class TaskBatchOut(StrictSerializer):
    """One result per task, in the order of the batch."""

    results = TaskResultOut(many=True)


class TransitionOut(StrictSerializer):
    """A kept change of status; `from` is empty where the task began with it, `by` null where nobody here did it."""

    to = serializers.ChoiceField(TaskStatus.values, source="to_status")
    at = UTCDateTimeField()
    by = person("actor")

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields after the one whose name is a word of Python."""
        return {"from": serializers.CharField(source="from_status"), **super().get_fields()}


class StandingOut(StrictSerializer):
    """How far a task of a check is on its way to its tracker; `state` is empty where it is as the check wants it."""

    state = serializers.ChoiceField(["", "waiting", "refused", "passes", "fails"])
    words = serializers.CharField()


class TaskOut(StrictSerializer):
    """A task. A mirrored one is read from the tracker of its `connection` and read-only here."""

    key = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    type = serializers.CharField(help_text="Empty where nobody has said.")
    status = serializers.ChoiceField(TaskStatus.values)
    sprint = serializers.CharField(source="sprint.public_id", allow_null=True)
    assignee = person("assignee")
    estimate = serializers.FloatField(allow_null=True)
    priority = serializers.SerializerMethodField()
    due_on = serializers.DateField(allow_null=True)
    check = serializers.CharField(source="check_id")
    is_from_check = serializers.BooleanField(help_text="The check opened it, and closes it when it passes.")
    run = serializers.CharField(source="run.public_id", allow_null=True)
    dataset = serializers.CharField(source="dataset.public_id", allow_null=True)
    blocked_by = serializers.SerializerMethodField()
    external_id = serializers.CharField()
    external_status = serializers.CharField()
    url = serializers.CharField()
    connection = serializers.CharField(source="connection.public_id", allow_null=True)
    is_mirrored = serializers.BooleanField()
    standing = serializers.SerializerMethodField()
    created_at = UTCDateTimeField()
    started_at = UTCDateTimeField(allow_null=True)
    done_at = UTCDateTimeField(allow_null=True)
    cancelled_at = UTCDateTimeField(allow_null=True)
    deleted_at = UTCDateTimeField(allow_null=True)
    version = serializers.IntegerField()
    updated_at = UTCDateTimeField()

    @extend_schema_field(StandingOut)
    def get_standing(self, task: Task) -> dict[str, str]:
        """Return how far it is on its way to its tracker."""
        return asdict(standing_of(task))

    def get_priority(self, task: Task) -> str:
        """Return none, low, medium, high or urgent."""
        return Priority(task.priority).name.lower()

    def get_blocked_by(self, task: Task) -> list[str]:
        """Return the keys of the tasks that it waits for."""
        return [each.key for each in task.blocked_by.all()]


class OneTaskOut(TaskOut):
    """A task with its history."""

    transitions = TransitionOut(many=True)


class TaskParams(PageParams):
    """Filters of tasks; those that were put away are not listed."""

    status = serializers.ChoiceField(TaskStatus.values, required=False)
    type = serializers.ChoiceField(TaskType.values, required=False)
    sprint = serializers.CharField(max_length=40, required=False, help_text="The id of a sprint, spr_….")
    assignee = serializers.EmailField(required=False)
    check = serializers.CharField(max_length=100, required=False)
    external_id = serializers.CharField(max_length=LONGEST_NAME, required=False)
    open = serializers.BooleanField(required=False, help_text="Only what is still to be done.")
    mirrored = serializers.BooleanField(required=False, allow_null=True, default=None)

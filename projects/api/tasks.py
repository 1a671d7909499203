"""Tasks of an initiative by REST: one by one, or many that are imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.pointers import MAX_ERRORS, FieldError
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.requests import StrictRequest
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of, task_of
from projects.api.shapes.runs import RunBatchParams
from projects.api.shapes.tasks import OneTaskOut, TaskBatchIn, TaskBatchOut, TaskEdit, TaskIn, TaskOut, TaskParams
from projects.models import Task
from projects.selectors.tasks import task_list, task_shown
from projects.services.outcomes import BatchRejected, Fault
from projects.services.task_pushes import TaskRejected, patch_task, push_task, push_tasks
from projects.services.task_rows import TaskOutcome
from projects.services.tasks import delete_task, restore_task


class Tasks(Endpoint):
    """The tasks of an initiative."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_TASKS}
    query = {"GET": TaskParams}

    @extend_schema(responses=page_of(TaskOut))
    def get(self, request: Request, key: str) -> Response:
        """List tasks in order of their numbers."""
        return self.page(task_list(initiative_of(self.principal, key), self.params), TaskOut, order="number")

    @extend_schema(request=TaskIn, responses={200: OneTaskOut, 201: OneTaskOut})
    def post(self, request: Request, key: str) -> Response:
        """Make a task: 201; 200 when its key or external id names one that is there, which is changed."""
        initiative = initiative_of(self.principal, key)
        try:
            outcome = push_task(self.principal, initiative, request.data)
        except TaskRejected as rejected:
            raise invalid(_errors(rejected.faults)) from None
        answer = shown(self, task_of(initiative, outcome.key), 201 if outcome.state == "created" else 200)
        answer["Location"] = f"/api/v1/initiatives/{initiative.key}/tasks/{outcome.key}/"
        return answer


class TaskBatch(Endpoint):
    """Many tasks at once."""

    powers = {"POST": Power.WRITE_TASKS}
    query = {"POST": RunBatchParams}

    @extend_schema(request=TaskBatchIn, responses=TaskBatchOut)
    def post(self, request: StrictRequest, key: str) -> Response:
        """Import up to 1,000 tasks by external id; each is stored or rejected for itself, unless `atomic`."""
        initiative = initiative_of(self.principal, key)
        items, atomic = _tasks(request.data), self.params["atomic"]
        try:
            outcomes = push_tasks(self.principal, initiative, items, atomic=atomic, sent=request.raw_body)
        except BatchRejected as rejected:
            raise _nothing_kept(rejected.outcomes) from None  # type: ignore[arg-type]
        return self.ok({"results": [_result(each) for each in outcomes]})


class OneTask(Endpoint):
    """One task."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_TASKS, "DELETE": Power.WRITE_TASKS}

    @extend_schema(responses=OneTaskOut)
    def get(self, request: Request, key: str, task_key: str) -> Response:
        """Show a task by its key, CHURN-42, with its history; one that was put away too."""
        return shown(self, task_of(initiative_of(self.principal, key), task_key))

    @extend_schema(request=TaskEdit, responses=OneTaskOut)
    def patch(self, request: Request, key: str, task_key: str) -> Response:
        """Change a task that is not mirrored."""
        found = task_of(initiative_of(self.principal, key), task_key, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(OneTaskOut, task_shown(found)))
        try:
            return shown(self, patch_task(self.principal, found, request.data))
        except TaskRejected as rejected:
            raise invalid(_errors(rejected.faults)) from None

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, task_key: str) -> Response:
        """Put a task away; it can be restored."""
        found = task_of(initiative_of(self.principal, key), task_key, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(OneTaskOut, task_shown(found)))
        delete_task(self.principal, found)
        return self.ok(None, 204)


class TaskRestoring(Endpoint):
    """A task that was put away."""

    powers = {"POST": Power.WRITE_TASKS}

    @extend_schema(request=None, responses=OneTaskOut)
    def post(self, request: Request, key: str, task_key: str) -> Response:
        """Bring a task back; one that is there stays as it is."""
        found = task_of(initiative_of(self.principal, key), task_key, lock=True)
        return shown(self, restore_task(self.principal, found))


def shown(endpoint: Endpoint, task: Task, status: int = 200) -> Response:
    """Answer with a task and its ETag."""
    found = task_shown(task)
    return endpoint.entity(answer_of(OneTaskOut, found), found.public_id, found.version, status)


def _errors(faults: Sequence[Fault], place: str = "") -> list[FieldError]:
    return [{"pointer": place + each.pointer, "code": each.code, "detail": each.detail} for each in faults]


def _result(outcome: TaskOutcome) -> dict[str, Any]:
    own = {"key": outcome.key, "external_id": outcome.external_id, "state": outcome.state}
    return {**own, "errors": list(map(asdict, outcome.errors))}


def _nothing_kept(outcomes: Sequence[TaskOutcome]) -> Problem:
    """Return the 422 of an atomic batch: where it is wrong, and that no task of it was kept."""
    errors = [error for place, each in enumerate(outcomes) for error in _errors(each.errors, f"/tasks/{place}")]
    whole = Fault("", "batch_rejected", "Nothing of this batch was kept.")
    results = [_result(TaskOutcome(each.external_id, "rejected", each.errors or [whole])) for each in outcomes]
    detail = f"{whole.detail} {errors[0]['pointer']}: {errors[0]['detail']}" if errors else whole.detail
    return Problem(422, whole.code, detail, errors=errors[:MAX_ERRORS], extra={"results": results})


def _tasks(body: Any) -> Any:
    """Return what stands under `tasks`. Raises ValidationError for other keys and without it."""
    if not isinstance(body, Mapping):
        raise serializers.ValidationError([ErrorDetail('Write {"tasks": […]}.', "invalid")])
    errors = {key: [ErrorDetail(f"{key[:100]} is not known here.", "unknown_key")] for key in body if key != "tasks"}
    if "tasks" not in body:
        errors["tasks"] = [ErrorDetail("This is needed.", "required")]
    if errors:
        raise serializers.ValidationError(errors)
    return body["tasks"]

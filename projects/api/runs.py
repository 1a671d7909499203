"""Runs, pushed one by one or in batches, and the registered versions made of them."""

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
from mltrack.rest.query import PageParams
from mltrack.rest.requests import StrictRequest
from mltrack.rest.serializers import answer_of
from projects.access import connection_of, initiative_of, run_of
from projects.api.shapes.runs import (
    LinkedRunOut,
    ModelVersionIn,
    ModelVersionOut,
    RunBatchIn,
    RunBatchOut,
    RunBatchParams,
    RunIn,
    RunOut,
    RunParams,
)
from projects.selectors.lists import model_version_list, pushed_run, run_list
from projects.services.runs import BatchRejected, Fault, Outcome, push_model_version, push_runs


def _errors(outcome: Outcome, place: str = "") -> list[FieldError]:
    return [{"pointer": place + each.pointer, "code": each.code, "detail": each.detail} for each in outcome.errors]


def _result(outcome: Outcome) -> dict[str, Any]:
    return {"external_id": outcome.external_id, "state": outcome.state, "errors": list(map(asdict, outcome.errors))}


def _nothing_kept(outcomes: Sequence[Outcome]) -> Problem:
    """Return the 422 of an atomic batch: where it is wrong, and that no run of it was kept."""
    errors = [error for place, each in enumerate(outcomes) for error in _errors(each, f"/runs/{place}")]
    whole = Fault("", "batch_rejected", "Nothing of this batch was kept.")
    results = [_result(Outcome(each.external_id, "rejected", each.errors or [whole])) for each in outcomes]
    detail = f"{whole.detail} {errors[0]['pointer']}: {errors[0]['detail']}" if errors else whole.detail
    return Problem(422, whole.code, detail, errors=errors[:MAX_ERRORS], extra={"results": results})


class Runs(Endpoint):
    """The runs that count for an initiative."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_RUNS}
    query = {"GET": RunParams}

    @extend_schema(responses=page_of(RunOut))
    def get(self, request: Request, key: str) -> Response:
        """List runs: those that run first, then the last ended."""
        initiative = initiative_of(self.principal, key)
        named = self.params.get("connection")
        connection = connection_of(self.principal, named) if named else None
        return self.page(run_list(initiative, self.params, connection), LinkedRunOut, order="-ended_at", tie="run_id")

    @extend_schema(request=RunIn, responses={200: RunOut, 201: RunOut})
    def post(self, request: Request, key: str) -> Response:
        """Push one run: 201 when it is new, 200 when it updates the one with its external id."""
        initiative = initiative_of(self.principal, key)
        item: Any = request.data
        (outcome,) = push_runs(self.principal, initiative, [item])
        if outcome.state == "rejected":
            raise invalid(_errors(outcome))
        made = pushed_run(initiative, outcome.external_id)
        return self.ok(answer_of(RunOut, made), 201 if outcome.state == "created" else 200)


class RunBatch(Endpoint):
    """Many runs at once."""

    powers = {"POST": Power.WRITE_RUNS}
    query = {"POST": RunBatchParams}

    @extend_schema(request=RunBatchIn, responses=RunBatchOut)
    def post(self, request: StrictRequest, key: str) -> Response:
        """Push up to 1,000 runs by external id; each is stored or rejected for itself, unless `atomic`."""
        initiative = initiative_of(self.principal, key)
        runs = _runs(request.data)
        try:
            outcomes = push_runs(self.principal, initiative, runs, atomic=self.params["atomic"], sent=request.raw_body)
        except BatchRejected as rejected:
            raise _nothing_kept(rejected.outcomes) from None
        return self.ok({"results": [_result(each) for each in outcomes]})


def _runs(body: Any) -> Any:
    """Return what stands under `runs`. Raises ValidationError for other keys and without it."""
    if not isinstance(body, Mapping):
        raise serializers.ValidationError([ErrorDetail('Write {"runs": […]}.', "invalid")])
    errors = {key: [ErrorDetail(f"{key[:100]} is not known here.", "unknown_key")] for key in body if key != "runs"}
    if "runs" not in body:
        errors["runs"] = [ErrorDetail("This is needed.", "required")]
    if errors:
        raise serializers.ValidationError(errors)
    return body["runs"]


class OneRun(Endpoint):
    """One run."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=RunOut)
    def get(self, request: Request, key: str, run_id: str) -> Response:
        """Show a run by its id, run_…."""
        run = run_of(self.principal, initiative_of(self.principal, key), run_id)
        return self.ok(answer_of(RunOut, run))


class ModelVersions(Endpoint):
    """The registered versions that count for an initiative."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_RUNS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ModelVersionOut))
    def get(self, request: Request, key: str) -> Response:
        """List versions, the last registered first."""
        versions = model_version_list(initiative_of(self.principal, key))
        return self.page(versions, ModelVersionOut, order="-registered_at")

    @extend_schema(request=ModelVersionIn, responses={200: ModelVersionOut, 201: ModelVersionOut})
    def post(self, request: Request, key: str) -> Response:
        """Push a version by name and number; an alias that it gets leaves the version that had it."""
        initiative = initiative_of(self.principal, key)
        made, state = push_model_version(self.principal, initiative, **self.body(ModelVersionIn))
        return self.ok(answer_of(ModelVersionOut, made), 201 if state == "created" else 200)

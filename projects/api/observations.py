"""Observations of data and production by REST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.pointers import field_error
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.shapes.observations import (
    ObservationBatchIn,
    ObservationBatchOut,
    ObservationIn,
    ObservationOut,
    ObservationParams,
    ObservedFileIn,
    ObservedFileOut,
    SeriesEndIn,
    SeriesEndOut,
)
from projects.models import Initiative
from projects.selectors.observations import observation_list, recorded_observation
from projects.services.observations import Recorded, end_series, record_observations
from projects.services.observed_files import record_file


class Observations(Endpoint):
    """What is observed of an initiative's data and production."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_READINGS}
    query = {"GET": ObservationParams}

    @extend_schema(responses=page_of(ObservationOut))
    def get(self, request: Request, key: str) -> Response:
        """List observations, newest first."""
        found = observation_list(initiative_of(self.principal, key), self.params)
        return self.page(found, ObservationOut, order="-time")

    @extend_schema(request=ObservationIn, responses={200: ObservationOut, 201: ObservationOut})
    def post(self, request: Request, key: str) -> Response:
        """Record one observation: 201 when it is new, 200 when it corrects the one of that series and time."""
        initiative = initiative_of(self.principal, key)
        item: Any = request.data
        (made,) = _recorded(self, initiative, [item], alone=True)
        kept = recorded_observation(initiative, made.series, item["time"])
        return self.ok(answer_of(ObservationOut, kept), 201 if made.state == "created" else 200)


class ObservationBatch(Endpoint):
    """Many observations at once."""

    powers = {"POST": Power.WRITE_READINGS}

    @extend_schema(request=ObservationBatchIn, responses=ObservationBatchOut)
    def post(self, request: Request, key: str) -> Response:
        """Record up to 10,000 observations by series and time; all or none are kept."""
        initiative = initiative_of(self.principal, key)
        return self.ok(batch_answer(_recorded(self, initiative, _items(request.data))))


class ObservedFiles(Endpoint):
    """Result files of other libraries."""

    powers = {"POST": Power.WRITE_READINGS}

    @extend_schema(request=ObservedFileIn, responses=ObservedFileOut)
    def post(self, request: Request, key: str) -> Response:
        """Read a result file of Evidently, Great Expectations, pandera or DVC; what was not read of it is named."""
        initiative = initiative_of(self.principal, key)
        made = record_file(self.principal, initiative, **self.body(ObservedFileIn))
        counts = _counts(made.recorded)
        kept = [asdict(value) | asdict(fate) for value, fate in zip(made.values, made.recorded)]
        answer = {**counts, "observations": kept, "unread": made.unread, "more_unread": made.more_unread}
        return self.ok(answer_of(ObservedFileOut, answer))


class SeriesEnd(Endpoint):
    """That nothing more will come of what was observed."""

    powers = {"POST": Power.WRITE_READINGS}

    @extend_schema(request=SeriesEndIn, responses=SeriesEndOut)
    def post(self, request: Request, key: str) -> Response:
        """Leave series out of what is judged until something newer comes, or take that back; what came stays."""
        initiative, asked = initiative_of(self.principal, key), self.body(SeriesEndIn)
        named = {part: asked[part] for part in ("kind", "name")}
        changed = end_series(self.principal, initiative, **named, segment=asked.get("segment"), ended=asked["ended"])
        return self.ok(answer_of(SeriesEndOut, {"series": changed}))


def batch_answer(recorded: list[Recorded]) -> dict[str, Any]:
    """Return what became of a batch, counted and one by one."""
    return {**_counts(recorded), "results": list(map(asdict, recorded))}


def _counts(recorded: list[Recorded]) -> dict[str, int]:
    states = [each.state for each in recorded]
    return {state: states.count(state) for state in ("created", "updated", "unchanged")}


def refused(error: ValidationError, skipped: int = 0) -> Problem:
    """Return the 400 that points to each wrong place, without so many first parts of its path."""
    found = [
        field_error(name.split("/", 2)[skipped:], "invalid", text)
        for name, texts in error.message_dict.items()
        for text in texts
    ]
    return invalid(found)


def _recorded(endpoint: Endpoint, initiative: Initiative, items: Any, *, alone: bool = False) -> list[Recorded]:
    try:
        return record_observations(endpoint.principal, initiative, items)
    except ValidationError as error:
        raise refused(error, 2 if alone else 0) from None


def _items(body: Any) -> Any:
    """Return what stands under `observations`. Raises Problem 400 for other keys and without it."""
    if not isinstance(body, Mapping) or "observations" not in body:
        raise invalid([field_error(["observations"], "required", 'Write {"observations": […]}.')])
    unknown = [str(name) for name in body if name != "observations"]
    if unknown:
        raise invalid([field_error([name], "unknown_key", f"{name[:100]} is not known here.") for name in unknown])
    return body["observations"]

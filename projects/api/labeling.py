"""Labels: how far labeling is, and the annotations themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.problems import invalid
from mltrack.rest.requests import StrictRequest
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.shapes.labeling import (
    AnnotationBatchIn,
    AnnotationCountsOut,
    LabelingIn,
    LabelingOut,
    LabelingParams,
    UploadParams,
)
from projects.selectors.lists import labeling_snapshot_list
from projects.services.annotation_pushes import AnnotationsRejected, record_annotations
from projects.services.label_uploads import upload_annotations
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot


class Labeling(Endpoint):
    """How far labeling was, at which moments."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_LABELS}
    query = {"GET": LabelingParams}

    @extend_schema(responses=page_of(LabelingOut))
    def get(self, request: Request, key: str) -> Response:
        """List snapshots, newest first: pushed ones, and one a day of each project of a labeling tool."""
        found = labeling_snapshot_list(initiative_of(self.principal, key), self.params)
        return self.page(found, LabelingOut, order="-time")

    @extend_schema(request=LabelingIn, responses={200: LabelingOut, 201: LabelingOut})
    def post(self, request: Request, key: str) -> Response:
        """Report a snapshot: 201 when its moment is new, 200 when it overwrites or repeats the one of that moment."""
        initiative = initiative_of(self.principal, key)
        made, state = record_labeling_snapshot(self.principal, initiative, SnapshotRecord(**self.body(LabelingIn)))
        return self.ok(answer_of(LabelingOut, made), 201 if state == "created" else 200)


class AnnotationBatch(Endpoint):
    """Many annotations at once."""

    powers = {"POST": Power.WRITE_LABELS}

    @extend_schema(request=AnnotationBatchIn, responses=AnnotationCountsOut)
    def post(self, request: StrictRequest, key: str) -> Response:
        """Report up to 10,000 annotations by task, annotator and time; all or none are kept.

        Of an annotator's labels of a task the newest counts; null takes it back. Names of annotators are kept as
        keyed hashes alone.
        """
        initiative = initiative_of(self.principal, key)
        items = _annotations(request.data)
        try:
            counts = record_annotations(self.principal, initiative, items, sent=request.raw_body)
        except AnnotationsRejected as rejected:
            raise invalid([asdict(each) for each in rejected.faults]) from None  # type: ignore[misc]
        return self.ok(asdict(counts))


class AnnotationUpload(Endpoint):
    """A file of annotations."""

    powers = {"POST": Power.WRITE_LABELS}
    query = {"POST": UploadParams}

    @extend_schema(request={"application/octet-stream": OpenApiTypes.BINARY}, responses=AnnotationCountsOut)
    def post(self, request: StrictRequest, key: str) -> Response:
        """Send a file as the body: an export of CVAT, doccano or Argilla, CSV or JSON lines. All or none is kept.

        Faults name their line or record. Labels without a time that say what is known already are unchanged.
        """
        initiative = initiative_of(self.principal, key)
        asked = {name: value for name, value in self.params.items() if name != "format"}
        try:
            counts = upload_annotations(
                self.principal, initiative, request.raw_body, kind=self.params["format"], **asked
            )
        except AnnotationsRejected as rejected:
            raise invalid([asdict(each) for each in rejected.faults]) from None  # type: ignore[misc]
        return self.ok(asdict(counts))


def _annotations(body: Any) -> Any:
    """Return what stands under `annotations`. Raises ValidationError for other keys; the service looks at the rest."""
    if not isinstance(body, Mapping):
        raise serializers.ValidationError([ErrorDetail('Write {"annotations": […]}.', "invalid")])
    others = [key for key in body if key != "annotations"]
    if others:
        raise serializers.ValidationError(
            {key: [ErrorDetail(f"{key[:100]} is not known here.", "unknown_key")] for key in others}
        )
    return body.get("annotations")

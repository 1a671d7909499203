"""Rows of an evaluation, announced and then sent as one body that may be cut off and go on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from kombu.exceptions import OperationalError
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.bodies import BodyStream
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of, upload_of
from projects.api.shapes.uploads import UploadIn, UploadOut
from projects.models import EvaluationUpload
from projects.selectors.uploads import status_of
from projects.services.evaluation_pushes import EvaluationRejected
from projects.services.outcomes import Fault
from projects.services.upload_input import parse_upload
from projects.services.uploads import Damaged, OutOfPlace, begin_upload, receive
from projects.tasks import MOST_BLOCKS, count

MEDIA_TYPE: Final = "application/offset+octet-stream"
OFFSET: Final = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)
log = logging.getLogger(__name__)


class Uploads(Endpoint):
    """Where uploads of evaluation rows begin."""

    powers = {"POST": Power.WRITE_EVALUATIONS}

    @extend_schema(request=UploadIn, responses={200: UploadOut, 201: UploadOut})
    def post(self, request: Request, key: str) -> Response:
        """Announce rows: 201 when they are new, 200 with how far they are when they were announced before."""
        initiative = initiative_of(self.principal, key)
        given, faults = parse_upload(request.data, timezone.now(), settings.MLTRACK_MAX_UPLOAD)
        if given is None:
            raise _refused(faults)
        try:
            upload, new = begin_upload(self.principal, initiative, given)
        except EvaluationRejected as rejected:
            raise _refused(rejected.faults) from None
        return self.ok(answer_of(UploadOut, status_of(upload)), 201 if new else 200)


class OneUpload(Endpoint):
    """One upload."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_EVALUATIONS}
    streams = frozenset({"PATCH"})

    @extend_schema(responses=UploadOut)
    def get(self, request: Request, key: str, upload_id: str) -> Response:
        """Show how far an upload is: the offset that it wants next, and at the end its evaluation or what ended it."""
        upload = upload_of(self.principal, initiative_of(self.principal, key), upload_id)
        return self._answer(upload)

    @extend_schema(request={MEDIA_TYPE: OpenApiTypes.BINARY}, responses=UploadOut, parameters=[OFFSET])
    def patch(self, request: Request, key: str, upload_id: str) -> Response:
        """Send bytes from `Upload-Offset` on: each whole block is kept as it comes, a part of one is dropped."""
        upload = upload_of(self.principal, initiative_of(self.principal, key), upload_id)
        offset, stream = _offset(request), BodyStream(request._request)
        if request.content_type != MEDIA_TYPE:
            raise Problem(415, "unsupported_media_type", f"Send the blocks as {MEDIA_TYPE}.")
        woken = 0
        try:
            for block_id in receive(upload, offset, stream.length, stream):
                woken = _wake(block_id, woken)
        except OutOfPlace:
            raise self._out_of_place(upload) from None
        except Damaged:
            raise Problem(422, "block_damaged", "A block is not the one that was announced; it was dropped.") from None
        return self._answer(upload)

    def _answer(self, upload: EvaluationUpload) -> Response:
        status = status_of(upload)
        return self.ok(answer_of(UploadOut, status), headers={"Upload-Offset": str(status.upload.offset)})

    def _out_of_place(self, upload: EvaluationUpload) -> Problem:
        now = status_of(upload).upload
        words = f"The upload is {now.state}, and byte {now.offset} is the one that is awaited."
        return Problem(409, "out_of_place", words, headers={"Upload-Offset": str(now.offset)})


def _refused(faults: Sequence[Fault]) -> Problem:
    return invalid([{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in faults])


def _offset(request: Request) -> int:
    """Return the header's number. Raises Problem 400 without one."""
    text = str(request.headers.get("Upload-Offset", ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem(400, "offset_required", "Send Upload-Offset: the byte of the upload that the body begins with.")
    return int(text)


def _wake(block_id: Any, woken: int) -> int:
    """Tell workers of the first blocks of a body; the sweep finds the others, and all while the broker is away."""
    if woken < MOST_BLOCKS:
        try:
            count.delay(block_id)
        except OperationalError as error:
            log.warning("The broker is away, the sweep will count: %s", error)
            return MOST_BLOCKS
    return woken + 1

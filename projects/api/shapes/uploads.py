"""Uploads of evaluation rows, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.evaluations import EvaluationDescription, EvaluationSummary
from projects.models import EvaluationUpload
from projects.progress.evaluations.layout import PLAIN
from projects.services.upload_input import MOST_BLOCK_BYTES, MOST_BLOCK_ROWS, MOST_BLOCKS


class BlockIn(StrictSerializer):
    """Some whole rows as one gzip member: its size in bytes, the rows in it, and the SHA-256 of the member."""

    size = serializers.IntegerField(min_value=1, max_value=MOST_BLOCK_BYTES)
    rows = serializers.IntegerField(min_value=1, max_value=MOST_BLOCK_ROWS)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z")


class UploadIn(EvaluationDescription):
    """What an evaluation is about, and the rows that are to come.

    Rows are CSV in UTF-8 without a heading: the columns of `columns` in this order, then those of `slice_columns`,
    then those of `group_columns`. Only describes: `projects.services.upload_input` reads it.
    """

    columns = serializers.ListField(child=serializers.ChoiceField(PLAIN), max_length=len(PLAIN))
    blocks = serializers.ListField(child=BlockIn(), min_length=1, max_length=MOST_BLOCKS)
    keep_cases = serializers.BooleanField(required=False, help_text="Keep one small row per case, to pair models.")


class UploadErrorOut(StrictSerializer):
    """Why an upload ended: the row from 1 and its column, where there are any, and words."""

    code = serializers.CharField(source="error_code")
    row = serializers.IntegerField(source="error_row", allow_null=True)
    column = serializers.CharField(source="error_column")
    detail = serializers.CharField(source="error_text")


class UploadOut(StrictSerializer):
    """An upload: `offset` is the byte that it wants next, `counted` how many of its rows are counted."""

    id = serializers.CharField(source="upload.public_id")
    state = serializers.ChoiceField(EvaluationUpload.State.values, source="upload.state")
    offset = serializers.IntegerField(source="upload.offset")
    size = serializers.IntegerField(source="upload.size")
    rows = serializers.IntegerField(source="upload.rows")
    counted = serializers.IntegerField()
    evaluation = EvaluationSummary(allow_null=True)
    error = UploadErrorOut(allow_null=True)

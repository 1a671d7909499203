"""Labeling snapshots and annotations, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import MapField, UTCDateTimeField
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer
from projects.connectors.label_files.formats import FORMATS
from projects.models import LabelTask
from projects.models.labeling import LONGEST_LABEL
from projects.services.annotation_input import LONGEST, MOST_ANNOTATIONS
from projects.services.item_input import LARGEST
from projects.services.labeling_snapshots import MOST_CLASSES

_COUNT = {"type": "integer", "minimum": 0, "maximum": LARGEST}


@extend_schema_field({"type": "object", "additionalProperties": _COUNT, "maxProperties": MOST_CLASSES})
class ClassCountsField(MapField):
    """Labeled tasks by class."""

    default_error_messages = {"not_a_count": "Labels of a class are counted from 0."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_keys=MOST_CLASSES, key_length=LONGEST_LABEL, **options)

    def read_value(self, value: Any) -> int:
        """Return a whole number from 0."""
        if type(value) is not int or not 0 <= value <= LARGEST:
            self.fail("not_a_count")
        return int(value)


def _count(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=LARGEST, **options)


class LabelingIn(StrictSerializer):
    """How far labeling is at a moment: tasks, those with a label, and where they are known reviewed and skipped ones.

    `per_class` counts labeled tasks by class. The same moment once more overwrites.
    """

    time = UTCDateTimeField()
    total = _count()
    labeled = _count()
    reviewed = _count(required=False, allow_null=True)
    skipped = _count(required=False, allow_null=True)
    per_class = ClassCountsField(required=False, allow_null=True)


class LabelingOut(StrictSerializer):
    """A kept snapshot; `project` is the labeling project that it is of, null for a pushed one."""

    time = UTCDateTimeField()
    project = serializers.CharField(source="project.public_id", allow_null=True)
    total = serializers.IntegerField()
    labeled = serializers.IntegerField()
    reviewed = serializers.IntegerField(allow_null=True)
    skipped = serializers.IntegerField(allow_null=True)
    per_class = ClassCountsField(allow_null=True)


class LabelingParams(PageParams):
    """Filters of labeling snapshots."""

    since = UTCDateTimeField(required=False)
    until = UTCDateTimeField(required=False)


class AnnotationIn(StrictSerializer):
    """One annotator's label of a task; null takes theirs back. `annotator` is kept as a pseudonym alone."""

    task = serializers.CharField(max_length=LONGEST["task"])
    annotator = serializers.CharField(max_length=LONGEST["annotator"])
    label = serializers.CharField(max_length=LONGEST["label"], allow_null=True)  # type: ignore[assignment]
    time = UTCDateTimeField()
    batch = serializers.CharField(max_length=LONGEST["batch"], required=False, allow_blank=True, allow_null=True)


class AnnotationBatchIn(StrictSerializer):
    """Up to 10,000 annotations; all or none are kept."""

    annotations = serializers.ListField(child=AnnotationIn(), min_length=1, max_length=MOST_ANNOTATIONS)


class UploadParams(Params):
    """How a file of annotations is read: its format, and what its rows do not say themselves."""

    format = serializers.ChoiceField(
        choices=list(FORMATS), required=False, default="csv", help_text="What the file is."
    )
    annotator = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST["annotator"],
        help_text="Who labeled, where rows do not say.",
    )
    question = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=200,
        help_text="Of Argilla: which question's answers are the labels.",
    )
    batch = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST["batch"],
        help_text="The batch of tasks whose rows name none.",
    )


class AnnotationCountsOut(StrictSerializer):
    """What became of them; `repeated` were overruled by a later one of the same call."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    repeated = serializers.IntegerField()


class GoldIn(StrictSerializer):
    """The label of a task that is known to be right; null where it is not known any more."""

    task = serializers.CharField(max_length=LONGEST["task"])
    label = serializers.CharField(max_length=LONGEST["label"], allow_null=True)  # type: ignore[assignment]


class GoldBatchIn(StrictSerializer):
    """Up to 10,000 tasks with their right labels; all or none are kept."""

    gold = serializers.ListField(child=GoldIn(), min_length=1, max_length=MOST_ANNOTATIONS)


class GoldCountsOut(StrictSerializer):
    """How many tasks changed, and how many were as they are said to be."""

    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class GoldTaskOut(StrictSerializer):
    """A task whose right label is known; `project` is the labeling project that it is of, null for what is pushed."""

    task = serializers.CharField(source="external_id")
    project = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields with the label."""
        return {**super().get_fields(), "label": serializers.CharField(source="gold")}

    def get_project(self, task: LabelTask) -> str | None:
        """Return the public id of a tool's project."""
        return task.project.public_id if task.project.connection_id else None

"""Dataset versions, their splits and what differs between two, as the API takes and shows them."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.labeling import ClassCountsField
from projects.progress.datasets.dvc_files import LONGEST_FILE
from projects.progress.datasets.row_hashes import MOST_ROWS
from projects.services.dataset_splits import MOST_SPLITS

_LARGEST: Final = 2**62
_LONGEST_HASHES: Final = (MOST_ROWS * 8 + 2) // 3 * 4


def _whole(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=_LARGEST, **options)


def _perhaps(**options: Any) -> serializers.IntegerField:
    return _whole(required=False, allow_null=True, **options)


def _hashes(words: str) -> serializers.CharField:
    return serializers.CharField(max_length=_LONGEST_HASHES, required=False, allow_null=True, help_text=words)


class DatasetIn(StrictSerializer):
    """A version of data by name and digest; absent parts stay as they are.

    `size` is in bytes. Of a `uri`, user, password and query are not kept.
    """

    name = serializers.CharField(max_length=300)
    digest = serializers.CharField(max_length=128)
    rows = _perhaps()
    schema_digest = optional_text(128)
    labels_digest = optional_text(128)
    size = _perhaps()
    files = _perhaps()
    uri = optional_text(500)


class DatasetOut(StrictSerializer):
    """A version of data that was reported for the initiative or used by its runs.

    `source` is who told: the kind of a connection, `dvc` or `api`. `leaked_rows` and `leaked_groups` are what its
    held-out splits share with those that were trained on; null where nobody knows.
    """

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    digest = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True)
    schema_digest = serializers.CharField()
    labels_digest = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    files = serializers.IntegerField(allow_null=True)
    uri = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    leaked_rows = serializers.IntegerField(allow_null=True)
    leaked_groups = serializers.IntegerField(allow_null=True)
    recorded_at = UTCDateTimeField()


class DatasetParams(PageParams):
    """Filters of dataset versions."""

    name = serializers.CharField(max_length=300, required=False)
    source = serializers.CharField(max_length=40, required=False)  # type: ignore[assignment]


class SplitIn(StrictSerializer):
    """A split: `hashes` of its rows, from which the counts follow, or the counts.

    A row's hash is BLAKE2b with 8 bytes of its columns as JSON with sorted names; docs/data.md says it exactly.
    """

    name = serializers.CharField(max_length=100)
    rows = _perhaps()
    digest = optional_text(128, allow_null=True)
    duplicates = _perhaps()
    groups = _perhaps()
    class_counts = ClassCountsField(required=False, allow_null=True)
    hashes = _hashes("8 bytes a row, the most significant first, one after another, in base64.")
    group_hashes = _hashes("The same of the values of a column that must not be in two splits, such as the customer.")


class OverlapIn(StrictSerializer):
    """How many different rows, and groups, are in both of two splits, where hashes do not tell."""

    left = serializers.CharField(max_length=100)
    right = serializers.CharField(max_length=100)
    rows = _whole()
    groups = _perhaps()


class SplitsIn(StrictSerializer):
    """Splits of a version, which replace those of their names, and what they share."""

    splits = serializers.ListField(child=SplitIn(), min_length=1, max_length=MOST_SPLITS)
    overlaps = serializers.ListField(child=OverlapIn(), required=False, max_length=MOST_SPLITS * (MOST_SPLITS - 1) // 2)


class SplitOut(StrictSerializer):
    """A kept split; what is not known is null."""

    name = serializers.CharField()
    rows = serializers.IntegerField()
    digest = serializers.CharField()
    duplicates = serializers.IntegerField(allow_null=True)
    groups = serializers.IntegerField(allow_null=True)
    class_counts = ClassCountsField(allow_null=True)


class OverlapOut(StrictSerializer):
    """What two splits share: different rows, and groups where they are known."""

    left = serializers.CharField()
    right = serializers.CharField()
    rows = serializers.IntegerField()
    groups = serializers.IntegerField(allow_null=True)


class RunUseOut(StrictSerializer):
    """A run that used the version, and as what."""

    id = serializers.CharField(source="run.public_id")
    external_id = serializers.CharField(source="run.external_id")
    context = serializers.CharField()  # type: ignore[assignment]


class EvaluationUseOut(StrictSerializer):
    """An evaluation on the version."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField()
    purpose = serializers.CharField()


class VersionOverlapIn(StrictSerializer):
    """How many different rows, and groups, of a version that measures are in one that was trained on (`trained_id`)."""

    trained_id = serializers.CharField(max_length=24)
    rows = _whole()
    groups = _perhaps()


class VersionOverlapOut(StrictSerializer):
    """What a version that measures shares with one that models are trained on: `counted` from hashes, or told."""

    trained_id = serializers.CharField(source="trained.public_id")
    rows = serializers.IntegerField()
    groups = serializers.IntegerField(allow_null=True)
    counted = serializers.BooleanField(source="is_counted")


class DatasetDetailOut(DatasetOut):
    """A version with its splits, what they share, and the newest hundred runs and evaluations that used it.

    `versions` is what it shares with other versions, where it measures a model that was trained on them.
    """

    versions = VersionOverlapOut(many=True)

    splits = SplitOut(many=True)
    overlaps = OverlapOut(many=True)
    runs = RunUseOut(many=True)
    evaluations = EvaluationUseOut(many=True)


class DvcIn(StrictSerializer):
    """A `.dvc` file or a `dvc.lock` as text, its path in the repository, and patterns of the paths that are data."""

    text = serializers.CharField(max_length=LONGEST_FILE, trim_whitespace=False)
    path = optional_text(300)
    only = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=20)


class DvcOut(StrictSerializer):
    """The versions that the file pins, and the paths that were passed over: not data, or without a hash."""

    recorded = DatasetOut(many=True)
    skipped = serializers.ListField(child=serializers.CharField())


class SplitDiffOut(StrictSerializer):
    """A split in both versions; rows in common, added and removed are different rows, null where hashes are gone."""

    name = serializers.CharField()
    before = SplitOut(allow_null=True)
    after = SplitOut(allow_null=True)
    common = serializers.IntegerField(allow_null=True)
    added = serializers.IntegerField(allow_null=True)
    removed = serializers.IntegerField(allow_null=True)


class MovedOut(StrictSerializer):
    """Rows of a held-out split of the later version that a split of the earlier one trained on."""

    trained = serializers.CharField()
    held_out = serializers.CharField()
    rows = serializers.IntegerField()


class DiffOut(StrictSerializer):
    """Two versions side by side; `same` is null where one of them does not say."""

    before = DatasetOut(allow_null=True)
    after = DatasetOut()
    same = serializers.DictField(child=serializers.BooleanField(allow_null=True))
    splits = SplitDiffOut(many=True)
    moved = MovedOut(many=True)


class DiffParams(Params):
    """With which earlier version a version is compared, by its id."""

    def get_fields(self) -> dict[str, Any]:
        """Return `with`, which is a word of Python, so that no attribute can be called so."""
        return {**super().get_fields(), "with": serializers.CharField(max_length=24, required=False)}

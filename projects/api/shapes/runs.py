"""Runs and model versions, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from mltrack.rest.fields import JSONMapField, MetricsField, UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer
from projects.models import Run
from projects.models.runs import RunLink
from projects.services.run_input import (
    LONGEST_KEY,
    LONGEST_METRIC_KEY,
    LONGEST_VALUE,
    MOST_DATASETS,
    MOST_KEYS,
    MOST_RUNS,
)


class RunDatasetShape(StrictSerializer):
    """A version of data that a run used, such as `{"name": "cards", "digest": "9f2c…", "context": "training"}`."""

    name = serializers.CharField(max_length=300)
    digest = serializers.CharField(max_length=128)
    context = optional_text(120)  # type: ignore[assignment]


class RunIn(StrictSerializer):
    """A run as CI pushes it. Absent fields stay; maps merge by key, and null removes a key or empties a map.

    Only describes: `projects.services.run_input` reads the items themselves, one by one.
    """

    external_id = serializers.CharField(max_length=250)
    name = optional_text(500)
    status = serializers.ChoiceField(Run.Status.values, required=False)
    started_at = UTCDateTimeField(required=False, allow_null=True)
    ended_at = UTCDateTimeField(required=False, allow_null=True)
    params = JSONMapField(
        max_keys=MOST_KEYS, key_length=LONGEST_KEY, value_length=LONGEST_VALUE, required=False, allow_null=True
    )
    tags = JSONMapField(
        max_keys=MOST_KEYS, key_length=LONGEST_KEY, value_length=LONGEST_VALUE, required=False, allow_null=True
    )
    metrics = MetricsField(max_keys=MOST_KEYS, key_length=LONGEST_METRIC_KEY, required=False, allow_null=True)
    datasets = serializers.ListField(child=RunDatasetShape(), max_length=MOST_DATASETS, required=False)
    url = optional_text(1000)


class RunBatchIn(StrictSerializer):
    """Up to 1,000 runs."""

    runs = serializers.ListField(child=RunIn(), max_length=MOST_RUNS)


class RunBatchParams(Params):
    """How a batch with a faulty run is taken."""

    atomic = serializers.BooleanField(
        required=False, default=False, help_text="Keep all or nothing: a rejected run is answered with 422."
    )


class FaultOut(StrictSerializer):
    """What is wrong with a part of an item."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class RunResultOut(StrictSerializer):
    """What became of one run of a batch."""

    external_id = serializers.CharField()
    state = serializers.ChoiceField(["created", "updated", "unchanged", "rejected"])
    errors = FaultOut(many=True)  # type: ignore[assignment]


class RunBatchOut(StrictSerializer):
    """One result per run, in the order of the batch."""

    results = RunResultOut(many=True)


class RunOut(StrictSerializer):
    """A run that counts for an initiative. `connection` is null for a pushed one."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(Run.Status.values)
    started_at = UTCDateTimeField(allow_null=True)
    ended_at = UTCDateTimeField(allow_null=True)
    params = JSONMapField()
    tags = JSONMapField()
    metrics = MetricsField()
    datasets = serializers.SerializerMethodField()
    connection = serializers.CharField(source="connection.public_id", allow_null=True)
    experiment_id = serializers.CharField()
    experiment_name = serializers.CharField()
    commit = serializers.CharField()
    url = serializers.CharField()
    updated_at = UTCDateTimeField()

    def get_datasets(self, run: Run) -> list[dict[str, str]]:
        """Return the versions of data that the run used."""
        return [
            {"name": link.dataset.name, "digest": link.dataset.digest, "context": link.context}
            for link in run.dataset_links.all()
        ]


class LinkedRunOut(RunOut):
    """The run behind a link, for lists."""

    def to_representation(self, instance: RunLink) -> dict[str, Any]:
        """Return the run."""
        return super().to_representation(instance.run)


class RunParams(PageParams):
    """Filters of runs."""

    status = serializers.ChoiceField(Run.Status.values, required=False)
    connection = serializers.CharField(max_length=40, required=False, help_text="The id of a connection, con_….")
    commit = serializers.CharField(max_length=100, required=False)
    external_id = serializers.CharField(max_length=250, required=False)


class ModelVersionIn(StrictSerializer):
    """A registered version. `run` is the external id of a pushed run; absent aliases and tags stay."""

    name = serializers.CharField(max_length=256)
    version = serializers.CharField(max_length=64)
    run = optional_text(250)
    aliases = serializers.ListField(child=serializers.CharField(max_length=256), max_length=50, required=False)
    tags = serializers.DictField(child=serializers.CharField(max_length=5000, allow_blank=True), required=False)


class ModelVersionOut(StrictSerializer):
    """A registered version; `run` is null while its run is not known here."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    version = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    tags = serializers.DictField(child=serializers.CharField())
    run = serializers.CharField(source="run.public_id", allow_null=True)
    run_external_id = serializers.CharField()
    connection = serializers.CharField(source="connection.public_id", allow_null=True)
    registered_at = UTCDateTimeField(allow_null=True)
    updated_at = UTCDateTimeField()

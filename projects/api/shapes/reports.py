"""Dataset versions and deployments, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models import Deployment


class DatasetIn(StrictSerializer):
    """A version of data by name and digest; absent parts stay as they are."""

    name = serializers.CharField(max_length=300)
    digest = serializers.CharField(max_length=128)
    rows = serializers.IntegerField(min_value=0, max_value=2**62, required=False, allow_null=True)
    schema_digest = optional_text(128)
    labels_digest = optional_text(128)


class DatasetOut(StrictSerializer):
    """A version of data that was reported for the initiative or used by its runs."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    digest = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True)
    schema_digest = serializers.CharField()
    labels_digest = serializers.CharField()
    recorded_at = UTCDateTimeField()


class DatasetParams(PageParams):
    """Filters of dataset versions."""

    name = serializers.CharField(max_length=300, required=False)


class DeploymentIn(StrictSerializer):
    """A version arrived in an environment; what is not said is taken for now and live."""

    environment = serializers.CharField(max_length=60)
    version = serializers.CharField(max_length=120)
    state = serializers.ChoiceField(Deployment.State.values, required=False)
    at = UTCDateTimeField(required=False)
    image_digest = optional_text(200)
    endpoint = optional_text(500)
    commit = optional_text(100)


class DeploymentOut(StrictSerializer):
    """A deployment; `run` and `model_version` are null while they are not known here."""

    id = serializers.CharField(source="public_id")
    environment = serializers.CharField()
    version = serializers.CharField()
    state = serializers.ChoiceField(Deployment.State.values)
    at = UTCDateTimeField()
    image_digest = serializers.CharField()
    endpoint = serializers.CharField()
    commit = serializers.CharField()
    run = serializers.CharField(source="run.public_id", allow_null=True)
    model_version = serializers.CharField(source="model_version.public_id", allow_null=True)
    recorded_at = UTCDateTimeField()


class DeploymentParams(PageParams):
    """Filters of deployments."""

    environment = serializers.CharField(max_length=60, required=False)
    state = serializers.ChoiceField(Deployment.State.values, required=False)

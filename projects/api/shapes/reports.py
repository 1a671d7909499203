"""Deployments, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models import Deployment


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

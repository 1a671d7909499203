"""What runs in production and rollbacks, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text, person
from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.reports import DeploymentOut
from projects.models import EndpointProbe, Rollback
from projects.models.probes import LONGEST_INTERVAL, SHORTEST_INTERVAL
from projects.services.rollbacks import LONGEST_SECONDS


def _seconds(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=LONGEST_SECONDS, **options)


class PromoteIn(StrictSerializer):
    """Why it is promoted, as far as anybody says."""

    note = optional_text(2_000)


class RollbackIn(StrictSerializer):
    """What to go back to, by default what was live before, and how many seconds that took."""

    to_deployment = serializers.CharField(max_length=24, required=False, allow_null=True)
    seconds = _seconds(required=False, allow_null=True)
    link = optional_text(500)
    note = optional_text(2_000)


class RehearsalIn(StrictSerializer):
    """A rehearsal of going back in an environment: how many seconds it took until the version before answered."""

    environment = serializers.CharField(max_length=60)
    seconds = _seconds()
    at = UTCDateTimeField(required=False)
    link = optional_text(500)
    note = optional_text(2_000)


class RollbackOut(StrictSerializer):
    """A rollback, `real` or a `rehearsal`; `seconds` is null where nobody timed a real one."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(Rollback.Kind.values)
    environment = serializers.CharField()
    from_version = serializers.CharField()
    to_version = serializers.CharField()
    from_deployment = serializers.CharField(source="from_deployment.public_id", allow_null=True)
    to_deployment = serializers.CharField(source="to_deployment.public_id", allow_null=True)
    at = UTCDateTimeField()
    seconds = serializers.IntegerField(allow_null=True)
    link = serializers.CharField()
    note = serializers.CharField()
    by = person("actor")
    recorded_at = UTCDateTimeField()


class ProbeIn(StrictSerializer):
    """How often the endpoint is asked, and a text that its answer must hold, "" for any."""

    interval_seconds = serializers.IntegerField(min_value=SHORTEST_INTERVAL, max_value=LONGEST_INTERVAL, required=False)
    expected = optional_text(200)


class ProbeResultOut(StrictSerializer):
    """One answer: `words` say what is wrong, `status` is null where no failing one came."""

    at = UTCDateTimeField()
    ok = serializers.BooleanField()
    ms = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()


class ProbeOut(StrictSerializer):
    """How an endpoint stands; `changed_at` is since when it is `up` or `down`."""

    environment = serializers.CharField()
    interval_seconds = serializers.IntegerField()
    expected = serializers.CharField()
    state = serializers.ChoiceField(EndpointProbe.State.values)
    changed_at = UTCDateTimeField(allow_null=True)
    last_at = UTCDateTimeField(allow_null=True)
    last_ms = serializers.IntegerField(allow_null=True)
    last_words = serializers.CharField()
    results = ProbeResultOut(source="newest", many=True)


class EnvironmentOut(StrictSerializer):
    """What runs in an environment; `before` is what a rollback goes to, days are of 24 hours."""

    name = serializers.CharField()
    champion = DeploymentOut(allow_null=True)
    canary = DeploymentOut(allow_null=True)
    shadow = DeploymentOut(allow_null=True)
    before = DeploymentOut(allow_null=True)
    age_days = serializers.FloatField(allow_null=True)
    trained_days = serializers.FloatField(allow_null=True)


class FailRateOut(StrictSerializer):
    """How many of n arrivals in production failed or were taken back: a share from low to high, null without any."""

    failed = serializers.IntegerField()
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ProductionOut(StrictSerializer):
    """An initiative in production; `lead_days` is from framing to the first live version, null before it."""

    environments = EnvironmentOut(many=True)
    begun_at = UTCDateTimeField(allow_null=True)
    live_at = UTCDateTimeField(allow_null=True)
    lead_days = serializers.FloatField(allow_null=True)
    change_fail_rate = FailRateOut(source="fail_rate")
    trained_days = serializers.FloatField(allow_null=True)

"""Alerts and notices, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.models import AlertEpisode, KpiAlert
from kpis.models.alerts import AlertKind, AlertSide
from kpis.services.notices import NAPS
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models.findings import FindingKind, Severity


class AlertIn(StrictSerializer):
    """What is watched. Only a `threshold` has a `side`, a `value` and a `margin`, by which it must be back to close."""

    kind = serializers.ChoiceField(AlertKind.values)
    side = serializers.ChoiceField(AlertSide.values, required=False)
    value = serializers.FloatField(required=False)
    margin = serializers.FloatField(required=False)


class AlertEdit(StrictSerializer):
    """What can be changed of a threshold. What is watched stays: remove the alert and watch another thing."""

    side = serializers.ChoiceField(AlertSide.values, required=False)
    value = serializers.FloatField(required=False)
    margin = serializers.FloatField(required=False)


class EpisodeOut(StrictSerializer):
    """From when to when an alert was open, and what it said."""

    opened_at = UTCDateTimeField()
    words = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    closed_at = UTCDateTimeField(allow_null=True)
    closing_words = serializers.CharField()


class AlertOut(StrictSerializer):
    """An alert; `open` is the episode that lasts, null while it is quiet."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(AlertKind.values)
    side = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    margin = serializers.FloatField()
    author = person("author")
    created_at = UTCDateTimeField()
    open = EpisodeOut(allow_null=True)

    def to_representation(self, instance: KpiAlert) -> dict[str, Any]:
        """Return the alert; its open episodes are loaded as `lasting`."""
        lasting: list[AlertEpisode] = getattr(instance, "lasting", [])
        instance.open = lasting[0] if lasting else None  # type: ignore[attr-defined]
        return super().to_representation(instance)


class CauseOut(StrictSerializer):
    """A cause of findings that a person was told of, with all that it hits."""

    cause = serializers.CharField()
    kind = serializers.ChoiceField(FindingKind.values)
    severity = serializers.ChoiceField(Severity.values)
    words = serializers.CharField()
    opened_at = UTCDateTimeField()
    closed_at = UTCDateTimeField(allow_null=True)
    closing_words = serializers.CharField()


class NoticeOut(StrictSerializer):
    """What a person was told, and why: of an alert, or with `cause` of findings; what is of the other is null."""

    id = serializers.CharField(source="public_id")
    kpi = serializers.CharField(source="episode.alert.kpi.key", allow_null=True)
    alert_id = serializers.CharField(source="episode.alert.public_id", allow_null=True)
    kind = serializers.ChoiceField(AlertKind.values, source="episode.alert.kind", allow_null=True)
    episode = EpisodeOut(allow_null=True)
    cause = CauseOut(allow_null=True)
    initiatives = serializers.ListField(
        child=serializers.CharField(), source="keys", help_text="What the cause hits; one's own come first."
    )
    findings = serializers.ListField(child=serializers.CharField(), help_text="Their findings, in the same order.")
    why = serializers.CharField()
    created_at = UTCDateTimeField()
    read_at = UTCDateTimeField(allow_null=True)
    snoozed_until = UTCDateTimeField(allow_null=True)


class NoticeEdit(StrictSerializer):
    """What a person does with a notice: read it, or put it off, after which it is unread."""

    read = serializers.BooleanField(required=False)
    snooze = serializers.ChoiceField(list(NAPS), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"read": ["Say one of them: read, or snooze."]})
        return attrs


class NoticesReadOut(StrictSerializer):
    """How many notices were unread until now."""

    count = serializers.IntegerField()


class NoticeParams(PageParams):
    """Filters of notices."""

    unread = serializers.BooleanField(required=False, default=False)

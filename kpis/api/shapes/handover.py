"""The hand-over, as the API shows it."""

from __future__ import annotations

from rest_framework import serializers

from kpis.api.shapes.readiness import VERDICTS
from mltrack.rest.serializers import StrictSerializer


class HandedLineOut(StrictSerializer):
    """One thing in words; `url` is where it is looked up, "" for nowhere."""

    what = serializers.CharField()
    value = serializers.CharField()
    url = serializers.CharField()


class HandedPartOut(StrictSerializer):
    """One part of the candidate against what is live; `digest` is "" where it is not known."""

    part = serializers.CharField()
    state = serializers.ChoiceField(["base", "same", "changed", "unknown"])
    digest = serializers.CharField()


class HandoverOut(StrictSerializer):
    """A candidate on its way into production; `owner` is null while nobody answers for it in operations."""

    candidate = serializers.CharField()
    candidate_url = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICTS)
    live = serializers.CharField()
    carried = HandedLineOut(many=True)
    changes = HandedPartOut(many=True)
    missing = HandedLineOut(many=True)
    owner = HandedLineOut(allow_null=True)
    initiative_owner = serializers.CharField()

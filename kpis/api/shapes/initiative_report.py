"""The one-page report, as the API shows it."""

from __future__ import annotations

from rest_framework import serializers

from kpis.api.shapes.readiness import HEALTHS, VERDICTS
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer


class ReportPartOut(StrictSerializer):
    """One question and the sentences that answer it."""

    name = serializers.ChoiceField(["purpose", "readiness", "dates", "work", "people", "value", "risks"])
    title = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())


class InitiativeReportOut(StrictSerializer):
    """The report; `as_of` is when the initiative was judged or confirmed last."""

    initiative = serializers.CharField(source="initiative.key")
    name = serializers.CharField(source="initiative.name")
    verdict = serializers.ChoiceField(VERDICTS)
    health = serializers.ChoiceField(HEALTHS)
    as_of = UTCDateTimeField()
    parts = ReportPartOut(many=True)

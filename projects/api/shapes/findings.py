"""Findings, as the API shows them and takes what people say of them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models.findings import FindingKind, Severity
from projects.services.findings import LONGEST_EXPLANATION


class FindingOut(StrictSerializer):
    """A problem of one initiative; findings of one upstream fault share their `cause`.

    `observed_in` is the initiative whose observations raised it, and whose observations close it.
    """

    id = serializers.CharField(source="public_id")
    initiative = serializers.CharField(source="initiative.key")
    observed_in = serializers.CharField(source="observed_in.key")
    cause = serializers.CharField()
    kind = serializers.ChoiceField(FindingKind.values)
    name = serializers.CharField()
    segment = serializers.CharField()
    severity = serializers.ChoiceField(Severity.values)
    words = serializers.CharField()
    evidence = serializers.DictField(
        help_text="The numbers it rests on: observed, expected, low, high, n, threshold, …"
    )
    opened_at = UTCDateTimeField()
    last_seen_at = UTCDateTimeField()
    acknowledged_at = UTCDateTimeField(allow_null=True)
    acknowledged_by = person("acknowledged_by")
    explanation = serializers.CharField()
    explained_by = person("explained_by")
    closed_at = UTCDateTimeField(allow_null=True)
    closing_words = serializers.CharField()
    task = serializers.CharField(source="task.key", allow_null=True, help_text="The key of its task.")


class FindingEdit(StrictSerializer):
    """What a person says of a finding: that they know of it, and why it happened."""

    acknowledged = serializers.BooleanField(required=False)
    explanation = serializers.CharField(max_length=LONGEST_EXPLANATION, required=False)


class InitiativeFindingParams(PageParams):
    """Filters of an initiative's findings; `open` false asks for those that are closed."""

    open = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(FindingKind.values, required=False)
    severity = serializers.ChoiceField(Severity.values, required=False)


class FindingParams(InitiativeFindingParams):
    """Filters of a workspace's findings."""

    initiative = serializers.CharField(max_length=60, required=False)
    cause = serializers.CharField(max_length=400, required=False)

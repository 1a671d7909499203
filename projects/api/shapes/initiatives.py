"""Initiatives and their stages, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models.initiatives import CandidateRule, Criticality, Resolution, Stage, State, StopReason


class LinkShape(StrictSerializer):
    """A link of an initiative."""

    title = serializers.CharField(max_length=200, allow_blank=True)
    url = serializers.CharField(max_length=1000)


class InitiativeEdit(StrictSerializer):
    """What can be changed of an initiative; `owner` is a member's address, `archived` puts it aside."""

    name = serializers.CharField(max_length=160)
    problem = optional_text()
    scope_in = optional_text()
    scope_out = optional_text()
    owner = serializers.EmailField(required=False, allow_null=True)
    sponsor = optional_text(160)
    stage = serializers.ChoiceField(Stage.values, required=False)
    state = serializers.ChoiceField(State.values, required=False)
    criticality = serializers.ChoiceField(Criticality.values, required=False)
    target_date = DayField(required=False, allow_null=True)
    target_resolution = serializers.ChoiceField(Resolution.values, required=False)
    links = LinkShape(many=True, required=False)
    candidate_rule = serializers.ChoiceField(CandidateRule.values, required=False)
    candidate_alias = optional_text(100)
    sample_size_key = serializers.CharField(max_length=250, required=False)
    archived = serializers.BooleanField(required=False)


class InitiativeIn(InitiativeEdit):
    """A new initiative; without a key one is made of the name."""

    key = serializers.CharField(max_length=40, required=False, allow_blank=True)
    archived = None  # type: ignore[assignment]


class InitiativeOut(StrictSerializer):
    """An initiative."""

    key = serializers.CharField()
    name = serializers.CharField()
    problem = serializers.CharField()
    scope_in = serializers.CharField()
    scope_out = serializers.CharField()
    owner = person("owner")
    sponsor = serializers.CharField()
    stage = serializers.ChoiceField(Stage.values)
    state = serializers.ChoiceField(State.values)
    criticality = serializers.ChoiceField(Criticality.values)
    target_date = DayField(allow_null=True)
    target_resolution = serializers.ChoiceField(Resolution.values)
    links = LinkShape(many=True)
    candidate_rule = serializers.ChoiceField(CandidateRule.values)
    candidate_alias = serializers.CharField()
    sample_size_key = serializers.CharField()
    archived_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()


class InitiativeParams(PageParams):
    """Filters of initiatives; those that are archived are shown only when asked for."""

    stage = serializers.ChoiceField(Stage.values, required=False)
    state = serializers.ChoiceField(State.values, required=False)
    criticality = serializers.ChoiceField(Criticality.values, required=False)
    owner = serializers.EmailField(required=False)
    archived = serializers.BooleanField(required=False, default=False)


class StageIn(StrictSerializer):
    """A move to a stage, a state or both, now or as it happened; `reason` is why it is cancelled."""

    stage = serializers.ChoiceField(Stage.values, required=False)
    state = serializers.ChoiceField(State.values, required=False)
    at = UTCDateTimeField(required=False)
    note = optional_text()
    reason = serializers.ChoiceField(StopReason.values, required=False, allow_blank=True)


class StageOut(StrictSerializer):
    """A kept move."""

    stage = serializers.ChoiceField(Stage.values)
    state = serializers.ChoiceField(State.values)
    at = UTCDateTimeField()
    note = serializers.CharField()
    reason = serializers.ChoiceField(StopReason.values, allow_blank=True)
    by = person("actor")
    recorded_at = UTCDateTimeField()

"""Champion and challenger as the API shows them. The answer comes whole from the comparison."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.scoring.evaluations.components import PARTS
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer

BASES = ("paired", "separate", "not_comparable")
KINDS = ("all", "slice", "group")
LEANS = ("better", "not_worse", "open", "worse", "beyond_margin", "nothing")
STATES = ("base", "same", "changed", "unknown")
CARRYING = ("carried", "unproven", "stale", "ended")


class VersusParams(Params):
    """What it is held against."""

    def get_fields(self) -> dict[str, Any]:
        """Return the one parameter, whose name is a word of Python."""
        words = "The evaluation to hold it against; without one, production's newest on the same data, else the newest."
        wanted = serializers.CharField(required=False, default="", allow_blank=True, max_length=40, help_text=words)
        return {**super().get_fields(), "with": wanted}


class ShareOut(StrictSerializer):
    """A share of n cases with its Wilson interval at 95 %; null without cases."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class VersusDataOut(StrictSerializer):
    """A dataset version."""

    name = serializers.CharField()
    digest = serializers.CharField()


class VersusSideOut(StrictSerializer):
    """One of the two at its own operating point: accuracy of what it decides, and how much it decides."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    in_production = serializers.BooleanField()
    dataset = VersusDataOut(allow_null=True)
    at = UTCDateTimeField(allow_null=True)
    n = serializers.IntegerField()
    threshold = serializers.FloatField()
    method = serializers.CharField()
    accuracy = ShareOut()
    coverage = ShareOut()
    guaranteed_coverage = serializers.FloatField(allow_null=True)


class DifferenceOut(StrictSerializer):
    """Challenger minus champion, with its interval."""

    difference = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class VersusPartOut(DifferenceOut):
    """All cases (""), a slice or a group. Only pairs have p-values; a hidden group is null but for its name."""

    part = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(KINDS)
    hidden = serializers.BooleanField()
    n_champion = serializers.IntegerField(allow_null=True)
    accuracy_champion = serializers.FloatField(allow_null=True)
    n_challenger = serializers.IntegerField(allow_null=True)
    accuracy_challenger = serializers.FloatField(allow_null=True)
    p_exact = serializers.FloatField(allow_null=True)
    p_mid = serializers.FloatField(allow_null=True)
    p_times_parts = serializers.FloatField(allow_null=True)
    both_right = serializers.IntegerField(allow_null=True)
    champion_only = serializers.IntegerField(allow_null=True)
    challenger_only = serializers.IntegerField(allow_null=True)
    neither = serializers.IntegerField(allow_null=True)
    coverage_champion = serializers.FloatField(allow_null=True)
    coverage_challenger = serializers.FloatField(allow_null=True)
    lean = serializers.ChoiceField(LEANS, allow_null=True)
    says = serializers.CharField()


class ComparisonOut(StrictSerializer):
    """On what the two are compared and why, overall and by part (the worst first), in numbers and words."""

    basis = serializers.ChoiceField(BASES)
    why = serializers.CharField()
    says = serializers.CharField()
    margin = serializers.FloatField()
    confidence = serializers.FloatField()
    champion = VersusSideOut()
    challenger = VersusSideOut()
    overall = VersusPartOut(allow_null=True)
    parts = VersusPartOut(many=True)
    coverage = DifferenceOut(allow_null=True)
    worse = serializers.ListField(child=serializers.CharField())
    multiplicity = serializers.CharField(allow_blank=True)
    method = serializers.ListField(child=serializers.CharField())


class ComponentOut(StrictSerializer):
    """One part of a candidate against production's: unknown is never the same."""

    part = serializers.ChoiceField(PARTS)
    state = serializers.ChoiceField(STATES)
    digest = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]


class MadeOut(StrictSerializer):
    """A candidate, part by part."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField(allow_blank=True)
    in_production = serializers.BooleanField()
    parts = ComponentOut(many=True)
    changed = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())


class CarriedOut(StrictSerializer):
    """What becomes of a person's word with the challenger."""

    check = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(CARRYING)
    why = serializers.CharField()
    link = serializers.CharField()
    author = serializers.CharField(allow_blank=True)
    at = UTCDateTimeField()


class VersusOut(StrictSerializer):
    """An evaluation against another; `comparison` is null where the initiative has no other."""

    comparison = ComparisonOut(allow_null=True)
    components = MadeOut(many=True)
    words = CarriedOut(many=True)

"""Weekly words on initiatives, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text, person
from mltrack.rest.serializers import StrictSerializer
from projects.models.initiatives import Health


class UpdateIn(StrictSerializer):
    """A word on how it goes, with the health that a person declares.

    `text` says what happened, `next` what is next, `in_the_way` what stands in the way.
    """

    health = serializers.ChoiceField(Health.values)
    text = optional_text(default="")
    next = optional_text(default="", source="next_steps")
    in_the_way = optional_text(default="")


class UpdateFactOut(StrictSerializer):
    """A fact that had changed; `better` is null where it is neither better nor worse."""

    kind = serializers.CharField()
    text = serializers.CharField()
    better = serializers.BooleanField(allow_null=True)


class UpdateOut(StrictSerializer):
    """A kept word.

    `changes` are the facts that had changed from `since` on, as they were then, `computed_health` the health beside
    the declared one; from `stale_at` on the word is old. A word of earlier releases has none of these.
    """

    health = serializers.ChoiceField(Health.values)
    text = serializers.CharField()
    next = serializers.CharField(source="next_steps")
    in_the_way = serializers.CharField()
    computed_health = serializers.CharField()
    since = UTCDateTimeField(allow_null=True)
    changes = UpdateFactOut(many=True)
    stale_at = UTCDateTimeField(allow_null=True)
    by = person("author")
    at = UTCDateTimeField()

"""How often words on initiatives are asked for, as the API takes and shows it."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer, answer_of
from projects.models import Rhythmic, UpdateRhythm

SET_FOR: Final = ("initiative", "workspace")


class RhythmIn(StrictSerializer):
    """A word is asked for at an hour of a weekday: 0 is Monday, `zone` an IANA name."""

    every = serializers.ChoiceField(Rhythmic.values)
    weekday = serializers.IntegerField(min_value=0, max_value=6)
    hour = serializers.IntegerField(min_value=0, max_value=23)
    zone = serializers.CharField(max_length=64)


class RhythmOut(StrictSerializer):
    """The rhythm that counts. `set_for` says for what it was set; null where nobody set one, and nobody is reminded.

    `since` is when it was set: what was due before is nobody's debt.
    """

    every = serializers.ChoiceField(Rhythmic.values)
    weekday = serializers.IntegerField()
    hour = serializers.IntegerField()
    zone = serializers.CharField()
    set_for = serializers.ChoiceField(SET_FOR, allow_null=True)
    since = UTCDateTimeField(allow_null=True)


def rhythm_answer(rhythm: UpdateRhythm) -> dict[str, Any]:
    """Return a rhythm as it is shown, one that nobody set too."""
    set_for = "initiative" if rhythm.initiative_id else "workspace"
    when = {name: getattr(rhythm, name) for name in ("every", "weekday", "hour", "zone")}
    kept = rhythm.pk is not None
    told = {**when, "set_for": set_for if kept else None, "since": rhythm.since if kept else None}
    return answer_of(RhythmOut, told)

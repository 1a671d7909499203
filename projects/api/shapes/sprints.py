"""Sprints, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from mltrack.days import day_in
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models import Sprint
from projects.selectors.sprints import STATES


class SprintIn(StrictSerializer):
    """A sprint from the morning of `starts_on` to the evening of `ends_on`."""

    name = serializers.CharField(max_length=120)
    goal = optional_text(2_000)
    starts_on = DayField()
    ends_on = DayField()


class SprintOut(StrictSerializer):
    """A sprint; `over` is one whose end has passed without a roll-over.

    One of a tracker may have no days; it is closed when it was deleted there, which was found at `gone_at`.
    """

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    goal = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    state = serializers.SerializerMethodField()
    closed_at = UTCDateTimeField(allow_null=True)
    gone_at = UTCDateTimeField(allow_null=True)
    is_mirrored = serializers.SerializerMethodField()
    connection = serializers.CharField(source="connection.public_id", allow_null=True)
    external_id = serializers.CharField()
    version = serializers.IntegerField()
    created_at = UTCDateTimeField()

    def get_state(self, sprint: Sprint) -> str:
        """Return planned, active, over or closed, as of today in the workspace's zone."""
        return sprint.state(day_in(sprint.workspace.zone, timezone.now()))

    def get_is_mirrored(self, sprint: Sprint) -> bool:
        """Say whether it is read from a tracker, and read-only here."""
        return sprint.connection_id is not None


class SprintParams(PageParams):
    """Filters of sprints: `from` and `to` are days, and a sprint is listed that shares one with them."""

    state = serializers.ChoiceField(STATES, required=False)

    def get_fields(self) -> dict[str, Any]:
        """Return the declared parameters and the days, of which one is a word of Python."""
        return {**super().get_fields(), "from": DayField(required=False), "to": DayField(required=False)}


class RollOverIn(StrictSerializer):
    """Where the open tasks go: another sprint, or null for the backlog."""

    into = serializers.CharField(max_length=40, allow_null=True)


class RollOverOut(StrictSerializer):
    """The closed sprint, where its open tasks went, and the keys of those that went."""

    sprint = SprintOut()
    into = serializers.CharField(source="into.public_id", allow_null=True)
    tasks = serializers.ListField(child=serializers.CharField())

"""KPIs, their readings and contributions, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.models import KPI, Contribution, Goal
from kpis.models.kpis import Aggregation, Direction, GoalState, Period
from kpis.services.reading_input import MOST_READINGS, SEGMENT_LENGTH
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer


class KpiEdit(StrictSerializer):
    """What can be changed of a KPI. A change of baseline, target, low, high, start or due is a new version of its goal.

    A version that asks for less needs a `reason` once there are readings, and waits for an approver.
    """

    name = serializers.CharField(max_length=160)
    description = optional_text()
    owner = serializers.EmailField(required=False, allow_null=True)
    unit = optional_text(40)
    direction = serializers.ChoiceField(Direction.values, required=False)
    period = serializers.ChoiceField(Period.values, required=False)
    aggregation = serializers.ChoiceField(Aggregation.values, required=False)
    zone = serializers.CharField(max_length=64, required=False)
    baseline = serializers.FloatField(required=False, allow_null=True)
    target = serializers.FloatField(required=False, allow_null=True)
    low = serializers.FloatField(required=False, allow_null=True)
    high = serializers.FloatField(required=False, allow_null=True)
    start = DayField(required=False, allow_null=True)
    due = DayField(required=False, allow_null=True)
    reason = optional_text(2000)
    archived = serializers.BooleanField(required=False)


class KpiIn(KpiEdit):
    """A new KPI; without a key one is made of the name."""

    key = serializers.CharField(max_length=60, required=False, allow_blank=True)
    archived = None  # type: ignore[assignment]


class GoalOut(StrictSerializer):
    """One version of a goal."""

    number = serializers.IntegerField()
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    start = DayField(allow_null=True)
    due = DayField(allow_null=True)


class ProposedGoalOut(GoalOut):
    """A version that waits for an approver."""

    id = serializers.CharField(source="public_id")
    reason = serializers.CharField()
    loosens = serializers.ListField(child=serializers.CharField())
    author = person("author")


class DecidedGoalOut(ProposedGoalOut):
    """A version that was decided, by whom and when."""

    state = serializers.ChoiceField(GoalState.values)
    approver = person("approver")
    self_approved = serializers.BooleanField()
    decided_at = UTCDateTimeField(allow_null=True)


class KpiOut(StrictSerializer):
    """A KPI with the goal in force; `proposed` is the version that waits, null without one."""

    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    owner = person("owner")
    unit = serializers.CharField()
    direction = serializers.ChoiceField(Direction.values)
    period = serializers.ChoiceField(Period.values)
    aggregation = serializers.ChoiceField(Aggregation.values)
    zone = serializers.CharField()
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    start = DayField(allow_null=True)
    due = DayField(allow_null=True)
    proposed = ProposedGoalOut(allow_null=True)
    archived_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()

    def to_representation(self, instance: KPI) -> dict[str, Any]:
        """Return the KPI; its open goals are loaded as `open_goals`."""
        goals = open_goals(instance)
        active = goals.get(GoalState.ACTIVE)
        for name in ("baseline", "target", "low", "high", "start", "due"):
            setattr(instance, name, getattr(active, name, None))
        instance.proposed = goals.get(GoalState.PROPOSED)  # type: ignore[attr-defined]
        return super().to_representation(instance)


def open_goals(kpi: KPI) -> dict[str, Goal]:
    """Return the goals that are in force or wait, by state."""
    found: list[Goal] = getattr(kpi, "open_goals", [])
    return {goal.state: goal for goal in found}


class KpiParams(PageParams):
    """Filters of KPIs; those that are archived are shown only when asked for."""

    owner = serializers.EmailField(required=False)
    direction = serializers.ChoiceField(Direction.values, required=False)
    archived = serializers.BooleanField(required=False, default=False)


class ReadingShape(StrictSerializer):
    """A KPI's value at a moment. A time without a zone, or a date, is local to the KPI's zone."""

    time = UTCDateTimeField()
    value = serializers.FloatField()
    segment = optional_text(SEGMENT_LENGTH)


class ReadingRowsIn(StrictSerializer):
    """Readings in rows."""

    readings = serializers.ListField(child=ReadingShape(), max_length=MOST_READINGS)


class ReadingColumnsIn(StrictSerializer):
    """Readings in columns of equal length."""

    times = serializers.ListField(child=serializers.CharField(), max_length=MOST_READINGS)
    values = serializers.ListField(child=serializers.FloatField(), max_length=MOST_READINGS)
    segments = serializers.ListField(
        child=serializers.CharField(max_length=SEGMENT_LENGTH, allow_blank=True),
        max_length=MOST_READINGS,
        required=False,
    )


class ReadingCountsOut(StrictSerializer):
    """What became of the readings; `repeated` were overruled by a later one of the same call."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    repeated = serializers.IntegerField()


class ReadingParams(PageParams):
    """Filters of readings: from `since` on and before `until`; an empty `segment` is the whole."""

    segment = serializers.CharField(max_length=SEGMENT_LENGTH, required=False, allow_blank=True)
    since = UTCDateTimeField(required=False)
    until = UTCDateTimeField(required=False)


class ContributionIn(StrictSerializer):
    """What an initiative is expected to move a KPI by, in its unit, by when, and how well that is known."""

    kpi = serializers.CharField(max_length=60)
    expected = serializers.FloatField(required=False, allow_null=True)
    by = DayField(required=False, allow_null=True)
    how = optional_text()
    grade = serializers.ChoiceField(Contribution.Grade.values, required=False)


class ContributionOut(StrictSerializer):
    """A tie between an initiative and a KPI."""

    kpi = serializers.CharField(source="kpi.key")
    expected = serializers.FloatField(allow_null=True)
    by = DayField(allow_null=True)
    how = serializers.CharField()
    grade = serializers.ChoiceField(Contribution.Grade.values)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()

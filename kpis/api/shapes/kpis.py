"""KPIs, their readings and contributions, as the API takes and shows them."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from kpis.models import KPI, Contribution, Goal
from kpis.models.kpis import Aggregation, Direction, GoalState, Period
from kpis.scoring.formulas.grammar import LONGEST
from kpis.scoring.kpi_words import state_of
from kpis.scoring.pacing import way_of
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import KpiStanding
from kpis.services.reading_input import MOST_READINGS, SEGMENT_LENGTH
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer


class KpiEdit(StrictSerializer):
    """What can be changed of a KPI. A change of baseline, target, low, high, start or due is a new version of its goal.

    A version that asks for less needs a `reason` once there are readings, and waits for an approver. A `formula` makes
    the KPI a derived one, whose readings are reckoned; an empty one lets it be measured again.
    """

    name = serializers.CharField(max_length=160)
    description = optional_text()
    owner = serializers.EmailField(required=False, allow_null=True)
    unit = optional_text(40)
    direction = serializers.ChoiceField(Direction.values, required=False)
    period = serializers.ChoiceField(Period.values, required=False)
    aggregation = serializers.ChoiceField(Aggregation.values, required=False)
    zone = serializers.CharField(max_length=64, required=False)
    formula = optional_text(LONGEST)
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


class KpiPaceOut(StrictSerializer):
    """The share of the way that time expects, and attainment less that; `gap` is null where either is unknown.

    `expected_value` is where the KPI should be by now, `projected` where it will be on the due date at the pace so far.
    """

    expected = serializers.FloatField()
    gap = serializers.FloatField(allow_null=True)
    expected_value = serializers.FloatField(allow_null=True)
    projected = serializers.FloatField(allow_null=True)


class KpiOut(StrictSerializer):
    """A KPI with the goal in force; `proposed` is the version that waits, null without one.

    `latest` is the value at which it stands, in its unit, and `latest_at` when that was read; `late` says that a newer
    one is overdue. `attainment` is 0 at the baseline and 1 at the target, signed and uncapped. `pace` is null where the
    goal has no start or no due date, `status` where there is nothing to compare the value with. `formula` is empty
    where readings are measured, `formula_version` then null.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    owner = person("owner")
    unit = serializers.CharField()
    direction = serializers.ChoiceField(Direction.values)
    period = serializers.ChoiceField(Period.values)
    aggregation = serializers.ChoiceField(Aggregation.values)
    zone = serializers.CharField()
    formula = serializers.CharField(source="formula_text")
    formula_version = serializers.IntegerField(source="formula_number", allow_null=True)
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    start = DayField(allow_null=True)
    due = DayField(allow_null=True)
    proposed = ProposedGoalOut(allow_null=True)
    latest = serializers.FloatField(allow_null=True)
    latest_at = UTCDateTimeField(allow_null=True)
    late = serializers.BooleanField()
    attainment = serializers.FloatField(allow_null=True)
    pace = KpiPaceOut(allow_null=True)
    status = serializers.ChoiceField(["met", "missed", "ahead", "on_pace", "behind", "no_data"], allow_null=True)
    archived_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()

    def to_representation(self, instance: KPI) -> dict[str, Any]:
        """Return the KPI; its open goals are loaded as `open_goals`, where it stands as `standing`."""
        for name, value in kpi_standing(instance).items():
            setattr(instance, name, value)
        goals = open_goals(instance)
        active = goals.get(GoalState.ACTIVE)
        for name in ("baseline", "target", "low", "high", "start", "due"):
            setattr(instance, name, getattr(active, name, None))
        instance.proposed = goals.get(GoalState.PROPOSED)  # type: ignore[attr-defined]
        return super().to_representation(instance)


def kpi_standing(kpi: KPI) -> dict[str, Any]:
    """Return where a KPI stands, as the page says it from the same function."""
    found: KpiStanding = kpi.standing  # type: ignore[attr-defined]
    goal, pace = goal_facts(kpi.direction, found.goal), found.pace
    way = None if pace is None else way_of(goal, found.value, found.today)
    gap, expected, projected = (pace.gap, way.expected, way.projected) if pace and way else (None, None, None)
    said = {"gap": finite(gap), "expected_value": finite(expected), "projected": finite(projected)}
    return {
        "latest": found.value,
        "latest_at": found.at,
        "late": found.late,
        "attainment": finite(found.attainment),
        "status": state_of(goal, found.value, pace, found.today) or None,
        "pace": None if pace is None else {"expected": pace.expected, **said},
    }


def finite(number: float | None) -> float | None:
    """Return a number that JSON can hold, None for one that became too large."""
    return number if number is not None and math.isfinite(number) else None


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


class ReadingOut(ReadingShape):
    """A reading; `formula` is the version of the KPI's formula that gave a derived one."""

    origin = serializers.ChoiceField(["measured", "derived"])
    formula = serializers.IntegerField(allow_null=True)


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

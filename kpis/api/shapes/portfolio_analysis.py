"""The portfolio as a whole, as the API shows it."""

from __future__ import annotations

from rest_framework import serializers

from kpis.api.shapes.readiness import PortfolioParams
from kpis.scoring.filters import LONGEST
from kpis.scoring.portfolio_analysis.histories import STAGES
from kpis.scoring.portfolio_analysis.warning_rules import RULES
from kpis.selectors.portfolio_effort import OUTCOMES
from mltrack.rest.plain_fields import DayField
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer
from projects.models.initiatives import StopReason


class AnalysisParams(Params):
    """Which initiatives are looked at."""

    q = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="The filter of the portfolio, such as `owner:@me criticality:critical`.",
    )
    since = DayField(required=False, help_text="Initiatives that began on this day or later.")


class WarningParams(PortfolioParams):
    """Which initiatives are looked at, and the page."""


class FunnelStageOut(StrictSerializer):
    """One stage: `entered` is `advanced`, `cancelled` and `open` together. `of_decided` leaves out those still open."""

    stage = serializers.ChoiceField(STAGES)
    entered = serializers.IntegerField()
    advanced = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    open = serializers.IntegerField()
    skipped = serializers.IntegerField()
    returned = serializers.IntegerField()
    of_entered = serializers.FloatField(allow_null=True)
    of_decided = serializers.FloatField(allow_null=True)


class StopOut(StrictSerializer):
    """How many stopped for a reason; null where none was kept."""

    reason = serializers.ChoiceField(StopReason.values, allow_null=True)
    count = serializers.IntegerField()


class FunnelOut(StrictSerializer):
    """The funnel, and why initiatives stopped."""

    stages = FunnelStageOut(many=True)
    reasons = StopOut(many=True)


class IncidenceStepOut(StrictSerializer):
    """The shares after so many days, with 95 % bands; `at_risk` were open and seen just before."""

    days = serializers.IntegerField()
    production = serializers.FloatField()
    cancelled = serializers.FloatField()
    at_risk = serializers.IntegerField()
    production_low = serializers.FloatField(allow_null=True)
    production_high = serializers.FloatField(allow_null=True)
    cancelled_low = serializers.FloatField(allow_null=True)
    cancelled_high = serializers.FloatField(allow_null=True)


class HorizonOut(StrictSerializer):
    """The shares after so many days; null where too few (`followed`) were begun that long ago."""

    days = serializers.IntegerField()
    followed = serializers.IntegerField()
    production = serializers.FloatField(allow_null=True)
    cancelled = serializers.FloatField(allow_null=True)


class CohortOut(StrictSerializer):
    """Those begun in a year: `expected` would be in production if all years fared alike; too few are not `compared`.

    `share` is in production after twelve months, with its 95 % band, null where too few were begun that long ago.
    """

    year = serializers.IntegerField()
    initiatives = serializers.IntegerField()
    production = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    expected = serializers.FloatField()
    compared = serializers.BooleanField()
    share = serializers.FloatField(allow_null=True)
    share_low = serializers.FloatField(allow_null=True)
    share_high = serializers.FloatField(allow_null=True)


class CohortsOut(StrictSerializer):
    """Whether years differ in how fast their initiatives reach production: a log-rank test, null where too few did."""

    sentence = serializers.CharField()
    statistic = serializers.FloatField(allow_null=True)
    freedom = serializers.IntegerField()
    p = serializers.FloatField(allow_null=True)
    years = CohortOut(many=True)


class IncidenceOut(StrictSerializer):
    """The curve over `initiatives`; `unknown` began in production or retired and are left out."""

    initiatives = serializers.IntegerField()
    unknown = serializers.IntegerField()
    sentence = serializers.CharField()
    horizons = HorizonOut(many=True)
    steps = IncidenceStepOut(many=True)
    cohorts = CohortsOut()


class StageTimeOut(StrictSerializer):
    """How long a stage takes, in days: `median` is null for the `reason`; `waiting` are in it now."""

    stage = serializers.ChoiceField(STAGES)
    n = serializers.IntegerField()
    through = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    waiting = serializers.IntegerField()
    longest = serializers.IntegerField(allow_null=True)


class StageTimesOut(StrictSerializer):
    """How long stages take."""

    stages = StageTimeOut(many=True)


class EarlyWarningOut(StrictSerializer):
    """One thing to look at, with the page on which it is dealt with."""

    kind = serializers.ChoiceField(tuple(RULES))
    title = serializers.CharField()
    reason = serializers.CharField()
    what_to_do = serializers.CharField()
    url = serializers.CharField()


class WarnedOut(StrictSerializer):
    """An initiative with what to look at."""

    initiative = serializers.CharField(source="initiative.key")
    name = serializers.CharField(source="initiative.name")
    warnings = EarlyWarningOut(many=True)


class _Took(StrictSerializer):
    """What was put in, as far as it is known here; costs are null where nobody noted one."""

    runs = serializers.IntegerField()
    evaluations = serializers.IntegerField()
    labels = serializers.IntegerField(help_text="Labeled tasks.")
    tasks_done = serializers.IntegerField()
    weeks = serializers.FloatField(allow_null=True, help_text="People-weeks.")
    amount = serializers.FloatField(allow_null=True, help_text="Money in the workspace's currency.")


class OutcomeEffortOut(_Took):
    """What initiatives with one outcome took together."""

    outcome = serializers.ChoiceField(OUTCOMES)
    initiatives = serializers.IntegerField()


class InitiativeEffortOut(_Took):
    """What one initiative took, and what became of it after so many days."""

    initiative = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES)
    days = serializers.IntegerField()


class EffortOut(StrictSerializer):
    """What initiatives took; outcomes that nobody had are left out."""

    currency = serializers.CharField(help_text="Empty where the workspace names none.")
    outcomes = OutcomeEffortOut(many=True)
    initiatives = InitiativeEffortOut(many=True)

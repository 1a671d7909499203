"""Readiness, gate answers and the portfolio, as the API shows them. The documents come whole from the judgement."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kpis.models.kpis import Direction
from kpis.models.targets import Comparator
from kpis.scoring.filters import LONGEST
from kpis.selectors.portfolio import portfolio_rows
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer
from projects.models import TaskStatus
from projects.models.initiatives import Criticality, Health, Stage, State

VERDICTS = ("ready", "not_ready", "unknown")
RESULTS = ("pass", "fail", "insufficient", "stale", "missing", "waived", "not_applicable")
HEALTHS = ("on_track", "at_risk", "off_track", "no_data")


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]})
class ObservedField(serializers.ReadOnlyField):
    """A number, or words."""


class EvidenceOut(StrictSerializer):
    """What a result rests on; `fingerprint` is what it is bound to, where it is."""

    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    kind = serializers.CharField()
    fingerprint = serializers.DictField(child=serializers.CharField(), required=False)


class CheckGoalOut(StrictSerializer):
    """What an observed number is held against; `high` is the upper end of `between`."""

    comparator = serializers.ChoiceField(Comparator.values)
    value = serializers.FloatField()
    high = serializers.FloatField(allow_null=True)


class CheckOut(StrictSerializer):
    """One check and its result. `goal` is null where no number is asked for."""

    id = serializers.CharField()
    title = serializers.CharField()
    result = serializers.ChoiceField(RESULTS)
    required = serializers.BooleanField()  # type: ignore[assignment]
    observed = ObservedField()
    expected = serializers.CharField()
    n = serializers.IntegerField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    goal = CheckGoalOut(allow_null=True)
    evidence = EvidenceOut(many=True)
    reason = serializers.CharField()
    age_seconds = serializers.IntegerField(allow_null=True)
    evidence_kind = serializers.CharField(allow_null=True)
    what_would_pass = serializers.CharField()


class SectionOut(StrictSerializer):
    """One section: as good as its weakest required check."""

    name = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICTS)
    score = serializers.FloatField(allow_null=True)
    checks = CheckOut(many=True)


class TaskOfCheckOut(StrictSerializer):
    """The task that a check opened, else an open one about it; `url` is the path of its page."""

    key = serializers.CharField()
    status = serializers.ChoiceField(TaskStatus.values)
    url = serializers.CharField()


class ToldCheckOut(CheckOut):
    """A check of the last judgement. `task` is null where there is none, and in what was known in the past."""

    task = TaskOfCheckOut(allow_null=True)


class ToldSectionOut(SectionOut):
    """One section with the tasks of its checks."""

    checks = ToldCheckOut(many=True)


class CandidateOut(StrictSerializer):
    """The run, model version or evaluation that the verdict is about; `evaluation` is what measures it, else null."""

    kind = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    run = serializers.CharField()
    evaluation = serializers.CharField(allow_null=True)
    commit = serializers.CharField()
    url = serializers.CharField()


class BlockerOut(StrictSerializer):
    """A required check that stands in the way."""

    check = serializers.CharField()
    section = serializers.CharField()
    title = serializers.CharField()
    short = serializers.CharField()
    result = serializers.ChoiceField(RESULTS)
    reason = serializers.CharField()
    what_would_pass = serializers.CharField()


class WarningOut(StrictSerializer):
    """Something to know that does not decide the verdict."""

    kind = serializers.CharField()
    check = serializers.CharField()
    text = serializers.CharField()
    at = UTCDateTimeField(allow_null=True)


class OpenWaiverOut(StrictSerializer):
    """A waiver as it stands beside a verdict."""

    id = serializers.CharField()
    check = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    value_text = serializers.CharField()
    reason = serializers.CharField()
    expires = UTCDateTimeField()
    state = serializers.CharField()
    requester = serializers.CharField()
    approver = serializers.CharField()
    self_approved = serializers.BooleanField()


class JudgedOut(StrictSerializer):
    """May it ship, and will it get there?"""

    initiative = serializers.CharField()
    candidate = CandidateOut(allow_null=True)
    verdict = serializers.ChoiceField(VERDICTS)
    live_not_ready = serializers.BooleanField(help_text="What is judged runs in production and is not ready.")
    warnings = WarningOut(many=True)
    health = serializers.ChoiceField(HEALTHS)
    health_reason = serializers.CharField()
    score = serializers.FloatField()
    as_of = UTCDateTimeField()
    policy_version = serializers.CharField()
    sections = SectionOut(many=True)
    blockers = BlockerOut(many=True)
    waivers = OpenWaiverOut(many=True)
    forecast = serializers.DictField(allow_null=True)
    ml_test_score = serializers.DictField(allow_null=True)
    changes_at = UTCDateTimeField(allow_null=True)


class ReadinessOut(JudgedOut):
    """The last judgement. `pending` says that newer facts, or the moment of `changes_at`, wait to be judged.

    It is absent from one of the past.
    """

    sections = ToldSectionOut(many=True)
    pending = serializers.BooleanField(required=False)


class ReadinessParams(Params):
    """As known at which moment."""

    as_of = UTCDateTimeField(required=False, help_text="A moment of the past; now without it.")


class GateIn(StrictSerializer):
    """What may ship: a commit, a model version (`mdl_…`, `name/3`, `name@champion` or `3`) or an evaluation.

    `evaluation` is `evl_…` or its external id, and counts before the model version, which counts before the commit.
    """

    commit = optional_text(100)
    ref = optional_text(300)
    model_version = serializers.CharField(max_length=400, required=False, allow_blank=True, allow_null=True)
    evaluation = serializers.CharField(max_length=250, required=False, allow_blank=True, allow_null=True)
    dry_run = serializers.BooleanField(required=False)


class SpentOut(StrictSerializer):
    """The test data that an answer spends: candidates answered for, of the `allowed` that its `n` cases bear."""

    id = serializers.CharField()
    dataset = serializers.CharField()
    n = serializers.IntegerField()
    answers = serializers.IntegerField()
    allowed = serializers.IntegerField()
    spent = serializers.BooleanField()


class GateCheckOut(CheckOut):
    """A check with its section's name."""

    section = serializers.CharField()


class GateOut(JudgedOut):
    """The readiness of that candidate; `decision` is the id of the kept answer, null for a dry run."""

    decision = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    checks = GateCheckOut(many=True)
    commit = serializers.CharField()
    ref = serializers.CharField()
    url = serializers.CharField()
    test_set = SpentOut(allow_null=True)


class FiguresOut(StrictSerializer):
    """What was observed of a metric, and what was expected."""

    result = serializers.ChoiceField(RESULTS)
    observed = ObservedField()
    expected = serializers.CharField()
    n = serializers.IntegerField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class DeclaredOut(StrictSerializer):
    """The health that a person declared."""

    health = serializers.ChoiceField(Health.values)
    by = serializers.CharField()
    at = UTCDateTimeField()
    fades = serializers.BooleanField()


class MainKpiOut(StrictSerializer):
    """The first KPI that was tied to an initiative."""

    key = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.ChoiceField(Direction.values)
    value = serializers.FloatField(allow_null=True)
    at = UTCDateTimeField(allow_null=True)
    attainment = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    late = serializers.BooleanField()


class _Rows(serializers.ListSerializer[Any]):
    """Turns a page of initiatives into rows, in a fixed number of queries."""

    def to_representation(self, data: Any) -> list[Any]:
        """Return the rows as they are shown."""
        return super().to_representation(portfolio_rows(list(data)))


class PortfolioRowOut(StrictSerializer):
    """One initiative of the portfolio."""

    key = serializers.CharField(source="initiative.key")
    name = serializers.CharField(source="initiative.name")
    owner = person("initiative.owner")
    stage = serializers.ChoiceField(Stage.values, source="initiative.stage")
    state = serializers.ChoiceField(State.values, source="initiative.state")
    criticality = serializers.ChoiceField(Criticality.values, source="initiative.criticality")
    target_date = DayField(source="initiative.target_date", allow_null=True)
    verdict = serializers.ChoiceField(VERDICTS)
    health = serializers.ChoiceField(HEALTHS)
    declared = serializers.DictField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    candidate = serializers.CharField()
    live_not_ready = serializers.BooleanField()
    accuracy = FiguresOut(allow_null=True)
    coverage = FiguresOut(allow_null=True)
    blocked_by = serializers.CharField()
    blockers = serializers.IntegerField()
    warnings = serializers.IntegerField()
    waivers = serializers.IntegerField()
    kpi = MainKpiOut(allow_null=True)
    pending = serializers.BooleanField()
    judged_at = UTCDateTimeField(allow_null=True)
    updated_at = UTCDateTimeField()

    class Meta:
        list_serializer_class = _Rows


class PortfolioParams(PageParams):
    """The same filter as the portfolio page's."""

    q = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="Words such as `health:at-risk owner:@me -state:paused coverage:<80 churn`.",
    )

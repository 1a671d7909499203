"""A lasting business measure, its versioned goal, its history, and what initiatives are expected to move."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import goal_id
from kpis.models.versions import AskedVersion
from mltrack.accounts.models import Workspace
from projects.models import Initiative

KPI_KEY_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
validate_kpi_key = RegexValidator(
    KPI_KEY_PATTERN, _("A KPI's key is small letters and digits, parts joined by a hyphen.")
)


class Direction(models.TextChoices):
    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")
    RANGE = "range", _("Within a range")


class Period(models.TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")


class Aggregation(models.TextChoices):
    LAST = "last", _("Last value")
    MEAN = "mean", _("Mean")
    SUM = "sum", _("Sum")
    MINIMUM = "min", _("Minimum")
    MAXIMUM = "max", _("Maximum")


class GoalState(models.TextChoices):
    ACTIVE = "active", _("In force")
    PROPOSED = "proposed", _("Proposed")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Superseded")


class KPI(models.Model):
    """A lasting business measure. Its baseline, target and due date are `Goal` versions.

    One with a `formula` is derived: its readings are reckoned, and nobody else records any.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="kpis")
    key = models.CharField(max_length=60, validators=[validate_kpi_key])
    name = models.CharField(max_length=160)
    description = models.TextField(blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    unit = models.CharField(max_length=40, blank=True, default="")
    direction = models.CharField(max_length=6, choices=Direction.choices, default=Direction.HIGHER)
    period = models.CharField(max_length=8, choices=Period.choices, default=Period.WEEK)
    aggregation = models.CharField(max_length=6, choices=Aggregation.choices, default=Aggregation.LAST)
    zone = models.CharField(max_length=64, default="UTC")
    formula = models.ForeignKey(
        "kpis.KpiFormula", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="kpi_key_once"),
            models.CheckConstraint(condition=Q(key__regex=KPI_KEY_PATTERN), name="kpi_key_form"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="kpi_direction_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def formula_text(self) -> str:
        """The formula in force, empty where readings are measured."""
        return self.formula.text if self.formula else ""

    @property
    def formula_number(self) -> int | None:
        """The number of the formula in force."""
        return self.formula.number if self.formula else None


class Goal(AskedVersion):
    """One version of what a KPI must reach. Never edited: a change is a new version with a reason."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="goals")
    public_id = models.CharField(max_length=24, unique=True, default=goal_id, editable=False)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    start = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=GoalState.choices, default=GoalState.ACTIVE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "number"], name="goal_number_once"),
            models.UniqueConstraint(fields=["kpi"], condition=Q(state="active"), name="goal_active_once"),
            models.UniqueConstraint(fields=["kpi"], condition=Q(state="proposed"), name="goal_proposed_once"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=models.F("high")),
                name="goal_range_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"goal {self.number} of {self.kpi_id}"


class Reading(models.Model):
    """A KPI's value at a moment, per segment. A missing period is no row; NaN is refused.

    `formula` is the number of the KPI's formula that gave it, null where it was measured.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    # The index of `reading_once` begins with the KPI; one of the KPI alone would draw the planner to whole histories.
    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="readings", db_index=False)
    segment = models.CharField(max_length=120, blank=True, default="")
    time = models.DateTimeField()
    value = models.FloatField()
    formula = models.PositiveIntegerField(null=True)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "segment", "time"], name="reading_once"),
            models.CheckConstraint(
                condition=Q(value__gt=float("-inf")) & Q(value__lt=float("inf")), name="reading_is_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.time:%Y-%m-%d} {self.value}"

    @property
    def origin(self) -> str:
        """Say whether it was measured or derived."""
        return "measured" if self.formula is None else "derived"


class Contribution(models.Model):
    """What an initiative is expected to move a KPI by, by when, computed how, on which evidence grade."""

    class Grade(models.TextChoices):
        EXPERIMENT = "A", _("A: experiment")
        CONTROLLED = "B", _("B: difference in differences")
        SERIES = "C", _("C: interrupted time series")
        BEFORE_AFTER = "D", _("D: before and after")
        CLAIM = "E", _("E: claim")

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="contributions")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="contributions")
    expected = models.FloatField(null=True, blank=True)
    by = models.DateField(null=True, blank=True)
    how = models.TextField(blank=True, default="")
    grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.CLAIM)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "initiative"], name="contribution_once"),
            models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D", "E"]), name="contribution_grade_known"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} moves {self.kpi_id}"

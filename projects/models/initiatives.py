"""An ML initiative, its stages, its weekly words, and the note that it must be judged again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.progress.rhythm import stale_at
from projects.progress.stages import StageMove, entered_later

KEY_PATTERN = r"^[A-Z][A-Z0-9]{0,19}(-[A-Z0-9]{1,20})*$"
validate_key = RegexValidator(
    KEY_PATTERN, _("A key is capital letters and digits, parts joined by a hyphen: CHURN or CHURN-EU.")
)


class Stage(models.TextChoices):
    FRAMING = "framing", _("Framing")
    DATA = "data", _("Data")
    MODELING = "modeling", _("Modeling")
    INTEGRATION = "integration", _("Integration")
    PRODUCTION = "production", _("Production")
    RETIRED = "retired", _("Retired")


class State(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")


class StopReason(models.TextChoices):
    """Why an initiative was cancelled."""

    VALUE = "value", _("Not worth it")
    ACCURACY = "accuracy", _("Not accurate enough")
    DATA = "data", _("Data missing or unfit")
    LABELS = "labels", _("Labels missing or wrong")
    INTEGRATION = "integration", _("Could not be integrated")
    COST = "cost", _("Cost too much")
    RISK = "risk", _("Legal, ethical or security risk")
    PEOPLE = "people", _("People or skills missing")
    PRIORITY = "priority", _("Other things went first")
    REPLACED = "replaced", _("Replaced by something else")
    OTHER = "other", _("Another reason")


class Criticality(models.TextChoices):
    EXPERIMENT = "experiment", _("Experiment")
    STANDARD = "standard", _("Standard")
    CRITICAL = "critical", _("Critical")


class Resolution(models.TextChoices):
    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF = "half", _("Half-year")
    YEAR = "year", _("Year")


class CandidateRule(models.TextChoices):
    BEST = "best", _("Best run: meets most targets, then best at the first target")
    LATEST = "latest", _("Latest finished run")
    CHAMPION = "champion", _("Model version with an alias")
    EVALUATION = "evaluation", _("Best evaluation: meets most targets, then the newest")


class Health(models.TextChoices):
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    OFF_TRACK = "off_track", _("Off track")


class Initiative(models.Model):
    """One ML effort. `version` counts edits, for ETag and If-Match."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="initiatives")
    key = models.CharField(max_length=40, validators=[validate_key])
    name = models.CharField(max_length=160)
    problem = models.TextField(blank=True, default="")
    scope_in = models.TextField(blank=True, default="")
    scope_out = models.TextField(blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sponsor = models.CharField(max_length=160, blank=True, default="")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.FRAMING)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    criticality = models.CharField(max_length=12, choices=Criticality.choices, default=Criticality.STANDARD)
    target_date = models.DateField(null=True, blank=True)
    target_resolution = models.CharField(max_length=8, choices=Resolution.choices, default=Resolution.DAY)
    links = models.JSONField(default=list, blank=True)
    candidate_rule = models.CharField(max_length=12, choices=CandidateRule.choices, default=CandidateRule.BEST)
    candidate_alias = models.CharField(max_length=100, blank=True, default="champion")
    sample_size_key = models.CharField(max_length=250, default="n")
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="initiative_key_once"),
            models.CheckConstraint(condition=Q(key__regex=KEY_PATTERN), name="initiative_key_form"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="initiative_stage_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="initiative_state_known"),
            models.CheckConstraint(
                condition=Q(criticality__in=Criticality.values), name="initiative_criticality_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="initiative_has_a_name"),
        ]
        indexes = [models.Index(fields=["workspace", "archived_at", "key"], name="initiative_of_workspace")]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class StageChange(models.Model):
    """One move of an initiative to a stage or state; never edited. `reason` is why it was cancelled, as a category.

    The note says it in words. It is empty for moves of before, and where nobody told it.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="stage_changes")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    at = models.DateTimeField()
    note = models.TextField(blank=True, default="")
    reason = models.CharField(max_length=12, choices=StopReason.choices, blank=True, default="", db_default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["initiative", "-at", "-id"], name="stage_change_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason="") | Q(reason__in=StopReason.values, state="cancelled"),
                name="stage_change_reason_of_an_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.stage}"

    @property
    def is_entered_later(self) -> bool:
        """Say whether it was kept after it happened."""
        return entered_later(self.at, self.recorded_at)

    def move(self) -> StageMove:
        """Return it for reckoning."""
        return StageMove(self.pk, self.stage, self.state, self.at, self.recorded_at, self.note, self.reason)


class Update(models.Model):
    """A person's word on an initiative, with the health they declare, and what had changed since the word before.

    `text` says what happened. `changes` are facts as they were then, `[{kind, text, better}]`, from `since` on;
    `computed_health` is what was computed then. From `stale_at` on the word is old; null for a word of before.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="updates")
    health = models.CharField(max_length=12, choices=Health.choices)
    text = models.TextField(blank=True, default="")
    next_steps = models.TextField(blank=True, default="", db_default="")
    in_the_way = models.TextField(blank=True, default="", db_default="")
    changes = models.JSONField(default=list, db_default=[])
    since = models.DateTimeField(null=True)
    computed_health = models.CharField(max_length=12, blank=True, default="", db_default="")
    stale_at = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["initiative", "-at"], name="update_newest")]
        constraints = [models.CheckConstraint(condition=Q(health__in=Health.values), name="update_health_known")]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.health}"

    def fades(self, now: datetime) -> bool:
        """Say whether the word is old."""
        return now >= (self.stale_at or stale_at("weekly", self.at))


class JudgeDue(models.Model):
    """An initiative that must be judged again. Written with the change, deleted by the judgement that saw it."""

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, related_name="judge_due")
    reason = models.CharField(max_length=60)
    not_before = models.DateTimeField(db_index=True)
    stamp = models.PositiveBigIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.initiative_id}: {self.reason}"

"""What was measured of data and of production, where the data comes from, and when it stops by plan."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.identifiers import data_source_id, observed_series_id, planned_stop_id
from projects.models.initiatives import Initiative

SOURCE_KEY_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
LONGEST_PERIOD = 366
validate_source_key = RegexValidator(
    SOURCE_KEY_PATTERN, _("A source's key is small letters and digits, parts joined by a hyphen.")
)


class ObservedKind(models.TextChoices):
    VOLUME = "volume", _("Volume")
    DRIFT = "drift", _("Drift")
    QUALITY = "quality", _("Quality")
    LATENCY = "latency", _("Latency")
    ERRORS = "errors", _("Errors")
    COST = "cost", _("Cost")


class DataSource(models.Model):
    """Where data comes from: a system or table upstream, with the person who answers for it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="data_sources")
    public_id = models.CharField(max_length=24, unique=True, default=data_source_id, editable=False)
    key = models.CharField(max_length=60, validators=[validate_source_key])
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="data_source_key_once"),
            models.CheckConstraint(condition=Q(key__regex=SOURCE_KEY_PATTERN), name="data_source_key_form"),
            models.CheckConstraint(condition=~Q(name=""), name="data_source_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceFeature(models.Model):
    """What a source feeds: the series of that name, in that initiative, come from it."""

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="features", db_index=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="source_features")
    feature = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "initiative", "feature"], name="source_feature_once"),
            models.CheckConstraint(condition=~Q(feature=""), name="source_feature_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.feature


class ObservedSeries(models.Model):
    """What is observed of an initiative, by kind, name and segment (empty: the whole).

    `period_days` is how many days one observation of a volume covers. `last_at` is the time of the newest observation.
    `ended_at` is when somebody said that no more will come: until something newer does, nothing judges it.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="observed_series")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="observed_series", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=observed_series_id, editable=False)
    kind = models.CharField(max_length=7, choices=ObservedKind.choices)
    name = models.CharField(max_length=120)
    segment = models.CharField(max_length=120, blank=True, default="")
    period_days = models.PositiveSmallIntegerField(default=1)
    last_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "kind", "name", "segment"], name="observed_series_once"),
            models.CheckConstraint(condition=Q(kind__in=ObservedKind.values), name="observed_series_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="observed_series_has_a_name"),
            models.CheckConstraint(
                condition=Q(period_days__gte=1, period_days__lte=LONGEST_PERIOD), name="observed_series_period_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.segment}".rstrip()


class Observation(models.Model):
    """One value of a series at a moment: over how many cases, by which method, against which threshold and reference.

    The index of `observation_once` serves the newest of a series as well, `observation_by_time` the newest of many.
    """

    series = models.ForeignKey(ObservedSeries, on_delete=models.CASCADE, related_name="observations", db_index=False)
    time = models.DateTimeField()
    value = models.FloatField()
    n = models.BigIntegerField(null=True, blank=True)
    method = models.CharField(max_length=60, blank=True, default="")
    threshold = models.FloatField(null=True, blank=True)
    reference = models.CharField(max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["time", "id"], name="observation_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["series", "time"], name="observation_once"),
            models.CheckConstraint(
                condition=Q(value__gt=float("-inf")) & Q(value__lt=float("inf")), name="observation_is_a_number"
            ),
            models.CheckConstraint(
                condition=Q(threshold=None) | (Q(threshold__gt=float("-inf")) & Q(threshold__lt=float("inf"))),
                name="observation_threshold_is_a_number",
            ),
            models.CheckConstraint(condition=Q(n=None) | Q(n__gte=0), name="observation_n_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.time:%Y-%m-%d} {self.value}"


class PlannedStop(models.Model):
    """Days, both included, in which data is expected to stay away. Empty initiative, source or segment: any."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="planned_stops")
    public_id = models.CharField(max_length=24, unique=True, default=planned_stop_id, editable=False)
    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, null=True, blank=True, related_name="planned_stops"
    )
    source = models.ForeignKey(
        DataSource, on_delete=models.CASCADE, null=True, blank=True, related_name="planned_stops"
    )
    segment = models.CharField(max_length=120, blank=True, default="")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="planned_stop_days_ordered"),
            models.CheckConstraint(condition=~Q(reason=""), name="planned_stop_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}: {self.reason}"

    def covers(self, day: date) -> bool:
        """Say whether it counts on a day."""
        return self.withdrawn_at is None and self.first_day <= day <= self.last_day

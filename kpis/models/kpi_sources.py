"""Where a KPI's readings come from, and what they were before a later pull corrected them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import kpi_source_id
from kpis.models.kpis import KPI
from projects.models import AskedSource, Connection


class SourceKind(models.TextChoices):
    PROMETHEUS = "prometheus", _("Prometheus")
    SQL = "sql", _("SQL")
    CSV_LINK = "csv_link", _("CSV by link")
    UPLOAD = "upload", _("CSV upload")


class KpiSource(AskedSource):
    """One question whose answers are readings of a KPI.

    An upload has no connection and nothing to ask: it keeps how its files are read.
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="sources")
    public_id = models.CharField(max_length=24, unique=True, default=kpi_source_id, editable=False)
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, null=True, blank=True, related_name="kpi_sources"
    )
    statement = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "name"], name="kpi_source_name_once"),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="kpi_source_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="upload", connection=None, statement="")
                | (~Q(kind="upload") & Q(connection__isnull=False) & ~Q(statement="")),
                name="kpi_source_asks_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReadingCorrection(models.Model):
    """What a reading was before a later one of the same moment took its place.

    `replaced_by` is null where a formula gives none any more.
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="corrections", db_index=False)
    segment = models.CharField(max_length=120, blank=True, default="")
    time = models.DateTimeField()
    value = models.FloatField()
    replaced_by = models.FloatField(null=True)
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["kpi", "-id"], name="correction_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gt=float("-inf")) & Q(value__lt=float("inf")), name="correction_was_a_number"
            ),
            models.CheckConstraint(condition=~Q(value=F("replaced_by")), name="correction_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.time:%Y-%m-%d} was {self.value}"

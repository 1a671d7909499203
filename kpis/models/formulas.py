"""Formulas of derived KPIs with all their versions, what they name, and when they must be reckoned again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kpis.models.kpis import KPI
from projects.models import Initiative


class KpiFormula(models.Model):
    """One version of a KPI's formula. Never edited: a change is a new version, and the KPI points at the one in force.

    Readings that it gave keep its number.
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="formulas")
    number = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "number"], name="formula_number_once"),
            models.CheckConstraint(condition=~Q(text=""), name="formula_says_something"),
        ]

    def __str__(self) -> str:
        return f"formula {self.number} of {self.kpi_id}"


class FormulaPart(models.Model):
    """What a version of a formula names: a KPI, or a fact of an initiative."""

    formula = models.ForeignKey(KpiFormula, on_delete=models.CASCADE, related_name="parts")
    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, null=True, related_name="parts_of")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, null=True, related_name="+")
    fact = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kpi__isnull=False, initiative=None, fact="")
                | Q(kpi=None, initiative__isnull=False, fact__in=["coverage", "labels", "deployments"]),
                name="formula_part_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=["formula", "kpi", "initiative", "fact"], name="formula_part_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} of {self.initiative_id}" if self.fact else f"{self.kpi_id}"


class FormulaDue(models.Model):
    """When the readings of a derived KPI must be reckoned, and from which moment on; null is from the first."""

    kpi = models.OneToOneField(KPI, on_delete=models.CASCADE, primary_key=True, related_name="formula_due")
    due_at = models.DateTimeField(db_index=True)
    since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kpi_id} at {self.due_at:%Y-%m-%d %H:%M}"

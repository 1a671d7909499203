"""What people say of a day of a KPI's history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kpis.models.identifiers import note_id
from kpis.models.kpis import KPI


class KpiNote(models.Model):
    """A person's word at a day of a KPI's chart. One that is removed can be brought back by its author."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="notes")
    public_id = models.CharField(max_length=24, unique=True, default=note_id, editable=False)
    day = models.DateField()
    text = models.CharField(max_length=500)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="kpi_note_says_something")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.day}"

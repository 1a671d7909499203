"""Where an initiative's observations are asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from projects.models.asked_sources import AskedSource
from projects.models.connections import Connection
from projects.models.identifiers import observation_source_id
from projects.models.initiatives import Initiative
from projects.models.observations import ObservedKind


class ObservationSource(AskedSource):
    """One question whose answers are observations: of that kind and name, each segment a series of its own.

    `threshold` and `method` are put on every observation.
    """

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="observation_sources", db_index=False
    )
    public_id = models.CharField(max_length=24, unique=True, default=observation_source_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="observation_sources")
    kind = models.CharField(max_length=7, choices=ObservedKind.choices)
    statement = models.TextField()
    threshold = models.FloatField(null=True, blank=True)
    method = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "kind", "name"], name="observation_source_once"),
            models.CheckConstraint(condition=Q(kind__in=ObservedKind.values), name="observation_source_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="observation_source_has_a_name"),
            models.CheckConstraint(condition=~Q(statement=""), name="observation_source_asks"),
            models.CheckConstraint(
                condition=Q(threshold=None)
                | (~Q(kind="volume") & Q(threshold__gt=float("-inf")) & Q(threshold__lt=float("inf"))),
                name="observation_source_threshold_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

"""Tasks that checks opened and that are kept in a tracker: what was asked of it, and what came of that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from projects.models.connections import Connection
from projects.models.identifiers import task_marker
from projects.models.tasks import Task


class SentTask(models.Model):
    """A task that a check opened and that goes to a tracker.

    Until it is there the task is ours, and `told_open` is null; then it is mirrored, and `told_open` is what the
    tracker was told last. `wanted_open` is what the check wants. `marker` stands in the tracker's issue and nowhere
    else, `back` is the path of the page that it points back to, and `place` is where its connector changes it.
    `tried_at` is when opening it was first tried: from then on it may be there, whatever the answer was. One worker at
    a time has it, until `lease_until`, and knows itself by `fence`. `refusal` is why the tracker will not do it, which
    stops it; `trouble` is the last failure that may pass.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="sent")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    marker = models.CharField(max_length=48, unique=True, default=task_marker, editable=False)
    back = models.CharField(max_length=500, blank=True, default="")
    place = models.CharField(max_length=300, blank=True, default="")
    wanted_open = models.BooleanField(default=True)
    told_open = models.BooleanField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    refusal = models.TextField(blank=True, default="")
    trouble = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(told_open=None, place="") | (Q(told_open__isnull=False) & ~Q(place="")),
                name="sent_task_there_at_a_place",
            ),
        ]

    def __str__(self) -> str:
        return self.marker

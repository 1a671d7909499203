"""How often a word on an initiative is asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.initiatives import Initiative
from projects.progress.rhythm import Rhythm


class Rhythmic(models.TextChoices):
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    OFF = "off", _("Off")


class UpdateRhythm(models.Model):
    """When the owner of an initiative is asked for a word: of one initiative, or the workspace's where it is null.

    `weekday` 0 is Monday; `hour` is that of the wall clock in `zone`. `since` is when it was set: what was due before
    is nobody's debt.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="rhythms")
    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, null=True, related_name="rhythm")
    every = models.CharField(max_length=11, choices=Rhythmic.choices, default=Rhythmic.WEEKLY)
    weekday = models.PositiveSmallIntegerField(default=4)
    hour = models.PositiveSmallIntegerField(default=10)
    zone = models.CharField(max_length=64, default="UTC")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(initiative=None), name="rhythm_of_workspace_once"
            ),
            models.CheckConstraint(condition=Q(every__in=Rhythmic.values), name="rhythm_known"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="rhythm_has_a_weekday"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="rhythm_has_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.every}, day {self.weekday} at {self.hour} in {self.zone}"

    def rhythm(self) -> Rhythm:
        """Return it for reckoning."""
        return Rhythm(self.every, self.weekday, self.hour, self.zone, self.since)

"""The times at which one cause was wrong, whatever it hit: what people and programs are told of, once each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mltrack.accounts.models import Member, Workspace
from projects.models import Finding
from projects.models.findings import FindingKind, Severity


class CauseEpisode(models.Model):
    """From when to when findings of a cause were open, and what they said at both moments.

    `source` is the part of the cause that names its source, or the initiative where there is none.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    cause = models.CharField(max_length=400)
    kind = models.CharField(max_length=12, choices=FindingKind.choices)
    source = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closing_words = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "cause"], condition=Q(closed_at=None), name="cause_episode_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="cause_episode_closes_after_it_opens",
            ),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="cause_episode_severity_known"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} from {self.opened_at:%Y-%m-%d %H:%M}"


class CauseFinding(models.Model):
    """A finding that belongs to an episode: it was told."""

    episode = models.ForeignKey(CauseEpisode, on_delete=models.CASCADE, related_name="links")
    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="told")

    def __str__(self) -> str:
        return f"{self.finding_id} in {self.episode_id}"


class FindingMute(models.Model):
    """What a member wants to hear nothing of: one cause, or all of a source, or of it what has one name."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    cause = models.CharField(max_length=400, blank=True, default="")
    source = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "cause", "source", "name"], name="finding_mute_once"),
            models.CheckConstraint(
                condition=~Q(cause="") & Q(source="", name="") | Q(cause="") & ~Q(source=""),
                name="finding_mute_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} mutes {self.cause or self.source} {self.name}".rstrip()

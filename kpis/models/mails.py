"""Mails that are sent once a period, and what members want of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Member
from projects.models import Initiative
from projects.progress.rhythm import Rhythm


class MailState(models.TextChoices):
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    NOT_SENT = "not_sent", _("Not sent")
    NOTHING_NEW = "nothing_new", _("Nothing new")


class MailChoice(models.Model):
    """What a member wants: reminders of updates that are due, alerts, and a weekly digest at an hour of a weekday.

    Without a row it is reminders and alerts. `since` is when the digest was chosen as it is.
    """

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="mail_choice")
    reminders = models.BooleanField(default=True)
    digest = models.BooleanField(default=False)
    alerts = models.BooleanField(default=True, db_default=True)
    weekday = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=8)
    zone = models.CharField(max_length=64, default="UTC")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="digest_has_a_weekday"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="digest_has_an_hour"),
        ]

    def __str__(self) -> str:
        return f"mails to {self.member_id}"

    def rhythm(self) -> Rhythm:
        """Return when the digest is due, for reckoning."""
        return Rhythm("weekly" if self.digest else "off", self.weekday, self.hour, self.zone, self.since)


class PeriodMail(models.Model):
    """A mail of one period: its row is committed before it is sent, so that it is sent at most once.

    `error` says why it was not sent.
    """

    period = models.DateField()
    state = models.CharField(max_length=11, choices=MailState.choices, default=MailState.CLAIMED)
    error = models.CharField(max_length=300, blank=True, default="")
    claimed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class UpdateReminder(PeriodMail):
    """The reminder of one update that is due, to whom it went."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "period"], name="reminder_once"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="reminder_state_known"),
        ]
        indexes = [models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="reminder_claimed")]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.period}: {self.state}"


class DigestMail(PeriodMail):
    """The digest of one week to one member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="digests", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "period"], name="digest_mail_once"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="digest_mail_state_known"),
        ]
        indexes = [models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="digest_mail_claimed")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.period}: {self.state}"

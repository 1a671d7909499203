"""Messages to people: the inbox, and the mail that a message goes out as."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kpis.models.alerts import AlertEpisode
from kpis.models.causes import CauseEpisode
from kpis.models.identifiers import notice_id
from kpis.models.mails import MailState, PeriodMail
from mltrack.accounts.models import Member


class Notice(models.Model):
    """A message to a member about an alert that opened, or about a cause of findings; `why` is the reason they get it.

    One that is snoozed is out of the inbox until then, one that is read leaves what is unread.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notices")
    episode = models.ForeignKey(
        AlertEpisode, on_delete=models.CASCADE, related_name="notices", db_index=False, null=True
    )
    cause = models.ForeignKey(CauseEpisode, on_delete=models.CASCADE, related_name="notices", db_index=False, null=True)
    public_id = models.CharField(max_length=24, unique=True, default=notice_id, editable=False)
    why = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["episode", "member"], name="notice_once"),
            models.UniqueConstraint(fields=["cause", "member"], name="notice_of_cause_once"),
            models.CheckConstraint(
                condition=Q(episode=None, cause__isnull=False) | Q(episode__isnull=False, cause=None),
                name="notice_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AlertMail(PeriodMail):
    """The mail of one notice."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="mail")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="alert_mail_state_known"),
        ]
        indexes = [models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="alert_mail_claimed")]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.state}"

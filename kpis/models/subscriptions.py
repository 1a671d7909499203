"""Views that are sent to a person or a channel at an hour, and what became of each time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import delivery_id, subscription_id
from kpis.models.shares import SharedView
from kpis.scoring.send_times import SendTimes
from mltrack.accounts.models import Member

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


class Channel(models.TextChoices):
    MAIL = "mail", _("Mail")
    SLACK = "slack", _("Slack")
    TEAMS = "teams", _("Microsoft Teams")
    MATTERMOST = "mattermost", _("Mattermost")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    NOT_SENT = "not_sent", _("Not sent")
    NOTHING_NEW = "nothing_new", _("Nothing new")


class Subscription(SharedView):
    """A view that a member has sent: by mail to themselves, or to the webhook of a channel, whose address is sealed.

    `weekdays` are 0 (Monday) to 6. `next_at` is when it is due next, null after it was ended by the link in a mail.
    `last_digest` is of the numbers that were sent last. Until the end of `muted_until` nothing is sent.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="subscriptions")
    public_id = models.CharField(max_length=24, unique=True, default=subscription_id, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    sealed_secret = models.TextField(blank=True, default="")
    host = models.CharField(max_length=253, blank=True, default="")
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    hour = models.PositiveSmallIntegerField(default=8)
    zone = models.CharField(max_length=64, default="UTC")
    only_if_changed = models.BooleanField(default=False)
    muted_until = models.DateField(null=True)
    last_digest = models.CharField(max_length=64, blank=True, default="")
    last_sent_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="subscription_channel_known"),
            models.CheckConstraint(
                condition=Q(channel="mail", sealed_secret="") | ~Q(channel="mail") & ~Q(sealed_secret=""),
                name="subscription_webhook_has_address",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="subscription_has_an_hour"),
            models.CheckConstraint(
                condition=Q(weekdays__len__gt=0, weekdays__contained_by=list(EVERY_DAY)),
                name="subscription_has_weekdays",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def times(self) -> SendTimes:
        """Return when it is due, for reckoning."""
        return SendTimes(frozenset(self.weekdays), self.hour, self.zone)


class SubscriptionDelivery(models.Model):
    """One time that a subscription was due or asked for; committed before anything is sent.

    It is tried while nothing can have arrived, and never again once something may have. `error` says why not.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=delivery_id, editable=False)
    period = models.DateTimeField()
    asked = models.BooleanField(default=False)
    state = models.CharField(max_length=11, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "period"], name="subscription_once_a_period"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="delivery_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.period}: {self.state}"

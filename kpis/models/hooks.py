"""Webhooks: addresses of other programs that are told of events, the events, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import hook_delivery_id, hook_event_id, hook_id
from mltrack.accounts.models import Workspace


class EventType(models.TextChoices):
    READINESS_CHANGED = "readiness.changed", _("The verdict of an initiative changed")
    ALERT_OPENED = "alert.opened", _("An alert of a KPI opened")
    ALERT_CLOSED = "alert.closed", _("An alert of a KPI closed")
    FINDING_OPENED = "finding.opened", _("A finding opened, told once for all that its cause hits")
    FINDING_CLOSED = "finding.closed", _("It closed wherever it was open")


TEST_TYPE = "webhook.test"
"""What an admin asks for to see that it arrives; told to one webhook, whichever types it wants."""


class HookState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")


class HookDeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    NOT_SENT = "not_sent", _("Not sent")


class Hook(models.Model):
    """An address that is told of events of some types, with the secret that signs what it is told; both sealed.

    `sealed_old_secret` signs beside the new one until `old_secret_until`. `failures` counts tries in a row that failed,
    since `failing_since`; nothing is sent before `rest_until`. `pause_reason` is empty where a person paused it;
    `tell_since` is set while its author has yet to be told that it paused itself.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=24, unique=True, default=hook_id, editable=False)
    name = models.CharField(max_length=120)
    sealed_url = models.TextField()
    host = models.CharField(max_length=253)
    sealed_secret = models.TextField()
    sealed_old_secret = models.TextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True)
    events = ArrayField(models.CharField(max_length=40))
    state = models.CharField(max_length=6, choices=HookState.choices, default=HookState.ACTIVE)
    pause_reason = models.CharField(max_length=300, blank=True, default="")
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    tell_since = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=HookState.values), name="hook_state_known"),
            models.CheckConstraint(condition=~Q(sealed_url="") & ~Q(sealed_secret=""), name="hook_is_sealed"),
            models.CheckConstraint(condition=Q(events__len__gt=0), name="hook_wants_events"),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
                name="hook_fails_since",
            ),
            models.CheckConstraint(
                condition=Q(sealed_old_secret="", old_secret_until=None)
                | ~Q(sealed_old_secret="") & Q(old_secret_until__isnull=False),
                name="hook_old_secret_ends",
            ),
        ]
        indexes = [models.Index(fields=["tell_since"], condition=Q(tell_since__isnull=False), name="hook_to_tell")]

    def __str__(self) -> str:
        return self.name


class HookEvent(models.Model):
    """Something that happened, as it is told: its id is that of the message. `once_key` makes a repetition a no-op."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=24, unique=True, default=hook_event_id, editable=False)
    type = models.CharField(max_length=40)
    once_key = models.CharField(max_length=120)
    data = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "once_key"], name="hook_event_once"),
            models.CheckConstraint(condition=Q(type__regex=r"^[a-z]+\.[a-z_]+$"), name="hook_event_type_dotted"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class HookDelivery(models.Model):
    """One event for one webhook; `number` is 0, and 1 and so on where it was sent again by hand.

    `status` is the HTTP status of the last answer, null where there was none; `error` says what was wrong.
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(HookEvent, on_delete=models.CASCADE, related_name="deliveries")
    public_id = models.CharField(max_length=24, unique=True, default=hook_delivery_id, editable=False)
    number = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=HookDeliveryState.choices, default=HookDeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hook", "event", "number"], name="hook_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=HookDeliveryState.values), name="hook_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at=None)
                | Q(state__in=["sent", "not_sent"], ended_at__isnull=False),
                name="hook_delivery_ends_once",
            ),
            models.UniqueConstraint(fields=["hook"], condition=Q(state="sending"), name="hook_one_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["hook", "-id"], name="hook_delivery_newest"),
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="hook_delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.hook_id} {self.event_id}/{self.number}: {self.state}"

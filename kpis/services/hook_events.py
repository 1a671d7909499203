"""Telling webhooks of an event: the event and a delivery for each that wants it, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from kpis.models import EventType, Hook, HookDelivery, HookEvent, HookState
from mltrack.accounts.models import Workspace


def hears(event_type: EventType) -> Exists:
    """Say, within a query of rows that have a workspace, whether an active webhook there wants a type of event."""
    wanted = Hook.objects.filter(state=HookState.ACTIVE, events__contains=[event_type.value])
    return Exists(wanted.filter(workspace=OuterRef("workspace")))


def announce(workspace: Workspace, event_type: EventType, data: Mapping[str, Any], once_key: str) -> HookEvent | None:
    """Keep an event for the active webhooks that want its type; None where there is none, or it was kept before.

    `data` is JSON without secrets and names of people; `once_key` names the change, at most 120 characters. Call it in
    the transaction of the change: what is rolled back is told to nobody. Nothing is sent here.
    """
    wanted = Hook.objects.filter(workspace=workspace, state=HookState.ACTIVE, events__contains=[event_type.value])
    hooks = list(wanted.order_by("pk"))
    if not hooks:
        return None
    now = timezone.now()
    with transaction.atomic():
        event, is_new = HookEvent.objects.get_or_create(
            workspace=workspace, once_key=once_key, defaults={"type": event_type.value, "data": dict(data), "at": now}
        )
        if not is_new:
            return None
        tell(event, hooks)
    return event


def tell(event: HookEvent, hooks: Sequence[Hook], number: int = 0) -> list[HookDelivery]:
    """Write a delivery of an event for each webhook, due now; `number` is 0 for the first time that it is told."""
    now = timezone.now()
    made = [HookDelivery(hook=hook, event=event, number=number, created_at=now, next_try_at=now) for hook in hooks]
    return HookDelivery.objects.bulk_create(made)

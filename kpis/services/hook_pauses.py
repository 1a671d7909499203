"""Pausing a webhook: nothing is sent to it, and what waits is ended. By a person, or by what its receiver did."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from kpis.models import Hook, HookDeliveryState, HookState

PAUSED: Final = "The webhook was paused."


def pause(hook: Hook, reason: str = "") -> None:
    """Pause a locked webhook; with a `reason` it paused itself, and its author is told."""
    now = timezone.now()
    hook.state, hook.pause_reason = HookState.PAUSED, reason
    hook.tell_since = now if reason else None
    hook.save(update_fields=["state", "pause_reason", "tell_since"])
    end_waiting(hook)


def resume(hook: Hook) -> None:
    """Send to a locked webhook again, from now on: what happened meanwhile is not told, and failures are forgotten."""
    end_waiting(hook)
    hook.state, hook.pause_reason, hook.tell_since = HookState.ACTIVE, "", None
    hook.failures, hook.failing_since, hook.rest_until = 0, None, None
    hook.save(update_fields=["state", "pause_reason", "tell_since", "failures", "failing_since", "rest_until"])


def end_waiting(hook: Hook) -> None:
    """End what waits for a webhook as not sent; what is being sent ends by itself."""
    waiting = hook.deliveries.filter(state=HookDeliveryState.WAITING)
    waiting.update(state=HookDeliveryState.NOT_SENT, error=PAUSED, ended_at=timezone.now())

"""Telling a webhook's author by mail that it paused itself: once, and the reason stands on its page anyway."""

from __future__ import annotations

import smtplib
from typing import Final

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from kpis.models import Hook
from kpis.selectors.paths import hook_path, public_url
from mltrack.accounts.models import Member

logger = structlog.stdlib.get_logger(__name__)
AT_ONCE: Final = 50


def hooks_to_tell() -> list[int]:
    """Return the webhooks whose authors have yet to be told, those of longest ago first."""
    rows = Hook.objects.filter(tell_since__isnull=False).order_by("tell_since")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


def tell_author(hook_id: int) -> bool:
    """Mail that a webhook paused itself and return whether a mail went out. Nobody is mailed twice.

    Call it outside a transaction: that it was told is committed before the mail goes out. An author who has left, is
    switched off or has no rights to webhooks any more gets none.
    """
    hook = _claimed(hook_id)
    if hook is None or hook.author is None:
        return False
    admin = Member.objects.filter(workspace=hook.workspace, user=hook.author, role="admin", user__is_active=True)
    if not admin.exists():
        return False
    context = {"hook": hook, "url": public_url(hook_path(hook.workspace, hook.public_id))}
    subject = " ".join(f"{hook.workspace.name}: the webhook {hook.name} is paused".split())[:200]
    text = render_to_string("kpis/mails/hook.txt", context)
    message = EmailMessage(subject, text, to=[hook.author.email], headers={"Auto-Submitted": "auto-generated"})
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("mail not sent", kind="Hook", error=type(error).__name__)
        return False
    return True


@transaction.atomic
def _claimed(hook_id: int) -> Hook | None:
    rows = Hook.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    hook = rows.select_related("workspace", "author").filter(pk=hook_id, tell_since__isnull=False).first()
    if hook is not None:
        hook.tell_since = None
        hook.save(update_fields=["tell_since"])
    return hook

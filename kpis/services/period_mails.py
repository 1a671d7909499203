"""Sending a mail once: claimed and committed, then sent, then said how it went."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from kpis.models import AlertMail, DigestMail, MailState, UpdateReminder
from kpis.selectors.paths import public_url
from mltrack.failpoints import failpoint

logger = structlog.stdlib.get_logger(__name__)
Mail = UpdateReminder | DigestMail | AlertMail
GIVEN_UP: Final = timedelta(minutes=15)
UNKNOWN: Final = "It broke off while it was being sent: it may or may not have arrived, and is not sent again."


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says and to whom; `template` names a text and an HTML file, `off` the path that ends such mails."""

    to: str
    subject: str
    template: str
    context: Mapping[str, Any]
    off: str


class Unfit(Exception):
    """Why a mail is not sent."""


def claim(table: type[Mail], of: Mapping[str, Any], state: str = MailState.CLAIMED, error: str = "") -> Mail | None:
    """Return the row of a mail that nobody claimed before, None where somebody did; committed with the transaction."""
    defaults = {"claimed_at": timezone.now(), "state": state, "error": error}
    with transaction.atomic():
        row, is_new = table.objects.get_or_create(**of, defaults=defaults)
    return row if is_new else None


def send_claimed(row: Mail, write: Callable[[], Letter | None]) -> Mail:
    """Write and send the mail of a claimed row and keep how it went; nothing to say is kept as nothing new.

    The server is asked once: what it does not take is not sent, and its reason is kept.
    """
    try:
        letter = write()
        failpoint("mail.before_send")
        if letter is None:
            return _ended(row, MailState.NOTHING_NEW, "")
        message_of(letter).send()
    except Unfit as reason:
        return _ended(row, MailState.NOT_SENT, str(reason))
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("mail not sent", kind=type(row).__name__, error=type(error).__name__)
        return _ended(row, MailState.NOT_SENT, f"The mail server did not take it: {type(error).__name__}.")
    return _ended(row, MailState.SENT, "")


def give_up_stuck() -> int:
    """Mark what was claimed a quarter of an hour ago and never ended as not sent; return how many there were."""
    now, given_up = timezone.now(), 0
    for table in (UpdateReminder, DigestMail, AlertMail):
        stuck = table.objects.filter(state=MailState.CLAIMED, claimed_at__lt=now - GIVEN_UP)
        given_up += stuck.update(state=MailState.NOT_SENT, error=UNKNOWN, ended_at=now)
    return given_up


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """Return the mail: text and HTML without anything from afar, with the headers that switch it off (RFC 8058)."""
    off = public_url(letter.off)
    context = {**letter.context, "off": off}
    headers = {"Auto-Submitted": "auto-generated"}
    if off:
        headers |= {"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    text = render_to_string(f"kpis/mails/{letter.template}.txt", context)
    subject = " ".join(letter.subject.split())[:200]
    message = EmailMultiAlternatives(subject, text, to=[letter.to], headers=headers)
    message.attach_alternative(render_to_string(f"kpis/mails/{letter.template}.html", context), "text/html")
    return message


def _ended(row: Mail, state: str, error: str) -> Mail:
    row.state, row.error, row.ended_at = state, error, timezone.now()
    row.save(update_fields=["state", "error", "ended_at"])
    return row

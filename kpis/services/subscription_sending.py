"""Sending one subscription: claimed and committed, then sent once, then said how it went.

What surely did not arrive is tried again with growing pauses. What may have arrived never is.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from kpis.models import Channel, DeliveryState, Subscription, SubscriptionDelivery
from kpis.scoring.send_times import wait_after
from kpis.selectors.briefs import Brief
from kpis.selectors.paths import public_url
from kpis.selectors.shareable import View, kept_view
from kpis.services.messages import MESSAGES, Told
from kpis.services.period_mails import UNKNOWN, Letter, message_of
from kpis.services.subscriptions import POST, off_path
from kpis.services.webhooks import NotPosted, post_message
from mltrack.accounts.access import Principal
from mltrack.failpoints import failpoint

logger = structlog.stdlib.get_logger(__name__)
GONE: Final = "What it is about is gone, archived, or another's now."
_TROUBLE: Final = 240


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a try ended: a state, why, and for a later try after how many seconds at least."""

    state: str
    error: str = ""
    digest: str = ""
    after: float | None = None


def send_delivery(delivery_id: int) -> SubscriptionDelivery | None:
    """Send what waits and is due, None where it does not or somebody else does; safe to run twice.

    Call it outside a transaction: the claim is committed before anything goes out.
    """
    row = _claimed(delivery_id)
    if row is None:
        return None
    failpoint("send.after_claim")
    ended = _tried(row)
    failpoint("send.after_send")
    return _kept(row, ended)


@transaction.atomic
def _claimed(delivery_id: int) -> SubscriptionDelivery | None:
    now = timezone.now()
    free = SubscriptionDelivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "subscription__workspace", "subscription__member__user"
    )
    row = free.filter(pk=delivery_id, state=DeliveryState.WAITING, next_try_at__lte=now).first()
    if row is not None:
        row.state, row.claimed_at, row.attempts = DeliveryState.SENDING, now, row.attempts + 1
        row.save(update_fields=["state", "claimed_at", "attempts"])
    return row


def _tried(row: SubscriptionDelivery) -> _Ended:
    subscription = row.subscription
    member = subscription.member
    maker = Principal(workspace=subscription.workspace, role=member.role, user=member.user)
    if not member.user.is_active:
        return _Ended(DeliveryState.NOT_SENT, "The account is switched off.")
    if subscription.channel != Channel.MAIL and not maker.may(POST):
        return _Ended(DeliveryState.NOT_SENT, f"Posting to a channel needs the role {POST.role} or above.")
    viewer = Principal(workspace=subscription.workspace, role="viewer", user=member.user)
    try:
        view = kept_view(viewer, subscription)
    except Http404:
        return _Ended(DeliveryState.NOT_SENT, GONE)
    brief = view.brief()
    if subscription.only_if_changed and not row.asked and brief.digest == subscription.last_digest:
        return _Ended(DeliveryState.NOTHING_NEW)
    if subscription.channel == Channel.MAIL:
        return _mailed(subscription, view, brief)
    return _posted(subscription, view, brief)


def _posted(row: Subscription, view: View, brief: Brief) -> _Ended:
    try:
        post_message(row.sealed_secret, MESSAGES[row.channel](Told(view.title, brief, public_url(view.path))))
    except NotPosted as error:
        if error.untold:
            return _Ended(DeliveryState.NOT_SENT, f"{error} {UNKNOWN}")
        state = DeliveryState.WAITING if error.again else DeliveryState.NOT_SENT
        return _Ended(state, str(error), after=error.after)
    return _Ended(DeliveryState.SENT, digest=brief.digest)


def _mailed(row: Subscription, view: View, brief: Brief) -> _Ended:
    name = row.workspace.name
    context = {"view": view, "brief": brief, "workspace_name": name, "url": public_url(view.path)}
    title = view.title if name in view.title else f"{name}: {view.title}"
    message = message_of(Letter(row.member.user.email, title, "subscription", context, off_path(row)))
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        return _Ended(DeliveryState.WAITING, f"The mail server cannot be reached: {type(error).__name__}.")
    try:
        message.connection = connection
        return _handed_over(message, brief)
    finally:
        _closed(connection)


def _handed_over(message: EmailMessage, brief: Brief) -> _Ended:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        return _refused(max(codes, default=550))
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code)
    except (smtplib.SMTPException, OSError) as error:
        return _Ended(DeliveryState.NOT_SENT, f"The mail server broke off ({type(error).__name__}). {UNKNOWN}")
    return _Ended(DeliveryState.SENT, digest=brief.digest)


def _refused(code: int) -> _Ended:
    """Return what a server's refusal means: below 500 it may take the same mail later (RFC 5321, 4.2.1)."""
    state = DeliveryState.WAITING if 400 <= code < 500 else DeliveryState.NOT_SENT
    return _Ended(state, f"The mail server did not take it ({code}).")


def _closed(connection: object) -> None:
    """End a connection; a server that is gone by then has taken or refused the mail already."""
    try:
        connection.close()  # type: ignore[attr-defined]
    except (smtplib.SMTPException, OSError) as error:
        logger.info("mail server left", error=type(error).__name__)


@transaction.atomic
def _kept(row: SubscriptionDelivery, ended: _Ended) -> SubscriptionDelivery:
    now = timezone.now()
    row.state, row.error = ended.state, ended.error[:300]
    wait = wait_after(row.attempts, ended.after) if ended.state == DeliveryState.WAITING else None
    if wait is not None:
        row.next_try_at = now + timedelta(seconds=wait)
    else:
        if row.state == DeliveryState.WAITING:
            row.state = DeliveryState.NOT_SENT
            row.error = f"Given up after {row.attempts} tries: {ended.error[:_TROUBLE]}"
        row.ended_at = now
    row.save(update_fields=["state", "error", "next_try_at", "ended_at"])
    if row.state == DeliveryState.SENT:
        sent = Subscription.objects.filter(pk=row.subscription_id)
        sent.update(last_sent_at=now, last_digest=ended.digest)
    if row.state == DeliveryState.NOT_SENT:
        logger.warning("subscription not sent", subscription=row.subscription.public_id, attempts=row.attempts)
    return row

"""The weekly digest: what people said of the initiatives, and how these stand, to members who want it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from kpis.models import DigestMail, MailState
from kpis.selectors.due_mails import LATEST
from kpis.selectors.paths import initiative_path, public_url
from kpis.selectors.portfolio import portfolio
from kpis.selectors.updates import Said, said_between
from kpis.services.mail_choices import choice_of, off_path
from kpis.services.period_mails import Letter, Mail, Unfit, claim, send_claimed
from kpis.services.reminders import TOO_LATE
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.statuses import status_of
from projects.progress.rhythm import last_due

WEEK: Final = timedelta(days=7)


def send_digest(member_id: int) -> Mail | None:
    """Send a member the digest that is due, None where none is or somebody else did; safe to run twice.

    Call it outside a transaction: the claim is committed before the mail goes out.
    """
    member = Member.objects.select_related("workspace", "user").filter(pk=member_id).first()
    if member is None:
        return None
    now = timezone.now()
    due = last_due(choice_of(member).rhythm(), now)
    if due is None:
        return None
    who = {"member": member, "period": due.period}
    if now - due.at > LATEST:
        return claim(DigestMail, who, MailState.NOT_SENT, TOO_LATE)
    row = claim(DigestMail, who)
    return send_claimed(row, lambda: _letter(member, due.at)) if row is not None else None


def _letter(member: Member, until: datetime) -> Letter | None:
    """Return the digest of the week before a moment, None where nobody said anything in it."""
    if not member.user.is_active:
        raise Unfit("The account is switched off.")
    said = said_between(member.workspace, until - WEEK, until)
    if not said:
        return None
    workspace = member.workspace
    context = {
        "workspace": workspace,
        "said": [(each, _link(member, each), _computed(each)) for each in said],
        "figures": portfolio(Principal(workspace=workspace, role=member.role, user=member.user), limit=1).figures,
        "url": public_url(f"/w/{workspace.key}/updates/"),
    }
    subject = f"{workspace.name}: {len(said)} update{'s' if len(said) > 1 else ''} this week"
    return Letter(member.user.email, subject, "digest", context, off_path(member, "digest"))


def _link(member: Member, said: Said) -> str:
    return public_url(initiative_path(member.workspace, said.update.initiative.key) + "activity/")


def _computed(said: Said) -> str:
    """Return the computed health in words where it was another than the declared one."""
    update = said.update
    differs = update.computed_health not in ("", update.health)
    return str(status_of("health", update.computed_health).word) if differs else ""

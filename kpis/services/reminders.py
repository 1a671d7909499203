"""Reminders of updates that are due: one per initiative and period, to its owner."""

from __future__ import annotations

from django.utils import timezone

from kpis.models import MailState, UpdateReminder
from kpis.selectors.due_mails import LATEST
from kpis.selectors.paths import initiative_path, public_url
from kpis.selectors.week import week_of
from kpis.services.mail_choices import choice_of, off_path
from kpis.services.period_mails import Letter, Mail, Unfit, claim, send_claimed
from mltrack.accounts.models import Member
from projects.models import Initiative, Update
from projects.progress.rhythm import answers, last_due
from projects.selectors.rhythms import rhythm_of

TOO_LATE = "Nothing ran at its hour, and half a day later it was too late."


def remind(initiative_id: int) -> Mail | None:
    """Remind the owner of an update that is due, None where none is or somebody else did; safe to run twice.

    Call it outside a transaction: the claim is committed before the mail goes out.
    """
    initiative = Initiative.objects.select_related("workspace", "owner").filter(pk=initiative_id).first()
    if initiative is None:
        return None
    now, rhythm = timezone.now(), rhythm_of(initiative).rhythm()
    due = last_due(rhythm, now)
    last = Update.objects.filter(initiative=initiative).order_by("-at").values_list("at", flat=True).first()
    if due is None or answers(rhythm, due, last):
        return None
    who = {"initiative": initiative, "period": due.period}
    if now - due.at > LATEST:
        return claim(UpdateReminder, who, MailState.NOT_SENT, TOO_LATE)
    row = claim(UpdateReminder, who)
    return send_claimed(row, lambda: _letter(initiative, row)) if row is not None else None


def _letter(initiative: Initiative, row: Mail) -> Letter:
    member = _owner(initiative)
    UpdateReminder.objects.filter(pk=row.pk).update(to=member.user)
    week = week_of(initiative)
    context = {
        "initiative": initiative,
        "week": week,
        "url": public_url(initiative_path(initiative.workspace, initiative.key) + "activity/#new-update"),
    }
    subject = f"{initiative.key} {initiative.name}: how does it go?"
    return Letter(member.user.email, subject, "reminder", context, off_path(member, "reminders"))


def _owner(initiative: Initiative) -> Member:
    """Return the owner's membership. Raises Unfit where a mail would reach nobody, or somebody who wants none."""
    if initiative.owner is None:
        raise Unfit("Nobody owns the initiative.")
    ours = Member.objects.select_related("user", "workspace")
    member = ours.filter(workspace=initiative.workspace, user=initiative.owner).first()
    if member is None:
        raise Unfit("The owner has left the workspace.")
    if not member.user.is_active:
        raise Unfit("The owner's account is switched off.")
    if not choice_of(member).reminders:
        raise Unfit("The owner switched reminders off.")
    return member

"""The mail of a notice: sent once, to whom the notice is for."""

from __future__ import annotations

from django.utils import timezone

from kpis.models import KPI, AlertMail, MailState, Notice
from kpis.scoring.kpi_words import quantity, short_unit
from kpis.selectors.due_mails import LATEST
from kpis.selectors.kpi_pages import line_of
from kpis.selectors.kpis import standings, with_goals
from kpis.selectors.paths import kpi_path, public_url
from kpis.services.cause_mails import cause_letter
from kpis.services.mail_choices import choice_of, off_path
from kpis.services.period_mails import Letter, Mail, Unfit, claim, send_claimed
from kpis.services.reminders import TOO_LATE


def send_notice(notice_id: int) -> Mail | None:
    """Mail a notice, None where it is gone or somebody else did; safe to run twice.

    Call it outside a transaction: the claim is committed before the mail goes out.
    """
    related = ("member__user", "member__workspace", "episode__alert__kpi", "cause")
    notice = Notice.objects.select_related(*related).filter(pk=notice_id).first()
    if notice is None:
        return None
    who = {"notice": notice, "period": notice.created_at.date()}
    if timezone.now() - notice.created_at > LATEST:
        return claim(AlertMail, who, MailState.NOT_SENT, TOO_LATE)
    row = claim(AlertMail, who)
    return send_claimed(row, lambda: _letter(notice)) if row is not None else None


def _letter(notice: Notice) -> Letter:
    member, episode, workspace = notice.member, notice.episode, notice.member.workspace
    if not member.user.is_active:
        raise Unfit("The account is switched off.")
    if not choice_of(member).alerts:
        raise Unfit("The owner switched alerts off.")
    if episode is None:
        return cause_letter(notice)
    kpi = with_goals(KPI.objects.filter(pk=episode.alert.kpi_id)).get()
    line = line_of(standings([kpi])[0])
    context = {
        "kpi": kpi,
        "episode": episode,
        "line": line,
        "value": quantity(line.standing.value, short_unit(kpi.unit)),
        "why": notice.why,
        "url": public_url(kpi_path(workspace, kpi.key)),
        "inbox": public_url(f"/w/{workspace.key}/inbox/"),
    }
    subject = f"{kpi.name}: {episode.words}"
    return Letter(member.user.email, subject, "alert", context, off_path(member, "alerts"))

"""What the mail about a cause of findings says: one for all that it hits, to each who owns some of it."""

from __future__ import annotations

from kpis.models import Notice
from kpis.selectors.inbox import finding_of_notice
from kpis.selectors.paths import finding_path, public_url
from kpis.services.causes import mutes_of
from kpis.services.mail_choices import off_path
from kpis.services.period_mails import Letter, Unfit


def cause_letter(notice: Notice) -> Letter:
    """Return the letter of a notice about a cause. Raises Unfit where it closed or was muted before it went out."""
    member, episode, workspace = notice.member, notice.cause, notice.member.workspace
    if episode is None or episode.closed_at is not None:
        raise Unfit("It closed before the mail went out.")
    if mutes_of(episode).filter(member=member).exists():
        raise Unfit("The owner muted it.")
    finding, keys = finding_of_notice(notice)
    context = {
        "episode": episode,
        "keys": keys,
        "why": notice.why,
        "url": public_url(finding_path(workspace, finding)) if finding else "",
        "inbox": public_url(f"/w/{workspace.key}/inbox/"),
    }
    return Letter(member.user.email, episode.words, "finding", context, off_path(member, "alerts"))

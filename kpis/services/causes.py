"""Telling of findings by their cause: one episode for all that it hits, one notice for each owner, one event each.

The only writer of episodes of causes. What is told follows from the findings that are open: a judgement that breaks
off tells nothing, and the next one tells it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from kpis.models import CauseEpisode, CauseFinding, FindingMute, Notice
from kpis.services.announcements import announce_cause
from mltrack.accounts.models import Member
from mltrack.failpoints import failpoint
from projects.models import Finding, Initiative
from projects.models.findings import Severity
from projects.progress.faults import source_in

_LASTING: Final = CauseFinding.objects.filter(episode=OuterRef("pk"), finding__closed_at=None)


def has_news() -> Q:
    """Say, within a query of initiatives, whether a finding of it was not told yet, or an episode here has ended."""
    untold = Finding.objects.filter(initiative=OuterRef("pk"), closed_at=None, told=None)
    ended = CauseEpisode.objects.filter(~Exists(_LASTING), workspace=OuterRef("workspace"), closed_at=None)
    return Q(Exists(untold)) | Q(Exists(ended))


def tell_causes(initiative: Initiative, now: datetime) -> None:
    """Tell of causes that hit an initiative and were not told, and close episodes that ended, in the transaction.

    All that a cause hits by now is told together.
    """
    own = Finding.objects.filter(initiative=initiative, closed_at=None, told=None)
    related = ("initiative__workspace", "initiative__owner")
    ours = Finding.objects.filter(workspace=initiative.workspace_id, closed_at=None, told=None)
    found = ours.filter(cause__in=own.values("cause")).select_related(*related).order_by("cause", "initiative__key")
    for _, group in groupby(found, key=lambda each: each.cause):
        _told(initiative, list(group), now)
    failpoint("tell.after_opening")
    _close_ended(initiative, now)


def _told(initiative: Initiative, findings: Sequence[Finding], now: datetime) -> None:
    """Link the findings of one cause to its open episode, a new one where there is none, and tell their owners."""
    first = findings[0]
    worst = max((each.severity for each in findings), key=list(Severity.values).index)
    values = {"kind": first.kind, "name": first.name, "words": first.words, "severity": worst}
    episode, is_new = CauseEpisode.objects.select_for_update(no_key=True).get_or_create(
        workspace=initiative.workspace,
        cause=first.cause,
        closed_at=None,
        defaults={**values, "source": source_in(first.cause), "opened_at": now},
    )
    links = [CauseFinding(episode=episode, finding=each) for each in findings]
    CauseFinding.objects.bulk_create(links, ignore_conflicts=True)
    _notify(episode, findings, now)
    if is_new:
        announce_cause(episode)


def _notify(episode: CauseEpisode, findings: Sequence[Finding], now: datetime) -> None:
    """Write a notice for each owner of what is hit who has none and does not mute it; one for all that they own."""
    owned: dict[int, list[str]] = {}
    for each in findings:
        if each.initiative.owner_id is not None:
            owned.setdefault(each.initiative.owner_id, []).append(each.initiative.key)
    members = Member.objects.filter(workspace=episode.workspace_id, user__in=owned, user__is_active=True)
    hearing = members.filter(~Exists(mutes_of(episode).filter(member=OuterRef("pk")))).order_by("pk")
    made = [Notice(member=member, cause=episode, why=_why(owned[member.user_id]), created_at=now) for member in hearing]
    Notice.objects.bulk_create(made, ignore_conflicts=True)


def mutes_of(episode: CauseEpisode) -> QuerySet[FindingMute]:
    """Return who mutes an episode: its cause, all of its source, or of that what has its name."""
    of_source = Q(source=episode.source, name__in=("", episode.name))
    return FindingMute.objects.filter(Q(cause=episode.cause) | of_source)


def _close_ended(initiative: Initiative, now: datetime) -> None:
    """Close episodes of the workspace whose findings are all closed, each once."""
    ours = CauseEpisode.objects.filter(workspace=initiative.workspace_id, closed_at=None)
    ended = ours.filter(~Exists(_LASTING)).values_list("pk", flat=True)
    held = CauseEpisode.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = held.filter(pk__in=list(ended), closed_at=None).select_related("workspace").order_by("pk")
    still = {each.pk: each for each in rows}
    for pk in ours.filter(~Exists(_LASTING), pk__in=still).order_by("pk").values_list("pk", flat=True):
        episode = still[pk]
        last = Finding.objects.filter(told__episode=episode).order_by(F("closed_at").desc(nulls_last=True)).first()
        episode.closed_at = now
        episode.closing_words = last.closing_words if last else "What it hit was removed."
        episode.save(update_fields=["closed_at", "closing_words"])
        announce_cause(episode)


def _why(keys: Sequence[str]) -> str:
    """Return why a person is told; of many initiatives the first few are named."""
    shown = sorted(set(keys))
    more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
    return f"You own {', '.join(shown[:5])}{more}, which this hits."[:200]

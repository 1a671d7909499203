"""What an initiative's page repeats, drawn by plain Python: checks with their deeds, and earlier verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote_plus

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kpis.selectors.readiness import Row
from kpis.selectors.snapshots import Earlier
from mltrack.navigation import address
from mltrack.statuses import status_of
from mltrack.templatetags.checks import anchor, check_row
from mltrack.templatetags.marks import icon
from projects.models import Connection, TaskStatus
from projects.selectors.sent_tasks import HERE, Standing

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Deeds:
    """The address of the checks of one initiative, and the words of what can be done about one."""

    here: str
    attest: str
    waive: str
    open: str

    @classmethod
    def of(cls, workspace: str, key: str, token: object, trackers: Sequence[Connection] = ()) -> Self:
        hidden = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
        label = escape(gettext("Estimate, in the team's unit"))
        where = _trackers(trackers)
        field = f'<input name="estimate" inputmode="decimal" size="8" aria-label="{label}" placeholder="{label}">'
        return cls(
            here=f"{address('kpis:portfolio', workspace)}initiatives/{key}/checks/",
            attest=f"{icon('shield-check')}{escape(gettext('Attest'))}",
            waive=f"{icon('flag')}{escape(gettext('Ask for a waiver'))}",
            open=f'{hidden}{field}{where}<button class="btn">{icon("plus")}{escape(gettext("Open a task"))}</button>',
        )


@register.simple_tag(takes_context=True)
def check_rows(context: Context, rows: Iterable[Row]) -> SafeString:
    """The checks, each with its deeds where this person may do them now: `may`, `as_of`, workspace, initiative."""
    deeds = None
    if context["may"]["contribute"] and not context["as_of"]:
        trackers: Sequence[Connection] = context.get("trackers") or ()
        deeds = _Deeds.of(context["workspace"].key, context["initiative"].key, context.get("csrf_token", ""), trackers)
    return SafeString("".join(check_row(row.check, row.bar, actions_of(row, deeds)) for row in rows))


def actions_of(row: Row, deeds: _Deeds | None) -> str:
    """Return the markup of what can be done about a check, an empty text where nothing can."""
    told = row.check.get("task")
    task = _task(told, row.standing) if told else ""
    if deeds is None or not (row.attestable or row.waivable or row.openable):
        return f'<div class="row">{task}</div>' if task else ""
    check_id = row.check["id"]
    place, here = anchor(check_id), f"{deeds.here}{escape(check_id)}"
    attest = _deed(f"{here}/attest/", place, deeds.attest) if row.attestable else ""
    waive = _deed(f"{here}/waive/", place, deeds.waive) if row.waivable else ""
    task += f'<form method="post" action="{here}/task/" class="row">{deeds.open}</form>' if row.openable else ""
    return (
        f'<div class="stack tight" id="do-{place}"><div class="row">{attest}{waive}{task}</div>'
        f'<div id="form-{place}"></div></div>'
    )


def _task(task: Mapping[str, str], standing: Standing | None) -> str:
    status = escape(TaskStatus(task["status"]).label)
    words = f'{icon("kanban")}{escape(task["key"])} <span class="muted">{status}</span>'
    news = f' <span class="small muted">{escape(standing.words)}</span>' if standing and standing.words else ""
    return f'<a class="btn" href="{escape(task["url"])}">{words}</a>{news}'


def _trackers(trackers: Sequence[Connection]) -> str:
    """Return the choice of where a task is opened, an empty text where there is only here."""
    if not trackers:
        return ""
    named = format_html_join("", '<option value="{}">{}</option>', ((each.public_id, each.name) for each in trackers))
    empty = format_html('<option value="">{}</option>', gettext("In which tracker?")) if len(trackers) > 1 else ""
    here = format_html('<option value="{}">{}</option>', HERE, gettext("Here"))
    label = escape(gettext("Tracker"))
    return f'<select name="tracker" aria-label="{label}">{empty}{named}{here}</select>'


def _deed(url: str, place: str, words: str) -> str:
    return f'<a class="btn" href="{url}" hx-get="{url}" hx-target="#form-{place}" hx-swap="innerHTML">{words}</a>'


@register.simple_tag(takes_context=True)
def verdict_strip(context: Context, history: Iterable[Earlier]) -> SafeString:
    """Earlier verdicts as list items, each leading to the page as it was known then."""
    params = context["request"].GET.copy()
    for name in ("cursor", "as_of"):
        params.pop(name, None)
    kept = f"{params.urlencode()}&" if params else ""
    return SafeString("".join(_earlier(each, escape(f"?{kept}as_of=")) for each in history))


def _earlier(each: Earlier, way: str) -> str:
    shown = status_of("verdict", each.verdict)
    word = str(shown.word)
    at = each.at.astimezone(timezone.get_current_timezone())
    return (
        f'<li><a class="{shown.tone}" href="{way}{quote_plus(each.at.isoformat())}"'
        f' title="{escape(word)}, {at:%Y-%m-%d %H:%M}">{icon(shown.shape, label=word, css="shape")}</a></li>\n'
    )

"""The rows of the portfolio, drawn by plain Python: a template takes four times as long for the same cells.

All that comes from people or servers passes `escape`; the rest is written here or by a tag that escapes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Self

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from kpis.selectors.main_kpis import MainKpi
from kpis.selectors.portfolio import PortfolioRow
from mltrack.accounts.models import Workspace
from mltrack.formats import percent
from mltrack.navigation import address
from mltrack.templatetags.drawings import measured, sparkline
from mltrack.templatetags.marks import icon, status
from mltrack.templatetags.words import due_words, relative_time

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Words:
    """What every row says alike, looked up once a page and fit for HTML."""

    stage: str
    verdict: str
    health: str
    accuracy: str
    coverage: str
    kpi: str
    open: str
    declared: str
    none: str
    attainment: str
    pending: str
    stale: str
    no_longer: str

    @classmethod
    def now(cls) -> Self:
        judged = gettext("Newer facts are being judged")
        mark = icon("refresh-cw", label=judged)
        return cls(
            stage=escape(gettext("Stage")),
            verdict=escape(gettext("Verdict")),
            health=escape(gettext("Health")),
            accuracy=escape(gettext("Accuracy")),
            coverage=escape(gettext("Coverage")),
            kpi=escape(gettext("Main KPI")),
            open=escape(gettext("open")),
            declared=escape(gettext("declared")),
            none=escape(gettext("none")),
            attainment=escape(gettext("Attainment: how much of the way from baseline to target")),
            pending=f' <span class="faint small" title="{escape(judged)}">{mark}</span>',
            no_longer=f'<span class="under tone-bad">{escape(gettext("in production, no longer ready"))}</span>',
            stale=f" {status('result', 'stale', plain=True)}",
        )


@register.simple_tag
def portfolio_rows(rows: Iterable[PortfolioRow], workspace: Workspace, now: datetime | None = None) -> SafeString:
    """The rows of the portfolio's table, one `<tr>` for each."""
    words, moment = _Words.now(), now or timezone.now()
    here = escape(address("kpis:portfolio", workspace.key) or "")
    kpis = escape(address("kpis:kpi_list", workspace.key) or "")
    return SafeString("".join(_row(row, words, here, kpis, moment) for row in rows))


def _row(row: PortfolioRow, words: _Words, here: str, kpis: str, now: datetime) -> str:
    return (
        f'<tr data-row>\n  <th scope="row" class="whole">{_name(row, here, now)}</th>\n'
        f'  <td data-label="{words.stage}">{_stage(row)}</td>\n'
        f'  <td data-label="{words.verdict}">{_verdict(row, words)}</td>\n'
        f'  <td data-label="{words.health}">{_health(row, words)}</td>\n'
        f'  <td class="num" data-label="{words.accuracy}">{measured(row.accuracy)}</td>\n'
        f'  <td class="num" data-label="{words.coverage}">{measured(row.coverage)}</td>\n'
        f'  <td class="kpi-cell" data-label="{words.kpi}">{_kpi(row.kpi, words, kpis)}</td>\n</tr>\n'
    )


def _name(row: PortfolioRow, here: str, now: datetime) -> str:
    initiative, key = row.initiative, escape(row.initiative.key)
    state = "" if initiative.state == "active" else f" · {escape(initiative.get_state_display())}"
    return (
        f'<a class="title" href="{here}initiatives/{key}/">{escape(initiative.name)}</a><span class="under">'
        f'<span class="cell-key">{key}</span> · {relative_time(row.updated_at, now)}{state}</span>'
    )


def _stage(row: PortfolioRow) -> str:
    initiative = row.initiative
    due = escape(due_words(initiative.target_date, initiative.target_resolution))
    return f'{status("stage", initiative.stage, plain=True)}<span class="under nowrap">{due}</span>'


def _verdict(row: PortfolioRow, words: _Words) -> str:
    said = escape(row.blocked_by)
    if row.blocked_by and row.blockers:
        said += f" · {row.blockers} {words.open}"
    if row.waivers:
        said += " " + escape(ngettext("%(n)d waiver", "%(n)d waivers", row.waivers) % {"n": row.waivers})
    waits = words.pending if row.pending else ""
    lost = words.no_longer if row.live_not_ready else ""
    return f'{status("verdict", row.verdict)}{waits}{lost}<span class="under">{said}</span>'


def _health(row: PortfolioRow, words: _Words) -> str:
    shown = status("health", row.health)
    if not row.differs or row.declared is None:
        return shown
    said = status("health", row.declared["health"], plain=True)
    css = "under faded" if row.declared["fades"] else "under"
    return f'{shown}<span class="{css}">{words.declared}: {said}</span>'


def _kpi(kpi: MainKpi | None, words: _Words, kpis: str) -> str:
    if kpi is None:
        return f'<span class="faint">{words.none}</span>'
    line = sparkline(kpi.spark, kpi.name, kpi.target)
    share = "" if kpi.attainment is None else f'<span title="{words.attainment}">{percent(kpi.attainment, 0)}</span>'
    late = words.stale if kpi.late else ""
    return (
        f'<a class="title" href="{kpis}{escape(kpi.key)}/">{escape(kpi.name)}</a>'
        f'<span class="under row">{line}{share}{late}</span>'
    )

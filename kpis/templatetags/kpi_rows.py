"""The rows of the list of KPIs, drawn by plain Python: a template takes several times as long for the same cells.

All that comes from people passes `escape`; the rest is written here or by a tag that escapes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from typing import Self

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from kpis.models import KPI
from kpis.models.kpis import Direction, Period
from kpis.selectors.kpi_pages import KpiLine
from mltrack.accounts.models import Workspace
from mltrack.formats import NOTHING, percent
from mltrack.navigation import address
from mltrack.templatetags.drawings import sparkline
from mltrack.templatetags.marks import status
from mltrack.templatetags.words import relative_time

register = template.Library()
FAINT = f'<span class="faint">{NOTHING}</span>'


@dataclass(frozen=True, slots=True)
class _Words:
    """What every row says alike, looked up once a language and fit for HTML; `{}` stands for what differs."""

    value: str
    moved: str
    since: str
    history: str
    goal: str
    by: str
    none: str
    standing: str
    share: str
    owner: str
    nobody: str
    newest: str
    expected: str
    never: str
    directions: dict[str, str]
    periods: dict[str, str]

    @classmethod
    def now(cls) -> Self:
        return cls(
            value=escape(gettext("Value")),
            moved=escape(gettext("Moved")),
            since=escape(gettext("since %(period)s")),
            history=escape(gettext("History")),
            goal=escape(gettext("Goal")),
            by=escape(gettext("by")),
            none=f'<span class="faint">{escape(gettext("none yet"))}</span>',
            standing=escape(gettext("Standing")),
            share=escape(gettext("%(share)s of the way")),
            owner=escape(gettext("Owner")),
            nobody=f'<span class="faint">{escape(gettext("nobody"))}</span>',
            newest=escape(gettext("Newest reading")),
            expected=escape(gettext(", expected every %(period)s")),
            never=f'<span class="faint">{escape(gettext("never"))}</span>',
            directions={each.value: escape(str(each.label)) for each in Direction},
            periods={each.value: escape(str(each.label).lower()) for each in Period},
        )


@cache
def _words(language: str | None) -> _Words:
    """Return the words in `language`, which is the present one."""
    return _Words.now()


@register.simple_tag
def kpi_rows(rows: Iterable[KpiLine], workspace: Workspace, now: datetime | None = None) -> SafeString:
    """The rows of the list of KPIs, one `<tr>` for each."""
    words, moment = _words(get_language()), now or timezone.now()
    here = escape(address("kpis:kpi_list", workspace.key) or "")
    return SafeString("".join(_row(row, words, here, moment) for row in rows))


def _row(row: KpiLine, words: _Words, here: str, now: datetime) -> str:
    kpi = row.standing.kpi
    owner = escape(str(kpi.owner)) if kpi.owner else words.nobody
    return (
        f'<tr data-row>\n  <th scope="row" class="whole">{_name(kpi, words, here)}</th>\n'
        f'  <td class="num" data-label="{words.value}">{_value(row, kpi)}</td>\n'
        f'  <td class="num" data-label="{words.moved}">{_moved(row, words)}</td>\n'
        f'  <td data-label="{words.history}">{_history(row, kpi)}</td>\n'
        f'  <td data-label="{words.goal}">{_goal(row, words)}</td>\n'
        f'  <td data-label="{words.standing}">{_standing(row, words)}</td>\n'
        f'  <td data-label="{words.owner}">{owner}</td>\n'
        f'  <td data-label="{words.newest}">{_newest(row, kpi, words, now)}</td>\n</tr>\n'
    )


def _name(kpi: KPI, words: _Words, here: str) -> str:
    link = f'<a class="title" href="{here}{escape(kpi.key)}/">{escape(kpi.name)}</a>'
    return f'{link}<span class="under">{words.directions[kpi.direction]}</span>'


def _value(row: KpiLine, kpi: KPI) -> str:
    unit = f" {escape(kpi.unit)}" if kpi.unit and row.standing.at else ""
    period = f'<span class="under">{escape(row.period)}</span>' if row.period else ""
    return f"{escape(row.value)}{unit}{period}"


def _moved(row: KpiLine, words: _Words) -> str:
    if not row.delta:
        return FAINT
    since = words.since % {"period": escape(row.against)}
    return f'<span class="delta tone-{row.tone}" title="{since}">{escape(row.delta)}</span>'


def _history(row: KpiLine, kpi: KPI) -> str:
    return sparkline(row.standing.spark, kpi.name, row.edge) if row.standing.spark else FAINT


def _goal(row: KpiLine, words: _Words) -> str:
    goal = row.standing.goal
    said = f'<span class="delta">{escape(row.aim)}</span>' if row.aim else words.none
    if row.aim and goal and goal.due:
        due = f"{words.by} <time>{goal.due.isoformat()}</time>"
        said += f'<span class="under"><span class="delta">{due}</span></span>'
    waits = f'<span class="under">{status("approval", "proposed", plain=True)}</span>' if row.standing.waiting else ""
    return said + waits


def _standing(row: KpiLine, words: _Words) -> str:
    at, said = row.standing, status("attainment", row.state) if row.state else ""
    if at.attainment is not None:
        share = words.share % {"share": percent(at.attainment, 0)}
        said += f'<span class="under" title="{escape(row.attainment)}">{share}</span>'
    elif at.value is not None:
        said += f'<span class="under">{escape(row.attainment)}</span>'
    if at.pace and at.pace.gap is not None:
        said += f'<span class="under">{escape(row.pace)}</span>'
    return said


def _newest(row: KpiLine, kpi: KPI, words: _Words, now: datetime) -> str:
    if not row.standing.at:
        return words.never
    when = relative_time(row.standing.at, now)
    if not row.standing.late:
        return when
    expected = words.expected % {"period": words.periods[kpi.period]}
    return f'{when}<span class="under">{status("connection", "late", plain=True)}{expected}</span>'

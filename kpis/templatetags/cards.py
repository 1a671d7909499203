"""The cards of a board, drawn by plain Python: it has hundreds, and each is to cost less than a tenth of a millisecond.

All that comes from people or trackers passes `escape`; the rest is written here or by a tag that escapes. What cards
say alike is looked up once a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from mltrack.navigation import address
from mltrack.templatetags.marks import avatar, icon, shape
from projects.models import Priority, TaskType
from projects.selectors.board_cards import Card
from projects.services.texts import is_web_address

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Page:
    """What the cards of a page have alike, fit for HTML."""

    home: str
    may_write: bool
    pick: bool
    today: date | None
    select: str
    move: str
    estimate: str
    waits: str
    late: str
    dots: str
    types: dict[str, str]
    priorities: dict[int, str]
    people: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """Return somebody as initials, drawn once."""
        if name not in self.people:
            self.people[name] = f"<span>{avatar(name)}</span>"
        return self.people[name]


@register.simple_tag(takes_context=True)
def task_cards(context: Context, cards: Sequence[Card], *, pick: bool = False) -> SafeString:
    """Tasks as cards: dragged, lifted by keys, or moved by their menu where one may write; `pick` gives them boxes."""
    page = _page(context, pick)
    return SafeString("".join([_card(each, page) for each in cards]))


def _page(context: Context, pick: bool) -> _Page:
    today = context.get("today")
    return _Page(
        home=escape(f"{address('kpis:portfolio', context['workspace'].key)}initiatives/"),
        may_write=bool(context.get("may_write")),
        pick=pick,
        today=today if isinstance(today, date) else None,
        select=escape(gettext("Select %(key)s")),
        move=escape(gettext("Move %(key)s to…")),
        estimate=escape(gettext("est. %(n)s")),
        waits=f'<span class="status tone-warn">{icon("s-pause", css="shape")}{escape(gettext("Waits"))}</span>',
        late=icon("s-hourglass", label=gettext("Overdue"), css="shape"),
        dots=icon("ellipsis"),
        types={each.value: f"<span>{escape(str(each.label))}</span>" for each in TaskType},
        priorities={each.value: shape("priority", str(each.value)) for each in Priority if each >= Priority.HIGH},
    )


def _card(card: Card, page: _Page) -> str:
    key = escape(card.key)
    where = f"{page.home}{escape(card.initiative)}/tasks/{key}/"
    lift = box = menu = ""
    if page.may_write and card.tracker is None:
        lift = f' data-card="{key}" data-row tabindex="0"'
        said = page.move % {"key": key}
        menu = (
            f'<a class="btn quiet square" href="{where}#move" data-move-to aria-label="{said}" title="{said}">'
            f"{page.dots}</a>"
        )
        if page.pick:
            label = page.select % {"key": key}
            box = f'<input type="checkbox" name="task" value="{key}" form="bulk" aria-label="{label}">'
    estimate = "" if card.estimate is None else f' data-estimate="{card.estimate.normalize():f}"'
    return (
        f'<li class="card task"{lift} data-task="{key}" data-version="{card.version}"{estimate}>'
        f'<span class="task-top">{box}<span class="cell-key">{key}</span>'
        f"{page.priorities.get(card.priority, '')}{menu}</span>"
        f'<a class="title" href="{where}">{escape(card.title)}</a>'
        f'<span class="task-facts">{_facts(card, page)}</span></li>\n'
    )


def _facts(card: Card, page: _Page) -> str:
    marks = page.waits if card.is_blocked and card.is_open else ""
    if card.tracker is not None:
        marks += f"{' ' if marks else ''}{_tracker(card.tracker, card.url)}"
    facts = f"<span>{marks}</span>" if marks else ""
    facts += page.types.get(card.type, "")
    if card.estimate is not None:
        facts += f"<span>{page.estimate % {'n': f'{card.estimate.normalize():f}'}}</span>"
    if card.due_on is not None:
        facts += f"<span>{_due(card, card.due_on, page)}</span>"
    return facts + (page.person(card.assignee) if card.assignee else "")


def _due(card: Card, day: date, page: _Page) -> str:
    late = page.today is not None and day < page.today and card.is_open
    mark, css = (page.late, "due tone-bad") if late else ("", "due")
    return f'<span class="{css}">{mark}<time datetime="{day}">{day}</time></span>'


def _tracker(name: str, url: str) -> str:
    words = escape(gettext("from %(tracker)s, read-only here") % {"tracker": name})
    if not is_web_address(url):
        return f'<span class="small muted">{words}</span>'
    return f'<a class="small inline tracker" href="{escape(url)}" rel="noopener noreferrer">{words}</a>'

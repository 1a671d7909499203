"""A check of the contract, drawn by plain Python: a page shows forty, and a template takes ten times as long.

All that comes from people or servers passes `escape`; the rest is written here or by a tag that escapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from mltrack.drawing.interval import Bar
from mltrack.formats import NOTHING, duration, number
from mltrack.templatetags.drawings import interval
from mltrack.templatetags.marks import icon, status
from mltrack.templatetags.registry import register

NO_BAR = '<span class="interval"></span>'


@lru_cache(maxsize=1024)
def anchor(check_id: str) -> str:
    """Return a check's id as a part of an HTML id."""
    return slugify(check_id)


@register.simple_tag
def check_row(check: Mapping[str, Any], bar: Bar | None = None, actions: str = "") -> SafeString:
    """A check, folded: its result, observed and expected, and inside what would make it pass and its evidence.

    `actions` is markup, put at the end, of what can be done about it.
    """
    return SafeString(
        f'<details class="check" id="check-{anchor(check["id"])}"><summary>'
        f"{status('result', check.get('result'), plain=True)}\n{_what(check)}\n{_numbers(check)}\n{_bar(check, bar)}\n"
        f'{icon("chevron-right")}</summary><div class="more">{_to_pass(check)}<p class="evidence">{_evidence(check)}'
        f"{_age(check)}{_kind(check)}</p>{actions}</div></details>\n"
    )


def _what(check: Mapping[str, Any]) -> str:
    optional = "" if check.get("required") else f' <span class="count">{escape(gettext("optional"))}</span>'
    reason = f'<span class="reason">{escape(check["reason"])}</span>' if check.get("reason") else ""
    return f'<span class="what"><span class="name">{escape(check["title"])}</span>{optional}{reason}</span>'


def _numbers(check: Mapping[str, Any]) -> str:
    expected = escape(check["expected"]) if check.get("expected") else ""
    n = f" · n {number(check['n'])}" if check.get("n") else ""
    return f'<span class="numbers">{escape(check.get("observed") or NOTHING)}<small>{expected}{n}</small></span>'


def _bar(check: Mapping[str, Any], bar: Bar | None) -> str:
    if not bar or bar.value is None:
        return NO_BAR
    return interval(
        bar.value,
        bar.low,
        bar.high,
        bar.goal,
        n=check.get("n"),
        comparator=bar.comparator or ">=",
        goal_high=bar.goal_high,
        result=check.get("result") or "",
        unit=bar.unit or "ratio",
    )


def _to_pass(check: Mapping[str, Any]) -> str:
    what = check.get("what_would_pass")
    return f'<p class="to-pass"><b>{escape(gettext("What would make it pass"))}</b>{escape(what)}</p>' if what else ""


def _evidence(check: Mapping[str, Any]) -> str:
    items = check.get("evidence")
    if not items:
        return f"<span>{escape(gettext('No evidence yet'))}</span>"
    return "".join(map(_item, items))


def _item(item: Mapping[str, Any]) -> str:
    label = escape(item["label"])
    return f'<a href="{escape(item["url"])}">{icon("link")}{label}</a>' if item.get("url") else f"<span>{label}</span>"


def _age(check: Mapping[str, Any]) -> str:
    age = check.get("age_seconds")
    return "" if age is None else f"<span>{escape(gettext('%(age)s old') % {'age': duration(age)})}</span>"


def _kind(check: Mapping[str, Any]) -> str:
    attested = check.get("evidence_kind") == "attested"
    return f"<span>{escape(gettext('attested by a person, counts half'))}</span>" if attested else ""

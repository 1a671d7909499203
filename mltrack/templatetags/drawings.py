"""Drawings of the size of a word: interval bar, sparkline, meter."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mltrack.drawing.interval import IntervalBar, interval_bar
from mltrack.drawing.sparkline import sparkline as place_series
from mltrack.drawing.words import interval_words, series_words, shown
from mltrack.formats import NOTHING, number
from mltrack.statuses import status_of
from mltrack.templatetags.registry import register
from mltrack.templatetags.values import as_count, as_number

EMPTY = SafeString("")
MIDDLE = 9


@register.simple_tag
def interval(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    goal: float | None = None,
    *,
    n: int | None = None,
    comparator: str = ">=",
    goal_high: float | None = None,
    result: str = "",
    unit: str = "ratio",
    width: int = 132,
) -> SafeString:
    """The interval bar: dot observed, band its interval, tick the target, ground the accepted side."""
    value, low, high, goal, goal_high = map(as_number, (value, low, high, goal, goal_high))
    bar = interval_bar(value, low, high, goal, comparator=comparator, goal_high=goal_high, width=width)
    aim = _goal_words(comparator, goal, goal_high, unit)
    return format_html(
        '<svg class="interval tone-{}" width="{}" height="18" viewBox="0 0 {} 18" role="img" aria-label="{}">{}</svg>',
        status_of("result", result).tone if result else "info",
        width,
        width,
        interval_words(value, low, high, aim, as_count(n), unit),
        _interval_parts(bar),
    )


def _goal_words(comparator: str, goal: float | None, goal_high: float | None, unit: str) -> str:
    if goal is None:
        return ""
    if comparator == "between":
        return f"{shown(goal, unit)} to {shown(goal_high, unit)}"
    return f"{comparator.replace('>=', '≥').replace('<=', '≤')} {shown(goal, unit)}"


def _interval_parts(bar: IntervalBar) -> SafeString:
    parts = [_zone(bar), format_html('<path class="iv-track" d="M0 {}H{}"/>', MIDDLE, bar.width), _band(bar)]
    if bar.goal is not None:
        parts.append(format_html('<path class="iv-goal" d="M{} 1V17"/>', bar.goal))
    if bar.value is not None:
        parts.append(format_html('<circle class="iv-dot" cx="{}" cy="{}" r="4"/>', bar.value, MIDDLE))
    return SafeString("".join(parts))


def _zone(bar: IntervalBar) -> SafeString:
    if bar.zone is None:
        return EMPTY
    return format_html('<rect class="iv-zone" x="{}" y="7.5" width="{}" height="3" rx="1.5"/>', *bar.zone)


def _band(bar: IntervalBar) -> SafeString:
    start, end = bar.low, bar.high
    if start is None and end is None:
        return EMPTY
    left, right = start if start is not None else 0.0, end if end is not None else float(bar.width)
    ends = [place for place in (start, end) if place is not None]
    return format_html(
        '<rect class="iv-band" x="{}" y="5" width="{}" height="8"/>{}',
        left,
        round(right - left, 1),
        format_html_join("", '<path class="iv-end" d="M{} 5v8"/>', ((place,) for place in ends)),
    )


@register.simple_tag
def measure(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    goal: float | None = None,
    *,
    n: int | None = None,
    comparator: str = ">=",
    goal_high: float | None = None,
    result: str = "",
    unit: str = "ratio",
    width: int = 96,
) -> SafeString:
    """A number with everything that makes it honest: value, interval bar, bounds and n."""
    value, goal, n = as_number(value), as_number(goal), as_count(n)
    if value is None:
        return format_html('<span class="faint">{}</span>', NOTHING)
    bar = interval(
        value, low, high, goal, n=n, comparator=comparator, goal_high=goal_high, result=result, unit=unit, width=width
    )
    return format_html(
        '<span class="measure"><span class="num">{}{}</span>{}<span class="n">{}</span></span>',
        shown(value, unit),
        _beside(goal, unit),
        bar,
        f"n {number(n)}" if n is not None else "n unknown",
    )


def _beside(goal: float | None, unit: str) -> SafeString:
    if goal is None:
        return EMPTY
    short = number(round(goal * 100, 2)) if unit == "ratio" else number(goal)
    return format_html(' <span class="of">/ {}</span>', short)


@register.simple_tag
def sparkline(
    values: Sequence[float | None],
    label: str,
    goal: float | None = None,
    *,
    unit: str = "",
    width: int = 96,
    height: int = 24,
) -> SafeString:
    """A series as a line; missing values stay gaps, the target is dashed, the newest value a dot."""
    values, goal = [as_number(each) for each in values], as_number(goal)
    line = place_series(values, goal, width, height)
    aim = EMPTY if line.goal is None else format_html('<path class="spark-goal" d="M0 {}H{}"/>', line.goal, width)
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        width,
        height,
        width,
        height,
        series_words(label, values, unit),
        aim,
        format_html_join("", '<polyline class="spark-line" points="{}"/>', ((points,) for points in line.lines)),
        format_html_join("", '<circle class="spark-last" cx="{}" cy="{}" r="1.5"/>', line.dots),
        format_html_join("", '<circle class="spark-last" cx="{}" cy="{}" r="3"/>', [line.last] if line.last else []),
    )


@register.simple_tag
def meter(
    value: float | None, total: float | None = None, *, label: str = "", tone: str = "info", width: int = 64
) -> SafeString:
    """A share as a bar with its numbers; `value` is a ratio, or a count of `total`."""
    value, total = as_number(value), as_number(total)
    if value is None or total == 0 or not math.isfinite(value):
        return format_html('<span class="faint">{}</span>', NOTHING)
    share = min(1.0, max(0.0, value if total is None else value / total))
    words = shown(value, "ratio") if total is None else f"{number(value)} of {number(total)}"
    return format_html(
        '<span class="meter tone-{}"><svg width="{}" height="6" viewBox="0 0 {} 6" role="img" aria-label="{}">'
        '<rect class="meter-track" width="{}" height="6" rx="3"/>'
        '<rect class="meter-fill" width="{}" height="6" rx="3"/>'
        "</svg><span>{}</span></span>",
        tone,
        width,
        width,
        f"{label} {words}".strip(),
        width,
        round(share * width, 1),
        words,
    )

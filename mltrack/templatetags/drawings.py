"""Drawings of the size of a word: interval bar, sparkline, meter.

What goes between the marks is a number that was computed here, or is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from mltrack.drawing.interval import IntervalBar, interval_bar
from mltrack.drawing.sparkline import sparkline as place_series
from mltrack.drawing.words import interval_words, series_words, shown
from mltrack.formats import NOTHING, number
from mltrack.statuses import status_of
from mltrack.templatetags.registry import register
from mltrack.templatetags.values import as_count, as_number

NO_MEASURE = SafeString(f'<span class="faint">{NOTHING}</span>')
MIDDLE = 9
# The same numbers give the same drawing, whoever looks: each process keeps the last ones.
DRAWN = 4096


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
    numbers = as_number(value), as_number(low), as_number(high), as_number(goal), as_number(goal_high)
    return _interval(*numbers, as_count(n), comparator, result, unit, width)


@lru_cache(maxsize=DRAWN)
def _interval(
    value: float | None,
    low: float | None,
    high: float | None,
    goal: float | None,
    goal_high: float | None,
    n: int | None,
    comparator: str,
    result: str,
    unit: str,
    width: int,
) -> SafeString:
    bar = interval_bar(value, low, high, goal, comparator=comparator, goal_high=goal_high, width=width)
    aim = _goal_words(comparator, goal, goal_high, unit)
    tone = status_of("result", result).tone if result else "info"
    words = escape(interval_words(value, low, high, aim, n, unit))
    return SafeString(
        f'<svg class="interval tone-{tone}" width="{bar.width}" height="18" viewBox="0 0 {bar.width} 18" role="img"'
        f' aria-label="{words}">{_interval_parts(bar)}</svg>'
    )


def _goal_words(comparator: str, goal: float | None, goal_high: float | None, unit: str) -> str:
    if goal is None:
        return ""
    if comparator == "between":
        return f"{shown(goal, unit)} to {shown(goal_high, unit)}"
    return f"{comparator.replace('>=', '≥').replace('<=', '≤')} {shown(goal, unit)}"


def _interval_parts(bar: IntervalBar) -> str:
    parts = [_zone(bar), f'<path class="iv-track" d="M0 {MIDDLE}H{bar.width}"/>', _band(bar)]
    if bar.goal is not None:
        parts.append(f'<path class="iv-goal" d="M{bar.goal} 1V17"/>')
    if bar.value is not None:
        parts.append(f'<circle class="iv-dot" cx="{bar.value}" cy="{MIDDLE}" r="4"/>')
    return "".join(parts)


def _zone(bar: IntervalBar) -> str:
    if bar.zone is None:
        return ""
    left, width = bar.zone
    return f'<rect class="iv-zone" x="{left}" y="7.5" width="{width}" height="3" rx="1.5"/>'


def _band(bar: IntervalBar) -> str:
    start, end = bar.low, bar.high
    if start is None and end is None:
        return ""
    left, right = start if start is not None else 0.0, end if end is not None else float(bar.width)
    ends = "".join(f'<path class="iv-end" d="M{place} 5v8"/>' for place in (start, end) if place is not None)
    return f'<rect class="iv-band" x="{left}" y="5" width="{round(right - left, 1)}" height="8"/>{ends}'


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
        return NO_MEASURE
    bar = interval(
        value, low, high, goal, n=n, comparator=comparator, goal_high=goal_high, result=result, unit=unit, width=width
    )
    known = f"n {number(n)}" if n is not None else "n unknown"
    return SafeString(
        f'<span class="measure"><span class="num">{escape(shown(value, unit))}{_beside(goal, unit)}</span>{bar}'
        f'<span class="n">{known}</span></span>'
    )


@register.simple_tag
def measured(figures: Mapping[str, Any] | None) -> SafeString:
    """A check's figures as a measure: `{observed, low, high, n, result, goal: {value, high, comparator}}` or None."""
    if not figures:
        return NO_MEASURE
    goal = figures.get("goal") or {}
    return measure(
        figures.get("observed"),
        figures.get("low"),
        figures.get("high"),
        goal.get("value"),
        n=figures.get("n"),
        comparator=goal.get("comparator") or ">=",
        goal_high=goal.get("high"),
        result=figures.get("result") or "",
    )


def _beside(goal: float | None, unit: str) -> str:
    if goal is None:
        return ""
    short = number(round(goal * 100, 2)) if unit == "ratio" else number(goal)
    return f' <span class="of">/ {short}</span>'


@register.simple_tag
def sparkline(
    values: Sequence[float | None],
    label: str,
    goal: float | None = None,
    *,
    unit: str = "",
    width: int = 96,
    height: int = 24,
    span: Sequence[float | None] = (),
) -> SafeString:
    """A series as a line; missing values stay gaps, the target is dashed, the newest value a dot; `span` has room."""
    room = tuple(map(as_number, span))
    return _sparkline(tuple(map(as_number, values)), str(label), as_number(goal), unit, width, height, room)


@lru_cache(maxsize=DRAWN)
def _sparkline(
    values: tuple[float | None, ...],
    label: str,
    goal: float | None,
    unit: str,
    width: int,
    height: int,
    span: tuple[float | None, ...],
) -> SafeString:
    line = place_series(values, goal, width, height, span)
    aim = "" if line.goal is None else f'<path class="spark-goal" d="M0 {line.goal}H{line.width}"/>'
    stretches = "".join(f'<polyline class="spark-line" points="{points}"/>' for points in line.lines)
    dots = "".join(f'<circle class="spark-last" cx="{x}" cy="{y}" r="1.5"/>' for x, y in line.dots)
    last = '<circle class="spark-last" cx="{}" cy="{}" r="3"/>'.format(*line.last) if line.last else ""
    return SafeString(
        f'<svg class="spark" width="{line.width}" height="{line.height}" viewBox="0 0 {line.width} {line.height}"'
        f' role="img" aria-label="{escape(series_words(label, values, unit))}">{aim}{stretches}{dots}{last}</svg>'
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

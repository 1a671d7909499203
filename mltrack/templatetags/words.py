"""Numbers, times and texts in templates."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from mltrack import formats, markdown, periods
from mltrack.templatetags.registry import register
from mltrack.templatetags.values import as_number


@register.filter
def percent(value: object, digits: int = 1) -> str:
    """A ratio from 0 to 1 as a percentage."""
    return formats.percent(as_number(value), digits)


@register.filter
def points(value: object, digits: int = 1) -> str:
    """A difference of ratios in percentage points, with its sign."""
    return formats.points(as_number(value), digits)


@register.filter
def delta(value: object, digits: int = 1) -> str:
    """A difference with its sign."""
    return formats.delta(as_number(value), digits)


@register.filter
def number(value: object, digits: int = 4) -> str:
    """A number with grouped thousands and at most `digits` significant digits."""
    return formats.number(as_number(value), digits)


@register.filter
def compact(value: object) -> str:
    """A large number in short."""
    return formats.compact(as_number(value))


@register.filter
def duration(seconds: object) -> str:
    """Seconds in their largest units."""
    return formats.duration(as_number(seconds))


@register.simple_tag
def relative_time(moment: datetime | None, now: datetime | None = None) -> str:
    """A `<time>` that says how long ago; exact on hover and in print, kept fresh by the page's script."""
    if moment is None:
        return formats.NOTHING
    exact = moment.astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%d %H:%M %Z")
    said = formats.relative(moment, now or timezone.now())
    return SafeString(f'<time datetime="{moment.isoformat()}" title="{exact}" data-relative>{said}</time>')


@register.filter
def period(day: date | None, resolution: str = "day") -> str:
    """A date as it was meant: with the resolution quarter, 2027-03-31 is "Q1 2027"."""
    return periods.period_words(day or None, resolution)


@register.simple_tag
def due_words(day: date | None, resolution: str = "day") -> str:
    """Until when: "by Q1 2027", or that there is no target date."""
    if not day:
        return gettext("no target date")
    return gettext("by %(day)s") % {"day": periods.period_words(day, resolution)}


@register.filter(name="markdown")
def markdown_filter(text: str | None) -> SafeString:
    """Markdown as clean HTML."""
    return mark_safe(markdown.render(text or ""))  # noqa: S308  (cleaned by nh3's allow-list)

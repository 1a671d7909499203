"""The drawing of an effect: above it with its interval and what was expected, below dates where nothing happened."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kpis.selectors.value_results import ResultView
from mltrack.drawing.effect import EffectDrawing
from mltrack.statuses import status_of

register = template.Library()
ABOVE: Final = 9
BELOW: Final = 26
HEIGHT: Final = 34


@register.simple_tag
def effect_drawing(view: ResultView) -> SafeString:
    """Draw a result in one line, and dates where nothing happened in another below it."""
    found = view.drawing
    height = HEIGHT if found.placebos else 2 * ABOVE
    return format_html(
        '<svg class="interval tone-{}" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{}">'
        "{}{}{}</svg>",
        status_of("realised", view.standing).tone,
        view.label,
        _lines(found, height),
        _effect(found),
        format_html_join("", '<path class="iv-placebo" d="M{} {}v8"/>', ((at, BELOW - 4) for at in found.placebos)),
        w=found.width,
        h=height,
    )


def _lines(found: EffectDrawing, height: int) -> SafeString:
    line = '<path class="iv-track" d="M0 {}H{}"/><path class="iv-track" d="M{} 0V{}"/>{}'
    expected = [] if found.expected is None else [(found.expected,)]
    goal = format_html_join("", '<path class="iv-goal" d="M{} 1V17"/>', expected)
    return format_html(line, ABOVE, found.width, found.zero, height, goal)


def _effect(found: EffectDrawing) -> SafeString | str:
    if found.effect is None or found.low is None or found.high is None:
        return ""
    ends = format_html_join("", '<path class="iv-end" d="M{} 5v8"/>', ((at,) for at in (found.low, found.high)))
    band = '<rect class="iv-band" x="{}" y="5" width="{}" height="8"/>{}<circle class="iv-dot" cx="{}" cy="{}" r="4"/>'
    return format_html(band, found.low, round(found.high - found.low, 1), ends, found.effect, ABOVE)

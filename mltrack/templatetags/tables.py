"""Long tables of numbers, drawn by plain Python: a template's loop takes ten times as long for the same cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from django.template import Context
from django.template.base import render_value_in_context
from django.utils.safestring import SafeString

from mltrack.templatetags.registry import register


@register.simple_tag(takes_context=True)
def number_rows(context: Context, rows: Iterable[Sequence[object]]) -> SafeString:
    """The rows of a table of numbers, one `<tr>` for each; a text is shown as it is, all else as templates show it."""
    return SafeString("".join(f"<tr>{''.join(_cell(context, each) for each in row)}</tr>" for row in rows))


def _cell(context: Context, value: object) -> str:
    # A text that is known to be safe is of another type, and goes the other way.
    shown = escape(value) if type(value) is str else render_value_in_context(value, context)
    return f'<td class="num">{shown}</td>'

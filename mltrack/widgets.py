"""Form controls drawn by plain Python, for pages with many forms: the same HTML as Django's templates for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString


def attributes(given: Mapping[str, object]) -> str:
    """Return attributes as HTML, each after a blank: True stands alone, False is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in given.items()
        if value is not False
    )


class _Input(forms.widgets.Input):
    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        widget = context["widget"]
        value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
        named = f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"'
        return SafeString(f"{named}{value}{attributes(widget['attrs'])}>")


class Line(_Input, forms.TextInput):
    """A text of one line."""


class Hidden(_Input, forms.HiddenInput):
    """A value that the page carries."""


class Prose(forms.Textarea):
    """A text of several lines."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        widget = context["widget"]
        opened = f'<textarea name="{escape(widget["name"])}"{attributes(widget["attrs"])}>'
        return SafeString(f"{opened}\n{escape(widget['value'] or '')}</textarea>")


class Choice(forms.Select):
    """One of a few choices, without groups."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        widget = context["widget"]
        options = "".join(
            f'\n  <option value="{escape(each["value"])}"{attributes(each["attrs"])}>{escape(each["label"])}</option>'
            for _group, choices, _index in widget["optgroups"]
            for each in choices
        )
        return SafeString(f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>{options}\n</select>')

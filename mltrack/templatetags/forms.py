"""Form fields: label, help and error tied to their control."""

from __future__ import annotations

from django.forms import BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mltrack.templatetags.registry import register


@register.simple_tag
def hidden(bound: BoundField) -> SafeString:
    """A field that nobody sees, without a template: a page with many forms has two of them in each."""
    value = bound.value()
    given = "" if value is None else format_html(' value="{}"', value)
    return format_html('<input type="hidden" name="{}"{} id="{}">', bound.html_name, given, bound.auto_id)


@register.simple_tag
def field(bound: BoundField, label: str = "", autocomplete: str = "") -> SafeString:
    """A form field as label, control, help and errors, all read together by a screen reader."""
    name = bound.auto_id or bound.html_name
    described = [f"{name}_error"] if bound.errors else []
    described += [f"{name}_help"] if bound.help_text else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if autocomplete:
        attributes["autocomplete"] = autocomplete
    return render_to_string(
        "includes/_field.html",
        {
            "bound": bound,
            "id": name,
            "label": label or bound.label,
            "control": bound.as_widget(attrs=attributes),
            "is_checkbox": isinstance(bound.field.widget, CheckboxInput),
        },
    )

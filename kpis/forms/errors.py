"""What a service refuses, shown at the fields of a form that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.forms import Form

OPTIONS: Final = "options"
_SEGMENT: Final[Mapping[str, str]] = {"segment_column": "segment", "segment_label": "segment"}


def show_errors(form: Form, error: ValidationError, names: dict[str, str] | None = None) -> None:
    """Add a service's findings to their fields; what belongs to no field stands above the form.

    `names` maps a service's field to a form's where they differ. What is wrong with an option, "delimiter: …", stands
    at the field of that option where the form has one.
    """
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for service_name, found in error.error_dict.items():
        name = (names or {}).get(service_name, service_name)
        for each in found:
            option, words = _option(each.messages[0]) if service_name == OPTIONS else ("", "")
            if option in form.fields:
                form.add_error(option, words)
            else:
                form.add_error(name if name in form.fields else None, each)


def _option(words: str) -> tuple[str, str]:
    """Return the form's field of an option and what is wrong with it."""
    option, _, rest = words.partition(": ")
    return _SEGMENT.get(option, option), rest


def in_words(error: ValidationError) -> str:
    """Return a service's findings as one text."""
    return " ".join(error.messages)

"""What a service refuses, shown at the fields of a form that has them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.forms import Form


def show_errors(form: Form, error: ValidationError, names: dict[str, str] | None = None) -> None:
    """Add a service's findings to their fields; what belongs to no field stands above the form.

    `names` maps a service's field to a form's where they differ.
    """
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for service_name, found in error.error_dict.items():
        name = (names or {}).get(service_name, service_name)
        form.add_error(name if name in form.fields else None, found)


def in_words(error: ValidationError) -> str:
    """Return a service's findings as one text."""
    return " ".join(error.messages)

"""JSON types taken at their word: `true` is no number, 5 is no text, "5" is no number."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

_LARGEST: Final = 2**63


def type_errors(field: serializers.Field[Any, Any, Any, Any], value: Any) -> Any:
    """Return the framework's error detail where `value` has another JSON type than the field, else None.

    Looks through lists and maps; nested serializers check themselves. Null is left to `allow_null`.
    """
    if value is None:
        return None
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return _inside(field.child, enumerate(value))
    if isinstance(field, serializers.DictField) and isinstance(value, dict):
        return _inside(field.child, value.items())
    message = _fault(field, value)
    return [ErrorDetail(message, "wrong_type")] if message else None


def _inside(child: Any, items: Any) -> Any:
    found = {key: fault for key, item in items if (fault := type_errors(child, item)) is not None}
    return found or None


def _fault(field: serializers.Field[Any, Any, Any, Any], value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(field, serializers.BooleanField):
        return "" if isinstance(value, bool) else "Write true or false."
    if isinstance(field, serializers.IntegerField):
        return "" if number and value == value // 1 and -_LARGEST <= value < _LARGEST else "Write a whole number."
    if isinstance(field, serializers.FloatField | serializers.DecimalField):
        return "" if number else "Write a number."
    if isinstance(field, serializers.CharField | serializers.ChoiceField | serializers.DateField):
        return "" if isinstance(value, str) else "Write a text."
    return ""

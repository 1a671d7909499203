"""The base of every body of the API: what is not declared is refused, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from mltrack.rest.strictness import type_errors

_LOOSE: Final = (serializers.DateTimeField, serializers.JSONField, serializers.ModelField)


class StrictSerializer(serializers.Serializer[Any]):
    """A plain serializer that refuses unknown and read-only keys by name and values of another JSON type.

    A subclass that declares a `DateTimeField` or `JSONField` raises TypeError: use `UTCDateTimeField`,
    `JSONMapField` or a nested serializer.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, field in cls._declared_fields.items():
            if isinstance(field, _LOOSE):
                raise TypeError(f"{cls.__name__}.{name}: {type(field).__name__} takes too much.")

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values; all faults are reported together."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        writable = {str(field.field_name): field for field in self._writable_fields}
        errors: dict[str, Any] = {str(key): self._unknown(str(key)) for key in data if key not in writable}
        for name, field in writable.items():
            fault = type_errors(field, data.get(name))
            if fault is not None:
                errors[name] = fault
        kept = {key: value for key, value in data.items() if str(key) not in errors}
        try:
            validated = super().to_internal_value(kept)
        except serializers.ValidationError as error:
            known: Any = error.detail
            errors = {**known, **errors} if isinstance(known, dict) else {**errors, "non_field_errors": known}
        if errors:
            raise serializers.ValidationError(errors)
        return validated

    def _unknown(self, key: str) -> list[ErrorDetail]:
        shown = key if len(key) <= 100 else key[:100] + "…"
        if key in self.fields:
            return [ErrorDetail(f"{shown} is read-only.", "read_only")]
        return [ErrorDetail(f"{shown} is not known here.", "unknown_key")]


def answer_of(serializer: type[serializers.Serializer[Any]], item: Any) -> dict[str, Any]:
    """Return one object as a serializer shows it."""
    return dict(serializer(item).data)


def answers_of(serializer: type[serializers.Serializer[Any]], items: Any) -> list[dict[str, Any]]:
    """Return many objects as a serializer shows them."""
    return list(serializer(items, many=True).data)

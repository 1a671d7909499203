"""Fields that many bodies share, with their usual bounds."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from rest_framework import serializers

from mltrack.periods import FIRST_YEAR, LAST_YEAR

LONGEST_TEXT: Final = 20_000


class DayField(serializers.DateField):
    """A day as `2026-01-31`, 1970 to 2199."""

    def __init__(self, **options: Any) -> None:
        first, last = MinValueValidator(date(FIRST_YEAR, 1, 1)), MaxValueValidator(date(LAST_YEAR, 12, 31))
        super().__init__(validators=[first, last], input_formats=["%Y-%m-%d"], **options)


def optional_text(longest: int = LONGEST_TEXT, **options: Any) -> serializers.CharField:
    """Return the field of a text that may be absent or empty, of at most `longest` characters."""
    return serializers.CharField(max_length=longest, required=False, allow_blank=True, **options)


def person(source: str, **options: Any) -> serializers.EmailField:
    """Return the field of a person in an answer: their e-mail address, null for none or one who left."""
    return serializers.EmailField(source=f"{source}.email", allow_null=True, **options)

"""Fields that REST framework lacks: moments, metrics with NaN, keys, flat maps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from rest_framework import serializers

from mltrack.periods import FIRST_YEAR, LAST_YEAR
from mltrack.rest.rendering import utc_text

SPECIALS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class MetricLike(Protocol):
    """What is shown of a metric: `special` is empty for a number, else `nan`, `inf` or `-inf`."""

    key: str
    value: float | None
    special: str
    step: int | None
    time: datetime | None


class UTCDateTimeField(serializers.Field[datetime, str, str, Any]):
    """A moment with its zone, 1970 to 2199; kept and shown in UTC. A naive one is refused, so no DST gap bites."""

    default_error_messages = {
        "not_a_moment": "Write a moment as ISO 8601 with its zone: 2026-01-31T12:00:00Z.",
        "naive": "The zone is missing: end the moment with Z or +01:00 (in an address: %2B01:00).",
        "out_of_range": f"The moment must be in the years {FIRST_YEAR} to {LAST_YEAR}.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment in UTC."""
        if not isinstance(data, str) or len(data) > 40:
            self.fail("not_a_moment")
        try:
            moment = datetime.fromisoformat(data)
        except ValueError:
            self.fail("not_a_moment")
        if moment.tzinfo is None:
            self.fail("naive")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            self.fail("out_of_range")
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("out_of_range")
        return moment

    def to_representation(self, value: datetime) -> str:
        """Return `2026-01-31T12:00:00.000000Z`."""
        return utc_text(value)


class KeyField(serializers.RegexField):
    """A key that people read: letters, digits, `-` and `_`, at most 60; give `regex` for a stricter shape."""

    def __init__(self, regex: str = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z", *, max_length: int = 60, **options: Any) -> None:
        super().__init__(regex, max_length=max_length, trim_whitespace=False, **options)


class MapField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """A flat object with bounded keys; subclasses say what a value is. Null removes the key it stands for."""

    default_error_messages = {
        "not_an_object": "Write an object.",
        "too_many_keys": "At most {max_keys} keys.",
        "key_length": "A key has 1 to {key_length} characters.",
    }

    def __init__(self, *, max_keys: int = 1000, key_length: int = 250, **options: Any) -> None:
        self.max_keys, self.key_length = max_keys, key_length
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the checked map; errors name each key."""
        if not isinstance(data, dict):
            self.fail("not_an_object")
        if len(data) > self.max_keys:
            self.fail("too_many_keys", max_keys=self.max_keys)
        found: dict[str, Any] = {}
        errors: dict[str, list[serializers.ErrorDetail]] = {}
        for key, value in data.items():
            try:
                self._check_key(key)
                found[key] = None if value is None else self.read_value(value)
            except serializers.ValidationError as error:
                errors[key] = error.detail  # type: ignore[assignment]
        if errors:
            raise serializers.ValidationError(errors)
        return found

    def _check_key(self, key: str) -> None:
        if not 1 <= len(key) <= self.key_length or "\x00" in key:
            self.fail("key_length", key_length=self.key_length)

    def read_value(self, value: Any) -> Any:
        """Return one checked value that is not null. Raises ValidationError."""
        raise NotImplementedError

    def to_representation(self, value: Any) -> dict[str, Any]:
        """Return a copy of the map as it is."""
        return dict(value)


class JSONMapField(MapField):
    """A flat object of texts, numbers and booleans, such as params and tags; each stays what it is."""

    default_error_messages = {
        "not_a_scalar": "Write a text, a number, true, false or null.",
        "value_length": "At most {value_length} characters.",
    }

    def __init__(self, *, value_length: int = 6000, **options: Any) -> None:
        self.value_length = value_length
        super().__init__(**options)

    def read_value(self, value: Any) -> Any:
        """Return one text, finite number or boolean."""
        if not isinstance(value, str | int | float):
            self.fail("not_a_scalar")
        if isinstance(value, float) and not math.isfinite(value):
            self.fail("not_a_scalar")
        if isinstance(value, str) and len(value) > self.value_length:
            self.fail("value_length", value_length=self.value_length)
        return value


class MetricsField(MapField):
    """Metrics of a run. In: a number, "NaN", "Infinity" or "-Infinity" (floats inside), null to remove one.

    Out: `{"value", "special", "step", "time"}` by key, from an iterable of `MetricLike` or a related manager;
    `value` is null where `special` is "nan", "inf" or "-inf".
    """

    default_error_messages = {
        "not_a_metric": 'Write a number, "NaN", "Infinity" or "-Infinity".',
    }

    def read_value(self, value: Any) -> float:
        """Return the float, which may be nan, inf or -inf."""
        if isinstance(value, str) and value in SPECIALS:
            return SPECIALS[value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail("not_a_metric")
        return float(value)

    def to_representation(self, value: Any) -> dict[str, Any]:
        """Return the metrics by key."""
        rows: Iterable[MetricLike] = value.all() if hasattr(value, "all") else value
        return {row.key: metric_answer(row) for row in rows}


def metric_answer(row: MetricLike) -> Mapping[str, Any]:
    """Return one metric as the API shows it."""
    return {
        "value": row.value,
        "special": row.special or None,
        "step": row.step,
        "time": None if row.time is None else utc_text(row.time),
    }

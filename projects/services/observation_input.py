"""Observations as people and CI push them: parsed JSON to checked values, every wrong place named. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mltrack.periods import BEYOND, EARLIEST, FIRST_YEAR, LAST_YEAR
from projects.progress.observed import COUNTED, KINDS, ObservedValue
from projects.services.texts import storable

MOST_OBSERVATIONS: Final = 10_000
MOST_ERRORS: Final = 50
LARGEST: Final = 1e100
LARGEST_N: Final = 10**15
LONGEST_PERIOD: Final = 366
LONGEST: Final = {"name": 120, "segment": 120, "method": 60, "reference": 200}
AHEAD: Final = timedelta(minutes=5)
_NUMBER: Final = f"a finite number within ±{LARGEST:.0e}"


class _Faults(dict[str, str]):
    """What is wrong, by place; after fifty the rest is left unsaid."""

    def note(self, place: str, text: str) -> None:
        if len(self) < MOST_ERRORS:
            self.setdefault(place, text)


def parse_observations(items: Any, now: datetime) -> tuple[list[ObservedValue], dict[str, str]]:
    """Return the values of a call and, by place (`observations/3/value`), what is wrong; values count if nothing is."""
    faults = _Faults()
    if not isinstance(items, list | tuple):
        faults.note("observations", "This is a list of observations.")
    elif not items:
        faults.note("observations", "There is no observation.")
    elif len(items) > MOST_OBSERVATIONS:
        text = f"At most {MOST_OBSERVATIONS:,} observations go into one call; these are {len(items):,}."
        faults.note("observations", text)
    if faults:
        return [], faults
    found = [_observation(item, f"observations/{place}", now, faults) for place, item in enumerate(items)]
    values = [each for each in found if each is not None]
    if not faults:
        check_values(values, faults.note)
    return values, faults


def check_values(values: list[ObservedValue], note: Callable[[str, str], None]) -> None:
    """Note what one value says against another: the same moment of a series twice, or two periods of one series."""
    first: dict[tuple[Any, ...], int] = {}
    periods: dict[tuple[str, str, str], int] = {}
    for place, each in enumerate(values):
        earlier = first.setdefault((*each.series, each.time), place)
        if earlier != place:
            note(f"observations/{place}/time", f"This is the series and time of observations/{earlier} once more.")
        if each.period_days is not None and periods.setdefault(each.series, each.period_days) != each.period_days:
            text = f"The same series has a period of {periods[each.series]} days further up."
            note(f"observations/{place}/period_days", text)


def _observation(item: Any, place: str, now: datetime, faults: _Faults) -> ObservedValue | None:
    if not isinstance(item, Mapping):
        faults.note(place, "An observation is an object with kind, name, time and value.")
        return None
    before = len(faults)
    for key in item:
        if key not in _FIELDS:
            faults.note(f"{place}/{str(key)[:100]}", f"There is no field {str(key)[:80]!r}.")
    read: dict[str, Any] = {}
    for name, reading in _FIELDS.items():
        try:
            read[name] = reading(item, name, now)
        except ValueError as wrong:
            faults.note(f"{place}/{name}", f"{wrong}")
    if len(faults) > before or len(read) < len(_FIELDS):
        return None
    if read["kind"] in COUNTED and read["value"] < 0:
        faults.note(f"{place}/value", f"A value of {read['kind']} is not less than 0.")
    if read["period_days"] is not None and read["kind"] != "volume":
        faults.note(f"{place}/period_days", "Only a volume covers a period.")
    return ObservedValue(**read)


def _kind(item: Mapping[str, Any], name: str, now: datetime) -> str:
    if item.get(name) not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}.")
    return str(item[name])


def _text(item: Mapping[str, Any], name: str, now: datetime) -> str:
    value = item.get(name)
    value = "" if value is None else value
    if not isinstance(value, str):
        raise ValueError(f"{name} is text.")
    value = value.strip()
    if name == "name" and not value:
        raise ValueError("name is needed.")
    if len(value) > LONGEST[name] or not storable(value) or not value.isprintable():
        raise ValueError(f"{name} is at most {LONGEST[name]} printable characters.")
    return value


def _time(item: Mapping[str, Any], name: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(item.get(name))  # type: ignore[arg-type]
        moment = found.astimezone(UTC) if found.tzinfo is not None else None
    except (OverflowError, TypeError, ValueError):
        moment = None
    if moment is None or not EARLIEST <= moment < BEYOND:
        years = f"from {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(f"time is a moment with its zone, such as 2026-01-31T00:00:00Z, {years}.")
    if moment > now + AHEAD:
        raise ValueError(f"time lies in the future: it is {now:%Y-%m-%d %H:%M} UTC.")
    return moment


def _value(item: Mapping[str, Any], name: str, now: datetime) -> float:
    value = item.get(name)
    if value is None:
        raise ValueError(f"{name} is needed: {_NUMBER}. Leave out what was not measured.")
    return finite(value, name)


def _threshold(item: Mapping[str, Any], name: str, now: datetime) -> float | None:
    return None if item.get(name) is None else finite(item[name], name)


def finite(value: object, name: str) -> float:
    """Return a number as a float. Raises ValueError that says why not: NaN and Infinity are no observations."""
    if isinstance(value, str) and value.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise ValueError(f"{name} is {_NUMBER}; {value[:20]} measures nothing: leave the observation out.")
    number = _as_float(value)
    if number is None or not math.isfinite(number) or abs(number) > LARGEST:
        raise ValueError(f"{name} is {_NUMBER}.")
    return number


def _as_float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _whole(item: Mapping[str, Any], name: str, now: datetime) -> int | None:
    value = item.get(name)
    least, most = (1, LONGEST_PERIOD) if name == "period_days" else (0, LARGEST_N)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is a whole number from {least} to {most:,}.")
    return value


_FIELDS: Final[dict[str, Callable[[Mapping[str, Any], str, datetime], Any]]] = {
    "kind": _kind,
    "name": _text,
    "segment": _text,
    "time": _time,
    "value": _value,
    "n": _whole,
    "method": _text,
    "threshold": _threshold,
    "reference": _text,
    "period_days": _whole,
}

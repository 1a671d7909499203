"""From what people paste and programs send to readings: checked row by row, before anything is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kpis.services.fields import finite
from mltrack.days import at_zone, known_moment

MOST_READINGS = 10_000
MOST_ERRORS = 50
SEGMENT_LENGTH = 120
COLUMNS = ("time", "value", "segment")
HEADER_WORDS = {"date": "time", "day": "time", "when": "time"}


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """A KPI's value at a moment with a zone; `segment` is empty for the whole."""

    time: datetime
    value: float
    segment: str = ""


@dataclass(slots=True)
class ReadingInput:
    """What could be read, and for each place that could not (a line or an index) why."""

    readings: list[ReadingRecord] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def fail(self, place: str, text: str) -> None:
        """Note a wrong place; after fifty the rest is left unsaid."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.setdefault(place, text)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day in UTC, also where the day does not begin at midnight."""
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    for minutes in range(0, 24 * 60, 15):
        found = at_zone(naive + timedelta(minutes=minutes), zone)
        if found is not None:
            return found
    return naive.replace(tzinfo=UTC)


def read_time(value: object, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """Return a moment in UTC, or None and why. Times without a zone are local to `zone`, dates begin the day."""
    try:
        if isinstance(value, str):
            value = value.strip()
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        if type(value) is date:
            found: datetime | None = day_start(value, zone)
        elif isinstance(value, datetime):
            found = at_zone(value, zone) if value.tzinfo is None else value.astimezone(UTC)
        else:
            return None, "This must be a time such as 2027-03-31T12:00:00Z, or a date."
    except (ValueError, OverflowError):
        return None, f"“{str(value)[:40]}” is no time such as 2027-03-31T12:00:00Z, and no date such as 2027-03-31."
    return known_moment(found, value, zone.key)


def read_rows(rows: Iterable[Any], zone: ZoneInfo) -> ReadingInput:
    """Read records, or objects {"time", "value", "segment"?}; errors are named by `readings/<index>/<field>`."""
    found = ReadingInput()
    for index, row in enumerate(rows):
        place = f"readings/{index}"
        if isinstance(row, ReadingRecord):
            _add(found, zone, row.time, row.value, row.segment, place, "/")
            continue
        if not isinstance(row, Mapping):
            found.fail(place, "This must be an object with time and value.")
            continue
        for name in row:
            if name not in COLUMNS:
                found.fail(f"{place}/{name}", "There is no such field.")
        _add(found, zone, row.get("time"), row.get("value"), row.get("segment"), place, "/")
    return found


def read_columns(columns: Mapping[str, Any], zone: ZoneInfo) -> ReadingInput:
    """Read {"times": […], "values": […], "segments"?: […]} of equal lengths; errors by `values/<index>`."""
    found = ReadingInput()
    times, values, segments = (columns.get(name) for name in ("times", "values", "segments"))
    for name in columns:
        if name not in ("times", "values", "segments"):
            found.fail(name, "There is no such field.")
    if not isinstance(times, list | tuple) or not isinstance(values, list | tuple):
        found.fail("times", "Both times and values must be lists.")
        return found
    if segments is None:
        segments = [""] * len(times)
    if not isinstance(segments, list | tuple) or not len(times) == len(values) == len(segments):
        found.fail("values", "The lists must have the same length.")
        return found
    for index, (time, value, segment) in enumerate(zip(times, values, segments, strict=True)):
        _add(found, zone, time, value, segment, str(index), "")
    return found


def parse_csv(text: str, zone: ZoneInfo) -> ReadingInput:
    """Read pasted lines `time, value[, segment]` (comma, semicolon or tab; a header is welcome).

    Errors are named by line, from 1. With semicolons or tabs a number may have a decimal comma.
    """
    found = ReadingInput()
    delimiter = _delimiter(text)
    order: Sequence[str] = COLUMNS
    for number, cells in enumerate(_lines(text, delimiter), start=1):
        if cells is None:
            found.fail(f"line {number}", "This line cannot be read: is a quotation mark open?")
            break
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        header = _header(cells)
        if header is not None and not found.readings and not found.errors:
            order = header
            continue
        if len(cells) > len(order):
            found.fail(f"line {number}", f"There are {len(cells)} cells; expected are {', '.join(order)}.")
            continue
        row = dict(zip(order, cells, strict=False))
        _add(
            found,
            zone,
            row.get("time", ""),
            _number(row.get("value", ""), delimiter),
            row.get("segment", ""),
            f"line {number}",
            "",
        )
    return found


def _lines(text: str, delimiter: str) -> Iterator[list[str] | None]:
    """Yield the cells of each line; None, and no more, where the text is no CSV."""
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    except csv.Error:
        yield None


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((sign for sign in ("\t", ";") if sign in first), ",")


def _header(cells: Sequence[str]) -> list[str] | None:
    words = [HEADER_WORDS.get(cell.lower(), cell.lower()) for cell in cells]
    known = set(words) <= set(COLUMNS) and {"time", "value"} <= set(words) and len(set(words)) == len(words)
    return words if known else None


def _number(cell: str, delimiter: str) -> float | str:
    plain = cell.replace(",", ".") if delimiter != "," and cell.count(",") == 1 and "." not in cell else cell
    try:
        return float(plain) if plain.isascii() and "_" not in plain else cell
    except ValueError:
        return cell


def _add(
    found: ReadingInput, zone: ZoneInfo, time: object, value: object, segment: object, place: str, joint: str
) -> None:
    """Add one reading or name what is wrong; `joint` is empty where a place has no fields of its own."""
    moment, problem = read_time(time, zone)
    number = finite(value)
    part = "" if segment is None else segment
    if moment is None:
        found.fail(_place(place, joint, "time"), problem)
    if number is None:
        found.fail(_place(place, joint, "value"), "The value must be a number within ±1e100.")
    if not isinstance(part, str) or len(part) > SEGMENT_LENGTH or not part.isprintable():
        found.fail(_place(place, joint, "segment"), f"A segment is at most {SEGMENT_LENGTH} printable characters.")
    elif moment is not None and number is not None:
        found.readings.append(ReadingRecord(moment, number, part))


def _place(place: str, joint: str, name: str) -> str:
    if joint:
        return f"{place}{joint}{name}"
    return place if place.startswith("line") else f"{name}s/{place}"

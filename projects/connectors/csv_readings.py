"""CSV as readings: a mapped header, times in a named form, a decimal comma, each wrong row by its line. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from mltrack.periods import BEYOND, EARLIEST, FIRST_YEAR, LAST_YEAR
from projects.connectors.base import ConnectorError
from projects.connectors.reading_records import MOST_REJECTED, MOST_ROWS, RawReading, RejectedRow

MOST_BYTES: Final = 16 * 1024 * 1024
LONGEST_SEGMENT: Final = 120
MOST_CELLS: Final = 1_000
TIME_FORMS: Final[Mapping[str, str]] = {
    "iso": "",
    "d.m.Y": "%d.%m.%Y",
    "d/m/Y": "%d/%m/%Y",
    "m/d/Y": "%m/%d/%Y",
    "Y/m/d": "%Y/%m/%d",
    "Y-m": "%Y-%m",
    "unix": "",
    "unix_ms": "",
}
"""How times are written: ISO 8601, a day in the order named, a month, or seconds or milliseconds since 1970 in UTC."""
DELIMITERS: Final[Mapping[str, str]] = {"comma": ",", "semicolon": ";", "tab": "\t"}
_LARGEST: Final = 1e100


@dataclass(frozen=True, slots=True)
class CSVForm:
    """How a file is read. Columns are names of the header; `delimiter` is empty where the header tells it."""

    time_column: str = "time"
    value_column: str = "value"
    segment_column: str = ""
    time_form: str = "iso"
    decimal_comma: bool = False
    delimiter: str = ""

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> CSVForm:
        """Return the form that checked options describe; what they leave out is as by default."""
        return cls(**{name: value for name, value in options.items() if value not in ("", None)})


@dataclass(slots=True)
class CSVRows:
    """What a file holds: its header, its readings, and each wrong row by line; `faults` counts all of those."""

    header: Sequence[str] = ()
    rows: list[RawReading] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    faults: int = 0

    def fail(self, line: int, reason: str) -> None:
        """Note a wrong row; after fifty the rest is only counted."""
        self.faults += 1
        if len(self.rejected) < MOST_REJECTED:
            self.rejected.append(RejectedRow(f"line {line}", reason))


def read_csv(content: bytes, form: CSVForm) -> CSVRows:
    """Return what a file holds. Raises ConnectorError `bad_file` for one that is no such CSV.

    A moment that comes again for the same segment is refused, and so is a file of times with a zone and without.
    """
    text = _text(content)
    lines = _lines(text, DELIMITERS.get(form.delimiter) or _delimiter(text))
    header = next(lines, (1, []))[1]
    found = CSVRows([each.strip()[:200] for each in header[:MOST_CELLS]])
    places = _places(found.header, form)
    seen: dict[tuple[datetime | date, str], int] = {}
    has_zone: bool | None = None
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            found.fail(line, f"There are {len(cells)} cells; the header has {len(header)}.")
            continue
        reading = _reading(found, line, [cells[place].strip() if place is not None else "" for place in places], form)
        if reading is None:
            continue
        zoned = isinstance(reading.time, datetime) and reading.time.tzinfo is not None
        if has_zone is None:
            has_zone = zoned
        earlier = seen.setdefault((reading.time, reading.segment), line)
        if zoned is not has_zone:
            found.fail(line, "Times with a zone and times without one are mixed.")
        elif earlier != line:
            found.fail(line, f"This time is that of line {earlier} too.")
        else:
            found.rows.append(reading)
        if len(found.rows) > MOST_ROWS:
            raise _bad(f"There are more than {MOST_ROWS:,} rows.")
    return found


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _bad(f"It is larger than {MOST_BYTES // 1024 // 1024} MiB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad("It is not UTF-8.") from error
    if "\x00" in text:
        raise _bad("It holds NUL characters: it is no text.")
    if text.lstrip()[:1] == "<":
        raise _bad("It is a page and no CSV. Is the file shared with everybody who has the link?")
    return text


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield cells by the number of the line that they end on. Raises ConnectorError where a quotation never ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _bad(f"Line {reader.line_num} cannot be read: is a quotation mark open?") from error
        if cells is None:
            return
        yield reader.line_num, cells


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(DELIMITERS.values(), key=first.count)


def _places(header: Sequence[str], form: CSVForm) -> list[int | None]:
    """Return where time, value and segment stand. Raises ConnectorError that lists the header."""
    names = [form.time_column, form.value_column, form.segment_column]
    listed = ", ".join(header[:20]) or "nothing"
    for name in filter(None, names):
        if header.count(name) != 1:
            said = "has no column" if name not in header else "has several columns"
            raise _bad(f"It {said} “{name}”. Its first line has: {listed}.")
    return [header.index(name) if name else None for name in names]


def _reading(found: CSVRows, line: int, cells: Sequence[str], form: CSVForm) -> RawReading | None:
    time, value, segment = cells
    if not value:
        return None
    try:
        moment = read_moment(time, form.time_form)
    except (OverflowError, ValueError):
        found.fail(line, f"“{time[:40]}” is no time of the form {form.time_form}.")
        return None
    number = read_number(value, decimal_comma=form.decimal_comma)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR or (isinstance(moment, datetime) and not _is_known(moment)):
        found.fail(line, f"This time lies outside {FIRST_YEAR} to {LAST_YEAR}.")
    elif number is None:
        found.fail(line, f"“{value[:40]}” is no number within ±1e100.")
    elif len(segment) > LONGEST_SEGMENT or not segment.isprintable():
        found.fail(line, f"A segment is at most {LONGEST_SEGMENT} printable characters.")
    else:
        return RawReading(moment, number, segment)
    return None


def _is_known(moment: datetime) -> bool:
    return moment.tzinfo is None or EARLIEST <= moment < BEYOND


def read_moment(text: str, form: str) -> datetime | date:
    """Return the time of a cell: a date, a local time, or a moment with a zone. Raises ValueError and OverflowError."""
    if form in ("unix", "unix_ms"):
        seconds = float(text) / (1000 if form == "unix_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if form != "iso":
        return datetime.strptime(text, TIME_FORMS[form]).date()  # noqa: DTZ007 (a day of the measure's zone)
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def read_number(text: str, *, decimal_comma: bool) -> float | None:
    """Return a finite number of at most 1e100, None for anything else; blanks and one percent sign do no harm.

    With a decimal comma points part thousands, without commas do: only where they stand in threes.
    """
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").removesuffix("%")
    parts, point = (".", ",") if decimal_comma else (",", ".")
    whole, mark, rest = plain.partition(point)
    groups = whole.split(parts)
    if parts in rest or (len(groups) > 1 and any(len(each) != 3 for each in groups[1:])):
        return None
    joined = "".join(groups) + ("." if mark else "") + rest
    if not joined.isascii() or "_" in joined:
        return None
    try:
        number = float(joined)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= _LARGEST else None


def _bad(text: str) -> ConnectorError:
    return ConnectorError(f"The file cannot be read. {text}", permanent=True, code="bad_file")

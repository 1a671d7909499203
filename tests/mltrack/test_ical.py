"""Calendars keep to RFC 5545: line ends, folding, escapes; and read back what was written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar

from mltrack.ical import Entry, calendar_text

CHANGED = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)
HARD = "Überprüfung; a, b \\ c\r\nEND:VCALENDAR\x00\x1b " + "ä" * 90


def entry(**fields: object) -> Entry:
    return Entry(**{  # type: ignore[arg-type]
        "uid": "spr_1", "title": "Sprint 1", "first": date(2026, 12, 24), "last": date(2026, 12, 31),
        "changed": CHANGED, "url": "", **fields,
    })  # fmt: skip


def test_lines_end_with_crlf_and_have_at_most_75_octets() -> None:
    text = calendar_text("Acme", [entry(title=HARD)])
    assert text.endswith(b"END:VCALENDAR\r\n") and b"\n" not in text.replace(b"\r\n", b"")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert text.count(b"\r\nEND:VCALENDAR") == 1 and b"\x00" not in text and b"\x1b" not in text


def test_what_was_written_is_read_back() -> None:
    text = calendar_text("Acme, Inc.", [entry(title=HARD, url="https://ml.example.org/w/acme/")])
    read: Any = Calendar.from_ical(text)
    assert (str(read["VERSION"]), str(read["X-WR-CALNAME"])) == ("2.0", "Acme, Inc.")
    [event] = read.walk("VEVENT")
    assert str(event["SUMMARY"]) == "Überprüfung; a, b \\ c END:VCALENDAR " + "ä" * 90
    assert (str(event["UID"]), event["DTSTAMP"].dt) == ("spr_1@mltrack", CHANGED)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 24), date(2027, 1, 1))
    assert str(event["URL"]) == "https://ml.example.org/w/acme/"


def test_the_same_days_are_the_same_text() -> None:
    assert calendar_text("Acme", [entry()]) == calendar_text("Acme", [entry()])
    assert b"VEVENT" not in calendar_text("Acme", [])

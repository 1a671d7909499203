"""Days with a title as a calendar that other programs read, RFC 5545. Knows no domain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Entry:
    """Whole days from `first` to `last`. `uid` stays the same when the days move; `changed` is when they did last."""

    uid: str
    title: str
    first: date
    last: date
    changed: datetime
    url: str = ""


def calendar_text(name: str, entries: Iterable[Entry]) -> bytes:
    """Return a calendar of a name: lines end with CRLF and fold after 75 octets, texts are escaped.

    Whole days have no zone: they are that day wherever the reader is, and nobody is busy on them.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//MLTrack//Calendar 1//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name))
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@mltrack")
        event.add("dtstamp", entry.changed)
        event.add("summary", _line(entry.title))
        event.add("dtstart", entry.first)
        event.add("dtend", entry.last + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        if entry.url:
            event.add("url", entry.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _line(text: str) -> str:
    """Return a text on one line, without the control characters that the format has no place for."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())

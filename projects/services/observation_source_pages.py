"""One page of answers that a pull brought to a source of observations, stored: what the pull loop calls `write`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.days import at_zone, begin_of, day_in, known_moment
from projects.connectors.reading_records import RawReading, ReadingsPage, RejectedRow
from projects.models import Connection, ObservationSource, ObservedKind
from projects.progress.observed import COUNTED, ObservedValue
from projects.services.observation_input import LONGEST, finite
from projects.services.observations import keep_values
from projects.services.pages import Stored
from projects.services.source_answers import note_answer, note_odd, note_problem, source_asked
from projects.services.texts import storable

_SEGMENT: Final = LONGEST["segment"]


@dataclass(frozen=True, slots=True)
class Observing:
    """What a source makes of each row: an observation of this kind and name, in the days of a zone."""

    kind: str
    name: str
    method: str
    threshold: float | None
    zone: str


@dataclass(slots=True)
class Checked:
    """Rows as observations, and those that are none with the reason."""

    values: list[ObservedValue] = field(default_factory=list)
    odd: list[RejectedRow] = field(default_factory=list)


def record_observations_page(connection: Connection, page: ReadingsPage) -> Stored:
    """Store a page in the caller's transaction: observations, what the source is at, and what is no observation.

    A page of a source that is gone meanwhile brings nothing.
    """
    ours = ObservationSource.objects.filter(connection=connection).select_related("initiative__workspace")
    source = source_asked(ours, page)
    if source is None:
        return Stored(0, 0, changed=False)
    if page.problem is not None:
        return note_problem(source, *page.problem)
    zone = source.initiative.workspace.zone
    observing = Observing(source.kind, source.name, source.method, source.threshold, zone)
    checked = checked_values(observing, page.rows, timezone.now())
    try:
        kept = keep_values(None, source.initiative, checked.values) if checked.values else []
    except ValidationError as error:
        return note_problem(source, "too_many_series", " ".join(error.messages))
    rejected = [*page.rejected, *checked.odd]
    noted = note_odd(connection, source, rejected, page)
    note_answer(source, page, max((each.time for each in checked.values), default=None))
    rows = sum(each.state != "unchanged" for each in kept)
    return Stored(rows, len(rejected), changed=bool(rows or noted))


def checked_values(observing: Observing, rows: Iterable[RawReading], now: datetime) -> Checked:
    """Return rows as observations; those of a day that is not over are left for a later pull."""
    found = Checked()
    today = begin_of(observing.zone, day_in(observing.zone, now))
    seen: set[tuple[str, datetime]] = set()
    for row in rows:
        moment, problem = _moment(row.time, observing.zone)
        if moment is None:
            found.odd.append(RejectedRow(str(row.time), problem))
        elif moment >= today:
            continue
        elif wrong := _wrong(observing.kind, row):
            found.odd.append(RejectedRow(str(row.time), wrong))
        elif (row.segment, moment) in seen:
            found.odd.append(RejectedRow(str(row.time), "This segment has another row of the same time."))
        else:
            seen.add((row.segment, moment))
            found.values.append(_value(observing, row, moment))
    return found


def _value(observing: Observing, row: RawReading, moment: datetime) -> ObservedValue:
    return ObservedValue(
        observing.kind,
        observing.name,
        moment,
        float(row.value),
        segment=row.segment,
        method=observing.method,
        threshold=observing.threshold,
        period_days=1 if observing.kind == ObservedKind.VOLUME else None,
    )


def _wrong(kind: str, row: RawReading) -> str:
    segment = row.segment
    if segment != segment.strip() or len(segment) > _SEGMENT or not storable(segment) or not segment.isprintable():
        return f"A segment is at most {_SEGMENT} printable characters, without blanks around them."
    try:
        value = finite(row.value, "value")
    except ValueError as error:
        return str(error)
    return f"A value of {kind} is not less than 0." if kind in COUNTED and value < 0 else ""


def _moment(time: datetime | date, name: str) -> tuple[datetime | None, str]:
    """Return a moment in UTC, or None and why. Times without a zone are local to the named one, dates begin the day."""
    try:
        if not isinstance(time, datetime):
            found: datetime | None = begin_of(name, time)
        else:
            found = at_zone(time, ZoneInfo(name)) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return None, "This time cannot be kept."
    return known_moment(found, time, name)

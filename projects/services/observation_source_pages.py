"""One page of answers that a pull brought to a source of observations, stored: what the pull loop calls `write`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.days import at_zone, begin_of, day_in
from mltrack.periods import BEYOND, EARLIEST, FIRST_YEAR, LAST_YEAR
from projects.connectors.reading_records import RawReading, ReadingsPage, RejectedRow
from projects.models import Connection, ObservationSource, ObservedKind, RejectedRecord
from projects.progress.observed import COUNTED, ObservedValue
from projects.services.observation_input import LONGEST, finite
from projects.services.observations import keep_values
from projects.services.pages import Stored
from projects.services.rejections import note_rejected
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
    ours = ObservationSource.objects.filter(connection=connection, public_id=page.query, paused=False)
    source = ours.select_for_update(of=("self",)).select_related("initiative__workspace").first()
    if source is None:
        return Stored(0, 0, changed=False)
    if page.problem is not None:
        return _note_problem(source, *page.problem)
    zone = source.initiative.workspace.zone
    observing = Observing(source.kind, source.name, source.method, source.threshold, zone)
    checked = checked_values(observing, page.rows, timezone.now())
    try:
        kept = keep_values(None, source.initiative, checked.values) if checked.values else []
    except ValidationError as error:
        return _note_problem(source, "too_many_series", " ".join(error.messages))
    rejected = [*page.rejected, *checked.odd]
    noted = _note_rejected(source, rejected, page)
    _note_answer(source, page, checked)
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
    if found is None:
        return None, f"At {time} the clocks of {name} jump: this time does not exist there."
    if not EARLIEST <= found < BEYOND:
        return None, f"This time lies outside {FIRST_YEAR} to {LAST_YEAR}."
    return found, ""


def _note_problem(source: ObservationSource, code: str, text: str) -> Stored:
    is_new = (source.error_code, source.error_text) != (code, text)
    if is_new:
        ObservationSource.objects.filter(pk=source.pk).update(error_code=code[:40], error_text=text[:2000])
    return Stored(0, 0, changed=is_new)


def _note_answer(source: ObservationSource, page: ReadingsPage, checked: Checked) -> None:
    """Keep how far the source was read; an answer that may not be whole is asked for again with the next pull."""
    if not page.ends:
        return
    source.last_ok = timezone.now()
    source.error_code = source.error_text = ""
    source.warning = page.warning
    source.digest = page.digest
    newest = max((each.time for each in checked.values), default=None)
    if newest is not None and not page.warning:
        source.read_until = max(filter(None, (source.read_until, newest)))
    source.save(update_fields=["last_ok", "error_code", "error_text", "warning", "digest", "read_until"])


def _note_rejected(source: ObservationSource, rejected: list[RejectedRow], page: ReadingsPage) -> int:
    """Keep the list of rejected rows true; of a source that was read whole those that are mended go."""
    stem = f"{source.public_id} "
    known: list[str] = []
    is_same = page.digest != "" and page.digest == source.digest
    if page.ends and not is_same and (source.read_until is None or page.digest):
        kept = RejectedRecord.objects.filter(connection=source.connection_id, external_id__startswith=stem)
        known = list(kept.values_list("external_id", flat=True))
    reasons = {f"{stem}{each.place}"[:300]: each.reason for each in rejected}
    return note_rejected(source.connection, reasons, known) if reasons or known else 0

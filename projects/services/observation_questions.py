"""Sources of observations as questions to a connection: since when they ask, and for which days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from mltrack.days import begin_of, day_in
from projects.connectors.reading_records import SeriesQuery
from projects.models import Connection, ObservationSource
from projects.services.asked_sources import asked_from

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What a source asks, kept or not yet, in the days of a zone."""

    statement: str
    options: Mapping[str, Any]
    begins: date
    zone: str


def observation_questions(connection: Connection, now: datetime) -> list[SeriesQuery]:
    """Return what the sources of a connection ask for now, in one query: those that failed last.

    Paused ones and those put away ask nothing.
    """
    found = ObservationSource.objects.filter(connection=connection, paused=False, initiative__archived_at__isnull=True)
    return [_query_of(each, now) for each in found.select_related("initiative__workspace").order_by("error_code", "pk")]


def _query_of(source: ObservationSource, now: datetime) -> SeriesQuery:
    zone = source.initiative.workspace.zone
    question = Question(source.statement, source.options, source.begins, zone)
    # A file is read whole once a day although it is as it was: the day that was not over then may be now.
    is_fresh = source.last_ok is not None and day_in(zone, source.last_ok) == day_in(zone, now)
    asked = query_of(question, now, source.public_id, source.read_until, source.digest if is_fresh else "")
    return replace(asked, version=source.version)


def query_of(
    question: Question, now: datetime, name: str = "", read_until: datetime | None = None, digest: str = ""
) -> SeriesQuery:
    """Return a question as a connector takes it: from its first day, or from a week before what is there."""
    begins = asked_from(question.begins, read_until, question.zone)
    periods = list(finished_days(question.zone, begins, now))
    return SeriesQuery(name, question.statement, question.options, begin_of(question.zone, begins), periods, digest)


def finished_days(zone: str, since: date, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield (first moment, first moment after it) in UTC of each day of a zone that is over; one left out is none."""
    for number in range((day_in(zone, now) - since).days):
        begin, end = begin_of(zone, since + number * _DAY), begin_of(zone, since + (number + 1) * _DAY)
        if begin < end <= now:
            yield begin, end

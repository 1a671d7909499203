"""1,000 segments that bring something every day: what a day's judging and the list cost, by how long the history is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection

from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, milliseconds
from kpis.services.monitoring import judge_monitors
from mltrack.rest.pages import CursorPages
from projects.models import Initiative, ObservedSeries
from projects.selectors.observations import observation_list
from tests.factories import make_initiative, make_workspace

GROWTH: Final = 1.2
YEAR: Final = 365
YEARS: Final = 3
SEGMENTS: Final = {"tiny": 20}
LAST: Final = datetime(2026, 11, 28, tzinfo=UTC)
LIMIT: Final = 100
_ADD: Final = """
    INSERT INTO projects_observation (series_id, time, value, method, reference, recorded_at)
    SELECT series.id, day, floor(rate + 2 * sqrt(rate) * (random() + random() + random() - 1.5)), '', '', day
    FROM (
        SELECT id, 10 + 7 * id %% 290 AS rate FROM projects_observedseries WHERE initiative_id = %(initiative)s
    ) series CROSS JOIN generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') AS day
"""


def judged_days(size: Size) -> list[Result]:
    """Return what a day's judging and the newest page take after one year and after three, in the same run."""
    segments = SEGMENTS.get(size.name, 1_000)
    initiative = make_initiative(make_workspace())
    ObservedSeries.objects.bulk_create(
        ObservedSeries(
            workspace=initiative.workspace,
            initiative=initiative,
            kind="volume",
            name="refills",
            segment=f"s{n:04}",
            last_at=LAST,
        )
        for n in range(segments)
    )
    _add(initiative, 0, YEAR)
    before = _timed(initiative, size)
    _add(initiative, YEAR, YEAR * YEARS)
    after = _timed(initiative, size)
    about = f"{segments:,} segments, {segments * YEAR * YEARS:,} observations"
    return [
        Result(
            "monitoring",
            f"{what}, {about}",
            milliseconds(after[what]),
            f"{milliseconds(before[what])} with a third of them",
            after[what] / before[what],
            GROWTH if size.name != "tiny" else None,
        )
        for what in before
    ]


def _add(initiative: Initiative, first: int, last: int) -> None:
    """Add the days from `first` to `last` days ago."""
    given: dict[str, Any] = {
        "initiative": initiative.pk,
        "first": LAST - timedelta(days=last - 1),
        "last": LAST - timedelta(days=first),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_ADD, given)
        cursor.execute("VACUUM ANALYZE projects_observation, projects_observedseries")


def _timed(initiative: Initiative, size: Size) -> dict[str, float]:
    """Return the median time of both, which take turns."""
    now, pages = LAST + timedelta(days=1, hours=1), CursorPages("-time", "benchmark")
    jobs = {
        "a day judged": lambda: judge_monitors(initiative.pk, now),
        "newest observations": lambda: pages.read(observation_list(initiative, {}), LIMIT),
    }
    return in_turns(jobs, min(size.requests, 10))

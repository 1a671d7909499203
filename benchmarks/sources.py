"""The back-fill of a KPI's years from a file, by a whole pull, against the driver's `execute_values` of the same rows.

The pull asks a server on this machine, parses, checks, stores and keeps what the source is at; the floor only writes,
into a table of the same columns, index and constraints.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.test import override_settings
from psycopg2.extras import execute_values

from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, rate
from kpis.models import KPI, KpiSource, Reading
from kpis.services.kpi_sources import add_source
from kpis.services.kpis import create_kpi
from kpis.tasks import pull_readings
from mltrack.accounts.access import Principal
from projects.models import Connection
from projects.services.connections import ask_sync, create_connection
from tests.factories import make_workspace
from tests.servers.hostile import HostileServer, raw

DAYS: Final = 3 * 365
SEGMENTS: Final = 8
FIRST: Final = date(2023, 11, 1)
_FLOOR: Final = "CREATE TABLE bench_floor (LIKE kpis_reading INCLUDING ALL)"
_INSERT: Final = "INSERT INTO bench_floor (workspace_id, kpi_id, segment, time, value, recorded_at) VALUES %s"

Row = tuple[date, str, float]


def measure(size: Size) -> list[Result]:
    """Return how long the back-fill takes, of the whole and of eight segments, and what differs afterwards."""
    owner = make_workspace(name="Benchmark")
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR)
    found: list[Result] = []
    with HostileServer() as server, override_settings(MLTRACK_ALLOWED_NETWORKS=["127.0.0.0/8"]):
        for segments in (1, SEGMENTS):
            found += _of(owner, server, segments, size.rounds)
    return found


def rows_of(segments: int) -> list[Row]:
    """Return three years of days of so many segments."""
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    return [(day, f"s{part}", (day.toordinal() * 7 + part) % 997 / 8) for day in days for part in range(segments)]


def _of(owner: Principal, server: HostileServer, segments: int, rounds: int) -> list[Result]:
    rows = rows_of(segments)
    content = "day,segment,rate\n" + "".join(f"{day},{part},{value}\n" for day, part, value in rows)
    server.script[:] = [raw(200, content.encode())] * (2 * rounds + 4)
    kpi, source, files = _source(owner, server.url, segments)
    deeds = {"ours": partial(_back_fill, owner, source, files), "floor": partial(_write, kpi, rows)}
    took = in_turns(deeds, rounds)
    kept = set(Reading.objects.filter(kpi=kpi).values_list("time__date", "segment", "value"))
    what = f"back-fill of {DAYS:,} days, {segments} segments"
    ours, floor = rate(len(rows), took["ours"]), rate(len(rows), took["floor"])
    return [
        Result("sources", what, ours, f"execute_values {floor}", took["ours"] / took["floor"], 3.0),
        Result("sources", f"{what}: readings that differ", str(len(kept ^ set(rows))), "", len(kept ^ set(rows)), 0),
    ]


def _source(owner: Principal, url: str, segments: int) -> tuple[KPI, KpiSource, Connection]:
    kpi = create_kpi(owner, name=f"Rate {segments}", period="day")
    files = create_connection(owner, kind="csv_link", name=f"Files {segments}", base_url=url)
    options: dict[str, Any] = {"time_column": "day", "value_column": "rate", "segment_column": "segment"}
    given = {"name": "Rates", "statement": "rates.csv", "options": options, "begins": str(FIRST)}
    return kpi, add_source(owner, kpi, "csv_link", files, given), files


def _back_fill(owner: Principal, source: KpiSource, files: Connection) -> None:
    Reading.objects.filter(kpi=source.kpi_id).delete()
    KpiSource.objects.filter(pk=source.pk).update(read_until=None, digest="")
    ask_sync(owner, files)
    pull_readings(files.pk)


def _write(kpi: KPI, rows: list[Row]) -> None:
    now = datetime.now(UTC)
    values = [
        (kpi.workspace_id, kpi.pk, part, datetime(day.year, day.month, day.day, tzinfo=UTC), value, now)
        for day, part, value in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_floor")
        execute_values(cursor.cursor, _INSERT, values)

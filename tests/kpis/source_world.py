"""Short deeds that tests of sources share: a KPI, connections of every kind, and a pull of one."""

from __future__ import annotations

from itertools import count
from typing import Any

from kpis.models import KPI, KpiSource
from kpis.services.kpi_sources import add_source
from kpis.services.kpis import create_kpi
from kpis.tasks import pull_readings
from mltrack.accounts.access import Principal
from projects.models import Connection, SyncAttempt
from projects.services.connections import ask_sync, create_connection
from tests.servers.hostile import HostileServer, raw
from tests.servers.source_database import PASSWORD, READER, SourceDatabase

CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,8.2\n2026-03-30,8.1\n"
FILE = {
    "time_column": "day",
    "value_column": "rate",
    "segment_column": "",
    "time_form": "iso",
    "decimal_comma": False,
    "delimiter": "",
}
_numbers = count(1)


def make_kpi(owner: Principal, **fields: Any) -> KPI:
    """Return a daily KPI of Berlin's days."""
    return create_kpi(owner, **{"name": "Churn rate", "period": "day", "zone": "Europe/Berlin", **fields})


def connect(owner: Principal, kind: str, base_url: str, secret: str = "", **options: Any) -> Connection:
    """Return a connection of a kind of readings."""
    name = f"{kind} {next(_numbers)}"
    return create_connection(owner, kind=kind, name=name, base_url=base_url, secret=secret, options=options)


def connect_database(owner: Principal, source: SourceDatabase) -> Connection:
    """Return a connection to the second PostgreSQL, as the role that may only read."""
    return connect(owner, "sql", source.url, PASSWORD, username=READER)


def add_link(owner: Principal, kpi: KPI, connection: Connection, **given: Any) -> KpiSource:
    """Return a source that reads `rates.csv` of a connection."""
    values = {"name": "Rates", "statement": "rates.csv", "options": FILE, "begins": "2026-01-01", **given}
    return add_source(owner, kpi, "csv_link", connection, values)


def pull(owner: Principal, connection: Connection) -> SyncAttempt:
    """Ask for a pull, do it here, and return its attempt."""
    attempt = ask_sync(owner, connection)
    pull_readings(connection.pk)
    attempt.refresh_from_db()
    return attempt


def serve(server: HostileServer, content: bytes, status: int = 200) -> None:
    """Let the server answer everything with this."""
    server.script[:] = [raw(status, content, Content_Type="text/csv")] * 50

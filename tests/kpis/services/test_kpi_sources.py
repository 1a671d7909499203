"""Sources of KPIs: kept after they were tried, pulled by a worker, corrected late, read again on demand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from kpis.models import KPI, KpiSource, Reading, ReadingCorrection
from kpis.services.kpi_sources import (
    add_source,
    preview_upload,
    record_upload,
    sync_source,
)
from kpis.services.readings import record_readings
from kpis.services.source_questions import questions_of
from kpis.services.source_trials import preview_source
from mltrack.accounts.access import Principal
from projects import tasks
from projects.connectors.registry import task_of
from projects.models import Connection, SyncAttempt
from tests.factories import make_stranger, make_workspace
from tests.kpis.source_world import CSV, FILE, add_link, connect, connect_database, make_kpi, pull, serve
from tests.servers.hostile import HostileServer, raw
from tests.servers.mariadb import PASSWORD, READER, MariaDB
from tests.servers.source_database import SourceDatabase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def kpi(owner: Principal) -> KPI:
    return make_kpi(owner)


@pytest.fixture
def files(owner: Principal, hostile_server: HostileServer) -> Connection:
    serve(hostile_server, CSV)
    return connect(owner, "csv_link", hostile_server.url)


def values(kpi: KPI) -> list[tuple[datetime, float]]:
    return list(Reading.objects.filter(kpi=kpi).order_by("time", "segment").values_list("time", "value"))


def test_a_file_becomes_readings_of_the_kpis_own_days(owner: Principal, kpi: KPI, files: Connection) -> None:
    source = add_link(owner, kpi, files)
    attempt = pull(owner, files)
    assert (attempt.state, attempt.rows, attempt.requests) == ("done", 3, 1)
    # The days before and after the clocks change in Berlin: 23 hours between the second and the third.
    assert values(kpi) == [
        (datetime(2026, 3, 27, 23, tzinfo=UTC), 8.4),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 8.2),
        (datetime(2026, 3, 29, 22, tzinfo=UTC), 8.1),
    ]
    source.refresh_from_db()
    assert source.read_until == datetime(2026, 3, 29, 22, tzinfo=UTC) and source.last_ok and not source.error_code
    assert pull(owner, files).rows == 0


def test_a_late_correction_rewrites_the_reading_and_keeps_what_it_was(
    owner: Principal, kpi: KPI, files: Connection, hostile_server: HostileServer
) -> None:
    add_link(owner, kpi, files)
    pull(owner, files)
    serve(hostile_server, CSV.replace(b"8.2", b"9.9").replace(b"2026-03-30,8.1\n", b""))
    assert pull(owner, files).rows == 1
    assert [value for _, value in values(kpi)] == [8.4, 9.9, 8.1]
    (kept,) = ReadingCorrection.objects.filter(kpi=kpi)
    assert (kept.time, kept.value, kept.replaced_by) == (datetime(2026, 3, 28, 23, tzinfo=UTC), 8.2, 9.9)
    assert kept.recorded_at < kept.replaced_at


def test_a_question_that_breaks_the_server_leaves_the_others_and_is_asked_last(
    owner: Principal, kpi: KPI, files: Connection, hostile_server: HostileServer
) -> None:
    heavy, good = add_link(owner, kpi, files), add_link(owner, kpi, files, name="More")
    hostile_server.script[:] = [raw(500, b"")] * 3 + [raw(200, CSV)]
    assert pull(owner, files).state == "done"
    heavy.refresh_from_db()
    good.refresh_from_db()
    assert heavy.error_code == "server_error" and good.last_ok is not None
    files.refresh_from_db()
    assert files.failures == 0, "A connection that answers one question does not wait longer, nor is it paused"
    assert [each.id for each in questions_of(files, timezone.now())] == [good.public_id, heavy.public_id]
    serve(hostile_server, b"", 500)
    assert pull(owner, files).state == "failed", "It answers nothing any more"


def test_the_sweep_wakes_the_task_that_reads_for_kpis(
    owner: Principal, kpi: KPI, files: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    for kind in ("mlflow", "csv_link"):
        task = task_of(kind)
        monkeypatch.setattr(task, "delay", lambda number, name=task.name: woken.append((name, number)))
    tasks.sweep_connections()
    assert woken == [("kpis.tasks.pull_readings", files.pk)]
    # Whoever is handed the wrong one by a forged message gives it back as it was.
    tasks.pull_connection(files.pk)
    files.refresh_from_db()
    assert files.last_error_code == "" and files.lease_until is None and not files.paused


def test_a_database_is_read_as_a_role_that_can_only_read(
    owner: Principal, kpi: KPI, source_database: SourceDatabase
) -> None:
    connection = connect_database(owner, source_database)
    given = {"name": "Orders", "statement": "SELECT day AS time, sum(amount) AS value FROM orders GROUP BY day"}
    seen = preview_source(kpi, "sql", connection, {**given, "begins": "2026-01-01"})
    assert seen.count == 100 and seen.newest[0].value == 1590.0 and not Reading.objects.exists()
    source = add_source(owner, kpi, "sql", connection, {**given, "begins": "2026-01-01"})
    assert pull(owner, connection).rows == 100
    source.refresh_from_db()
    source_database.run("INSERT INTO orders VALUES ('2026-04-11', 'late', 7)")
    try:
        attempt = pull(owner, connection)
        assert attempt.rows == 1, "only what is new, and the week before it"
    finally:
        source_database.run("DELETE FROM orders WHERE region = 'late'")
    source_database.run("GRANT DELETE ON orders TO reader")
    try:
        attempt = pull(owner, connection)
        assert (attempt.state, attempt.error_code) == ("failed", "role_refused")
        with pytest.raises(ValidationError, match="may write to orders"):
            add_source(owner, kpi, "sql", connection, {**given, "name": "Again"})
    finally:
        source_database.run("REVOKE DELETE ON orders FROM reader")


def test_a_mariadb_is_read_by_the_scheme_of_its_address(owner: Principal, kpi: KPI, maria_database: MariaDB) -> None:
    connection = connect(owner, "sql", maria_database.url, PASSWORD, username=READER)
    weekly = "SELECT DATE_SUB(day, INTERVAL WEEKDAY(day) DAY) AS time, SUM(amount) AS value FROM `orders` GROUP BY 1"
    given = {"name": "Orders", "statement": weekly, "begins": "2026-01-05"}
    seen = preview_source(kpi, "sql", connection, given)
    # 100 days from a Thursday on: 14 weeks from the first Monday, the last of them of five days.
    assert seen.count == 14 and not seen.rejected
    add_source(owner, kpi, "sql", connection, given)
    assert pull(owner, connection).rows == 14 and connection.host == maria_database.url.split("/")[2]
    with pytest.raises(ValidationError, match="more than one way"):
        add_source(owner, kpi, "sql", connection, {**given, "statement": "SELECT 1 /*! , SLEEP(9) */"})
    connection = connect(owner, "sql", maria_database.url, PASSWORD, username="writer")
    with pytest.raises(ValidationError, match="UPDATE"):
        add_source(owner, kpi, "sql", connection, given)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("sql", {"statement": "DROP TABLE orders"}, "statement"),
        ("sql", {"statement": "SELECT now() AS time, pg_sleep(9) AS value"}, "statement"),
        ("sql", {"options": {"value_column": "v" * 64}}, "options"),
        ("prometheus", {"options": {"segment_label": "a-b"}}, "options"),
        ("csv_link", {"options": {"decimal_comma": "yes"}}, "options"),
        ("csv_link", {"options": {"time_form": "%c"}}, "options"),
        ("csv_link", {"options": {"odd": 1}}, "options"),
        ("csv_link", {"options": []}, "options"),
        ("csv_link", {"statement": ""}, "statement"),
        ("csv_link", {"begins": "soon"}, "begins"),
        ("csv_link", {"name": ""}, "name"),
        ("upload", {"statement": "x"}, "statement"),
    ],
)
def test_what_a_source_may_not_be_is_named(
    owner: Principal, kpi: KPI, kind: str, given: dict[str, Any], field: str
) -> None:
    urls = {"sql": "postgresql://127.0.0.1:9/x", "csv_link": "http://127.0.0.1:9", "prometheus": "http://127.0.0.1:9"}
    connection = connect(owner, kind, urls[kind]) if kind in urls else None
    statement = {"sql": "SELECT now() AS time, 1 AS value", "upload": ""}.get(kind, "up")
    with pytest.raises(ValidationError) as caught:
        add_source(owner, kpi, kind, connection, {"name": "New", "statement": statement, **given})
    assert field in caught.value.message_dict
    assert not KpiSource.objects.exists()


def test_a_connection_of_elsewhere_or_of_another_kind_is_refused(owner: Principal, kpi: KPI, files: Connection) -> None:
    theirs = connect(make_stranger(), "csv_link", "http://127.0.0.1:9")
    for kind, connection in (("csv_link", theirs), ("prometheus", files), ("csv_link", None), ("upload", files)):
        with pytest.raises(ValidationError, match="connection"):
            add_source(owner, kpi, kind, connection, {"name": "New", "statement": "a.csv"})


def test_an_upload_keeps_how_files_are_read_and_takes_all_of_one_or_nothing(owner: Principal, kpi: KPI) -> None:
    source = add_source(owner, kpi, "upload", None, {"name": "By hand", "options": FILE})
    assert preview_upload(source, CSV).count == 3 and not values(kpi)
    with pytest.raises(ValidationError) as caught:
        record_upload(owner, source, CSV + b"soon,1\n")
    assert list(caught.value.message_dict) == ["line 5"] and not values(kpi)
    assert record_upload(owner, source, CSV).created == 3
    assert record_upload(owner, source, CSV).unchanged == 3
    with pytest.raises(ValidationError, match="no server"):
        sync_source(owner, source)


def test_the_database_keeps_sources_whole(owner: Principal, kpi: KPI, files: Connection) -> None:
    made = {"kpi": kpi, "name": "Odd", "begins": "2026-01-01"}
    for wrong in (
        {"kind": "upload", "statement": "x"},
        {"kind": "sql", "statement": "SELECT 1"},
        {"kind": "csv_link", "connection": files},
        {"kind": "fax", "connection": files, "statement": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            KpiSource.objects.create(**made, **wrong)


def test_a_reading_that_is_told_again_is_no_correction(owner: Principal, kpi: KPI) -> None:
    for value in (1, 1, 2):
        record_readings(kpi, [{"time": "2026-01-01", "value": value, "segment": "é"}], owner)
    assert [(each.value, each.replaced_by) for each in ReadingCorrection.objects.all()] == [(1.0, 2.0)]
    assert SyncAttempt.objects.count() == 0

"""What is so of every source, whether its answers become readings of a KPI or observations of an initiative."""

from __future__ import annotations

from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from kpis.models import KPI, KpiSource, Reading
from kpis.services import kpi_sources
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Connection, Initiative, Observation, ObservationSource, RejectedRecord, SyncAttempt
from projects.services import observation_sources
from projects.services.asked_sources import asked_from
from projects.services.connections import delete_connection
from projects.services.versions import VersionConflict
from tests.factories import make_initiative, make_workspace
from tests.kpis.source_world import CSV, FILE, add_link, connect, make_kpi, pull, serve
from tests.servers.hostile import Handler, HostileServer, raw

pytestmark = pytest.mark.django_db(transaction=True)


class OfKpi:
    """A KPI and its sources."""

    noun, taken, most = "kpi source", "This KPI has a source named Rates already", "A KPI has at most 0 sources."
    model: type[KpiSource | ObservationSource] = KpiSource
    service: ModuleType = kpi_sources

    def __init__(self, owner: Principal) -> None:
        self.owner = owner
        self.parent: KPI | Initiative = self._parent()

    def _parent(self) -> KPI | Initiative:
        return make_kpi(self.owner)

    def add(self, connection: Connection, **given: Any) -> KpiSource | ObservationSource:
        """Return a source that reads `rates.csv`."""
        assert isinstance(self.parent, KPI)
        return add_link(self.owner, self.parent, connection, **given)

    def values(self) -> list[float]:
        """Return what was brought."""
        return list(Reading.objects.order_by("time").values_list("value", flat=True))

    def lose(self) -> None:
        """Delete what was brought, behind the sources' back."""
        Reading.objects.all().delete()


class OfInitiative(OfKpi):
    """An initiative and its sources of observations."""

    noun, taken = "observation source", "This initiative has a source of errors named Rates already"
    most = "An initiative has at most 0 sources of observations."
    model = ObservationSource
    service = observation_sources

    def _parent(self) -> KPI | Initiative:
        return make_initiative(self.owner)

    def add(self, connection: Connection, **given: Any) -> KpiSource | ObservationSource:
        assert isinstance(self.parent, Initiative)
        asked = {"kind": "errors", "name": "Rates", "statement": "rates.csv", "options": FILE, "begins": "2026-01-01"}
        return observation_sources.add_source(self.owner, self.parent, connection, {**asked, **given})

    def values(self) -> list[float]:
        return list(Observation.objects.order_by("time").values_list("value", flat=True))

    def lose(self) -> None:
        Observation.objects.all().delete()


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture(params=[OfKpi, OfInitiative], ids=["kpi", "initiative"])
def of(request: pytest.FixtureRequest, owner: Principal) -> OfKpi:
    found: OfKpi = request.param(owner)
    return found


@pytest.fixture
def files(owner: Principal, hostile_server: HostileServer) -> Connection:
    serve(hostile_server, CSV)
    return connect(owner, "csv_link", hostile_server.url)


def told(of: OfKpi) -> list[str]:
    """Return what the audit trail says was done with sources, from the first on."""
    return list(AuditEvent.objects.filter(object_kind=of.noun).order_by("pk").values_list("action", flat=True))


def test_wrong_rows_are_listed_by_line_until_they_are_mended(
    owner: Principal, of: OfKpi, files: Connection, hostile_server: HostileServer
) -> None:
    serve(hostile_server, CSV + b"2026-03-31,1e309\n")
    source = of.add(files)
    attempt = pull(owner, files)
    assert (attempt.rows, attempt.rejected) == (3, 1)
    (row,) = RejectedRecord.objects.filter(connection=files)
    assert row.external_id == f"{source.public_id} line 5" and "1e309" in row.reason
    serve(hostile_server, CSV)
    pull(owner, files)
    assert not RejectedRecord.objects.filter(connection=files).exists()


def test_one_source_that_fails_leaves_the_others_of_its_connection(
    owner: Principal, of: OfKpi, files: Connection, hostile_server: HostileServer
) -> None:
    bad, good = of.add(files), of.add(files, name="More")
    hostile_server.script[:] = [raw(404, b""), raw(200, CSV)]
    assert pull(owner, files).state == "done"
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.error_code == "not_found" and bad.last_ok is None and good.last_ok is not None
    serve(hostile_server, CSV)
    pull(owner, files)
    bad.refresh_from_db()
    assert not bad.error_code and bad.last_ok is not None


def test_a_back_fill_reads_everything_again(owner: Principal, of: OfKpi, files: Connection) -> None:
    source = of.add(files)
    pull(owner, files)
    of.lose()
    assert pull(owner, files).rows == 0, "the file is as it was"
    of.service.sync_source(owner, source, whole=True)
    assert pull(owner, files).rows == 3
    assert AuditEvent.objects.get(action="back-fill", object_kind=of.noun).after == {"begins": "2026-01-01"}


@pytest.mark.parametrize("deed", ["back-fill", "edit"])
def test_a_pull_under_way_does_not_undo_what_is_asked_for_meanwhile(
    owner: Principal, of: OfKpi, files: Connection, hostile_server: HostileServer, deed: str
) -> None:
    source = of.add(files)
    pull(owner, files)
    of.lose()
    kept = [*hostile_server.script]

    def answered(handler: Handler) -> None:
        try:
            if deed == "edit":
                hostile_server.script[:] = kept
                of.service.edit_source(owner, source, {"begins": "2026-03-29"})
            else:
                of.service.sync_source(owner, source, whole=True)
        finally:
            connections.close_all()
        raw(200, b"day,rate\n2026-03-28,1\n", Content_Type="text/csv")(handler)

    hostile_server.script[:] = [answered]
    assert pull(owner, files).rows == 0 and not of.values(), "what it was asked for is asked for no longer"
    source.refresh_from_db()
    assert (source.read_until, source.digest, source.version) == (None, "", 2)
    hostile_server.script[:] = kept
    assert pull(owner, files).rows == 3


def test_a_pull_begins_at_the_first_day_or_a_week_before_what_is_there() -> None:
    begins, read_until = datetime(2026, 1, 1, tzinfo=UTC).date(), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert asked_from(begins, None, "UTC") == begins
    assert asked_from(begins, read_until, "UTC").isoformat() == "2026-03-22"
    assert asked_from(begins, read_until, "Asia/Tokyo").isoformat() == "2026-03-23", "the day there"
    assert asked_from(begins, datetime(2026, 1, 3, tzinfo=UTC), "UTC") == begins


def test_paused_removed_and_deleted_sources_ask_nothing_and_what_they_brought_stays(
    owner: Principal, of: OfKpi, files: Connection
) -> None:
    source = of.add(files)
    for _ in range(2):
        of.service.pause_source(owner, source, paused=True)
    assert pull(owner, files).requests == 0 and not of.values()
    of.service.pause_source(owner, source, paused=False)
    pull(owner, files)
    RejectedRecord.objects.create(connection=files, external_id=f"{source.public_id} line 9", reason="no number")
    RejectedRecord.objects.create(connection=files, external_id="osr_other line 9", reason="no number")
    of.service.remove_source(owner, source)
    assert [each.external_id for each in RejectedRecord.objects.all()] == ["osr_other line 9"]
    assert pull(owner, files).requests == 0 and of.values() == [8.4, 8.2, 8.1]
    assert told(of) == ["add", "pause", "resume", "remove"], "what changes nothing is not told"
    of.add(files)
    type(of.parent).objects.filter(pk=of.parent.pk).update(archived_at=timezone.now())
    assert pull(owner, files).requests == 0
    delete_connection(owner, files)
    assert not of.model.objects.exists() and len(of.values()) == 3


def test_an_edited_source_is_tried_told_and_read_anew(owner: Principal, of: OfKpi, files: Connection) -> None:
    source = of.add(files)
    pull(owner, files)
    with pytest.raises(ValidationError, match="rates"):
        of.service.edit_source(owner, source, {"options": {**FILE, "value_column": "rates"}})
    source.refresh_from_db()
    assert source.read_until and source.digest
    edited = of.service.edit_source(owner, source, {"begins": "2026-03-30"}, expected_version=1)
    assert edited.read_until is None and edited.digest == "" and edited.version == 2
    assert SyncAttempt.objects.filter(connection=files, state="queued").exists()
    event = AuditEvent.objects.get(action="edit", object_kind=of.noun, object_key=source.public_id)
    assert (event.before["begins"], event.after["begins"]) == ("2026-01-01", "2026-03-30")
    kept = {"name": "Rates", "kind": source.kind, "statement": "rates.csv", "options": FILE}
    assert event.after == event.after | kept | {"connection": files.public_id}
    with pytest.raises(VersionConflict):
        of.service.edit_source(owner, source, {"begins": "2026-03-29"}, expected_version=1)


def test_a_name_is_taken_once(owner: Principal, of: OfKpi, files: Connection) -> None:
    of.add(files)
    other = of.add(files, name="More")
    with pytest.raises(ValidationError, match=of.taken):
        of.add(files)
    with pytest.raises(ValidationError, match=of.taken):
        of.service.edit_source(owner, other, {"name": "Rates"})
    assert told(of) == ["add", "add"]


def test_there_is_room_for_so_many(of: OfKpi, files: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of.service, "MOST_SOURCES", 0)
    with pytest.raises(ValidationError, match=of.most):
        of.add(files)


def test_a_source_is_held_after_its_connection_as_a_pull_holds_them(
    owner: Principal, of: OfKpi, files: Connection
) -> None:
    source = of.add(files)
    with CaptureQueriesContext(database) as queries:
        of.service.pause_source(owner, source, paused=True)
    held = [each["sql"] for each in queries if "FOR " in each["sql"] and "UPDATE" in each["sql"][-40:]]
    table = f'"{of.model._meta.db_table}"'
    assert ['"projects_connection"' in held[0], table in held[1]] == [True, True]
    assert table not in held[0]

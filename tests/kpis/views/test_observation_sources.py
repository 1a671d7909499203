"""The page of sources of observations: tried, kept, paused, removed, with what the last pull said."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from mltrack.accounts.models import Workspace
from projects.models import Connection, ObservationSource, RejectedRecord, SyncAttempt
from tests.kpis.source_world import FILE, connect
from tests.kpis.views.conftest import Place, browser
from tests.servers.hostile import HostileServer, raw

HERE = "data/observing/"
CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,8.2\n"
ASKED = {"kind": "errors", "name": "answers", "statement": "a.csv", "threshold": "0.5", "method": "", "segment": ""}
ASKED |= {"time_column": "day", "value_column": "rate", "begins": "2026-01-01", "time_form": "iso", "delimiter": ""}


@pytest.fixture
def files(place: Place, settings: Settings, hostile_server: HostileServer) -> Connection:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    hostile_server.script[:] = [raw(200, CSV)] * 9
    return connect(place.owner, "csv_link", hostile_server.url)


def keep(place: Place, files: Connection, name: str = "answers", **values: Any) -> ObservationSource:
    made = {"initiative": place.initiative, "connection": files, "statement": "a.csv", "begins": date(2026, 1, 1)}
    return ObservationSource.objects.create(kind="errors", name=name, **made, **values)


def test_a_source_is_tried_and_then_kept(place: Place, files: Connection) -> None:
    url = place.url(HERE)
    seen = browser(place.owner).post(url, {**ASKED, "connection": files.public_id, "try": ""})
    page = unescape(seen.content.decode())
    assert seen.status_code == 200 and "What it brings" in page and "8.2" in page and "Keep it" in page
    assert not ObservationSource.objects.exists()
    kept = browser(place.owner).post(url, {**ASKED, "connection": files.public_id, "save": ""})
    assert (kept.status_code, kept.headers["Location"]) == (302, url)
    source = ObservationSource.objects.get()
    assert (source.connection, source.options, source.threshold) == (files, FILE, 0.5)
    assert SyncAttempt.objects.filter(connection=files, state="queued").exists()
    assert url in browser(place.viewer).get(place.url("data/")).content.decode()


def test_what_it_brings_is_told_in_days_of_the_workspace(
    place: Place, files: Connection, hostile_server: HostileServer
) -> None:
    Workspace.objects.filter(pk=place.owner.workspace.pk).update(zone="Europe/Berlin")
    asked = {**ASKED, "connection": files.public_id, "try": ""}
    page = unescape(browser(place.owner).post(place.url(HERE), asked).content.decode())
    assert "Time, Europe/Berlin" in page and "2026-03-28 00:00" in page and "2026-03-27 23:00" not in page
    hostile_server.script[:] = [raw(200, b"day,rate\n")]
    none = unescape(browser(place.owner).post(place.url(HERE), asked).content.decode())
    assert "No observation: there is nothing" in none and "No reading" not in none


def test_what_is_wrong_stands_at_its_field(place: Place, files: Connection, hostile_server: HostileServer) -> None:
    hostile_server.script[:] = [raw(200, b"when,what\n")]
    wrong = browser(place.owner).post(place.url(HERE), {**ASKED, "connection": files.public_id, "try": ""})
    assert wrong.status_code == 422 and "no column “day”" in unescape(wrong.content.decode())
    volume = {**ASKED, "kind": "volume", "connection": files.public_id, "try": ""}
    assert "A volume has no threshold" in browser(place.owner).post(place.url(HERE), volume).content.decode()


def test_what_the_last_pull_said_is_shown(place: Place, files: Connection) -> None:
    source = keep(place, files, error_code="bad_query", error_text="parse error at char 3")
    RejectedRecord.objects.create(connection=files, external_id=f"{source.public_id} line 9", reason="no number")
    page = unescape(browser(place.viewer).get(place.url(HERE)).content.decode())
    assert "Failing" in page and "#s-up" in page and "parse error at char 3" in page and "line 9: no number" in page
    assert "Sync now" not in page and "Add a source" not in page


def test_deeds_on_a_source(place: Place, files: Connection) -> None:
    source = keep(place, files, digest="x")
    for deed in ("sync", "pause", "remove"):
        assert browser(place.viewer).post(place.url(f"{HERE}{source.public_id}/{deed}/")).status_code == 403
    assert browser(place.owner).post(place.url(f"{HERE}{source.public_id}/pause/")).status_code == 302
    assert not ObservationSource.objects.get().paused
    for _ in range(2):
        browser(place.owner).post(place.url(f"{HERE}{source.public_id}/pause/"), {"paused": "1"})
    browser(place.owner).post(place.url(f"{HERE}{source.public_id}/sync/"), {"whole": "1"})
    source.refresh_from_db()
    assert source.paused and source.digest == ""
    assert SyncAttempt.objects.filter(connection=files, state="queued").count() == 1
    assert browser(place.owner).post(place.url(f"{HERE}{source.public_id}/remove/")).status_code == 302
    assert not ObservationSource.objects.exists()


def test_the_page_asks_a_fixed_number_of_questions(place: Place, files: Connection) -> None:
    counts = []
    for number in range(3):
        keep(place, files, f"answers {number}")
        with CaptureQueriesContext(connection) as found:
            assert browser(place.viewer).get(place.url(HERE)).status_code == 200
        counts.append(len(found))
    assert counts[1] == counts[2]

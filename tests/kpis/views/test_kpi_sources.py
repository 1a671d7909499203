"""The page of a KPI's sources: tried, kept, paused, removed, and files by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kpis.models import KpiSource, Reading
from mltrack.accounts.access import Principal
from projects.models import SyncAttempt
from projects.services import asking
from projects.services.clients import open_connection
from tests.factories import make_member, make_workspace
from tests.kpis.source_world import FILE, connect
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db
HERE = "kpis/churn-rate/sources/"
CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,8.2\n"
ASKED = {"name": "Rates", "statement": "rates.csv", "begins": "2026-01-01", "time_form": "iso", "delimiter": ""}
ASKED |= {"time_column": "day", "value_column": "rate", "segment": "", "decimal_comma": ""}


@pytest.fixture
def owner(settings: Settings) -> Principal:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return make_workspace()


def test_a_source_is_tried_and_then_kept(owner: Principal, hostile_server: HostileServer) -> None:
    kpi = make_kpi(owner, ())
    files = connect(owner, "csv_link", hostile_server.url)
    hostile_server.script[:] = [raw(200, CSV)] * 5
    seen = post(owner, home(owner, HERE), {**ASKED, "connection": files.public_id, "try": ""})
    assert seen.status_code == 200 and not KpiSource.objects.exists() and not Reading.objects.filter(kpi=kpi).exists()
    assert "What it brings" in text(seen) and "8.2" in text(seen) and "Keep it" in text(seen)
    kept = post(owner, home(owner, HERE), {**ASKED, "connection": files.public_id, "save": ""})
    assert kept.status_code == 302
    source = KpiSource.objects.get()
    assert (source.kind, source.connection, source.options) == ("csv_link", files, FILE)
    assert "Rates" in text(get(owner, home(owner, HERE)))
    assert SyncAttempt.objects.filter(connection=files, state="queued").exists()


def test_no_transaction_is_open_while_the_page_asks(
    owner: Principal, hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_kpi(owner, ())
    files = connect(owner, "csv_link", hostile_server.url)
    hostile_server.script[:] = [raw(200, CSV)] * 5
    seen: list[int] = []
    own = len(connection.atomic_blocks)

    def watched(*args: Any) -> Any:
        seen.append(len(connection.atomic_blocks) - own)
        return open_connection(*args)

    monkeypatch.setattr(asking, "open_connection", watched)
    for button, status in (("try", 200), ("save", 302)):
        answer = post(owner, home(owner, HERE), {**ASKED, "connection": files.public_id, button: ""})
        assert answer.status_code == status
    assert seen == [0, 0]


def test_what_is_wrong_stands_at_its_field(owner: Principal, hostile_server: HostileServer) -> None:
    make_kpi(owner)
    files = connect(owner, "csv_link", hostile_server.url)
    hostile_server.script[:] = [raw(200, b"when,what\n")]
    answer = post(owner, home(owner, HERE), {**ASKED, "connection": files.public_id, "try": ""})
    assert answer.status_code == 422 and "no column “day”" in text(answer)


def test_files_are_looked_at_and_recorded(owner: Principal) -> None:
    kpi = make_kpi(owner)
    assert post(owner, home(owner, HERE), {**ASKED, "statement": "", "connection": "upload"}).status_code == 302
    source = KpiSource.objects.get()
    path = home(owner, f"{HERE}{source.public_id}/upload/")
    contributor = make_member(owner.workspace)
    before = Reading.objects.filter(kpi=kpi).count()
    assert "8.4" in text(post(contributor, path, {"file": SimpleUploadedFile("a.csv", CSV), "try": ""}))
    wrong = post(contributor, path, {"lines": CSV.decode() + "soon,1\n"})
    assert wrong.status_code == 422 and "line 4" in text(wrong)
    assert Reading.objects.filter(kpi=kpi).count() == before
    assert post(contributor, path, {"file": SimpleUploadedFile("a.csv", CSV)}).status_code == 302
    assert Reading.objects.filter(kpi=kpi).count() == before + 2
    assert post(contributor, home(owner, f"{HERE}{source.public_id}/remove/"), {}).status_code == 403
    assert post(owner, home(owner, f"{HERE}{source.public_id}/remove/"), {}).status_code == 302
    assert not KpiSource.objects.exists()


def test_deeds_on_a_source(owner: Principal, hostile_server: HostileServer) -> None:
    kpi = make_kpi(owner)
    files = connect(owner, "csv_link", hostile_server.url)
    made = {"kpi": kpi, "kind": "csv_link", "connection": files, "statement": "a.csv", "begins": date(2026, 1, 1)}
    source = KpiSource.objects.create(name="Rates", digest="x", **made)
    for asked, paused in (({"paused": "1"}, True), ({"paused": "1"}, True), ({"paused": "0"}, False), ({}, False)):
        assert post(owner, home(owner, f"{HERE}{source.public_id}/pause/"), asked).status_code == 302
        source.refresh_from_db()
        assert source.paused is paused
    post(owner, home(owner, f"{HERE}{source.public_id}/sync/"), {"whole": "1"})
    source.refresh_from_db()
    assert source.digest == "" and SyncAttempt.objects.filter(connection=files, state="queued").count() == 1


def test_the_page_asks_a_fixed_number_of_questions(owner: Principal) -> None:
    kpi = make_kpi(owner)
    files = connect(owner, "csv_link", "http://127.0.0.1:9")
    made = {"kpi": kpi, "kind": "csv_link", "connection": files, "statement": "a.csv", "begins": date(2026, 1, 1)}
    counts = []
    for number in range(3):
        KpiSource.objects.create(name=f"Rates {number}", **made)
        with CaptureQueriesContext(connection) as found:
            assert get(owner, home(owner, HERE)).status_code == 200
        counts.append(len(found))
    assert counts[1] == counts[2]

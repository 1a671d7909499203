"""The register of sources: enter, change, archive, plan a stop and withdraw it, all on its pages."""

from __future__ import annotations

import csv
import io
from html import unescape
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.access import Principal
from projects.models import DataSource, PlannedStop
from tests.kpis.views.conftest import Place, browser

STOP = {"first_day": "2026-12-24", "last_day": "2026-12-26", "reason": "Closed over Christmas"}


def at(place: Place, path: str = "data-sources/") -> str:
    return f"/w/{place.owner.workspace.key}/{path}"


def shown(place: Place, who: Principal, path: str = "data-sources/") -> str:
    return unescape(browser(who).get(at(place, path)).content.decode())


def enter(place: Place, **fields: Any) -> Any:
    source = {"key": "pharmacy-feed", "name": "Pharmacy feed", "feeds": "CHURN refills\r\nCHURN all visits\r\n"}
    return browser(place.owner).post(at(place), {**source, "note": "Nightly.", **fields})


def test_the_page_teaches_while_nothing_is_known(place: Place) -> None:
    page = shown(place, place.viewer)
    assert "No source yet" in page and "None is planned." in page and "Enter a source" not in page


def test_a_source_is_entered_changed_and_archived(place: Place) -> None:
    assert enter(place).status_code == 302
    source = DataSource.objects.get()
    feeds = {(each.initiative.key, each.feature) for each in source.features.all()}
    assert feeds == {("CHURN", "refills"), ("CHURN", "all visits")}
    assert "Pharmacy feed" in shown(place, place.viewer)
    here = "data-sources/pharmacy-feed/"
    assert "Nightly." in shown(place, place.viewer, here)
    owner = place.owner.user
    assert owner is not None
    given = {"name": "Feed", "feeds": "CHURN refills", "owner": owner.email, "archived": "on"}
    assert browser(place.owner).post(at(place, here), given).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.note, source.owner, source.features.count()) == ("Feed", "", owner, 1)
    assert source.archived_at is not None and "Table of archived sources" in shown(place, place.viewer)


def test_what_is_wrong_stands_at_its_field(place: Place) -> None:
    enter(place)
    for fields in (
        {},
        {"key": "Not a key"},
        {"key": "b", "feeds": "CHURN"},
        {"key": "b", "feeds": "NOWHERE refills"},
        {"key": "b", "owner": "nobody@example.org"},
    ):
        answer = enter(place, **fields)
        assert answer.status_code == 422 and b'class="error"' in answer.content
    assert DataSource.objects.count() == 1


def test_a_stop_is_planned_and_withdrawn(place: Place) -> None:
    enter(place)
    given = {**STOP, "initiative": "CHURN", "source": "pharmacy-feed", "segment": "IL"}
    assert browser(place.owner).post(at(place, "planned-stops/"), given).status_code == 302
    stop = PlannedStop.objects.get()
    assert (stop.initiative, stop.segment) == (place.initiative, "IL")
    assert stop.source is not None and "Closed over Christmas" in shown(place, place.viewer)
    wrong = browser(place.owner).post(at(place, "planned-stops/"), {**STOP, "last_day": "2026-12-01"})
    assert wrong.status_code == 422 and "before the first" in wrong.content.decode()
    gone = browser(place.owner).post(at(place, f"planned-stops/{stop.public_id}/withdraw/"))
    assert gone.status_code == 302 and "Closed over Christmas" not in shown(place, place.viewer)


def test_the_files_have_all(place: Place) -> None:
    enter(place)
    browser(place.owner).post(at(place, "planned-stops/"), STOP)

    def rows(name: str) -> list[dict[str, str]]:
        text = b"".join(browser(place.viewer).get(at(place, f"data-sources/{name}.csv"))).decode().lstrip("\ufeff")
        return list(csv.DictReader(io.StringIO(text)))

    assert [(row["source"], row["initiative"], row["feature"]) for row in rows("sources")] == [
        ("pharmacy-feed", "CHURN", "all visits"),
        ("pharmacy-feed", "CHURN", "refills"),
    ]
    assert [(row["first_day"], row["reason"]) for row in rows("planned-stops")] == [("2026-12-24", STOP["reason"])]


def test_at_most_twelve_queries(place: Place) -> None:
    for number in range(4):
        enter(place, key=f"feed-{number}")
        browser(place.owner).post(at(place, "planned-stops/"), STOP)
    client = browser(place.owner)
    client.get(at(place))
    with CaptureQueriesContext(connection) as queries:
        client.get(at(place))
    assert len(queries) <= 12

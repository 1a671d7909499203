"""The runs tab: who sees it, filters in the URL, columns, the file, and what it costs."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.connectors.records import MetricRecord
from projects.models import RunColumns
from projects.services.initiatives import edit_initiative
from projects.services.runs import mark_deleted, record_runs
from tests.factories import make_connection, make_initiative, make_runs, run_record
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import POOR, report

PAGES = ("runs/", "runs/best/", "runs/runs.csv")
QUERIES = {"runs/": 26, "runs/?sort=-metric:accuracy&metric=accuracy:>=0.1": 26, "runs/best/": 18, "runs/runs.csv": 14}


def text(place: Place, rest: str = "runs/", client: Client | None = None) -> str:
    return (client or browser(place.owner)).get(place.url(rest)).content.decode()


def rows(place: Place, rest: str = "runs/runs.csv") -> list[dict[str, str]]:
    answer = browser(place.owner).get(place.url(rest))
    assert answer.headers["Content-Type"].startswith("text/csv")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(body)))


@pytest.mark.parametrize("rest", PAGES)
def test_members_read_and_strangers_find_nothing(place: Place, rest: str) -> None:
    for name, person in place.people.items():
        assert browser(person).get(place.url(rest)).status_code == (404 if name == "stranger" else 200), name
    assert Client().get(place.url(rest)).status_code == 302


def test_the_best_run_stands_on_top_with_its_targets(place: Place) -> None:
    report(place.initiative, "poor", POOR)
    page = text(place)
    assert "Best run under the targets" in page
    assert "meets 2 of 2" in page
    assert page.index("run good") < page.index('id="runs"') < page.index("run poor")


def test_the_best_run_is_looked_for_apart_under_another_rule(place: Place) -> None:
    edit_initiative(place.owner, place.initiative, {"candidate_rule": "latest"})
    place.judge()
    assert 'hx-trigger="load"' in text(place)
    part = browser(place.owner).get(place.url("runs/best/"), headers={"HX-Request": "true"}).content.decode()
    assert "meets 2 of 2" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"good", "poor", "failed"}),
        ("?status=failed", {"failed"}),
        ("?metric=accuracy:>=0.9", {"good"}),
        ("?metric=accuracy>=0.5&metric=coverage<0.5", {"poor"}),
        ("?text=oo", {"good", "poor"}),
        ("?experiment=9", {"failed"}),
        ("?connection=pushed", {"good", "poor", "failed"}),
        ("?connection=con_none", set()),
        ("?deleted=only", {"gone"}),
        ("?deleted=all&status=finished", {"good", "poor", "gone"}),
    ],
)
def test_filters_narrow_the_page_and_the_file_alike(place: Place, query: str, shown: set[str]) -> None:
    report(place.initiative, "poor", POOR)
    record_runs(
        place.initiative,
        [run_record("failed", status="failed", experiment_id="9", metrics={"accuracy": 0.1})],
        replace=True,
    )
    connected = make_connection(place.owner, initiative=place.initiative)
    record_runs(connected, [run_record("gone")], replace=True)
    mark_deleted(connected, ["gone"])
    assert {row["external_id"] for row in rows(place, f"runs/runs.csv{query}")} == shown
    page = text(place, f"runs/{query}")
    table = page[page.find("<tbody>", page.find('id="runs"')) :] if 'id="runs"' in page else ""
    assert {name for name in ("good", "poor", "failed", "gone") if f"run {name}</a>" in table} == shown


def test_what_is_not_understood_is_said_and_left_out(place: Place) -> None:
    page = text(place, "runs/?metric=high&sort=owner__password&status=odd")
    assert page.count("is not understood") == 3
    assert "run good" in page


@pytest.mark.parametrize("query", ["text=%s", "metric=a%s>1", "sort=metric:%s", "experiment=%s", "cursor=%s"])
def test_odd_letters_break_nothing(place: Place, query: str) -> None:
    for letter, status in (("%01", 200), ("%ff", 200), ("%00", 400)):
        url = place.url("runs/?" + query.replace("%s", letter))
        assert browser(place.owner).get(url, follow=True).status_code == status


def test_nothing_fits(place: Place) -> None:
    page = text(place, "runs/?text=nowhere")
    assert "No run fits this filter" in page
    assert "Show every run" in page


def test_the_empty_tab_teaches(place: Place) -> None:
    make_initiative(place.owner, "NEW")
    url = place.url("runs/").replace("CHURN", "NEW")
    page = browser(place.owner).get(url).content.decode()
    assert "No runs yet" in page
    assert "/api/v1/initiatives/NEW/runs/" in page
    assert "connections/new/?initiative=NEW" in page
    assert "connections/new/" not in browser(place.viewer).get(url).content.decode()


def test_pages_follow_each_other_and_a_foreign_place_begins_anew(place: Place) -> None:
    make_runs(place.initiative, 60)
    client = browser(place.owner)
    first = client.get(place.url("runs/"))
    second = client.get(place.url(f"runs/?cursor={first.context['found'].next}"))
    names = [[row.run.external_id for row in page.context["found"].rows] for page in (first, second)]
    assert (len(names[0]), len(names[1])) == (50, 11)
    assert not set(names[0]) & set(names[1])
    lost = client.get(place.url(f"runs/?text=run&sort=name&cursor={first.context['found'].next}"))
    assert lost.headers["Location"].endswith("runs/?text=run&sort=name")


def test_specials_are_shown_as_such_and_never_the_best(place: Place) -> None:
    odd = {"accuracy": MetricRecord(None, "nan"), "coverage": MetricRecord(None, "-inf")}
    record_runs(place.initiative, [run_record("odd", metrics=odd)], replace=True)
    page = text(place, "runs/?text=odd")
    assert ">NaN</td>" in page
    assert ">−∞</td>" in page
    assert "best so far</span></span>" not in page


def test_columns_are_kept_for_one_person(place: Place) -> None:
    client, other = browser(place.viewer), browser(place.owner)
    answer = client.post(
        place.url("runs/columns/"), {"columns": ["param:lr", "tag:threshold"], "back": "status=finished&cursor=x"}
    )
    assert answer.headers["Location"].endswith("runs/?status=finished")
    found = client.get(place.url("runs/")).context["found"]
    assert [column.name for column in found.columns] == ["param:lr", "tag:threshold"]
    names = [column.name for column in other.get(place.url("runs/")).context["found"].columns]
    assert names == ["metric:accuracy", "metric:coverage", "metric:n"]
    client.post(place.url("runs/columns/"), {"columns": []})
    assert [column.kind for column in client.get(place.url("runs/")).context["found"].columns] == ["metric"] * 3


def test_columns_that_do_not_occur_are_refused(place: Place) -> None:
    browser(place.viewer).post(place.url("runs/columns/"), {"columns": ["metric:made up"]})
    assert not RunColumns.objects.exists()
    assert browser(place.stranger).post(place.url("runs/columns/"), {}).status_code == 404
    assert browser(place.viewer).get(place.url("runs/columns/")).status_code == 405


def test_the_file_holds_no_formula(place: Place) -> None:
    record_runs(place.initiative, [run_record("x", name="=cmd|' /C calc'!A0", params={"lr": "-0.5"})], replace=True)
    browser(place.owner).post(place.url("runs/columns/"), {"columns": ["param:lr"]})
    (row,) = rows(place, "runs/runs.csv?text=cmd")
    assert row["name"].startswith("'=")
    assert row["param:lr"] == "-0.5"


@pytest.mark.parametrize("rest", QUERIES)
def test_it_costs_the_same_at_ten_times_the_runs(place: Place, rest: str) -> None:
    client = browser(place.owner)
    counts = []
    for more in (8, 80):
        make_runs(place.initiative, more)
        with CaptureQueriesContext(connection) as found:
            answer = client.get(place.url(rest))
            if answer.streaming:
                b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert answer.status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= QUERIES[rest], "\n".join(each["sql"][:160] for each in found)

"""The data tab: which versions are known, which is the newest, and which runs used them."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.selectors.datasets import dataset_rows
from projects.connectors.records import DatasetRecord
from projects.models import Run
from projects.services.datasets import record_dataset
from tests.factories import make_connection, make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import GOOD, report


def used(place: Place, external_id: str, digest: str, **fields: Any) -> Run:
    """Report a run that was measured on a version of "cases"."""
    return report(place.initiative, external_id, GOOD, datasets=(DatasetRecord("cases", digest, "test"),), **fields)


def test_the_page_teaches_while_nothing_is_known(place: Place) -> None:
    page = unescape(browser(place.viewer).get(place.url("data/")).content.decode())
    assert "No dataset versions yet" in page
    assert "http://testserver/api/v1/initiatives/CHURN/datasets/" in page


def test_versions_with_the_runs_that_used_them(place: Place) -> None:
    runs = [used(place, f"run-{number}", "aaa") for number in range(5)]
    newer = used(place, "run-9", "bbb")
    record_dataset(place.owner, place.initiative, name="cases", digest="bbb", rows=12_000)
    rows = dataset_rows(place.initiative)
    found = {row.version.digest: row for row in rows if row.runs}
    assert {digest: row.runs for digest, row in found.items()} == {"aaa": 5, "bbb": 1}
    assert len(found["aaa"].uses) == 3 and found["aaa"].uses[0].context == "test"
    assert {use.run.pk for use in found["aaa"].uses} <= {run.pk for run in runs}
    page = unescape(browser(place.viewer).get(place.url("data/")).content.decode())
    assert place.url(f"runs/{newer.public_id}/") in page


def test_the_newest_version_of_each_name_is_marked(place: Place) -> None:
    used(place, "old", "aaa")
    used(place, "new", "bbb")
    record_dataset(place.owner, place.initiative, name="holdout", digest="ccc")
    marked = {row.version.name: row.version.digest for row in dataset_rows(place.initiative) if row.newest}
    assert marked == {"cases": "bbb", "holdout": "ccc"}


def test_data_of_others_is_not_shown(place: Place) -> None:
    other = make_initiative(place.owner, "OTHER")
    record_dataset(place.owner, other, name="secret", digest="ddd")
    record_dataset(place.stranger, make_initiative(place.stranger, "CHURN"), name="foreign", digest="eee")
    assert dataset_rows(place.initiative) == []


def test_deleted_runs_are_not_counted(place: Place) -> None:
    run = used(place, "gone", "aaa")
    Run.objects.filter(pk=run.pk).update(deleted_at=run.ended_at)
    (row,) = dataset_rows(place.initiative)
    assert (row.runs, row.uses) == (0, [])


def test_two_queries_whatever_the_number(place: Place) -> None:
    source = make_connection(place.owner, initiative=place.initiative)
    assert source.initiative == place.initiative
    for number in range(8):
        used(place, f"run-{number}", f"digest-{number}")
    with CaptureQueriesContext(connection) as found:
        assert len(dataset_rows(place.initiative)) == 8
    assert len(found) == 2

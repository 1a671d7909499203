"""The data tab: which versions are known, which is the newest, and which runs used them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.selectors.datasets import dataset_rows
from projects.connectors.records import DatasetRecord
from projects.models import DatasetVersion, ObservedSeries, Run
from projects.progress.datasets.splits import Overlap
from projects.progress.observed import ObservedValue
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.observations import keep_values
from tests.factories import make_connection, make_evaluation, make_initiative
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


def test_a_series_is_ended_where_it_is_listed_and_goes_on(place: Place) -> None:
    at = timezone.now() - timedelta(days=40)
    keep_values(place.owner, place.initiative, [ObservedValue("latency", "p95_ms", at, 180, segment="DE")])
    asked = {"kind": "latency", "name": "p95_ms", "segment": "DE"}
    here = place.url("data/observed/end/")
    assert browser(place.viewer).post(here, {**asked, "ended": "1"}).status_code == 403
    assert here not in browser(place.viewer).get(place.url("data/")).content.decode()
    page = browser(place.owner).get(place.url("data/")).content.decode()
    assert 'name="ended"' in page and "Go on" not in page
    for ended in (True, False):
        done = browser(place.owner).post(here, {**asked, **({"ended": "1"} if ended else {})})
        assert (done.status_code, done.headers["Location"]) == (302, place.url("data/"))
        assert ObservedSeries.objects.filter(ended_at=None).exists() is not ended
        page = browser(place.viewer).get(place.url("data/")).content.decode()
        assert ('<span class="muted">ended</span>' in page) is ended
        page = done.client.get(place.url("data/")).content.decode()
        assert ("Go on" in page) is ended and f"p95_ms DE {'has ended' if ended else 'goes on'}" in page


def test_what_is_no_series_of_the_list_does_not_end(place: Place) -> None:
    here, someone = place.url("data/observed/end/"), browser(place.owner)
    for asked, words in (
        ({"kind": "latency", "name": "p95_ms"}, "Nothing of this kind, name and segment is observed."),
        ({"kind": "odd"}, "Choose a series of the list."),
    ):
        assert words in someone.post(here, {**asked, "ended": "1"}, follow=True).content.decode()


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


def test_four_queries_whatever_the_number(place: Place) -> None:
    source = make_connection(place.owner, initiative=place.initiative)
    assert source.initiative == place.initiative
    for number in range(8):
        used(place, f"run-{number}", f"digest-{number}")
    with CaptureQueriesContext(connection) as found:
        assert len(dataset_rows(place.initiative)) == 8
    assert len(found) == 4


def split(place: Place, digest: str, shared: int, train: int = 9000) -> DatasetVersion:
    """Report a version of "cases" with splits that share so many rows."""
    version, _ = record_dataset(place.owner, place.initiative, name="cases", digest=digest, rows=12_000)
    splits = [SplitInput("train", train, duplicates=7, class_counts={"cat": 4000}), SplitInput("test", 3000)]
    record_splits(place.owner, place.initiative, version, splits, [Overlap("test", "train", shared)])
    return version


def read(place: Place, path: str) -> str:
    """Return a page as a viewer reads it."""
    answer = browser(place.viewer).get(place.url(path))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_leaks_and_duplicates_in_plain_words(place: Place) -> None:
    version = split(place, "aaa", shared=412)
    for path in ("data/", f"data/{version.public_id}/"):
        page = read(place, path)
        assert "412 rows of test are also in train" in page
    assert "7 rows are there twice" in read(place, "data/")
    assert "no row of test is in train" in read(place, f"data/{split(place, 'bbb', shared=0).public_id}/")


def test_a_version_with_who_used_it(place: Place) -> None:
    run = used(place, "run-1", "aaa")
    evaluation = make_evaluation(place.initiative, 20, dataset=DatasetRecord("cases", "aaa"), name="First clinic")
    version = split(place, "aaa", shared=0)
    page = read(place, f"data/{version.public_id}/")
    assert place.url(f"runs/{run.public_id}/") in page and place.url(f"evaluations/{evaluation.public_id}/") in page
    assert dataset_rows(place.initiative)[0].evaluations == 1
    assert "Rows by class" in page


def test_two_versions_side_by_side(place: Place) -> None:
    older, newer = split(place, "aaa", shared=0), split(place, "bbb", shared=0, train=9500)
    for path in (f"data/{newer.public_id}/diff/", f"data/{newer.public_id}/diff/?with={older.public_id}"):
        page = read(place, path)
        assert "+500" in page and "hashes of both are not kept" in page
    assert "There is no earlier version" in read(place, f"data/{older.public_id}/diff/")
    strange = browser(place.viewer).get(place.url(f"data/{newer.public_id}/diff/?with=dat_nothing"))
    assert strange.status_code == 404


def test_versions_as_a_file(place: Place) -> None:
    split(place, "aaa", shared=412)
    answer = browser(place.viewer).get(place.url("data/datasets.csv"))
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (row["name"], row["splits"], row["leaked_rows"]) == ("cases", "train=9000 test=3000", "412")


def test_a_file_of_dvc_makes_versions(place: Place) -> None:
    file = SimpleUploadedFile("raw.dvc", b"outs:\n- {md5: aa.dir, size: 7, path: raw}\n- {path: later}\n")
    ours = browser(place.owner)
    answer = ours.post(place.url("data/"), {"file": file, "path": "data/raw.dvc"}, follow=True)
    page = unescape(answer.content.decode())
    assert "1 version is pinned there, 1 of them new. 1 path was passed over." in page
    assert [row.version.name for row in dataset_rows(place.initiative)] == ["data/raw"]
    for body, words in (
        ({"text": "a: b"}, "neither a .dvc file"),
        ({}, "Choose a file"),
        ({"text": "[", "only": "x " * 21}, "20 patterns"),
    ):
        refused = ours.post(place.url("data/"), body)
        assert refused.status_code == 422 and words in unescape(refused.content.decode())
    assert browser(place.viewer).post(place.url("data/"), {"text": "a"}).status_code == 403

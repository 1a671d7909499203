"""The labeling tab: what is known of labels, how to begin, and quotas."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import LabelQuota
from kpis.scoring.labeling.over_time import agreement_over_time
from kpis.selectors.labeling_page import periods_say
from projects.connectors.labeling_records import AnnotationRecord, LabelTaskRecord
from projects.models import Connection, LabelTask
from projects.progress.labeling.patterns import pattern_of, patterns_of
from projects.services.datasets import record_dataset
from tests.factories import make_connection
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, post, text
from tests.projects.labeling_world import project_record, pull

PAGE = "labeling/"


def labeled(place: Place, tasks: int = 60) -> Connection:
    """Let a tool tell of so many tasks of two annotators, every tenth of them disputed, in two batches."""
    connection, now = make_connection(place.owner, name="Tool", initiative=place.initiative), timezone.now()
    found = []
    for number in range(tasks):
        time = now - timedelta(days=number % 30, minutes=1)
        labels = {"ann-from-tool": "cat", "bob-from-tool": "dog" if number % 10 == 0 else "cat"}
        given = [AnnotationRecord(f"{number}-{place}", *each, time) for place, each in enumerate(labels.items())]
        found.append(LabelTaskRecord(f"task {number}", given, batch=f"b{number % 2}", url="https://tool.example.org/1"))
    counted: dict[str, Any] = {"labeled": tasks, "skipped": 1, "name": "Tickets"}
    pull(connection, found, project=project_record(total=tasks + 20, counted_at=now - timedelta(days=2), **counted))
    pull(connection, project=project_record(total=tasks + 40, counted_at=now, **counted))
    return connection


def test_the_empty_tab_tells_how_to_begin(place: Place) -> None:
    page = text(get(place.owner, place.url(PAGE)))
    for words in ("No labels yet", "Connect a labeling tool", "mltrack.py label", "/labeling/", 'id="quota"'):
        assert words in page, words
    viewed = text(get(place.viewer, place.url(PAGE)))
    assert "connections/new/" not in viewed and 'id="quota"' not in viewed


def test_a_quota_is_shown_before_there_is_a_label(place: Place) -> None:
    assert 'id="classes"' not in text(get(place.manager, place.url(PAGE)))
    post(place.manager, place.url(PAGE), {"class_name": "rare fraud", "wanted": "50"})
    page = text(get(place.viewer, place.url(PAGE)))
    assert "No labels yet" in page and 'id="classes"' in page and "rare fraud" in page


def test_the_tab_shows_what_is_known(place: Place) -> None:
    labeled(place)
    post(place.manager, place.url(PAGE), {"class_name": "dog", "wanted": "30"})
    page = text(get(place.viewer, place.url(PAGE)))
    shown = (
        "60 of 100 tasks labeled",
        "the scope changed on 1 day, by +20",
        "Agreement over time",
        "labeling/agreement.json",
        "Tickets",
        "b0",
        "task 0",
        "cat ×1 and dog ×1",
    )
    for words in (*shown, "30 labels missing", "There is no credible date: a class was not seen yet."):
        assert words in page, words
    assert "Nobody" not in page and "from-tool" not in page
    assert "6 of them different ones" in page and "0.8974 to" not in page


def test_no_variation_is_said(place: Place) -> None:
    connection = make_connection(place.owner, initiative=place.initiative)
    given = [AnnotationRecord(who, who, "cat", timezone.now()) for who in ("ann", "bob")]
    pull(connection, [LabelTaskRecord("1", given)], project=project_record(total=1, labeled=1, skipped=0))
    page = text(get(place.viewer, place.url(PAGE)))
    assert page.count("undefined (no variation)") == 4
    assert "All is labeled." in page


def test_the_figure_marks_changes_of_scope(place: Place) -> None:
    labeled(place)
    drawn = json.loads(get(place.viewer, place.url(f"{PAGE}figure.json")).content)
    assert [each["name"] for each in drawn["data"]] == ["Tasks", "Labeled", "Scope changed"]
    assert drawn["data"][0]["y"][-1] == 100 and drawn["data"][1]["y"][-1] == 60
    assert drawn["data"][2]["text"][0].endswith("+20 tasks")


def test_quotas_are_set_by_managers(place: Place) -> None:
    form = {"class_name": "cat", "wanted": "30", "by": "2027-03-31"}
    assert post(place.contributor, place.url(PAGE), form).status_code == 403
    assert post(place.stranger, place.url(PAGE), form).status_code == 404
    assert post(place.manager, place.url(PAGE), form).status_code == 302
    fewer = post(place.manager, place.url(PAGE), {**form, "wanted": "3"})
    assert fewer.status_code == 422 and "say why" in text(fewer)
    assert post(place.manager, place.url(PAGE), {**form, "wanted": "0", "reason": "Enough."}).status_code == 302
    assert list(LabelQuota.objects.order_by("number").values_list("wanted", flat=True)) == [30, 0]
    assert text(post(place.manager, place.url(PAGE), {**form, "wanted": "x"})).count('class="error"') == 1


def test_a_file_of_annotations_is_uploaded(place: Place) -> None:
    path, form = place.url(f"{PAGE}upload/"), {"kind": "doccano", "annotator": "ann", "batch": "b1"}
    given = {**form, "file": SimpleUploadedFile("all.jsonl", b'{"id": 1, "label": ["cat"]}')}
    assert post(place.viewer, path, {**form, "source": "x"}).status_code == 403
    assert post(place.contributor, path, given).status_code == 302
    assert LabelTask.objects.get().batch == "b1"
    wrong = post(place.contributor, path, {**form, "source": '{"id": 2, "label": ["cat"]}\n{"id": 3}'})
    assert wrong.status_code == 422 and "Line 2: The record has no list of labels." in text(wrong)
    assert "Choose a file, or paste annotations." in text(post(place.contributor, path, form))
    assert LabelTask.objects.count() == 1 and 'id="upload"' not in text(get(place.viewer, place.url(PAGE)))


def test_the_tab_takes_twelve_queries_at_most(
    place: Place, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    labeled(place)
    client = browser(place.viewer)
    client.get(place.url(PAGE))
    with django_assert_max_num_queries(12):
        client.get(place.url(PAGE))


def test_agreement_over_time_in_a_sentence() -> None:
    monday = date(2026, 1, 5)
    weeks = {monday: patterns_of([pattern_of("aa")] * 20), monday + timedelta(weeks=1): patterns_of([pattern_of("ab")])}
    later = {monday + timedelta(weeks=2): patterns_of(map(pattern_of, ["aa"] * 90 + ["bb"] * 80 + ["ab"] * 30))}
    words = "1 week undefined (no variation); 1 week with too few tasks."
    assert periods_say(agreement_over_time(weeks)) == words
    assert periods_say(agreement_over_time({**weeks, **later})) == f"alpha 0.70 in 2026-01-19; {words}"
    assert periods_say([]) == ""


def test_labels_are_counted_by_dataset_version(
    place: Place, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    connection = labeled(place)
    version, _ = record_dataset(place.owner, place.initiative, name="cases", digest="9f" * 20)
    project, path = connection.labeling_projects.get().public_id, place.url(f"{PAGE}batches/")
    form = {"batch": f"{project}/b0", "dataset_id": version.public_id}
    assert "Say which data" in text(get(place.contributor, place.url(PAGE)))
    assert "Say which data" not in text(get(place.viewer, place.url(PAGE)))
    for person, status in ((place.viewer, 403), (place.stranger, 404), (place.contributor, 302)):
        assert post(person, path, form).status_code == status
    client = browser(place.contributor)
    client.get(place.url(PAGE))
    with django_assert_max_num_queries(12):
        page = text(client.get(place.url(PAGE)))
    section = page[page.index('id="by-dataset"') : page.index("Say which data")]
    for words in ("cases@9f9f9f9f9f9f", "30 of 30", "cat 24", "b0"):
        assert words in section, words
    batches = page[page.index('id="batches"') :]
    assert batches.count("cases@9f9f9f9f9f9f") == 1
    lines = b"".join(get(place.viewer, place.url(f"{PAGE}datasets.csv"))).decode().splitlines()
    assert lines[1] == f"{version.public_id},cases,{'9f' * 20},b0,30,30,,0,cat,24"
    its = text(get(place.viewer, place.url(f"data/{version.public_id}/")))
    assert "30 of 30" in its and f"{PAGE}#datasets" in its
    assert post(place.contributor, path, {**form, "dataset_id": ""}).status_code == 302
    assert "No batch is said" in text(get(place.contributor, place.url(PAGE)))


def test_a_batch_or_version_that_is_not_offered_is_refused(place: Place) -> None:
    connection = labeled(place, 2)
    project, path = connection.labeling_projects.get().public_id, place.url(f"{PAGE}batches/")
    for batch, version in ((f"{project}/b9", ""), ("/b0", ""), (f"{project}/b0", "dat_none"), ("x" * 10_000, "\u202e")):
        refused = post(place.contributor, path, {"batch": batch, "dataset_id": version})
        assert refused.status_code == 422 and 'class="error"' in text(refused), batch
        assert '<details class="folded body no-print" open>' in text(refused)


def test_a_name_that_is_not_known_is_shown(place: Place) -> None:
    connection = make_connection(place.owner, name="Tool", initiative=place.initiative)
    pull(
        connection,
        [LabelTaskRecord("1", [], batch="b0", dataset="cases@77")],
        project=project_record(total=1, labeled=0),
    )
    assert "named cases@77, which is not known here" in text(get(place.viewer, place.url(PAGE)))

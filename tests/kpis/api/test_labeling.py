"""The summary and quotas by REST, as the page shows them, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import LabelQuota
from kpis.selectors.label_datasets import labels_by_dataset
from kpis.selectors.labeling import labeling_facts
from projects.connectors.labeling_records import AnnotationRecord, LabelTaskRecord
from projects.models import Initiative
from projects.services.annotation_pushes import record_annotations
from projects.services.datasets import record_dataset
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative
from tests.projects.labeling_world import project_record, pull, pushed

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_a_summary_of_what_a_tool_told(team: Team, churn: Initiative) -> None:
    now = timezone.now()
    connection = make_connection(team.principal, initiative=churn)
    tasks = []
    for day in range(1, 57):
        for number in range(5):
            time = now - timedelta(days=day)
            labels = [("ann", "cat"), ("bob", "dog" if number == 0 and day % 2 else "cat")]
            given = [AnnotationRecord(f"{day}-{number}-{who}", who, label, time) for who, label in labels]
            tasks.append(LabelTaskRecord(f"{day}-{number}", given))
    pull(connection, tasks, project=project_record(total=350, labeled=280, skipped=0, counted_at=now))
    ok(team.manager.call("post", f"{HERE}quotas/", {"class": "cat", "wanted": 270}), 201)
    told = ok(team.viewer.call("get", f"{HERE}labeling/summary/"))
    assert (told["total"], told["labeled"], told["skipped"], told["reviewed"]) == (350, 280, 0, None)
    assert told["per_class"] == {"cat": 252}
    judged = {"decision": "missed", "right": 252, "n_more": 18}
    assert told["quotas"] == [{"class": "cat", "wanted": 270, "have": 252, "missing": 18, **judged}]
    assert 30 <= told["rate_per_week"] <= 35.5
    assert told["forecast"]["p50"] <= told["forecast"]["p85"]
    assert (told["reason"], told["audit"], told["ceiling"]) == ("", None, None)
    agreement = told["agreement"]
    assert (agreement["tasks"], agreement["disputed"]) == (280, 28)
    assert agreement["percent"]["value"] == pytest.approx(0.9)
    # Nominal data of two annotators by hand: pairs of labels 532 cat, 28 dog; alpha = 1 - 559 * 56 / (2 * 532 * 28).
    assert agreement["alpha"]["value"] == pytest.approx(1 - 559 * 56 / (2 * 532 * 28))
    assert agreement["cohen"]["value"] == pytest.approx(0.0)
    assert "annotator" not in str(told).replace("annotators", "")


def test_counts_alone_make_a_summary(team: Team, churn: Initiative) -> None:
    now = timezone.now()
    for day in range(30, -1, -1):
        body = {"time": (now - timedelta(days=day)).isoformat(), "total": 1000, "labeled": 600 - 10 * day}
        ok(team.contributor.call("post", f"{HERE}labeling/", {**body, "per_class": {"fraud": 30}}), 201)
    told = ok(team.viewer.call("get", f"{HERE}labeling/summary/"))
    assert (told["total"], told["labeled"], told["per_class"]) == (1000, 600, {"fraud": 30})
    assert told["rate_per_week"] == pytest.approx(70)
    assert told["forecast"]["p85"] == (now + timedelta(days=40)).date().isoformat()
    assert told["agreement"] is None


def test_nothing_is_known(team: Team, churn: Initiative) -> None:
    told = ok(team.viewer.call("get", f"{HERE}labeling/summary/"))
    assert (told["total"], told["labeled"], told["per_class"], told["forecast"]) == (0, 0, {}, None)
    assert "no credible date" in told["reason"]


def test_quotas_are_versioned(team: Team, churn: Initiative) -> None:
    here = f"{HERE}quotas/"
    made = ok(team.manager.call("post", here, {"class": "cat", "wanted": 50, "by": "2027-01-01"}), 201)
    assert (made["class"], made["wanted"], made["by"], made["number"]) == ("cat", 50, "2027-01-01", 1)
    assert ok(team.manager.call("post", here, {"class": "cat", "wanted": 50, "by": "2027-01-01"}))["id"] == made["id"]
    for less in ({"wanted": 40, "by": "2027-01-01"}, {"wanted": 50}, {"wanted": 50, "by": "2027-02-01"}, {"wanted": 0}):
        assert pointers(refused(team.manager.call("post", here, {"class": "cat", **less}), 400)) == {"/reason"}
    ok(team.manager.call("post", here, {"class": "cat", "wanted": 60, "by": "2027-01-01"}), 201)
    ok(team.manager.call("post", here, {"class": "cat", "wanted": 0, "reason": "Enough."}), 201)
    ok(team.manager.call("post", here, {"class": "dog", "wanted": 7}), 201)
    listed = ok(team.viewer.call("get", f"{here}?class=cat"))["data"]
    assert [(each["number"], each["wanted"], each["valid_to"] is None) for each in listed] == [
        (3, 0, True),
        (2, 60, False),
        (1, 50, False),
    ]
    assert LabelQuota.objects.filter(valid_to__isnull=True, wanted__gt=0).get().class_name == "dog"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"wanted": 1}, "/class"), ({"class": "cat", "wanted": -1}, "/wanted"), ({"class": "", "wanted": 1}, "/class")],
)
def test_wrong_quotas_are_refused(team: Team, churn: Initiative, body: dict[str, Any], pointer: str) -> None:
    assert pointers(refused(team.manager.call("post", f"{HERE}quotas/", body), 400)) == {pointer}


def test_the_facts_take_four_queries(
    team: Team, churn: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pull(make_connection(team.principal, initiative=churn))
    batch = {"annotations": [pushed(f"t{number}", "ann", "cat", batch=f"b{number % 3}") for number in range(30)]}
    ok(team.contributor.call("post", f"{HERE}annotations/batch/", batch))
    with django_assert_num_queries(4):
        facts = labeling_facts(churn, timezone.now())
    assert len(facts.streams) == 2
    assert facts.patterns.tasks == 30


def test_labels_by_dataset_version(
    team: Team, churn: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version, _ = record_dataset(team.principal, churn, name="cases", digest="9f")
    rows = [pushed("1", "ann", "cat", batch="b1"), pushed("2", "ann", None, batch="b1"), pushed("3", "ann", "dog")]
    record_annotations(team.principal, churn, rows)
    path, body = f"{HERE}labeling/datasets/", {"batch": "b1", "dataset_id": version.public_id}
    assert ok(team.viewer.call("get", path)) == {"datasets": [], "batches": []}
    told = ok(team.contributor.call("post", path, body))
    assert told == ok(team.viewer.call("get", path))
    (its,) = told["datasets"]
    assert (its["id"], its["name"], its["total"], its["labeled"]) == (version.public_id, "cases", 2, 1)
    assert (its["reviewed"], its["skipped"], its["per_class"]) == (None, 0, {"cat": 1})
    assert told["batches"][0]["dataset_id"] == version.public_id and told["batches"][0]["named"] == ""
    for wrong, pointer in (({"batch": "b9"}, "/batch"), ({"project": "lbp_none"}, "/project")):
        assert pointers(refused(team.contributor.call("post", path, {**body, **wrong}), 400)) == {pointer}
    refused(team.contributor.call("post", path, {**body, "dataset_id": "dat_none"}), 400)
    with django_assert_num_queries(2):
        labels_by_dataset(churn)
    assert ok(team.contributor.call("post", path, {**body, "dataset_id": None})) == {"datasets": [], "batches": []}

"""Labels by REST: snapshots by their moment, annotations in batches, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from projects.models import Annotation, Initiative, LabelingSnapshot
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative
from tests.projects.labeling_world import pull, pushed

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/labeling/"
UPLOAD = "initiatives/CHURN/annotations/upload/"
BATCH = "initiatives/CHURN/annotations/batch/"
BODY: dict[str, Any] = {"time": "2026-03-01T12:00:00Z", "total": 100, "labeled": 40, "per_class": {"cat": 40}}


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_a_snapshot_is_kept_by_its_moment(team: Team, churn: Initiative) -> None:
    made = ok(team.contributor.call("post", HERE, BODY), 201)
    assert made == {
        **BODY,
        "time": "2026-03-01T12:00:00.000000Z",
        "project": None,
        "reviewed": None,
        "skipped": None,
    }
    assert ok(team.contributor.call("post", HERE, BODY)) == made
    assert ok(team.contributor.call("post", HERE, {**BODY, "labeled": 50}))["labeled"] == 50
    assert LabelingSnapshot.objects.get().labeled == 50


def test_snapshots_are_listed_newest_first(team: Team, churn: Initiative) -> None:
    for day in (1, 2, 3):
        ok(team.contributor.call("post", HERE, {**BODY, "time": f"2026-03-0{day}T12:00:00Z"}), 201)
    pull(make_connection(team.principal, initiative=churn))
    first = ok(team.viewer.call("get", f"{HERE}?limit=3"))
    assert [each["time"][:10] for each in first["data"]] == ["2026-03-04", "2026-03-03", "2026-03-02"]
    assert first["data"][0]["project"].startswith("lbp_") and first["next"]
    narrowed = ok(team.viewer.call("get", f"{HERE}?since=2026-03-02T00:00:00Z&until=2026-03-03T00:00:00Z"))
    assert [each["time"][:10] for each in narrowed["data"]] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"labeled": 101}, "/labeled"),
        ({"per_class": {"cat": -1}}, "/per_class/cat"),
        ({"per_class": {"cat": True}}, "/per_class/cat"),
        ({"total": 2**53 + 1}, "/total"),
        ({"time": "2026-03-01T12:00:00"}, "/time"),
        ({"done": 1}, "/done"),
    ],
)
def test_what_is_wrong_is_named(team: Team, churn: Initiative, fields: dict[str, Any], pointer: str) -> None:
    assert pointers(refused(team.contributor.call("post", HERE, {**BODY, **fields}), 400)) == {pointer}


def test_annotations_are_kept_once(team: Team, churn: Initiative) -> None:
    body = {"annotations": [pushed("t1", "ann", "cat"), pushed("t1", "bob", None)]}
    counts = {"created": 2, "updated": 0, "unchanged": 0, "repeated": 0}
    assert ok(team.contributor.call("post", BATCH, body)) == counts
    assert ok(team.contributor.call("post", BATCH, body)) == {**counts, "created": 0, "unchanged": 2}
    assert Annotation.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/annotations"),
        ({"annotations": []}, "/annotations"),
        ({"annotations": [pushed("t", "ann", "")]}, "/annotations/0/label"),
        ({"annotations": [pushed("t", "ann", "a")], "more": 1}, "/more"),
    ],
)
def test_a_wrong_batch_is_refused_whole(team: Team, churn: Initiative, body: dict[str, Any], pointer: str) -> None:
    assert pointers(refused(team.contributor.call("post", BATCH, body), 400)) == {pointer}


def test_a_file_is_sent_as_the_body(team: Team, churn: Initiative) -> None:
    client = Client(headers={"Authorization": f"Bearer {team.contributor.text}"})

    def send(query: str, body: bytes) -> Any:
        return client.post(f"/api/v1/{UPLOAD}{query}", body, content_type="text/csv")

    table = b"task,label,annotator\nt1,cat,ann\nt2,dog,ann\n"
    assert ok(send("?batch=b1", table)) == {"created": 2, "updated": 0, "unchanged": 0, "repeated": 0}
    assert ok(send("?format=csv", table))["unchanged"] == 2
    wrong = refused(send("", table + b"t3\n"), 400)
    assert wrong["errors"][0]["detail"] == "Line 4: The line has 1 cells where 3 are expected."
    assert pointers(refused(send("?format=xls", table), 400)) == {"/format"}
    assert Annotation.objects.count() == 2

"""Dataset versions by REST: splits, DVC, who used them and what differs. Versions by hand: see test_reports."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from projects.connectors.records import DatasetRecord
from projects.models import DatasetVersion, Initiative, SplitHashes
from projects.services.datasets import record_dataset
from projects.services.pushes import push_runs
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_evaluation, make_initiative

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/datasets/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def reported(team: Team, digest: str = "d1") -> str:
    """Return the id of a version of the data."""
    return str(ok(team.contributor.call("post", HERE, {"name": "cases", "digest": digest}), 201)["id"])


def hashes(*rows: int) -> str:
    """Return rows, numbers here, as they are sent."""
    return base64.b64encode(b"".join(row.to_bytes(8, "big") for row in rows)).decode()


def test_splits_are_counted_and_a_version_says_who_used_it(team: Team, churn: Initiative) -> None:
    one = reported(team)
    push_runs(team.principal, churn, [{"external_id": "r", "datasets": [{"name": "cases", "digest": "d1"}]}])
    evaluation = make_evaluation(churn, 9, dataset=DatasetRecord("cases", "d1"))
    body = {"splits": [{"name": "train", "hashes": hashes(1, 2, 2)}, {"name": "test", "hashes": hashes(2, 3)}]}
    found = ok(team.contributor.call("post", f"{HERE}{one}/splits/", body))
    assert [(each["name"], each["rows"], each["duplicates"]) for each in found["splits"]] == [
        ("train", 3, 1),
        ("test", 2, 0),
    ]
    assert found["overlaps"] == [{"left": "train", "right": "test", "rows": 1, "groups": None}]
    assert (found["leaked_rows"], found["leaked_groups"]) == (1, None)
    assert [each["external_id"] for each in found["runs"]] == ["r"]
    assert [each["id"] for each in found["evaluations"]] == [evaluation.public_id]
    assert ok(team.viewer.call("get", f"{HERE}{one}/")) == found


def test_what_differs(team: Team, churn: Initiative) -> None:
    one, two = reported(team, "d1"), reported(team, "d2")
    for each, rows in ((one, hashes(1, 2)), (two, hashes(2, 3, 4))):
        ok(team.contributor.call("post", f"{HERE}{each}/splits/", {"splits": [{"name": "train", "hashes": rows}]}))
    found = ok(team.viewer.call("get", f"{HERE}{two}/diff/?with={one}"))
    assert found == ok(team.viewer.call("get", f"{HERE}{two}/diff/"))
    assert (found["before"]["id"], found["after"]["id"]) == (one, two)
    assert found["same"] == {
        **dict.fromkeys(("rows", "size", "files", "schema_digest", "labels_digest")),
        "name": True,
        "digest": False,
    }
    (train,) = found["splits"]
    assert (train["common"], train["added"], train["removed"]) == (1, 2, 1)
    assert ok(team.viewer.call("get", f"{HERE}{one}/diff/"))["before"] is None
    refused(team.viewer.call("get", f"{HERE}{one}/diff/?with=dat_none"), 404)
    assert pointers(refused(team.viewer.call("get", f"{HERE}{one}/diff/?other={two}"), 400))


def test_a_lock_of_dvc(team: Team, churn: Initiative) -> None:
    text = (
        "stages:\n  a:\n    cmd: x\n    outs:\n    - {path: data/a, md5: aa, size: 4}\n    - {path: m.pkl, md5: bb}\n"
    )
    found = ok(team.contributor.call("post", HERE + "dvc/", {"text": text, "path": "dvc.lock"}))
    assert [(each["name"], each["digest"], each["source"]) for each in found["recorded"]] == [("data/a", "aa", "dvc")]
    assert found["skipped"] == ["m.pkl"]
    assert len(ok(team.viewer.call("get", HERE + "?source=dvc"))["data"]) == 1


@pytest.mark.parametrize(
    ("path", "body", "places"),
    [
        ("dvc/", {"text": "a: b"}, {"/text"}),
        ("dvc/", {"text": "a: &a [x]\nouts: *a"}, {"/text"}),
        ("dvc/", {"path": "x", "file": "y"}, {"/text", "/file"}),
        ("{}/splits/", {"splits": []}, {"/splits"}),
        ("{}/splits/", {"splits": [{"name": "a"}]}, {"/splits"}),
        ("{}/splits/", {"splits": [{"name": "a", "rows": 1, "rank": 1}], "of": 1}, {"/splits/0/rank", "/of"}),
        ("{}/splits/", {"splits": [{"name": "a", "hashes": "x"}]}, {"/splits"}),
        (
            "{}/splits/",
            {"splits": [{"name": "a", "rows": 9}], "overlaps": [{"left": "a", "right": "b", "rows": 0}]},
            {"/overlaps"},
        ),
    ],
)
def test_wrong_ones_are_refused(team: Team, churn: Initiative, path: str, body: Any, places: set[str]) -> None:
    one = reported(team)
    assert pointers(refused(team.contributor.call("post", HERE + path.format(one), body), 400)) == places
    assert DatasetVersion.objects.count() == 1


def test_more_hashes_than_a_body_holds_are_refused(team: Team, churn: Initiative) -> None:
    one = reported(team)
    bomb = {"splits": [{"name": "a", "hashes": "A" * 12_000_000}]}
    refused(team.contributor.call("post", f"{HERE}{one}/splits/", bomb), 413)
    assert not SplitHashes.objects.exists()


def test_another_initiative_has_no_such_version(team: Team, churn: Initiative) -> None:
    one = reported(team)
    make_initiative(team.principal, "OTHER")
    for path in (f"{one}/", f"{one}/diff/"):
        refused(team.viewer.call("get", f"initiatives/OTHER/datasets/{path}"), 404)


def test_what_versions_share_is_told(team: Team, churn: Initiative) -> None:
    asked, learnt = (record_dataset(team.principal, churn, name=name, digest="1")[0] for name in ("asked", "learnt"))
    path = f"initiatives/CHURN/datasets/{asked.public_id}/overlaps/"
    told = ok(team.contributor.call("post", path, {"trained_id": learnt.public_id, "rows": 7}))
    assert told["versions"] == [{"trained_id": learnt.public_id, "rows": 7, "groups": None, "counted": False}]
    refused(team.contributor.call("post", path, {"trained_id": "dat_none", "rows": 7}), 400)
    refused(team.contributor.call("post", path, {"trained_id": asked.public_id, "rows": 7}), 400)

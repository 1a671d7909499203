"""Uploads by REST: announced, sent in a body that may end early, counted, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from mltrack.rest.requests import StrictRequest
from projects.models import EvaluationUpload, UploadBlock
from tests.api.people import Team, ok, refused
from tests.factories import make_initiative
from tests.projects.rows_of_cases import announced, blocks_of, cases, count_all

pytestmark = pytest.mark.django_db
PATH = "initiatives/CHURN/evaluations/uploads/"
MEDIA = "application/offset+octet-stream"
ROWS = cases(90)
DATA = b"".join(blocks_of(ROWS, 30))


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The blocks that workers were told of."""
    told: list[int] = []
    monkeypatch.setattr("projects.tasks.count.delay", told.append)
    return told


@pytest.fixture
def begun(team: Team) -> dict[str, Any]:
    make_initiative(team.principal)
    return dict(ok(team.contributor.call("post", PATH, announced(ROWS, 30)), 201))


def patch(team: Team, upload: dict[str, Any], data: bytes, offset: object = 0, **more: str) -> Any:
    headers = {"content_type": MEDIA, "upload_offset": str(offset), **more}
    return team.contributor.call("patch", f"{PATH}{upload['id']}/", data, **headers)


def test_the_whole_way(team: Team, begun: dict[str, Any], woken: list[int]) -> None:
    assert (begun["state"], begun["offset"], begun["size"], begun["rows"]) == ("receiving", 0, len(DATA), 90)
    sent = patch(team, begun, DATA)
    assert (ok(sent)["state"], sent["Upload-Offset"]) == ("counting", str(len(DATA)))
    assert woken == list(UploadBlock.objects.order_by("number").values_list("pk", flat=True))
    count_all(EvaluationUpload.objects.get())
    done = ok(team.viewer.call("get", f"{PATH}{begun['id']}/"))
    right = sum(row[1] == row[2] for row in ROWS)
    assert (done["state"], done["counted"], done["error"]) == ("done", 90, None)
    assert (done["evaluation"]["n"], done["evaluation"]["accuracy"]) == (90, right / 90)
    assert ok(team.contributor.call("post", PATH, announced(ROWS, 30))) == done


def test_a_body_is_never_read_whole(team: Team, begun: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StrictRequest, "raw_body", property(lambda request: pytest.fail("it was read")))
    assert ok(patch(team, begun, DATA))["offset"] == len(DATA)


def test_a_body_may_be_larger_than_others(team: Team, begun: dict[str, Any], settings: Settings) -> None:
    settings.MLTRACK_MAX_BODY = 100
    assert ok(patch(team, begun, DATA))["offset"] == len(DATA)


def test_part_of_a_block_is_dropped(team: Team, begun: dict[str, Any]) -> None:
    first = len(blocks_of(ROWS, 30)[0])
    assert ok(patch(team, begun, DATA[: first + 5]))["offset"] == first
    problem = patch(team, begun, DATA, 3)
    assert refused(problem, 409, "out_of_place")["detail"].endswith(f"byte {first} is the one that is awaited.")
    assert problem["Upload-Offset"] == str(first)
    assert ok(patch(team, begun, DATA[first:], first))["state"] == "counting"


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "9" * 30])
def test_an_offset_that_is_none(team: Team, begun: dict[str, Any], offset: str) -> None:
    refused(patch(team, begun, DATA, offset), 400, "offset_required")


def test_what_else_is_refused(team: Team, begun: dict[str, Any]) -> None:
    refused(patch(team, begun, DATA, content_type="application/json"), 415, "unsupported_media_type")
    refused(patch(team, begun, DATA, content_encoding="gzip"), 415, "unsupported_encoding")
    refused(patch(team, begun, DATA, transfer_encoding="chunked"), 411, "length_required")
    refused(patch(team, begun, b"x" * len(DATA)), 422, "block_damaged")
    assert ok(patch(team, begun, DATA))["state"] == "counting"
    refused(patch(team, begun, DATA), 409, "out_of_place")


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"columns": ["prediction", "confidence"]}, "/columns"),
        ({"columns": ["correct", "prediction", "label"]}, "/columns"),
        ({"columns": ["prediction", "label", "other"]}, "/columns"),
        ({"columns": ["correct"]}, "/columns"),
        ({"group_columns": ["region"]}, "/columns"),
        ({"blocks": []}, "/blocks"),
        ({"blocks": [1]}, "/blocks"),
        ({"blocks": [{"size": 0, "rows": 1, "sha256": "0" * 64}]}, "/blocks/0/size"),
        ({"blocks": [{"size": 4_000_001, "rows": 1, "sha256": "0" * 64}]}, "/blocks/0/size"),
        ({"blocks": [{"size": 1, "rows": 65_537, "sha256": "0" * 64}]}, "/blocks/0/rows"),
        ({"blocks": [{"size": 1, "rows": 1, "sha256": "0"}]}, "/blocks/0/sha256"),
        ({"blocks": [{"size": 1, "rows": 1}]}, "/blocks/0/sha256"),
        ({"keep_cases": 1}, "/keep_cases"),
        ({"run": "nobody's"}, "/run"),
        ({"other": 1}, "/other"),
    ],
)
def test_what_is_announced_wrongly_is_named(team: Team, change: dict[str, Any], pointer: str) -> None:
    make_initiative(team.principal)
    problem = refused(team.contributor.call("post", PATH, announced(ROWS, 30, **change)), 400)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_the_largest_upload(team: Team, settings: Settings) -> None:
    make_initiative(team.principal)
    settings.MLTRACK_MAX_UPLOAD = len(DATA) - 1
    problem = refused(team.contributor.call("post", PATH, announced(ROWS, 30)), 400)
    assert problem["errors"][0]["code"] == "too_large"


def test_an_upload_of_another_initiative(team: Team, begun: dict[str, Any]) -> None:
    make_initiative(team.principal, "OTHER")
    refused(team.viewer.call("get", f"initiatives/OTHER/evaluations/uploads/{begun['id']}/"), 404)

"""Whatever goes wrong is a problem document, and leaves nothing behind."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from mltrack.accounts.models import AuditEvent, Workspace
from tests.mltrack.accounts.api.callers import Callers
from tests.mltrack.accounts.api.test_access import is_problem


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("conflict", 409, "conflict"),
        ("data", 400, "invalid"),
        ("time", 503, "unavailable"),
        ("program", 500, "internal_error"),
        ("model", 400, "invalid"),
        ("denied", 403, "forbidden"),
        ("suspicious", 400, "bad_request"),
        ("crash", 500, "internal_error"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_each_fault_is_a_problem(callers: Callers, how: str, status: int, code: str) -> None:
    answer = callers.owner.call("post", f"fault/?how={how}", {})
    is_problem(answer, status, code)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert not AuditEvent.objects.filter(object_key="lost").exists()


def test_a_special_that_slips_in_leaves_the_answer_readable(callers: Callers) -> None:
    answer = callers.owner.call("post", "fault/?how=nan", {})
    assert (answer.status_code, answer.content) == (200, b'{"value":null}')


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_is_503(callers: Callers) -> None:
    # The note is written before the transaction turns read-only, so the deed fails half-way and must leave nothing.
    answer = callers.owner.call("post", "fault/?how=read_only", {})
    is_problem(answer, 503, "unavailable")
    assert not AuditEvent.objects.filter(object_key="lost").exists()


def test_an_error_answered_without_an_exception_rolls_back(callers: Callers) -> None:
    assert callers.owner.call("post", "fault/?how=teapot", {}).status_code == 418
    assert not AuditEvent.objects.filter(object_key="lost").exists()
    assert callers.owner.call("post", "fault/?how=well", {}).status_code == 200
    assert AuditEvent.objects.filter(object_key="lost").count() == 1


def test_errors_of_models_have_pointers(callers: Callers) -> None:
    found = callers.owner.call("post", "fault/?how=model", {}).json()["errors"]
    assert found == [
        {"pointer": "/name", "code": "short", "detail": "Too short."},
        {"pointer": "", "code": "invalid", "detail": "Odd."},
    ]
    found = callers.owner.call("post", "fault/?how=model_list", {}).json()
    assert [error["detail"] for error in found["errors"]] == ["One.", "Two."]
    assert found["detail"] == "One. (and 1 more)"


def test_a_crash_is_logged_with_its_request_and_tells_nothing(
    callers: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "mltrack.rest"):
        answer = callers.owner.call("post", "fault/?how=crash", {})
    assert "secret words" not in answer.content.decode()
    record = next(record for record in caplog.records if record.name == "mltrack.rest")
    assert answer["X-Request-Id"] in record.getMessage()
    assert record.exc_info is not None and "secret words" in str(record.exc_info[1])


def test_the_names_of_refused_keys_are_in_the_answer(callers: Callers) -> None:
    body = is_problem(callers.owner.call("post", "notes/", {"key": "a", "colour": 1}), 400, "invalid")
    assert body["errors"] == [
        {"pointer": "/colour", "code": "unknown_key", "detail": "colour is not known here."},
    ]
    assert "colour" in body["detail"]
    body = is_problem(callers.owner.call("post", "notes/", {"key": "a", "part": {"hue": 1}}), 400, "invalid")
    assert body["errors"][0]["pointer"] == "/part/hue"


@pytest.mark.parametrize("query", ["colour=1", "limit=5&colour=1", "format=json", "offset=9", "owner__password=x"])
def test_unknown_parameters_are_refused_by_name(callers: Callers, query: str) -> None:
    body = is_problem(callers.owner.call("get", f"notes/?{query}"), 400, "invalid")
    name = query.rpartition("&")[2].partition("=")[0]
    assert body["errors"][0]["code"] == "unknown_parameter"
    assert name in body["errors"][0]["detail"] and name in body["detail"]


def test_writes_and_objects_take_no_parameters_that_they_do_not_declare(callers: Callers) -> None:
    assert callers.owner.call("post", "notes/?x=1", {"key": "a"}).status_code == 400
    assert callers.owner.call("get", "name/?x=1").status_code == 400
    assert not AuditEvent.objects.filter(action="note").exists()


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=" + "9" * 5_000, "limit=1&limit=2", "since=2026-01-01", "key=%00",
     "tag=" + "x" * 21, "limit=%F0%9F%98%80", "since=2026-01-01T00:00:00"],
)  # fmt: skip
def test_faulty_parameters_are_refused(callers: Callers, query: str) -> None:
    body = is_problem(callers.owner.call("get", f"notes/?{query}"), 400, "invalid")
    assert body["errors"][0]["pointer"].startswith("/" + query.partition("=")[0])


def test_a_list_parameter_may_be_repeated(callers: Callers) -> None:
    assert callers.owner.call("get", "notes/?tag=a&tag=b").status_code == 200


def test_unknown_paths_are_problems_under_the_api_alone(callers: Callers) -> None:
    is_problem(Client().get("/api/v1/nothing/"), 404, "not_found")
    is_problem(Client().post("/api/nothing", {}), 404, "not_found")
    assert Client().get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_missing_slash_is_told_and_not_redirected(callers: Callers) -> None:
    for method in ("get", "post"):
        body = is_problem(callers.owner.call(method, "notes"), 404, "not_found")
        assert body["detail"] == "Paths of the API end with a slash."


def test_a_nul_in_the_path_is_not_found(callers: Callers) -> None:
    is_problem(callers.owner.call("get", "notes/a%00b/"), 404, "not_found")
    assert callers.owner.call("get", "notes/%ff%fe/").status_code == 404


def test_a_foreign_host_is_a_problem() -> None:
    is_problem(Client().get("/api/v1/notes/", headers={"Host": "evil.example"}), 400, "bad_request")


def test_the_answer_is_json_whatever_is_asked_for(callers: Callers) -> None:
    answer = callers.owner.call("get", "notes/", Accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_a_conflict_names_no_table(callers: Callers) -> None:
    body = callers.owner.call("post", "fault/?how=conflict", {}).json()
    assert "accounts_" not in str(body)
    assert not Workspace.objects.filter(key="same").exists()

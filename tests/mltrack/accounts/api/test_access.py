"""Who gets in, with which power, and what the others are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.models import ApiToken, Member
from mltrack.accounts.policy import Power
from tests.mltrack.accounts.api.callers import Caller, Callers, caller


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer["X-Request-Id"]
    assert set(body) >= {"type", "title", "status", "detail", "code", "request_id", "errors"}
    return body


def test_owner_writes_member_reads_stranger_sees_nothing(callers: Callers) -> None:
    assert callers.owner.call("post", "notes/", {"key": "a"}).status_code == 201
    assert [note["key"] for note in callers.member.call("get", "notes/").json()["data"]] == ["a"]
    assert callers.stranger.call("get", "notes/").json()["data"] == []
    is_problem(callers.stranger.call("get", "notes/a/"), 404, "not_found")
    refused = is_problem(callers.member.call("post", "notes/", {"key": "b"}), 403, "forbidden")
    assert "contributor" in refused["detail"]


def test_no_token_is_401_with_a_challenge(callers: Callers) -> None:
    answer = Client().get("/api/v1/notes/")
    is_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="mltrack"'


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer mlt_x_y00000000", "Bearer " + "a" * 5_000, "Bearer mlt_ž", "Token x", "Basic eDp5"]
)
def test_a_bad_header_is_401(callers: Callers, header: str) -> None:
    answer = Client().get("/api/v1/notes/", headers={"Authorization": header})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert header[7:] not in answer.content.decode() or len(header) < 8


def _revoke(one: Caller) -> None:
    ApiToken.objects.filter(pk=one.token.pk).update(revoked_at=timezone.now())


def _expire(one: Caller) -> None:
    ApiToken.objects.filter(pk=one.token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def _deactivate(one: Caller) -> None:
    one.user.is_active = False
    one.user.save()


def _leave(one: Caller) -> None:
    Member.objects.filter(user=one.user).delete()


@pytest.mark.parametrize("end", [_revoke, _expire, _deactivate, _leave])
def test_a_token_ends_at_once(callers: Callers, end: Any) -> None:
    assert callers.owner.call("get", "notes/").status_code == 200
    end(callers.owner)
    is_problem(callers.owner.call("get", "notes/"), 401, "invalid_token")


def test_a_changed_letter_is_no_token(callers: Callers) -> None:
    text = callers.owner.text
    for changed in (text[:-1] + ("0" if text[-1] != "0" else "1"), text[:20] + "x" + text[20:], text.upper()):
        answer = Client().get("/api/v1/notes/", headers={"Authorization": f"Bearer {changed}"})
        assert answer.status_code == 401


def test_a_scope_is_needed_beside_the_role(callers: Callers) -> None:
    reader = caller(callers.owner.user, callers.owner.workspace, ["read"])
    assert reader.call("get", "notes/").status_code == 200
    refused = is_problem(reader.call("post", "notes/", {"key": "a"}), 403, "forbidden")
    assert "runs:write" in refused["detail"]


def test_a_demoted_owner_demotes_the_token(callers: Callers) -> None:
    Member.objects.filter(user=callers.owner.user).update(role="viewer")
    is_problem(callers.owner.call("post", "notes/", {"key": "a"}), 403, "forbidden")
    assert callers.owner.call("get", "notes/").status_code == 200


def test_a_session_is_no_token(callers: Callers) -> None:
    browser = Client()
    browser.force_login(callers.owner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/api/v1/notes/").status_code == 401


def test_a_token_use_is_noted(callers: Callers) -> None:
    callers.owner.call("get", "notes/")
    assert ApiToken.objects.get(pk=callers.owner.token.pk).last_used_at is not None


def test_other_methods_are_405_and_name_those_that_work(callers: Callers) -> None:
    for method in ("put", "delete", "patch", "trace"):
        answer = callers.owner.call(method, "notes/")
        is_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_options_and_head_are_sane(callers: Callers) -> None:
    options = callers.member.call("options", "notes/")
    assert (options.status_code, options["Allow"], options.content) == (204, "GET, POST, HEAD, OPTIONS", b"")
    head = callers.member.call("head", "notes/")
    assert (head.status_code, head.content) == (200, b"")
    assert callers.member.call("head", "notes/absent/").status_code == 404
    assert Client().options("/api/v1/notes/").status_code == 401


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_endpoint_without_a_power_cannot_be_written(method: str) -> None:
    def handler(self: Endpoint, request: Request) -> Response:
        return self.ok({})

    with pytest.raises(TypeError, match=f"which power {method.upper()} needs"):
        type("Open", (Endpoint,), {method: handler})
    with pytest.raises(TypeError, match="which power"):
        type("Half", (Endpoint,), {"powers": {"OPTIONS": Power.READ}, method: handler})


def test_an_inherited_method_stays_closed_without_a_power(callers: Callers) -> None:
    class Parent(Endpoint):
        powers = {"GET": Power.READ}

        def get(self, request: Request) -> Response:
            return self.ok({})

    with pytest.raises(TypeError, match="which power GET needs"):
        type("Child", (Parent,), {"powers": {}})

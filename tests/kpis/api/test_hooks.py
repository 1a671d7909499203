"""Webhooks by REST: made, tried, changed, given another secret, replayed and removed, by admins alone."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook

from kpis.models import Hook
from kpis.services.hook_due import waiting_hooks
from kpis.services.hook_sending import send_hook
from mltrack.accounts.models import AuditEvent, IdempotencyRecord
from tests.api.people import Team, ok, pointers, refused
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db


def test_the_way_of_a_webhook(team: Team, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with HostileServer(raw(200)) as receiver:
        body = {"name": "CI", "url": f"{receiver.url}/in/secret-path", "events": ["alert.opened"]}
        made = ok(team.admin.call("post", "webhooks/", body), 201)
        secret, path = made.pop("secret"), f"webhooks/{made['id']}/"
        assert made["host"] == "127.0.0.1" and made["state"] == "active" and "secret-path" not in str(made)
        assert ok(team.admin.call("get", path)) == made
        assert ok(team.admin.call("get", "webhooks/"))["data"] == [made]
        tried = ok(team.admin.call("post", f"{path}test/", {}), 202)
        assert (tried["type"], tried["state"], tried["data"]["webhook"]) == ("webhook.test", "waiting", made["id"])
        refused(team.admin.call("post", f"{path}test/", {}), 400)
        refused(team.admin.call("post", f"{path}deliveries/{tried['id']}/replay/", {}), 400)
        assert [each.status for hook in waiting_hooks() for each in send_hook(hook)] == [200]
        [kept] = ok(team.admin.call("get", f"{path}deliveries/"))["data"]
        assert (kept["id"], kept["state"], kept["status"], kept["attempts"]) == (tried["id"], "sent", 200, 1)
        other = ok(team.admin.call("post", f"{path}rotate/", {}))["secret"]
        again = ok(team.admin.call("post", f"{path}deliveries/{tried['id']}/replay/", {}), 202)
        assert (again["event"], again["number"]) == (tried["event"], 1)
        assert [each.status for hook in waiting_hooks() for each in send_hook(hook)] == [200]
        for each, (_, _, headers, sent) in ((secret, receiver.seen[0]), (other, receiver.seen[1])):
            assert Webhook(each).verify(sent, headers)["type"] == "webhook.test"
            assert headers["webhook-id"] == tried["event"]
    changed = ok(team.admin.call("patch", path, {"active": False, "events": ["alert.closed"]}))
    assert changed["state"] == "paused" and changed["events"] == ["alert.closed"]
    assert "paused" in refused(team.admin.call("post", f"{path}test/", {}), 400)["detail"]
    ok(team.admin.call("delete", path), 204)
    actions = AuditEvent.objects.filter(object_kind="webhook").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["create", "rotate", "replay", "edit", "delete"]


def test_a_repeated_request_is_not_told_the_secret_again(team: Team) -> None:
    body = {"name": "CI", "url": "https://hooks.example.org/x", "events": ["alert.opened"]}
    first = ok(team.admin.call("post", "webhooks/", body, Idempotency_Key="one"), 201)
    again = team.admin.call("post", "webhooks/", body, Idempotency_Key="one")
    assert ok(again, 201) == {**first, "secret": None} and Hook.objects.count() == 1
    assert first["secret"] not in IdempotencyRecord.objects.get().body


def test_what_cannot_be_is_named(team: Team) -> None:
    good = {"name": "CI", "url": "https://hooks.example.org/x", "events": ["alert.opened"]}
    wrong: tuple[dict[str, Any], ...] = (
        {"url": "ftp://x.example.org"},
        {"events": ["webhook.test"]},
        {"events": []},
        {"name": ""},
        {"state": "active"},
    )
    for each in wrong:
        found = pointers(refused(team.admin.call("post", "webhooks/", {**good, **each}), 400))
        assert {pointer.split("/")[1] for pointer in found} == set(each)
    made = ok(team.admin.call("post", "webhooks/", good), 201)
    assert pointers(refused(team.admin.call("patch", f"webhooks/{made['id']}/", {"url": "x"}), 400)) == {"/url"}
    refused(team.stranger.call("get", f"webhooks/{made['id']}/"), 404)
    refused(team.admin.call("post", f"webhooks/{made['id']}/deliveries/none/replay/", {}), 404)

"""Webhooks of trackers: signed ones are heard once, others not at all, and nothing is asked of the network."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.models import Connection, NudgeDelivery
from projects.services.connections import create_connection, edit_connection
from projects.services.nudges import nudge_path
from projects.services.retention import drop_old_deliveries
from projects.services.secrets import closed_secrets, rotate_secrets
from projects.views.nudges import LARGEST_BODY
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
DOCUMENTED = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
"""The digest that GitHub's documentation gives for this secret and body."""

JIRA_BODY = b"Hello World!"
JIRA_DOCUMENTED = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
"""The body and the digest that Jira's documentation gives for the same secret."""

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def tracker(kind: str, secret: str = SECRET) -> Connection:
    """Return a connection that was pulled a minute ago and is due in an hour."""
    owner = make_workspace()
    about: dict[str, Any] = {"kind": kind, "name": "Work", "base_url": "http://127.0.0.1:9", "webhook_secret": secret}
    return rest(create_connection(owner, initiative=make_initiative(owner), **about))


def rest(connection: Connection) -> Connection:
    """Let a connection be due in an hour."""
    now = timezone.now()
    changes: dict[str, Any] = {"last_ok": now - timedelta(minutes=1), "next_due": now + timedelta(hours=1)}
    Connection.objects.filter(pk=connection.pk).update(**changes)
    return connection


def post(connection: Connection, body: bytes = BODY, /, **headers: str) -> int:
    """Post to the connection's address and return the status; `_` in a header's name stands for `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    client = Client(enforce_csrf_checks=True)
    return client.post(nudge_path(connection), body, content_type="application/json", headers=given).status_code


def is_due(connection: Connection) -> bool:
    """Say whether the next pull is due, and let it rest again."""
    connection.refresh_from_db()
    due = connection.next_due is not None and connection.next_due <= timezone.now()
    rest(connection)
    return due


def standard(body: bytes = BODY, moment: int | None = None) -> dict[str, str]:
    """Return the headers of Standard Webhooks, signed as its specification says."""
    at = str(int(time.time()) if moment is None else moment)
    key = b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    signed = hmac.new(key, b"msg_1." + at.encode() + b"." + body, hashlib.sha256).digest()
    return {
        "webhook_id": "msg_1",
        "webhook_timestamp": at,
        "webhook_signature": f"v1,{b64encode(b'x' * 32).decode()} v1,{b64encode(signed).decode()}",
    }


GENUINE = [
    ("github", SECRET, {"X_Hub_Signature_256": f"sha256={DOCUMENTED}", "X_GitHub_Delivery": "72d3162e"}),
    ("jira", SECRET, {"X_Hub_Signature": f"sha256={DOCUMENTED}", "X_Atlassian_Webhook_Identifier": "7d1f"}),
    ("gitlab", SECRET, {"X_Gitlab_Token": SECRET, "X_Gitlab_Event_UUID": "13792a34"}),
    ("gitlab", STANDARD_SECRET, {}),
]


@pytest.mark.parametrize(("kind", "secret", "headers"), GENUINE)
def test_a_genuine_post_is_heard_once(kind: str, secret: str, headers: dict[str, str]) -> None:
    connection = tracker(kind, secret)
    # A time stamp holds for five minutes, and the tests may take longer to come here.
    headers = headers or standard()
    assert post(connection, **headers) == 204 and is_due(connection)
    assert post(connection, **headers) == 204 and not is_due(connection)
    assert NudgeDelivery.objects.count() == 1
    NudgeDelivery.objects.update(at=timezone.now() - timedelta(hours=25))
    assert (drop_old_deliveries(), drop_old_deliveries()) == (1, 0)


WRONG = [
    ("github", {}),
    ("github", {"X_Hub_Signature_256": DOCUMENTED}),
    ("github", {"X_Hub_Signature_256": f"sha256={DOCUMENTED[:-1]}0"}),
    ("github", {"X_Hub_Signature": f"sha256={DOCUMENTED}"}),
    ("github", {"X_Hub_Signature_256": "sha256=é"}),
    ("jira", {"X_Hub_Signature": f"sha1={DOCUMENTED}"}),
    ("jira", {"X_Hub_Signature_256": f"sha256={DOCUMENTED}"}),
    ("gitlab", {"X_Gitlab_Token": ""}),
    ("gitlab", {"X_Gitlab_Token": SECRET + "x"}),
    ("gitlab", {"X_Gitlab_Token": SECRET, **standard()}),
    ("gitlab", {**standard(), "webhook_timestamp": "1"}),
    ("gitlab", {**standard(), "webhook_timestamp": "soon"}),
]


@pytest.mark.parametrize(("kind", "headers"), WRONG)
def test_a_wrong_or_missing_signature_is_refused(kind: str, headers: dict[str, str]) -> None:
    connection = tracker(kind)
    assert post(connection, **headers) == 401 and not is_due(connection)
    assert NudgeDelivery.objects.count() == 0


def test_the_example_of_jiras_documentation_is_genuine() -> None:
    connection = tracker("jira")
    headers = {"X_Hub_Signature": f"sha256={JIRA_DOCUMENTED}", "X_Atlassian_Webhook_Identifier": "1"}
    assert post(connection, JIRA_BODY, **headers) == 204 and is_due(connection)


def test_an_old_signature_is_refused_though_it_is_right() -> None:
    connection = tracker("gitlab", STANDARD_SECRET)
    assert post(connection, **standard(moment=int(time.time()) - 301)) == 401
    assert post(connection, **standard(moment=int(time.time()) + 301)) == 401
    assert post(connection, b"another body", **standard()) == 401
    assert not is_due(connection)


def test_without_a_secret_the_address_is_all_the_secret_and_nothing_is_read() -> None:
    connection = tracker("github", "")
    assert post(connection, b"x" * (LARGEST_BODY + 1), X_GitHub_Delivery="1") == 204 and is_due(connection)
    assert post(connection, X_GitHub_Delivery="1") == 204 and not is_due(connection)
    assert post(connection) == 204 and is_due(connection)


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    connection = tracker("github")
    assert post(connection, b"x" * (LARGEST_BODY + 1), X_Hub_Signature_256=f"sha256={DOCUMENTED}") == 413
    assert not is_due(connection)


def test_only_trackers_that_sign_take_a_secret_for_it() -> None:
    with pytest.raises(ValidationError, match="does not sign what it posts"):
        tracker("roundup")
    connection = tracker("roundup", "")
    assert post(connection) == 204 and is_due(connection)
    github = tracker("github")
    owner = Principal(workspace=github.workspace, role="admin", user=None)
    edited = edit_connection(owner, github, {"webhook_secret": ""})
    assert edited.sealed_webhook_secret == ""


def test_the_secret_is_sealed_anew_with_the_others(settings: Any) -> None:
    tracker("github")
    old = settings.MLTRACK_ENCRYPTION_KEYS
    settings.MLTRACK_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    assert rotate_secrets().resealed == 1 and rotate_secrets().fresh == 1
    settings.MLTRACK_ENCRYPTION_KEYS = settings.MLTRACK_ENCRYPTION_KEYS[:1]
    assert closed_secrets() == []

"""The line that each request leaves."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from django.test import Client

from mltrack.accounts.services.tokens import create_token
from tests.factories import make_workspace


def lines(client: Client, path: str, **headers: Any) -> list[Any]:
    """Return what one request logs at any level."""
    with structlog.testing.capture_logs() as said:
        client.get(path, **headers)
    return [each for each in said if each["event"] == "request"]


@pytest.mark.django_db
def test_a_page_of_somebody_signed_in(client: Client) -> None:
    owner = make_workspace()
    assert owner.user is not None
    client.force_login(owner.user)
    (line,) = lines(client, f"/w/{owner.workspace.key}/?q=churn", HTTP_X_REQUEST_ID="from-a-proxy")
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "route": "kpis:portfolio",
        "method": "GET",
        "status": 200,
        "actor": f"user-{owner.user.pk}",
    }


@pytest.mark.django_db
def test_a_call_with_a_token(client: Client) -> None:
    owner = make_workspace()
    assert owner.user is not None
    token, text = create_token(owner, user=owner.user, name="ci", scopes=["read"])
    (line,) = lines(client, "/api/v1/portfolio/", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert (line["route"], line["status"]) == ("api/v1/portfolio/", 200)
    assert line["actor"] == f"mlt_{token.public_id}"
    assert text.split("_")[2] not in str(line)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path, route, status",
    [
        ("/invitations/c4n4ry/", "invitation", 404),
        ("/no/such/c4n4ry/", "unmatched", 404),
        ("/static/c4n4ry.css", "static", 404),
    ],
)
def test_no_path_is_told(client: Client, path: str, route: str, status: int) -> None:
    (line,) = lines(client, path)
    assert (line["route"], line["status"]) == (route, status)
    assert "c4n4ry" not in str(line)


@pytest.mark.django_db
def test_probes_are_told_at_level_debug(client: Client) -> None:
    assert [line["log_level"] for line in lines(client, "/healthz")] == ["debug"]

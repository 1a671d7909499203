"""Nothing foreign may tell MLTrack anything without a token yet; all that it may do is to nudge.

The first webhook whose body is believed makes these tests fail, and has to bring its own: a signature, a time stamp of
at most 300 seconds, and a delivery id that counts once. Of what is posted to a nudge only the signature is checked.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.trust.attacks.paths import patterns

WORDS = re.compile(r"hook|incoming|inbound|callback|receive|notify|nudge", re.IGNORECASE)

OURS = re.compile(r"^(w/<\w+:workspace>/settings|api/v1)/webhooks/")
"""Where admins say whom MLTrack itself tells of events: it takes a session or a token, as everything else."""


def found(routes: list[str]) -> list[str]:
    """Return the routes that sound like a foreign system's."""
    return [route for route in routes if WORDS.search(route)]


def test_no_path_takes_webhooks_but_nudges() -> None:
    routes = [route for route, _ in patterns() if not OURS.search(route)]
    assert len(routes) > 80
    assert found(routes) == ["nudges/<str:nudge>/"]
    assert found(["api/v1/incoming/<str:key>/", "hooks/github/"]) != []


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Hub-Signature-256", "X-Gitlab-Token", "Webhook-Signature"])
def test_a_signature_of_a_webhook_is_no_token(header: str) -> None:
    posts = [route for route, each in patterns() if hasattr(getattr(each.callback, "view_class", None), "powers")]
    assert posts
    for number, route in enumerate(posts):
        address = "/" + re.sub(r"<\w+:(\w+)>", "x", route)
        # Each from an address of its own: after sixty failures one is kept out.
        caller, sent = Client(REMOTE_ADDR=f"192.0.2.{number % 250}"), {header: "sha256=00"}
        answer = caller.post(address, {}, content_type="application/json", headers=sent)
        assert answer.status_code == 401, route

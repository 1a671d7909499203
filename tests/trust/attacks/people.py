"""Browsers in which somebody is signed in."""

from __future__ import annotations

from django.test import Client

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User
from tests.browser.worlds import BACKEND


def signed_in(who: Principal | User) -> Client:
    """Return a browser in which this person is signed in."""
    user = who if isinstance(who, User) else who.user
    assert user is not None
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client

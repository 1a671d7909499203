"""A world with something behind every path, and somebody signed in to look at it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.people import Team
from tests.browser.worlds import BACKEND, World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Client:
    """A browser in which the person who may do everything is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(world.user, backend=BACKEND)
    return client


@pytest.fixture
def team(db: None) -> Team:
    """Callers of the API: one for each role, and a stranger."""
    return Team()

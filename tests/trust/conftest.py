"""The two workspaces."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.trust.page_world import PageWorld, make_page_world


@pytest.fixture
def world(db: None, settings: Settings) -> Iterator[PageWorld]:
    """Two workspaces full of everything, and everybody at the door; thousands of refusals are not logged."""
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000
    settings.ACCOUNT_RATE_LIMITS = False
    made = make_page_world()
    logging.disable(logging.CRITICAL)
    yield made
    logging.disable(logging.NOTSET)

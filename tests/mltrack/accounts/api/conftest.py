"""The tiny API and its three callers."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.mltrack.accounts.api.callers import Callers, make_callers


@pytest.fixture(autouse=True)
def tiny_api(settings: Settings) -> None:
    """Serve the tiny API alone."""
    settings.ROOT_URLCONF = "tests.mltrack.accounts.api.urls"


@pytest.fixture
def callers(db: None) -> Callers:
    """The three callers."""
    return make_callers()

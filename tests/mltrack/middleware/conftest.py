"""A client over the small URLconf beside this file, which sees 500s as a browser does."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def browser_like(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "tests.mltrack.middleware.urls"
    return Client(raise_request_exception=False)

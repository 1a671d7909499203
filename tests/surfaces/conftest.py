"""One initiative per case, asked on every surface through a running server."""

from __future__ import annotations

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.surfaces.asking import Surfaces, open_surfaces


@pytest.fixture
def surfaces(live_server: LiveServer, transactional_db: None) -> Surfaces:
    """A workspace whose initiatives can be asked about on every surface."""
    return open_surfaces(live_server.url)

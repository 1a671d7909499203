"""The look tests' server, and the browser of the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser, page_factory
from tests.mltrack.look.server import serving

__all__ = ["browser", "look_server", "page_factory"]


@pytest.fixture(scope="module")
def look_server() -> Iterator[str]:
    """The origin of a running server with the style guide and a sample workspace."""
    with serving() as origin:
        yield origin

"""The look tests' server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mltrack.look.server import serving


@pytest.fixture(scope="module")
def look_server() -> Iterator[str]:
    """The origin of a running server with the style guide and a sample workspace."""
    with serving() as origin:
        yield origin

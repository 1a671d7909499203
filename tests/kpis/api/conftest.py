"""The callers."""

from __future__ import annotations

import pytest

from tests.api.people import Team


@pytest.fixture
def team(db: None) -> Team:
    """A workspace with one caller per role, and a stranger."""
    return Team()

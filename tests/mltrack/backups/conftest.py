"""A database for each backup alone: a restore is refused while anybody else is at work in it."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def alone(transactional_db: None) -> None:
    """End sessions that threads of an earlier test's live server hold for as long as its browser may come back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

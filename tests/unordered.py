"""Rows that nobody put in order come last first, so that no test and no page rests on how PostgreSQL stored them.

The order of such rows depends on which deleted rows left room before, hence on the tests that ran first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet


@pytest.fixture(scope="session", autouse=True)
def unordered_rows_last_first() -> Iterator[None]:
    """Turn around what a queryset without an order reads."""
    read = QuerySet._fetch_all

    def read_and_turn(rows: QuerySet[Any]) -> None:
        is_new = rows._result_cache is None
        read(rows)
        if is_new and not rows.ordered and isinstance(rows._result_cache, list):
            rows._result_cache.reverse()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "_fetch_all", read_and_turn)
        yield

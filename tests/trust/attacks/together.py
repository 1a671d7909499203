"""Deeds that happen at the same moment, each in a thread and a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Start the deeds at once and return what each brought: its value, or the exception that it raised."""
    start = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        try:
            connections["default"].ensure_connection()
            start.wait(30)
            return deed()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def refusals(brought: list[Any], kind: type[Exception]) -> int:
    """Return how many deeds were refused in this way. Raises AssertionError for any other exception."""
    other = [each for each in brought if isinstance(each, Exception) and not isinstance(each, kind)]
    assert other == []
    return sum(isinstance(each, kind) for each in brought)

"""Fetching the next page while the caller stores this one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, with one thread working at the next while the caller uses the last.

    At most one item waits. What the iterator raises is raised where its item would have come. A caller that
    stops early does not wait for the item in the making.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="connector-ahead")
    try:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

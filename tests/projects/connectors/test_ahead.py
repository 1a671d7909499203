"""One item ahead, never more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from projects.connectors.ahead import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(iter(range(1, 50)))) == list(range(1, 50))
    assert list(ahead(iter([]))) == []


def test_the_next_item_is_made_while_this_one_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    stream = ahead(items())
    assert next(stream) == 1
    assert made.wait(2)
    assert list(stream) == [2]


def test_no_more_than_one_item_waits() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for each in range(1, 10):
            made.append(each)
            yield each

    stream = ahead(items())
    next(stream)
    time.sleep(0.2)
    assert made == [1, 2]


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stream)


def test_a_caller_that_stops_does_not_wait() -> None:
    release = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        release.wait(30)
        yield 2

    stream = ahead(items())
    next(stream)
    began = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 15
    release.set()

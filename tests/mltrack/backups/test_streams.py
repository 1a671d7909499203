"""Whatever the size of a table, a backup and a restore hold little of it in memory; what passes is measured exactly."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from mltrack.accounts.models import ThrottleCounter
from mltrack.backups.restoring import restore_backup
from mltrack.backups.streams import BLOCK, measure, pump
from tests.mltrack.backups.worlds import back_up

ROWS = 60_000
MOST_BYTES = 6_000_000


@pytest.mark.parametrize("data", [b"", b"a\n", b"a\tb\n" * 3, b"x" * (3 * BLOCK) + b"\n", b"no feed"])
def test_what_passes_is_counted_digested_and_handed_on(data: bytes) -> None:
    target = io.BytesIO()
    assert measure(pump(io.BytesIO(data)), target) == (data.count(b"\n"), hashlib.sha256(data).hexdigest())
    assert target.getvalue() == data


def test_small_writes_are_handed_on_in_large_blocks() -> None:
    sizes: list[int] = []

    class Target(io.BytesIO):
        def write(self, data: object) -> int:
            sizes.append(len(bytes(data)))  # type: ignore[call-overload]
            return sizes[-1]

    def write(stream: object) -> None:
        assert isinstance(stream, io.BufferedWriter)
        for _ in range(100_000):
            stream.write(b"a row\n")

    assert measure(write, Target())[0] == 100_000
    assert len(sizes) < 10


def peak(deed: Callable[[], object]) -> int:
    """Return the most bytes that Python held at once during a deed."""
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_data(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO accounts_throttlecounter (key, "window", count) '
            "SELECT n || repeat('k', 110), now(), 1 FROM generate_series(1, %s) n",
            [ROWS],
        )
        cursor.execute("SELECT pg_table_size('accounts_throttlecounter')")
        assert cursor.fetchone()[0] > 1.5 * MOST_BYTES
    back_up(tmp_path / "first")
    assert peak(lambda: back_up(tmp_path / "b")) < MOST_BYTES
    assert peak(lambda: restore_backup(tmp_path / "b", replace=True)) < MOST_BYTES
    assert ThrottleCounter.objects.count() == ROWS

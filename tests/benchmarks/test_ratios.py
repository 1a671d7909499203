"""The promised ratios hold at the default size; judge them on a machine that does nothing else meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.running import measured

pytestmark = [pytest.mark.mlflow, pytest.mark.processes, pytest.mark.slow]
MOST_SECONDS = 1_500
# What stands so close to its aim that a busy minute carries it over, and the ratio beyond which it has become worse.
CLOSE = {"gate, 100 initiatives, 10,000 runs": 6.5}


@pytest.mark.parametrize("names", [("ingest",), ("pull",), ("pages",), ("judging", "memory")], ids=" ".join)
def test_every_promise_is_kept(names: tuple[str, ...], tmp_path: Path) -> None:
    found, _ = measured(names, tmp_path / "rows.json", MOST_SECONDS)
    assert any(row[6] == "met" for row in found)
    assert [row for row in found if row[6] == "MISSED" and row[1] not in CLOSE] == []
    worse = [row for row in found if row[1] in CLOSE and float(row[4]) > CLOSE[row[1]]]
    assert worse == []

"""Every benchmark runs at a tiny size, and what is exact at any size holds there too."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES
from tests.benchmarks.running import measured

pytestmark = [pytest.mark.mlflow, pytest.mark.processes, pytest.mark.slow]
MOST_SECONDS = 600
EXACT = {
    "runs that differ afterwards",
    "run requests of an idle pull",
    "registry requests of an idle pull",
    "rows an idle pull writes",
    "portfolio page, queries",
    "initiative page, queries",
    "failures that people saw",
    "readiness, queries",
    "gate, queries",
    "queries, 500 runs",
    "readings in columns: checksums that differ",
    "readings in rows: checksums that differ",
    "runs with metrics: checksums that differ",
    "evaluations that differ",
    "KPI list, queries",
    "KPI page, queries",
    "incidence, queries",
    "back-fill of 1,095 days, 8 segments: readings that differ",
    "changes that count otherwise",
    "initiatives not judged once, 1 workers",
    "initiatives not judged once, 2 workers",
    "initiatives not judged once, 4 workers",
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The rows of one run of all benchmarks."""
    file: Path = tmp_path_factory.mktemp("bench") / "results.json"
    found, words = measured(["--tiny"], file, MOST_SECONDS)
    assert all(row[1] in words for row in found)
    return found


def test_every_benchmark_measures_something(rows: list[list[str]]) -> None:
    assert {row[0] for row in rows} == set(NAMES)
    assert all(row[2] for row in rows)


def test_what_is_exact_holds(rows: list[list[str]]) -> None:
    words = {row[1]: row[6] for row in rows}
    assert {name: words.get(name) for name in EXACT} == dict.fromkeys(EXACT, "met")

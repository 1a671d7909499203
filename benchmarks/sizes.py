"""How much each benchmark handles: tiny to see that it runs, quick by default, full for the promises' own sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Size:
    """`mlflow_runs` fill the tracking server; `initiatives` × `runs_each`, `readings_each` fill the database.

    `ingest_rows` are sent by batches, `requests` are timed per page, `rounds` is how often floor and product take
    turns.
    """

    name: str
    mlflow_runs: int
    initiatives: int
    runs_each: int
    readings_each: int
    ingest_rows: int
    requests: int
    rounds: int


SIZES: Final = {
    each.name: each
    for each in (
        Size("tiny", 300, 3, 5, 10, 2_000, 3, 1),
        Size("quick", 22_000, 100, 100, 500, 100_000, 60, 2),
        Size("full", 22_000, 1_000, 100, 1_000, 400_000, 200, 3),
    )
}

"""What docs/evaluations.md ships counts like the product: DuckDB, Spark SQL and Polars, to the last digit."""

from __future__ import annotations

import csv
import json
import math
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars
import pytest

from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells, tally_rows
from tests.servers.spark import environment

DOCS = Path(__file__).parents[4] / "docs" / "evaluations.md"
COLUMNS = ("region", "sex", "label", "prediction", "confidence")
# Where rint, a decimal rounding and a rounding half up differ; and neighbours of such ties in double precision.
TIES = [0.00005, 0.00015, 0.00025, 0.12345, 0.50005, 0.99995, math.nextafter(0.00015, 0), math.nextafter(0.00015, 1)]


def shipped(language: str) -> str:
    """Return the first block of the docs in a language."""
    found = re.search(rf"```{language}\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def rows(n: int = 20_000) -> list[tuple[Any, ...]]:
    """Return made-up predictions with ties, abstentions, unknown regions and labels that are not given."""
    chance = np.random.default_rng(7)
    confidences: list[float | None] = [*TIES, 0.0, 1.0, None, math.nan]
    confidences += chance.random(n - len(confidences)).tolist()
    regions, sexes, labels = ("EU", "US", None, ""), ("F", "M", None), ("a", "b", "c")
    picked = chance.integers(0, 12, (n, 4)).tolist()
    return [
        (regions[a % 4], sexes[b % 3], labels[c % 3], labels[d % 3], confidence)
        for (a, b, c, d), confidence in zip(picked, confidences)
    ]


def tally(given: Sequence[tuple[Any, ...]]) -> Tally:
    region, sex, label, prediction, confidence = zip(*given)
    return tally_rows(
        [math.nan if each is None else each for each in confidence],
        [a == b for a, b in zip(label, prediction)],
        {"region": region},
        {"sex": sex},
    )


def of_counts(counted: Sequence[Mapping[str, Any]]) -> Tally:
    cells = (
        Cell(Stratum((row["region"],), (row["sex"],)), int(row["level"]), int(row["n_right"]), int(row["n_wrong"]))
        for row in counted
    )
    return tally_cells(cells, ("region",), ("sex",))


def named(found: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(("region", "sex", "level", "n_right", "n_wrong"), row)) for row in found]


def written(given: Sequence[tuple[Any, ...]], folder: Path) -> Path:
    """Return a CSV of rows, with \\N for what is not given."""
    source = folder / "predictions.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["\\N" if each is None else each for each in row] for row in given])
    return source


def counted_by_duckdb(given: Sequence[tuple[Any, ...]], folder: Path) -> list[dict[str, Any]]:
    types = "region text, sex text, label text, prediction text, confidence double"
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE predictions ({types})")
        database.execute(f"COPY predictions FROM '{written(given, folder)}' (HEADER false, NULLSTR '\\N')")
        return named(database.execute(shipped("sql")).fetchall())


def test_duckdb_counts_alike(tmp_path: Path) -> None:
    assert of_counts(counted_by_duckdb(rows(), tmp_path)) == tally(rows())


def test_parts_of_a_warehouse_add_up(tmp_path: Path) -> None:
    given = rows()
    parts = [counted_by_duckdb(given[start : start + 7_000], tmp_path) for start in range(0, len(given), 7_000)]
    assert of_counts([row for part in reversed(parts) for row in part]) == tally(given)


def polars_counts(frame: polars.LazyFrame | polars.DataFrame) -> list[dict[str, Any]]:
    """Run the lines of the docs on a frame named `predictions`."""
    space: dict[str, Any] = {"predictions": frame}
    exec(compile(shipped("python"), str(DOCS), "exec"), space)
    found: polars.DataFrame = space["counts"].lazy().collect()
    return found.to_dicts()


def test_polars_counts_alike() -> None:
    given = rows()
    types = {"region": polars.String, "sex": polars.String, "label": polars.String, "prediction": polars.String}
    frame = polars.DataFrame(given, schema={**types, "confidence": polars.Float64}, orient="row")
    assert of_counts(polars_counts(frame)) == tally(given)
    assert of_counts(polars_counts(frame.lazy())) == tally(given)


@pytest.mark.slow
def test_spark_counts_alike(tmp_path: Path) -> None:
    given = rows()
    statement, answer = tmp_path / "statement.sql", tmp_path / "counts.json"
    statement.write_text(shipped("sql"), encoding="utf-8")
    program, script = environment() / "bin" / "python", Path(__file__).with_name("count_with_spark.py")
    command = [str(program), str(script), str(written(given, tmp_path)), str(statement), str(answer)]
    subprocess.run(command, check=True, timeout=300)
    assert of_counts(json.loads(answer.read_text(encoding="utf-8"))) == tally(given)

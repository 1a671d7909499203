"""Rows of an evaluation for tests: made up by hypothesis, or real ones of golden/02_digits_confidences.csv."""

from __future__ import annotations

import csv
import math
from functools import cache

from hypothesis import strategies as st

from projects.progress.evaluations.ladder import Ladder, ladder_of
from tests.kpis.scoring.golden import FOLDER

PRINTED = 1_000_000  # the file prints six decimals

# Few distinct confidences make ties; NaN is a case in which the model abstains.
CONFIDENCES = st.one_of(st.sampled_from([0.0, 0.5, 0.9, 1.0, math.nan]), st.floats(0, 1))
ROWS = st.lists(st.tuples(CONFIDENCES, st.booleans()), max_size=60)


def ladder(rows: list[tuple[float, bool]], scale: int = 10_000) -> Ladder:
    """Count rows of (confidence, correct)."""
    return ladder_of([row[0] for row in rows], [bool(row[1]) for row in rows], scale)


@cache
def digits() -> tuple[tuple[float, int, int, int], ...]:
    """Return (confidence, correct, label, prediction) of 1,000 held-out digits."""
    with (FOLDER / "02_digits_confidences.csv").open(encoding="utf-8") as lines:
        return tuple(
            (float(row["conf"]), int(row["correct"]), int(row["y_true"]), int(row["y_pred"]))
            for row in csv.DictReader(lines)
        )


def digits_ladder(scale: int = PRINTED) -> Ladder:
    """Count the digits."""
    return ladder_of([row[0] for row in digits()], [row[1] for row in digits()], scale)

"""Days that a sprint may have, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from projects.progress.delivery.sprint_days import MOST_DAYS, wrong_days

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("starts", "ends", "word"),
    [
        (DAY, DAY, ""),
        (None, None, ""),
        (DAY, None, ""),
        (DAY, date(2026, 11, 1), "or later"),
        (DAY, DAY + timedelta(days=MOST_DAYS - 1), ""),
        (DAY, DAY + timedelta(days=MOST_DAYS), "three years"),
        (date.min, DAY, "between 2000 and 2199"),
        (DAY, date.max, "between 2000 and 2199"),
        (None, date.max, "between 2000 and 2199"),
        (date(2199, 12, 31), date(2199, 12, 31), ""),
    ],
)
def test_days(starts: date | None, ends: date | None, word: str) -> None:
    found = wrong_days(starts, ends)
    assert word in found and bool(found) == bool(word)

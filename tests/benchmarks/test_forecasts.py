"""The benchmark of forecasts: what it promises holds, and its coverage is what the two series say."""

from __future__ import annotations

import pytest

from benchmarks.forecasts import measure
from benchmarks.sizes import SIZES


@pytest.mark.django_db(transaction=True)
def test_what_is_promised_holds_at_any_size() -> None:
    rows = {row.what: row for row in measure(SIZES["tiny"])}
    assert len(rows) == 3 * 6 + 3
    assert rows["exact against simulated, standard errors"].met
    covered = {what: row.met for what, row in rows.items() if what.startswith("P85 coverage")}
    assert covered == {
        f"P85 coverage, {weeks} weeks of history, {end}": None if weeks == 6 else True
        for weeks in (6, 12, 26)
        for end in ("lowest", "highest")
    }
    # A longer history covers more.
    lowest = [rows[f"P85 coverage, {weeks} weeks of history, lowest"].ratio or 0 for weeks in (6, 12, 26)]
    assert lowest == sorted(lowest)
    assert rows["readiness from four parts"].measured.endswith(" ms")
    assert rows["scores of 1,200 kept forecasts"].ratio is not None

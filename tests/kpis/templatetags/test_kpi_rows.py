"""The rows of the list of KPIs: every cell says what its data says, and nothing that people write is markup."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from kpis.models import KPI, Goal
from kpis.scoring.attainment import Pace
from kpis.selectors.kpi_pages import line_of
from kpis.selectors.kpis import KpiStanding
from kpis.templatetags.kpi_rows import kpi_rows
from mltrack.accounts.models import User, Workspace

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
TAINT = "\"><script>alert(1)</script>&amp;'"


def drawn(kpi: dict[str, Any], **fields: Any) -> tuple[str, list[str]]:
    """Return the row as it is drawn, and the text of each cell."""
    made = KPI(**{"key": "churn", "name": "Churn", "unit": "%", "direction": "lower", "period": "month", **kpi})
    values: dict[str, Any] = {
        "kpi": made,
        "goal": Goal(baseline=12.0, target=8.0, start=date(2026, 1, 1), due=date(2027, 6, 30)),
        "waiting": None,
        "value": 9.0,
        "at": datetime(2027, 1, 10, 9, tzinfo=UTC),
        "before": 9.5,
        "delta": -0.5,
        "attainment": 0.75,
        "pace": Pace(attainment=0.75, expected=0.5, gap=0.25, ratio=1.5, waiting=False),
        "late": False,
        "spark": (10.0, None, 9.5, 9.0),
        "start": date(2027, 1, 1),
        "before_start": date(2026, 12, 1),
        "today": date(2027, 1, 10),
    }
    text = kpi_rows([line_of(KpiStanding(**{**values, **fields}))], Workspace(key="acme"), NOW)
    cells = ElementTree.fromstring(
        f"<table>{text}</table>".replace("data-row", 'data-row=""').replace(" data-relative", "")
    )
    return text, [" ".join("".join(cell.itertext()).split()) for cell in cells[0]]


def test_every_cell_says_what_its_data_says() -> None:
    text, cells = drawn({})
    assert cells[0] == "ChurnLower is better" and 'href="/w/acme/kpis/churn/"' in text
    assert cells[1] == "9 %January 2027"
    assert 'title="since December 2026"' in text and cells[2] == "\N{MINUS SIGN}0.5 %"
    assert 'class="spark"' in text
    # By hand: 9 lies three quarters of the way from 12 to 8, where half was expected.
    assert cells[4:6] == [
        "at most 8 %by 2027-06-30",
        "Ahead of pace75 % of the way25 points ahead of the line to 2027-06-30",
    ]
    assert cells[6:] == ["nobody", "3 h ago"]


def test_what_is_not_known_is_a_dash_or_a_word() -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("goal", "value", "at", "before", "delta", "attainment", "pace", "start", "before_start")
    )
    _, cells = drawn({}, **nothing, spark=())
    assert cells[1:5] == ["–", "–", "–", "none yet"] and cells[6:] == ["nobody", "never"]


def test_who_owns_it_what_waits_and_what_is_late() -> None:
    text, cells = drawn({"owner": User(email="ida@example.org", name="Ida")}, waiting=Goal(), late=True)
    assert cells[6] == "Ida" and "expected every month" in cells[7]
    assert [each in text for each in ("Ahead of pace", "Proposed", "Late")] == [True, True, True]


@pytest.mark.parametrize("field", ["name", "unit", "key"])
def test_nothing_that_people_write_is_markup(field: str) -> None:
    text, _ = drawn({field: TAINT})
    assert "<script" not in text and "alert(1)" in text

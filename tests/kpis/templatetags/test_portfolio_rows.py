"""The rows of the portfolio: every cell says what its data says, and nothing that comes from outside is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from kpis.selectors.main_kpis import MainKpi
from kpis.selectors.portfolio import PortfolioRow
from kpis.templatetags.portfolio import portfolio_rows
from mltrack.accounts.models import Workspace
from projects.models import Initiative

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
TAINT = "\"><script>alert(1)</script>&amp;'"
FIGURES = {
    "result": "fail",
    "observed": 0.7,
    "expected": "≥ 90.0 %",
    "n": 5000,
    "low": 0.687,
    "high": 0.713,
    "goal": {"value": 0.9, "high": None, "comparator": ">="},
}
KPI = MainKpi("loss", "Loss", "%", "lower", 10.0, NOW, 0.5, 8.0, (12.0, None, 10.0), late=False)


def initiative(**fields: Any) -> Initiative:
    values = {"key": "CHURN", "name": "Customer churn", "stage": "modeling", "target_date": date(2027, 3, 31)}
    return Initiative(**{**values, "target_resolution": "quarter", **fields})


def row(**fields: Any) -> PortfolioRow:
    values: dict[str, Any] = {
        "initiative": initiative(),
        "verdict": "not_ready",
        "health": "at_risk",
        "score": 40.0,
        "candidate": "run 7",
        "accuracy": FIGURES,
        "coverage": None,
        "blocked_by": "Accuracy fails",
        "blockers": 3,
        "warnings": 0,
        "waivers": 2,
        "declared": None,
        "live_not_ready": False,
        "differs": False,
        "kpi": KPI,
        "pending": False,
        "judged_at": NOW,
        "updated_at": NOW,
    }
    return PortfolioRow(**{**values, **fields})


def drawn(**fields: Any) -> ElementTree.Element:
    """Return one row as an element; what is no well-formed markup raises ParseError."""
    html = portfolio_rows([row(**fields)], Workspace(key="acme", name="Acme"), NOW)
    valued = html.replace(" data-row>", ' data-row="">').replace(" data-relative>", ' data-relative="">')
    return ElementTree.fromstring(f"<tbody>{valued}</tbody>")


def cells(**fields: Any) -> list[str]:
    """Return the texts of the cells."""
    found = drawn(**fields)[0]
    return [re.sub(r"[\s\u202f]+", " ", "".join(cell.itertext())).strip() for cell in found]


def test_a_row_says_everything_it_knows() -> None:
    assert cells() == [
        "Customer churnCHURN · just now",
        "Modelingby Q1 2027",
        "Not readyAccuracy fails · 3 open 2 waivers",
        "At risk",
        "70.0 % / 90n 5 000",
        "–",
        "Loss50 %",
    ]


def test_every_cell_is_labelled_for_the_phone() -> None:
    labels = [cell.get("data-label") for cell in drawn()[0]]
    assert labels == [None, "Stage", "Verdict", "Health", "Accuracy", "Coverage", "Main KPI"]
    assert drawn()[0][0].get("scope") == "row"


def test_links_lead_to_the_initiative_and_its_kpi() -> None:
    links = [each.get("href") for each in drawn().iter("a")]
    assert links == ["/w/acme/initiatives/CHURN/", "/w/acme/kpis/loss/"]


def test_drawings_are_told_in_words() -> None:
    words = [each.get("aria-label") for each in drawn().iter("svg") if each.get("role") == "img"]
    assert [word and word.split(":")[0].split(",")[0].replace("\u202f", " ") for word in words] == [
        "observed 70.0 %",
        "Loss",
    ]


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"initiative": initiative(target_date=None)}, 1, "no target date"),
        ({"initiative": initiative(state="paused")}, 0, "· Paused"),
        ({"waivers": 1}, 2, "1 waiver"),
        ({"waivers": 0, "blockers": 0}, 2, "Accuracy fails"),
        (
            {"differs": True, "declared": {"health": "on_track", "by": "Ada", "at": NOW, "fades": False}},
            3,
            "declared: On track",
        ),
        ({"kpi": None}, 6, "none"),
        ({"kpi": replace(KPI, late=True)}, 6, "Stale"),
        ({"kpi": replace(KPI, attainment=None)}, 6, "Loss"),
    ],
)
def test_what_is_special_is_said(fields: dict[str, Any], place: int, said: str) -> None:
    assert cells(**fields)[place].endswith(said)


def test_a_row_that_waits_for_its_judgement_says_so() -> None:
    titles = {each.get("title") for each in drawn(pending=True).iter("span")}
    assert "Newer facts are being judged" in titles
    assert "Newer facts are being judged" not in {each.get("title") for each in drawn().iter("span")}


def test_nothing_from_outside_is_markup() -> None:
    kpi = replace(KPI, name=TAINT, key="x", unit=TAINT)
    figures = {**FIGURES, "result": TAINT, "goal": {"value": 0.9, "comparator": TAINT, "high": None}}
    found = drawn(
        initiative=initiative(name=TAINT, state=TAINT, stage=TAINT),
        verdict=TAINT,
        health=TAINT,
        blocked_by=TAINT,
        kpi=kpi,
        accuracy=figures,
        differs=True,
        declared={"health": TAINT, "by": TAINT, "at": NOW, "fades": True},
    )
    assert list(found.iter("script")) == []
    assert found[0][0][0].text == TAINT
    assert found[0][6][0].text == TAINT


def test_no_rows_are_no_text() -> None:
    assert portfolio_rows([], Workspace(key="acme"), NOW) == ""

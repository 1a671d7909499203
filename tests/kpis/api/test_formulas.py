"""Formulas of derived KPIs by REST, in the body of a KPI."""

from __future__ import annotations

import pytest

from kpis.models import KPI
from kpis.services.derived_readings import reckon_kpi
from tests.api.people import Team, ok, pointers, refused

pytestmark = pytest.mark.django_db
FORMULA = 'kpi("refunds") / kpi("orders")'


@pytest.fixture
def share(team: Team) -> str:
    """The address of a KPI that is derived of two others."""
    for name, value in (("Refunds", 5), ("Orders", 50)):
        ok(team.manager.call("post", "kpis/", {"name": name}), 201)
        ok(team.contributor.call("post", f"kpis/{name.lower()}/readings/", {"time": "2026-01-05", "value": value}))
    made = ok(team.manager.call("post", "kpis/", {"name": "Share", "formula": FORMULA}), 201)
    assert (made["formula"], made["formula_version"]) == (FORMULA, 1)
    reckon_kpi(KPI.objects.get(key="share").pk)
    return "kpis/share/"


def test_readings_tell_that_they_are_derived(team: Team, share: str) -> None:
    assert ok(team.viewer.call("get", share))["latest"] == 0.1
    (reading,) = ok(team.viewer.call("get", share + "readings/"))["data"]
    assert (reading["value"], reading["origin"], reading["formula"]) == (0.1, "derived", 1)
    (reading,) = ok(team.viewer.call("get", "kpis/orders/readings/"))["data"]
    assert (reading["origin"], reading["formula"]) == ("measured", None)


def test_a_formula_is_changed_and_taken_away(team: Team, share: str) -> None:
    shown = ok(team.manager.call("patch", share, {"formula": f"100 * {FORMULA}"}))
    assert shown["formula_version"] == 2
    reckon_kpi(KPI.objects.get(key="share").pk)
    (kept,) = ok(team.viewer.call("get", share + "corrections/"))["data"]
    assert (kept["value"], kept["replaced_by"]) == (0.1, 10.0)
    shown = ok(team.manager.call("patch", share, {"formula": ""}))
    assert (shown["formula"], shown["formula_version"]) == ("", None)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ('kpi("orders") / kpi("share")', "At character 17: A KPI cannot be made of itself: share → share."),
        ('1 + kpi("none")', "At character 5: There is no KPI none here."),
        ("open('/etc/passwd')", "At character 1: There is no function open."),
    ],
)
def test_a_wrong_formula_is_refused_with_its_place(team: Team, share: str, formula: str, words: str) -> None:
    answer = refused(team.manager.call("patch", share, {"formula": formula}), 400)
    assert pointers(answer) == {"/formula"}
    assert answer["errors"][0]["detail"].startswith(words)


def test_readings_of_a_derived_kpi_are_refused(team: Team, share: str) -> None:
    answer = refused(team.contributor.call("post", share + "readings/", {"time": "2026-01-06", "value": 1}), 400)
    assert "derived" in answer["errors"][0]["detail"]

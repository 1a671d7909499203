"""The page of a formula: tried, kept, shown with links to its parts on the KPI's own page."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.models import KPI
from kpis.services.derived_readings import reckon_kpi
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.views.kpi_frame import url_of
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, make_kpi, post, text


@pytest.fixture
def made(place: Place) -> KPI:
    """A KPI without a formula beside one that has readings."""
    make_kpi(place.owner)
    return create_kpi(place.owner, name="Kept customers", unit="%")


def shown(answer: Any) -> str:
    return text(answer).replace("\u202f", " ").replace("&#x202f;", " ").replace("&quot;", '"')


def test_a_formula_is_tried_and_then_kept(place: Place, made: KPI) -> None:
    path = url_of(made, "kpis:kpi_formula")
    assert "This KPI is measured" in shown(get(place.viewer, path))
    data = {"formula": '100 - kpi("churn-rate")'}
    tried = post(place.manager, path, {**data, "try": ""})
    assert tried.status_code == 200
    for words in ("88 %", "90 %", "Churn rate", "By its parts the unit is %."):
        assert words in shown(tried)
    assert KPI.objects.get(pk=made.pk).formula is None
    assert post(place.manager, path, {**data, "save": ""}).status_code == 302
    assert KPI.objects.get(pk=made.pk).formula_text == data["formula"]
    assert post(place.manager, path, {"formula": "", "save": ""}).status_code == 302
    assert KPI.objects.get(pk=made.pk).formula is None


def test_what_is_wrong_is_said_where_it_is(place: Place, made: KPI) -> None:
    path = url_of(made, "kpis:kpi_formula")
    for button in ("try", "save"):
        answer = post(place.manager, path, {"formula": '1 + kpi("nothing")', button: ""})
        assert answer.status_code == 422
        assert "At character 5: There is no KPI nothing here." in shown(answer)


def test_the_kpi_page_shows_the_formula_with_its_parts(place: Place, made: KPI) -> None:
    edit_kpi(place.owner, made, {"formula": '100 - kpi("churn-rate") + 0 * fact("CHURN", "deployments")'})
    reckon_kpi(made.pk)
    page = shown(get(place.viewer, url_of(made, "kpis:kpi")))
    for words in ("How it is reckoned", '100 - kpi("churn-rate")', "/kpis/churn-rate/", "/initiatives/CHURN/delivery/"):
        assert words in page
    assert "10 %" in page
    assert "Add readings" not in shown(get(place.owner, url_of(made, "kpis:kpi")))
    assert 'name="lines"' not in shown(get(place.owner, url_of(made, "kpis:kpi_readings")))

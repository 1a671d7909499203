"""The value tab: which KPIs an initiative should move."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.models import KPI, Contribution
from kpis.services.contributions import set_contribution
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, make_kpi, post, text

TIE = {"expected": "-2", "by": "2027-03-31", "grade": "E", "how": "500 customers"}


@pytest.fixture
def kpi(place: Place) -> KPI:
    return make_kpi(place.owner)


def tie_of(place: Place) -> Contribution:
    return Contribution.objects.get(initiative=place.initiative)


def test_the_empty_tab_teaches(place: Place) -> None:
    page = text(get(place.owner, place.url("value/")))
    assert "No KPI yet" in page and "/contributions/" in page
    assert 'id="tie"' not in text(get(place.contributor, place.url("value/")))


def test_an_existing_kpi_is_tied(place: Place, kpi: KPI) -> None:
    assert post(place.manager, place.url("value/"), TIE | {"kpi": kpi.key}).status_code == 302
    assert (tie_of(place).expected, tie_of(place).grade, str(tie_of(place).by)) == (-2.0, "E", "2027-03-31")
    page = text(get(place.viewer, place.url("value/")))
    for words in ("Churn rate", "−2\u202f%", "2027-03-31", "500 customers", "E: claim", "−2\u202f% since the baseline"):
        assert words in page, words


def test_a_new_kpi_is_made_and_tied_both_or_neither(place: Place) -> None:
    new = TIE | {"kpi": "*new", "name": "Calls", "direction": "higher", "baseline": "10", "target": "20"}
    wrong = post(place.owner, place.url("value/"), new | {"target": "5"})
    assert wrong.status_code == 422
    assert "the target is below the baseline" in text(wrong)
    late = post(place.owner, place.url("value/"), new | {"by": "2500-01-01"})
    assert late.status_code == 422
    assert not KPI.objects.exists()
    assert post(place.owner, place.url("value/"), new).status_code == 302
    made = KPI.objects.get()
    assert (made.owner, made.goals.get().target, tie_of(place).kpi) == (place.owner.user, 20.0, made)


def test_several_kpis_and_each_only_once(place: Place, kpi: KPI) -> None:
    other = make_kpi(place.owner, name="Calls")
    for each in (kpi, other):
        assert post(place.owner, place.url("value/"), TIE | {"kpi": each.key}).status_code == 302
    assert Contribution.objects.count() == 2
    assert post(place.owner, place.url("value/"), TIE | {"kpi": kpi.key}).status_code == 422


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"kpi": ""}, "This field is required."),
        ({"kpi": "*new"}, "A new KPI needs a name."),
        ({"name": "Another"}, "Leave this empty"),
        ({"kpi": "no-such"}, "Select a valid choice"),
        ({"expected": "nan"}, "Enter a number."),
        ({"grade": "F"}, "Select a valid choice"),
    ],
)
def test_wrong_ties_are_named(place: Place, kpi: KPI, wrong: dict[str, str], words: str) -> None:
    answer = post(place.owner, place.url("value/"), TIE | {"kpi": kpi.key} | wrong)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Contribution.objects.exists()


def test_a_tie_is_changed_and_removed(place: Place, kpi: KPI) -> None:
    set_contribution(place.owner, place.initiative, kpi, expected=-1.0)
    path = place.url(f"value/{kpi.key}/")
    assert 'value="-1"' in text(get(place.manager, path))
    assert post(place.manager, path, TIE).status_code == 302
    assert tie_of(place).expected == -2.0
    assert post(place.manager, path, TIE | {"expected": "x"}).status_code == 422
    assert post(place.manager, f"{path}remove/", {}).status_code == 302
    assert not Contribution.objects.exists() and KPI.objects.get() == kpi
    assert post(place.manager, f"{path}remove/", {}).status_code == 404


def test_who_may(place: Place, kpi: KPI) -> None:
    set_contribution(place.owner, place.initiative, kpi)
    for rest in ("value/", f"value/{kpi.key}/", f"value/{kpi.key}/remove/"):
        assert post(place.contributor, place.url(rest), TIE).status_code == 403
        assert post(place.stranger, place.url(rest), TIE).status_code == 404
    assert get(place.stranger, place.url("value/")).status_code == 404


def test_a_strangers_kpi_cannot_be_tied(place: Place) -> None:
    theirs = make_kpi(place.stranger)
    assert post(place.owner, place.url("value/"), TIE | {"kpi": theirs.key}).status_code == 422
    assert theirs.name not in text(get(place.owner, place.url("value/")))


def test_the_tab_costs_the_same_with_more(place: Place) -> None:
    client: Any = browser(place.owner)
    client.get(place.url("value/"))
    for number in range(5):
        set_contribution(place.owner, place.initiative, make_kpi(place.owner, name=f"K{number}"), expected=1.0)
    with CaptureQueriesContext(connection) as found:
        assert client.get(place.url("value/")).status_code == 200
    assert len(found) <= 17, "\n".join(each["sql"][:160] for each in found)

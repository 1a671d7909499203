"""The workspace says how it counts weeks and fiscal years."""

from __future__ import annotations

import pytest

from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, home, post, text


def test_an_admin_sets_weeks_and_fiscal_years(place: Place) -> None:
    path = home(place.owner, "settings/")
    assert "Weeks begin on" in text(get(place.owner, path))
    given = {"name": "Acme", "zone": "UTC", "first_weekday": "6", "fiscal_month": "4"}
    assert post(place.owner, path, given).status_code == 302
    place.owner.workspace.refresh_from_db()
    assert (place.owner.workspace.first_weekday, place.owner.workspace.fiscal_month) == (6, 4)


@pytest.mark.parametrize("wrong", [{"first_weekday": "3"}, {"fiscal_month": "13"}, {"fiscal_month": ""}])
def test_what_no_calendar_has_is_refused(place: Place, wrong: dict[str, str]) -> None:
    given = {"name": "Acme", "zone": "UTC", "first_weekday": "6", "fiscal_month": "4", **wrong}
    assert post(place.owner, home(place.owner, "settings/"), given).status_code == 422

"""A KPI's readings by form and paste, in pages, and back as CSV."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kpis.models import KPI, Reading
from kpis.selectors.readings import readings_page
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from tests.factories import make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text

pytestmark = pytest.mark.django_db
PAGE, PASTE = "kpis/churn-rate/readings/", "kpis/churn-rate/readings/paste/"


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def kpi(owner: Principal) -> KPI:
    return make_kpi(owner, (), zone="Europe/Berlin")


def exported(owner: Principal) -> str:
    answer: Any = browser(owner).get(home(owner, f"{PAGE}export.csv"))
    return b"".join(answer.streaming_content).decode()


def test_one_reading_begins_its_day_where_the_kpi_is_measured(owner: Principal, kpi: KPI) -> None:
    contributor = make_member(owner.workspace)
    assert post(contributor, home(owner, PAGE), {"time": "2026-07-01", "value": "8.25"}).status_code == 302
    kept = Reading.objects.get()
    assert (kept.time, kept.value) == (datetime(2026, 6, 30, 22, tzinfo=UTC), 8.25)
    assert "2026-07-01" in text(get(owner, home(owner, PAGE)))


@pytest.mark.parametrize(
    "wrong", [{"value": "nan"}, {"value": "1e200"}, {"time": "1960-01-01"}, {"time": ""}, {"segment": "x" * 121}]
)
def test_a_wrong_reading_is_refused_at_its_field(owner: Principal, kpi: KPI, wrong: dict[str, str]) -> None:
    answer = post(owner, home(owner, PAGE), {"time": "2026-07-01", "value": "8"} | wrong)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)
    assert not Reading.objects.exists()


def test_who_may_record(owner: Principal, kpi: KPI) -> None:
    lines = {"lines": "2026-07-01, 1"}
    for rest in (PAGE, PASTE):
        assert post(make_member(owner.workspace, "viewer"), home(owner, rest), lines).status_code == 403
        assert post(make_stranger(), home(owner, rest), lines).status_code == 404


def test_a_paste_is_recorded_whole(owner: Principal, kpi: KPI) -> None:
    pasted = "date\tvalue\n2026-07-01\t8,5\n2026-07-08\t8,1\n"
    answer = browser(owner).post(home(owner, PASTE), {"lines": pasted}, follow=True)
    assert "2 new, 0 changed, 0 as before." in text(answer)
    again = browser(owner).post(home(owner, PASTE), {"lines": pasted.replace("8,1", "8,0")}, follow=True)
    assert "0 new, 1 changed, 1 as before." in text(again)


def test_a_paste_with_wrong_lines_names_them_and_keeps_nothing(owner: Principal, kpi: KPI) -> None:
    answer = post(owner, home(owner, PASTE), {"lines": "2026-07-01, 8\nsoon, 7\n2026-07-15, many"})
    page = text(answer)
    assert answer.status_code == 422
    assert "<b>line 2</b>" in page and "<b>line 3</b>" in page and "<b>line 1</b>" not in page
    assert "soon, 7" in page
    assert not Reading.objects.exists()


def test_readings_have_pages_and_segments(owner: Principal, kpi: KPI) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [{"time": start + timedelta(hours=n // 2), "value": n, "segment": "EU" if n % 2 else ""} for n in range(120)]
    record_readings(kpi, rows)
    seen, cursor = [], ""
    for _ in range(3):
        page = readings_page(kpi, None, cursor)
        seen += [row.reading.value for row in page.rows]
        cursor = page.older
    assert sorted(seen) == [float(n) for n in range(120)] and cursor == ""
    first = text(get(owner, home(owner, f"{PAGE}?segment=EU")))
    assert "cursor=" in first and "segment=EU" in first
    assert readings_page(kpi, "EU").total == 60
    for odd in (
        "x",
        "2026-01-01~1",
        "2026-01-01T00:00:00+00:00~-1",
        "2026-01-01T00:00:00+00:00~99999999999999999999",
        "~",
    ):
        assert len(readings_page(kpi, None, odd).rows) == 50
        assert get(owner, home(owner, f"{PAGE}?cursor={odd}")).status_code == 200


def test_the_export_comes_back_by_paste_and_runs_nothing(owner: Principal, kpi: KPI) -> None:
    record_readings(
        kpi, [{"time": "2026-07-01", "value": -8.5}, {"time": "2026-07-08", "value": 1e-7, "segment": "=1+1"}]
    )
    lines = exported(owner)
    assert lines == "time,value,segment\r\n2026-06-30T22:00:00Z,-8.5,\r\n2026-07-07T22:00:00Z,1e-07,'=1+1\r\n"
    answer = browser(owner).post(home(owner, PASTE), {"lines": lines.replace("'=", "=")}, follow=True)
    assert "0 new, 0 changed, 2 as before." in text(answer)

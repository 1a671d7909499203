"""What is kept of where KPIs stand: never told where anything that it rests on has changed, whoever changed it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.models import KPI
from kpis.selectors.kept_standings import kept_lines
from kpis.selectors.kpi_pages import KpiLine, line_of
from kpis.selectors.kpis import listed_kpis, standings
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from tests.factories import make_workspace
from tests.projects.faults.workers import ROOT, environment

NOON = datetime(2026, 3, 10, 12, 7, tzinfo=UTC)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def made(owner: Principal, name: str = "Churn", **fields: Any) -> KPI:
    kpi = create_kpi(owner, **{"name": name, "period": "day", "baseline": 0.0, "target": 10.0, **fields})
    record_readings(kpi, {"times": [f"2026-03-{day:02}T08:00:00Z" for day in (7, 8, 9)], "values": [1.0, 2.0, 3.0]})
    return kpi


def told(owner: Principal, now: datetime = NOON) -> KpiLine:
    (line,) = kept_lines(owner, now)
    (fresh,) = standings(list(listed_kpis(owner)), now)
    assert line == line_of(fresh), "What is kept is what would be reckoned"
    return line


@pytest.mark.django_db
def test_nothing_is_reckoned_twice(owner: Principal) -> None:
    made(owner)
    first = kept_lines(owner, NOON)
    with CaptureQueriesContext(connection) as queries:
        assert kept_lines(owner, NOON + timedelta(minutes=7)) is first
    assert len(queries) == 1


@pytest.mark.django_db
def test_every_change_of_readings_is_told(owner: Principal) -> None:
    kpi = made(owner)
    assert (told(owner).value, told(owner).delta) == ("3", "+1")
    record_readings(kpi, {"times": ["2026-03-10T08:00:00Z"], "values": [7.0]})
    assert (told(owner).value, told(owner).delta) == ("7", "+4")
    record_readings(kpi, {"times": ["2026-03-10T08:00:00Z"], "values": [8.0]})
    assert told(owner).value == "8"
    record_readings(kpi, {"times": ["2026-03-09T08:00:00Z"], "values": [4.0]})
    assert told(owner).delta == "+4"
    record_readings(kpi, {"times": ["2026-02-20T08:00:00Z"], "values": [9.0]})
    assert told(owner).standing.spark[0] == 9.0
    kpi.readings.filter(time__day=10).delete()
    assert told(owner).value == "4"


@pytest.mark.django_db
def test_a_correction_that_is_taken_back_is_no_older_answer(owner: Principal) -> None:
    kpi = made(owner)
    first = kept_lines(owner, NOON)
    for value in (5.0, 3.0):
        record_readings(kpi, {"times": ["2026-03-09T08:00:00Z"], "values": [value]})
    assert kept_lines(owner, NOON) == first
    again = kept_lines(owner, NOON)
    assert again[0].value == "3"


@pytest.mark.django_db
@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_the_oldest_period_that_is_drawn_is_watched(owner: Principal, period: str) -> None:
    kpi = create_kpi(owner, name="Churn", period=period)
    days = {"day": 1, "week": 7, "month": 30, "quarter": 91}[period]
    times = [(NOON - timedelta(days=days * number)).isoformat() for number in range(30)]
    record_readings(kpi, {"times": times, "values": [float(number) for number in range(30)]})
    assert len(told(owner).standing.spark) == 26
    for place in range(24, 27):
        record_readings(kpi, {"times": [times[place]], "values": [1000.0 + place]})
        told(owner)


@pytest.mark.django_db
def test_goals_names_owners_and_the_week_are_told(owner: Principal) -> None:
    kpi = made(owner)
    edit_kpi(owner, kpi, {"owner": owner.user.email if owner.user else ""})
    assert (told(owner).goal, told(owner).standing.attainment) == ("at least 10", 0.3)
    edit_kpi(owner, kpi, {"target": 30.0}, reason="Too easy")
    assert (told(owner).goal, told(owner).standing.attainment) == ("at least 30", 0.1)
    edit_kpi(owner, kpi, {"name": "Calls", "unit": "h"})
    assert (told(owner).standing.kpi.name, told(owner).goal) == ("Calls", "at least 30\N{NARROW NO-BREAK SPACE}h")
    User.objects.filter(pk=owner.user.pk if owner.user else 0).update(name="Ada Example")
    assert str(told(owner).standing.kpi.owner) == "Ada Example"
    Workspace.objects.filter(pk=owner.workspace.pk).update(first_weekday=6)
    assert told(owner).standing.kpi.workspace.first_weekday == 6


@pytest.mark.django_db
def test_kpis_come_and_go_by_page_and_workspace(owner: Principal) -> None:
    churn, other = made(owner), make_workspace(name="Elsewhere")
    made(other, "Theirs")
    assert [each.standing.kpi.name for each in kept_lines(owner, NOON)] == ["Churn"]
    made(owner, "Delay")
    assert [each.standing.kpi.name for each in kept_lines(owner, NOON)] == ["Churn", "Delay"]
    assert [each.standing.kpi.name for each in kept_lines(owner, NOON, "churn", 1)] == ["Delay"]
    archive_kpi(owner, churn, archived=True)
    assert [each.standing.kpi.name for each in kept_lines(owner, NOON)] == ["Delay"]
    assert [each.standing.kpi.name for each in kept_lines(other, NOON)] == ["Theirs"]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Eucla"])
def test_a_day_that_begins_somewhere_is_told(owner: Principal, zone: str) -> None:
    """What was read on the 9th is late once the 10th is over, be it at a quarter to or past the hour."""
    made(owner, zone=zone)
    moments = [datetime(2026, 3, 10, tzinfo=UTC) + timedelta(minutes=15 * step - 1) for step in range(160)]
    late = [told(owner, moment).standing.late for moment in moments]
    assert (late[0], late[-1], sorted(late)) == (False, True, late)


@pytest.mark.django_db(transaction=True)
def test_what_another_process_writes_is_told_at_once(owner: Principal) -> None:
    kpi = made(owner)
    assert told(owner).value == "3"
    program = f"""
import django; django.setup()
from kpis.models import KPI
from kpis.services.readings import record_readings
record_readings(KPI.objects.get(pk={kpi.pk}), {{"times": ["2026-03-09T08:00:00Z"], "values": [6.5]}})
"""
    subprocess.run([sys.executable, "-c", program], env=environment(), cwd=ROOT, check=True)
    assert told(owner).value == "6.5"

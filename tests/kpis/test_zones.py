"""Days of delivery are those of the workspace's zone: sprints, due dates, forecasts, releases, closed sprints."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kpis.scoring.filters import Filters
from kpis.scoring.timeline import window_of
from kpis.selectors.forecasts import told_forecast
from kpis.selectors.sprint_page import sprint_view
from kpis.selectors.task_board import task_board
from kpis.selectors.timeline import timeline
from kpis.services.mail_choices import choice_of, member_of
from mltrack.accounts.access import Principal
from projects.connectors.task_records import SprintRecord
from projects.models import Deployment, Initiative, Sprint
from projects.selectors.rhythms import rhythm_of
from projects.services.mirrored_sprints import record_sprints
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task
from tests.factories import make_connection, make_initiative, make_workspace

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
"""In Berlin it is half past midnight of the 29th, in New York the evening of the 28th."""


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def move_to(owner: Principal, zone: str) -> None:
    owner.workspace.zone = zone
    owner.workspace.save()


@pytest.mark.parametrize(("zone", "state", "left"), [("UTC", "active", 1), ("Europe/Berlin", "over", None)])
def test_a_sprint_ends_at_the_midnight_of_its_zone(owner: Principal, zone: str, state: str, left: int | None) -> None:
    move_to(owner, zone)
    sprint = create_sprint(owner, name="14", starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 28))
    found = sprint_view(owner, sprint, EVENING)
    assert (found.state, found.days_left, len(found.burnup.days)) == (state, left, 13)


def test_pages_and_api_agree_on_the_state(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    sprint = create_sprint(owner, name="14", starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 28))
    monkeypatch.setattr(timezone, "now", lambda: EVENING)
    client = Client()
    assert owner.user is not None
    client.force_login(owner.user)
    for zone, word in (("America/New_York", "Running"), ("Europe/Berlin", "Over, still open")):
        move_to(owner, zone)
        assert word in client.get(f"/w/{owner.workspace.key}/sprints/{sprint.public_id}/").content.decode()


def test_a_task_is_late_when_its_day_is_over_there(owner: Principal, initiative: Initiative) -> None:
    create_task(owner, initiative, title="Try the way back", due_on=date(2026, 11, 28))
    counts = []
    for zone in ("America/New_York", "UTC", "Europe/Berlin"):
        move_to(owner, zone)
        counts.append(task_board(owner, "is:overdue", now=EVENING).count)
    assert counts == [0, 0, 1]


def test_a_forecast_is_as_of_the_day_there(owner: Principal, initiative: Initiative) -> None:
    days = []
    for zone in ("Pacific/Auckland", "America/New_York"):
        move_to(owner, zone)
        days.append(told_forecast(initiative, EVENING)["as_of"])
    assert days == ["2026-11-29", "2026-11-28"]


def test_a_release_stands_on_its_day_there(owner: Principal, initiative: Initiative) -> None:
    move_to(owner, "Europe/Berlin")
    release = Deployment(workspace=owner.workspace, initiative=initiative, environment="production", version="1")
    release.at = EVENING
    release.save()
    window = window_of("half", None, date(2026, 11, 28))
    (row,) = timeline(owner, Filters(), window, date(2026, 11, 28)).rows
    assert row.story.releases == [("1", date(2026, 11, 29))]


@pytest.mark.parametrize(
    ("ends_on", "closed_at"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_mirrored_sprint_was_closed_at_midnight_there(owner: Principal, ends_on: date, closed_at: datetime) -> None:
    move_to(owner, "Europe/Berlin")
    record = SprintRecord("7", "Sprint 7", starts_on=ends_on - timedelta(days=9), ends_on=ends_on, is_closed=True)
    record_sprints(make_connection(owner), [record])
    assert Sprint.objects.get().closed_at == closed_at


def test_hours_that_nobody_chose_are_those_of_the_zone(owner: Principal, initiative: Initiative) -> None:
    move_to(owner, "Asia/Tokyo")
    initiative.workspace = owner.workspace
    assert (rhythm_of(initiative).zone, choice_of(member_of(owner)).zone) == ("Asia/Tokyo", "Asia/Tokyo")

"""Where a KPI stands, its notes and alerts, and the workspace's calendar, by REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kpis.models import KPI, Notice
from kpis.services.alert_judging import judge_alerts
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.models import AuditEvent
from tests.api.people import Team, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def kpi(team: Team) -> KPI:
    """Churn from 12 to 8 in a hundred days, of which half are over, at 11."""
    today = timezone.now().date()
    goal = {"baseline": 12, "target": 8, "start": today - timedelta(days=50), "due": today + timedelta(days=50)}
    given: dict[str, Any] = {"name": "Churn", "direction": "lower", "owner": team.admin.user, **goal}
    kpi = create_kpi(team.principal, **given)
    record_readings(kpi, [{"time": timezone.now(), "value": 11}])
    return kpi


def test_a_kpi_says_where_it_stands(team: Team, kpi: KPI) -> None:
    found = team.viewer.call("get", "kpis/churn/").json()
    assert (found["latest"], found["late"], found["attainment"], found["status"]) == (11, False, 0.25, "behind")
    assert found["pace"] == {"expected": 0.5, "gap": -0.25, "expected_value": 10, "projected": 10}
    (listed,) = team.viewer.call("get", "kpis/").json()["data"]
    assert listed == found


def test_a_new_reading_is_seen_whatever_the_client_holds(team: Team, kpi: KPI) -> None:
    etag = team.viewer.call("get", "kpis/churn/").headers["ETag"]
    record_readings(kpi, [{"time": timezone.now(), "value": 8}])
    answer = team.viewer.call("get", "kpis/churn/", if_none_match=etag)
    assert answer.status_code == 200
    assert (answer.json()["latest"], answer.json()["status"]) == (8, "met")


@pytest.mark.parametrize(
    ("given", "status", "pace"),
    [
        ({"name": "Bare"}, "no_data", None),
        ({"name": "Goalless", "value": 5}, None, None),
        ({"name": "Huge", "value": 1e99, "baseline": 0, "target": 1e-300}, "met", None),
    ],
)
def test_what_cannot_be_said_is_null(team: Team, given: dict[str, Any], status: str | None, pace: None) -> None:
    value = given.pop("value", None)
    kpi = create_kpi(team.principal, **given)
    if value is not None:
        record_readings(kpi, [{"time": timezone.now(), "value": value}])
    found = team.viewer.call("get", f"kpis/{kpi.key}/").json()
    assert (found["latest"], found["attainment"], found["status"], found["pace"]) == (value, None, status, pace)


def test_notes_are_written_changed_and_removed(team: Team, kpi: KPI) -> None:
    day = timezone.now().date().isoformat()
    made = team.contributor.call("post", "kpis/churn/notes/", {"day": day, "text": "A campaign"})
    assert made.status_code == 201
    path = f"kpis/churn/notes/{made.json()['id']}/"
    assert team.contributor.call("patch", path, {"text": "Two"}).json()["text"] == "Two"
    assert [each["text"] for each in team.viewer.call("get", "kpis/churn/notes/").json()["data"]] == ["Two"]
    assert team.contributor.call("delete", path).status_code == 204
    assert team.viewer.call("get", "kpis/churn/notes/").json()["data"] == []
    actions = AuditEvent.objects.filter(object_kind="kpi note").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["write", "edit", "remove"]


def test_an_alert_is_watched_told_and_ended(team: Team, kpi: KPI) -> None:
    given = {"kind": "threshold", "side": "above", "value": 10}
    made = team.manager.call("post", "kpis/churn/alerts/", given).json()
    assert made["open"] is None
    judge_alerts(kpi.pk)
    (alert,) = team.viewer.call("get", "kpis/churn/alerts/").json()["data"]
    assert alert["open"]["words"] == "It is at 11, above 10."
    (notice,) = team.admin.call("get", "notices/?unread=true").json()["data"]
    assert (notice["kpi"], notice["alert_id"], notice["why"]) == ("churn", made["id"], "You own this KPI.")
    assert team.manager.call("get", "notices/").json()["data"] == []
    refused(team.manager.call("post", "kpis/churn/alerts/", given), 400)
    assert team.manager.call("delete", f"kpis/churn/alerts/{made['id']}/").status_code == 204
    assert not Notice.objects.exists()


def test_a_threshold_is_changed_and_judged_anew(team: Team, kpi: KPI) -> None:
    made = team.manager.call("post", "kpis/churn/alerts/", {"kind": "threshold", "side": "above", "value": 10}).json()
    judge_alerts(kpi.pk)
    path = f"kpis/churn/alerts/{made['id']}/"
    changed = team.manager.call("patch", path, {"value": 12}).json()
    assert (changed["side"], changed["value"], changed["open"]["words"]) == ("above", 12, "It is at 11, above 10.")
    judge_alerts(kpi.pk)
    assert team.viewer.call("get", "kpis/churn/alerts/").json()["data"][0]["open"] is None
    refused(team.manager.call("patch", path, {"margin": -1}), 400)
    refused(team.manager.call("patch", path, {"kind": "pace"}), 400)
    other = team.manager.call("post", "kpis/churn/alerts/", {"kind": "threshold", "side": "above", "value": 9}).json()
    refused(team.manager.call("patch", f"kpis/churn/alerts/{other['id']}/", {"value": 12}), 400)
    late = team.manager.call("post", "kpis/churn/alerts/", {"kind": "missing"}).json()
    refused(team.manager.call("patch", f"kpis/churn/alerts/{late['id']}/", {"value": 1}), 400)
    assert team.manager.call("patch", f"kpis/churn/alerts/{late['id']}/", {}).status_code == 200
    events = AuditEvent.objects.filter(object_kind="kpi alert", action="change")
    assert [(each.before["value"], each.after["value"]) for each in events] == [(10, 12)]


def test_notices_are_read_put_off_and_all_read(team: Team, kpi: KPI) -> None:
    team.manager.call("post", "kpis/churn/alerts/", {"kind": "threshold", "side": "above", "value": 10})
    judge_alerts(kpi.pk)
    (notice,) = team.admin.call("get", "notices/").json()["data"]
    path = f"notices/{notice['id']}/"
    assert team.admin.call("patch", path, {"read": True}).json()["read_at"] is not None
    assert team.admin.call("patch", path, {"snooze": "day"}).json()["read_at"] is None
    assert team.admin.call("get", "notices/?unread=true").json()["data"][0]["snoozed_until"] is not None
    assert team.admin.call("post", "notices/read/").json() == {"count": 1}
    assert team.admin.call("post", "notices/read/").json() == {"count": 0}
    assert team.admin.call("patch", path, {"read": False}).json()["read_at"] is None
    for wrong in ({}, {"read": True, "snooze": "day"}, {"snooze": "year"}, {"read": "x"}):
        refused(team.admin.call("patch", path, wrong), 400)
    refused(team.manager.call("patch", path, {"read": True}), 404)
    refused(team.viewer.call("patch", path, {"read": True}), 403)


def test_the_calendar_is_an_admins_to_set(team: Team) -> None:
    before = {"zone": "UTC", "first_weekday": "monday", "fiscal_month": 1}
    assert team.viewer.call("get", "calendar/").json() == before
    set_to = {"zone": "Asia/Kathmandu", "first_weekday": "sunday", "fiscal_month": 4}
    assert team.admin.call("patch", "calendar/", set_to).json() == set_to
    assert team.admin.call("patch", "calendar/", {"fiscal_month": 7}).json() == set_to | {"fiscal_month": 7}
    refused(team.admin.call("patch", "calendar/", {"fiscal_month": 13}), 400)
    refused(team.admin.call("patch", "calendar/", {"zone": "Mars/Olympus"}), 400)
    refused(team.manager.call("patch", "calendar/", set_to), 403)
    event = AuditEvent.objects.filter(object_kind="workspace").latest("id")
    assert (event.before, event.after) == ({"fiscal_month": 4}, {"fiscal_month": 7})

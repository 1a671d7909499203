"""A workspace's time zone: chosen by an admin, kept by its IANA name, and what is today there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mltrack.accounts.access import system_principal
from mltrack.accounts.models import AuditEvent, Workspace
from mltrack.accounts.services.workspaces import edit_workspace
from tests.mltrack.accounts.conftest import People

PATH = "/w/north/settings/"
FIELDS = {"name": "North", "first_weekday": "0", "fiscal_month": "1"}


def test_an_admin_chooses_it(people: People) -> None:
    assert people.workspace.zone == "UTC"
    page = people.client(people.admin).get(PATH).content.decode()
    assert '<option value="UTC" selected>' in page and "Europe/Berlin" in page
    answer = people.client(people.admin).post(PATH, {**FIELDS, "zone": "Europe/Berlin"})
    people.workspace.refresh_from_db()
    assert (answer.status_code, people.workspace.zone) == (302, "Europe/Berlin")
    event = AuditEvent.objects.get(action="edit", object_kind="workspace")
    assert (event.before["zone"], event.after["zone"]) == ("UTC", "Europe/Berlin")
    assert people.client(people.viewer).post(PATH, {**FIELDS, "zone": "UTC"}).status_code == 403


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "localtime", "europe/berlin ", "+02:00"])
def test_what_is_no_zone_is_refused(people: People, zone: str) -> None:
    answer = people.client(people.admin).post(PATH, {**FIELDS, "zone": zone})
    assert (answer.status_code, Workspace.objects.get(key="north").zone) == (422, "UTC")
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        edit_workspace(system_principal(people.workspace), name="North", allows_self_approval=False, zone=zone)


def test_none_is_never_kept(people: People) -> None:
    with pytest.raises(IntegrityError, match="workspace_has_a_zone"), transaction.atomic():
        Workspace.objects.filter(pk=people.workspace.pk).update(zone="")


def test_what_is_today_there(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 28, 23, 30, tzinfo=UTC))
    days = []
    for zone in ("America/New_York", "UTC", "Europe/Berlin"):
        people.workspace.zone = zone
        days.append(system_principal(people.workspace).today.day)
    assert days == [28, 28, 29]

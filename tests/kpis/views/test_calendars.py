"""Calendar links: shown once, read without a session, and gone with the person, the revocation and the right."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from kpis.models import CalendarLink, LabelQuota, Waiver
from kpis.selectors.calendar_entries import calendar_entries
from kpis.services.calendar_links import create_link
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from mltrack.accounts.services.members import remove_member
from mltrack.accounts.throttling import CALENDARS_PER_MINUTE
from projects.models import Initiative
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, edit_task
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=30)


def filled(owner: Principal) -> Initiative:
    """Make an initiative with a target, a quota and a waiver; a sprint that is not its own, and another initiative."""
    initiative = make_initiative(owner, target_date=SOON)
    make_initiative(owner, "FRAUD", name="Fraud", target_date=SOON)
    create_sprint(owner, name="Nine", starts_on=SOON, ends_on=SOON + timedelta(days=13))
    common = {"initiative": initiative, "author": owner.user, "valid_from": timezone.now()}
    LabelQuota.objects.create(class_name="cat", number=1, wanted=1200, by=SOON, **common)
    LabelQuota.objects.create(class_name="dog", number=1, wanted=0, by=SOON, **common)
    for state in ("approved", "proposed"):
        Waiver.objects.create(
            initiative=initiative, check_id="data.schema", reason="Later", state=state,
            expires_at=timezone.now() + timedelta(days=9), requester=owner.user,
        )  # fmt: skip
    return initiative


def titles(secret: str) -> list[str]:
    answer = Client().get(f"/calendars/{secret}.ics")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["X-Robots-Tag"] == "noindex, nofollow" and "private" in answer["Cache-Control"]
    return [str(each["SUMMARY"]) for each in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_workspace_shows_its_dates_and_no_person() -> None:
    owner = make_workspace()
    initiative = filled(owner)
    _, secret = create_link(owner)
    assert titles(secret) == [
        f"CHURN Customer churn: target date ({SOON})",
        f"FRAUD Fraud: target date ({SOON})",
        "Sprint Nine",
        "CHURN: 1,200 labels of cat wanted",
        "CHURN: the waiver of data.schema ends",
    ]
    assert str(owner.user) not in Client().get(f"/calendars/{secret}.ics").content.decode()
    _, one = create_link(owner, "CHURN")
    assert len(titles(one)) == 3
    sprint = owner.workspace.sprints.get()
    edit_task(owner, create_task(owner, initiative, title="Train"), {"sprint": sprint})
    assert "Sprint Nine" in titles(one)


def test_days_keep_their_names_when_they_move() -> None:
    owner = make_workspace()
    initiative = filled(owner)
    before = {each.uid: each.first for each in calendar_entries(owner.workspace)}
    Initiative.objects.filter(pk=initiative.pk).update(target_date=SOON + timedelta(days=1))
    after = {each.uid: each.first for each in calendar_entries(owner.workspace)}
    assert before.keys() == after.keys() and len(before) == 5
    assert [uid for uid in before if before[uid] != after[uid]] == [f"target.{owner.workspace.key}.CHURN"]
    Initiative.objects.filter(pk=initiative.pk).update(target_date=date(2020, 1, 1))
    assert len(calendar_entries(owner.workspace)) == 4


def test_a_link_ends_at_once() -> None:
    owner = make_workspace()
    member = make_member(owner.workspace, "viewer")
    assert member.user is not None
    link, revoked = create_link(member)
    _, left = create_link(member)
    there = f"/w/{owner.workspace.key}/settings/calendars/{link.public_id}/revoke/"
    assert browser(make_stranger()).post(there).status_code == 404
    assert browser(owner).post(there).status_code == 404
    assert browser(member).post(there).status_code == 302
    gone = [Client().get(f"/calendars/{each}.ics").status_code for each in (revoked, left, "x" * 43, "%00")]
    assert gone == [404, 200, 404, 404]
    User.objects.filter(pk=member.user.pk).update(is_active=False)
    assert Client().get(f"/calendars/{left}.ics").status_code == 404
    User.objects.filter(pk=member.user.pk).update(is_active=True)
    remove_member(owner, Member.objects.get(workspace=owner.workspace, user=member.user))
    Member.objects.create(workspace=owner.workspace, user=member.user, role="viewer")
    assert Client().get(f"/calendars/{left}.ics").status_code == 404


def test_the_address_is_shown_once_and_kept_as_a_hash() -> None:
    owner = make_workspace()
    make_initiative(owner)
    client, path = browser(owner), f"/w/{owner.workspace.key}/settings/calendars/"
    page = unescape(client.post(path, {"initiative": "CHURN"}).content.decode())
    [secret] = re.findall(r"http://testserver/calendars/([\w-]{43})\.ics", page)
    assert secret not in client.get(path).content.decode()
    assert secret not in str(CalendarLink.objects.values().get())
    assert client.post(path, {"initiative": "NOT-HERE"}).status_code == 422


def test_a_greedy_program_is_told_to_wait() -> None:
    _, secret = create_link(make_workspace())
    seen = [Client().get(f"/calendars/{secret}.ics").status_code for _ in range(CALENDARS_PER_MINUTE * 2 + 1)]
    assert seen[0] == 200 and 429 in seen

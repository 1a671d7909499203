"""Reminders and digests: at their hour, once, to whom they are for, with a way out; a mail is sent at most once."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kpis.models import DigestMail, MailChoice, UpdateReminder
from kpis.selectors.due_mails import due_digests, due_reminders
from kpis.services.digests import send_digest
from kpis.services.mail_choices import choice_of, choose_mails, member_of, switch_off
from kpis.services.period_mails import GIVEN_UP, give_up_stuck
from kpis.services.reminders import remind
from kpis.services.updates import post_weekly_update
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from projects.models import Initiative, Update, UpdateRhythm
from projects.services.initiatives import archive_initiative, edit_initiative
from projects.services.rhythms import set_rhythm
from tests.factories import make_initiative, make_member, make_workspace
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db
# A Friday; 10 o'clock in Berlin is 9 UTC in winter.
HOUR = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
FRIDAYS: dict[str, Any] = {"weekday": 4, "hour": 10, "zone": "Europe/Berlin"}


@pytest.fixture
def owner(settings: Settings) -> Principal:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MLTRACK_URL = "https://ml.example.org"
    return make_workspace()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def at(moment: datetime) -> datetime:
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return at


def asked(person: Principal, key: str = "CHURN", **fields: Any) -> Initiative:
    """Make an initiative of a fortnight ago, in a workspace whose updates are due each Friday."""
    initiative = make_initiative(person, key, **fields)
    Initiative.objects.filter(pk=initiative.pk).update(created_at=HOUR - timedelta(days=14))
    if not UpdateRhythm.objects.exists():
        set_rhythm(person, None, every="weekly", **FRIDAYS)
        UpdateRhythm.objects.update(since=HOUR - timedelta(days=14))
    return Initiative.objects.get(pk=initiative.pk)


def test_the_owner_is_reminded_once_at_the_hour(owner: Principal, clock: Any) -> None:
    initiative = asked(owner)
    assert due_reminders(clock(HOUR - timedelta(minutes=1))) == []
    now = clock(HOUR)
    assert due_reminders(now) == [initiative.pk]
    row = remind(initiative.pk)
    assert row is not None and row.state == "sent"
    assert due_reminders(now) == [] and remind(initiative.pk) is None
    [sent] = outbox()
    assert owner.user is not None and sent.to == [owner.user.email]
    assert sent.subject == "CHURN Customer churn: how does it go?"
    path = f"https://ml.example.org/w/{owner.workspace.key}/initiatives/CHURN/activity/"
    assert path in sent.body and sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [(html, kind)] = sent.alternatives
    assert kind == "text/html" and "src=" not in html and path in html


def test_who_has_spoken_is_not_reminded(owner: Principal, clock: Any) -> None:
    initiative = asked(owner)
    clock(HOUR)
    word = post_weekly_update(owner, initiative, health="on_track", text="Fine")
    Update.objects.filter(pk=word.pk).update(at=HOUR - timedelta(days=3))
    assert due_reminders(HOUR) == [] and remind(initiative.pk) is None
    Update.objects.filter(pk=word.pk).update(at=HOUR - timedelta(days=4))
    assert due_reminders(HOUR) == [initiative.pk]


def test_what_is_put_away_or_young_is_not_due(owner: Principal, clock: Any) -> None:
    for key, change in (("P", {"state": "paused"}), ("R", {"stage": "retired"}), ("N", {})):
        edit_initiative(owner, asked(owner, key), change)
    archive_initiative(owner, asked(owner, "A"))
    Initiative.objects.filter(key="N").update(created_at=HOUR)
    set_rhythm(owner, asked(owner, "O"), every="off", **FRIDAYS)
    assert due_reminders(clock(HOUR)) == []


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ("left", "The owner has left the workspace."),
        ("inactive", "The owner's account is switched off."),
        ("nobody", "Nobody owns the initiative."),
        ("off", "The owner switched reminders off."),
        ("late", "Nothing ran at its hour, and half a day later it was too late."),
    ],
)
def test_what_is_not_sent_says_why(owner: Principal, clock: Any, happens: str, why: str) -> None:
    member = make_member(owner.workspace)
    initiative = asked(owner, owner=member.user)
    here = Member.objects.get(user=member.user)
    if happens == "left":
        here.delete()
    elif happens == "inactive":
        User.objects.filter(pk=here.user.pk).update(is_active=False)
    elif happens == "nobody":
        Initiative.objects.update(owner=None)
    elif happens == "off":
        switch_off(here, "reminders")
    clock(HOUR + timedelta(hours=13 if happens == "late" else 11))
    row = remind(initiative.pk)
    assert row is not None and (row.state, row.error) == ("not_sent", why)
    assert mail.outbox == [] and remind(initiative.pk) is None
    page = browser(owner).get(f"/w/{owner.workspace.key}/initiatives/CHURN/activity/").content.decode()
    assert "Not sent" in page and why.replace("'", "&#x27;") in page


def test_a_server_that_refuses_is_asked_once(owner: Principal, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    initiative = asked(owner)
    clock(HOUR)
    row = remind(initiative.pk)
    assert row is not None
    assert (row.state, row.error) == ("not_sent", "The mail server did not take it: SMTPServerDisconnected.")
    assert due_reminders(HOUR) == []


def test_what_broke_off_is_never_sent_again(owner: Principal, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(name: str) -> None:
        raise KeyboardInterrupt(name)

    initiative = asked(owner)
    clock(HOUR)
    with monkeypatch.context() as patch:
        patch.setattr("kpis.services.period_mails.failpoint", die)
        with pytest.raises(KeyboardInterrupt):
            remind(initiative.pk)
    assert UpdateReminder.objects.get().state == "claimed" and mail.outbox == []
    assert remind(initiative.pk) is None and give_up_stuck() == 0
    UpdateReminder.objects.update(claimed_at=timezone.now() - GIVEN_UP - timedelta(seconds=1))
    assert give_up_stuck() == 1 and "may or may not have arrived" in UpdateReminder.objects.get().error


def outbox() -> list[Any]:
    return list(mail.outbox)


def digested(owner: Principal) -> Member:
    """Let the owner want a digest on Fridays, since long ago."""
    member = member_of(owner)
    choose_mails(member, reminders=True, digest=True, **FRIDAYS)
    MailChoice.objects.update(since=HOUR - timedelta(days=30))
    return member


def test_a_digest_has_the_numbers_in_it(owner: Principal, clock: Any) -> None:
    member, initiative = digested(owner), asked(owner, name="Späte <b>Pakete</b>")
    word = post_weekly_update(owner, initiative, health="at_risk", text="Labels < late", in_the_way="Money")
    facts: list[dict[str, Any]] = [{"kind": "labels", "text": "Labels: 400 more, 2,000 of 5,000 done", "better": True}]
    Update.objects.filter(pk=word.pk).update(at=HOUR - timedelta(days=2), changes=facts)
    now = clock(HOUR)
    assert due_digests(now) == [member.pk]
    row = send_digest(member.pk)
    assert row is not None and row.state == "sent" and due_digests(now) == [] and send_digest(member.pk) is None
    [sent] = outbox()
    for part in ("Labels < late", "Money", "1 active initiatives", "Späte <b>Pakete</b>: At risk", facts[0]["text"]):
        assert part in sent.body, part
    [(html, _)] = sent.alternatives
    assert "Labels &lt; late" in html and "<b>Pakete" not in html and "src=" not in html


def test_no_digest_without_news_or_wish(owner: Principal, clock: Any) -> None:
    member, initiative = digested(owner), asked(owner)
    clock(HOUR)
    word = post_weekly_update(owner, initiative, health="at_risk", text="Old")
    Update.objects.filter(pk=word.pk).update(at=HOUR - timedelta(days=8))
    row = send_digest(member.pk)
    assert row is not None and row.state == "nothing_new" and mail.outbox == []
    DigestMail.objects.all().delete()
    switch_off(member, "digest")
    assert due_digests(HOUR) == [] and send_digest(member.pk) is None
    assert choice_of(member).reminders


def test_one_click_ends_a_kind_of_mails(owner: Principal, clock: Any) -> None:
    initiative = asked(owner)
    clock(HOUR)
    remind(initiative.pk)
    address = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("https://ml.example.org")
    program = Client(enforce_csrf_checks=True)
    assert "Switch these mails off?" in program.get(address).content.decode()
    assert choice_of(member_of(owner)).reminders
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not choice_of(member_of(owner)).reminders
    assert program.post(address[:-6] + "x/off/").status_code == 404


def test_the_settings_and_the_feed(owner: Principal) -> None:
    initiative, client = asked(owner), browser(owner)
    here = f"/w/{owner.workspace.key}/"
    when = {"weekday": "2", "hour": "7", "zone": "Asia/Tokyo"}
    assert client.post(f"{here}settings/mails/", {"digest": "on", **when}).status_code == 302
    kept = choice_of(member_of(owner))
    assert (kept.reminders, kept.digest, kept.hour, kept.zone) == (False, True, 7, "Asia/Tokyo")
    assert client.post(f"{here}settings/mails/", {**when, "zone": "Mars"}).status_code == 422
    assert client.post(f"{here}settings/rhythm/", {"every": "fortnightly", **when}).status_code == 302
    assert client.post(f"{here}initiatives/CHURN/activity/rhythm/", {"every": "off", **when}).status_code == 302
    assert sorted(UpdateRhythm.objects.values_list("every", flat=True)) == ["fortnightly", "off"]
    client.post(f"{here}initiatives/CHURN/activity/rhythm/", {"every": "follow", **when})
    assert UpdateRhythm.objects.get().every == "fortnightly"
    assert "No updates yet" in client.get(f"{here}updates/").content.decode()
    post_weekly_update(owner, initiative, health="at_risk", text="Labels are **late**")
    for query, there in (
        ("", True),
        ("?health=at_risk&q=churn", True),
        ("?health=on_track", False),
        ("?q=fraud", False),
    ):
        assert ("<strong>late</strong>" in client.get(f"{here}updates/{query}").content.decode()) is there, query
    assert client.get(f"{here}updates/?before=x&q=health:great").status_code == 200

"""Findings are told by cause: one notice for each owner, one mail, one event, whatever it hits and is repeated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from kpis.models import AlertMail, CauseEpisode, EventType, FindingMute, HookEvent, Notice
from kpis.selectors.due_mails import due_notices
from kpis.selectors.inbox import inbox
from kpis.services.alert_mails import send_notice
from kpis.services.finding_mutes import Scope, mute_finding
from kpis.services.hook_due import waiting_hooks
from kpis.services.hook_sending import send_hook
from kpis.services.hooks import create_hook
from kpis.services.mail_choices import member_of, switch_off
from kpis.services.notices import snooze_notice
from kpis.services.snapshots import judge_now
from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative
from projects.progress.faults import Fault
from projects.services.findings import keep_findings
from tests.factories import make_initiative, make_member, make_workspace
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db
WORDS = "refills of IL: nothing arrived on 2026-05-11, 40 expected (27 to 54)"


def fault(name: str = "refills", segment: str = "IL") -> Fault:
    cause = f"silent:dts_1:{name}:{segment}"
    return Fault(cause, "silent", name, segment, "critical", WORDS, {"observed": 0})


class Fed:
    """Three initiatives that one source feeds: two of the owner, one of a colleague."""

    def __init__(self) -> None:
        self.owner = make_workspace()
        self.colleague = make_member(self.owner.workspace)
        self.first = make_initiative(self.owner, "FIRST", owner=self.owner.user)
        self.second = make_initiative(self.owner, "SECOND", owner=self.owner.user)
        self.third = make_initiative(self.owner, "THIRD", owner=self.colleague.user)
        self.all = (self.first, self.second, self.third)

    def judge(self, *faults: Fault, hit: tuple[Initiative, ...] = ()) -> None:
        """Let the first one's monitors say what is wrong, and judge all that it hits, as the sweep does."""
        found = [(each, [one.pk for one in hit or self.all]) for each in faults]
        keep_findings(self.first, found, (), timezone.now())
        for each in self.all:
            judge_now(each.pk)


@pytest.fixture
def fed() -> Fed:
    return Fed()


def told(person: Principal, part: Any = "unread", **by: Any) -> list[tuple[str, list[str]]]:
    return [(each.why, each.keys) for each in inbox(person, part, **by).rows]  # type: ignore[attr-defined]


def test_each_owner_gets_one_message_for_all_that_a_cause_hits(fed: Fed) -> None:
    for _ in range(3):
        fed.judge(fault())
    assert told(fed.owner) == [("You own FIRST, SECOND, which this hits.", ["FIRST", "SECOND", "THIRD"])]
    assert told(fed.colleague) == [("You own THIRD, which this hits.", ["THIRD", "FIRST", "SECOND"])]
    assert CauseEpisode.objects.get().closed_at is None
    fed.judge(fault(), fault("visits"))
    assert len(told(fed.owner)) == len(told(fed.colleague)) == 2


def test_closing_updates_the_message_and_a_new_time_is_told_anew(fed: Fed) -> None:
    fed.judge(fault())
    for _ in range(2):
        fed.judge()
    episode = CauseEpisode.objects.get()
    assert episode.closed_at is not None and episode.closing_words == "refills IL arrives again."
    assert len(told(fed.owner)) == 1
    fed.judge(fault())
    assert CauseEpisode.objects.count() == 2 and len(told(fed.owner)) == 2


def test_who_is_hit_later_is_told_later_and_nobody_twice(fed: Fed) -> None:
    fed.judge(fault(), hit=(fed.first,))
    assert told(fed.colleague) == []
    fed.judge(fault())
    assert len(told(fed.owner)) == len(told(fed.colleague)) == 1
    assert CauseEpisode.objects.count() == 1


@pytest.mark.parametrize("scope", ["cause", "name", "source"])
def test_who_mutes_hears_nothing(fed: Fed, scope: Scope) -> None:
    fed.judge(fault())
    for _ in range(2):
        mute_finding(member_of(fed.owner), Finding.objects.filter(initiative=fed.first).get(), scope)
    fed.judge()
    Notice.objects.all().delete()
    more = {"cause": fault(), "name": fault(segment="OH"), "source": fault("visits")}
    fed.judge(more[scope], fault("labs") if scope != "source" else fault())
    heard = [each.cause.cause for each in inbox(fed.owner, "all").rows if each.cause]
    assert heard == ([] if scope == "source" else ["silent:dts_1:labs:IL"])
    assert len(inbox(fed.colleague, "all").rows) == 2
    mute_finding(member_of(fed.owner), Finding.objects.filter(initiative=fed.first).earliest("pk"), None)
    assert not FindingMute.objects.exists()


def test_what_is_snoozed_comes_back(fed: Fed) -> None:
    fed.judge(fault())
    notice = inbox(fed.owner, "unread").rows[0]
    snooze_notice(notice, "hours")
    assert told(fed.owner) == [] and len(told(fed.owner, "snoozed")) == 1
    assert len(told(fed.owner, now=timezone.now() + timedelta(hours=4, minutes=1))) == 1


def test_nobody_without_an_account_or_an_owner_is_told(fed: Fed) -> None:
    Initiative.objects.filter(pk=fed.third.pk).update(owner=None)
    assert fed.owner.user is not None
    fed.owner.user.is_active = False
    fed.owner.user.save()
    fed.judge(fault())
    assert not Notice.objects.exists() and CauseEpisode.objects.count() == 1


def test_the_mail_goes_once_to_each_with_all_that_is_hit(fed: Fed, settings: Settings) -> None:
    settings.MLTRACK_URL = "https://mltrack.example.org"
    fed.judge(fault())
    for _ in range(2):
        for notice in due_notices(timezone.now()):
            send_notice(notice)
    assert sorted(each.to[0] for each in mail.outbox) == sorted(
        each.user.email for each in (fed.owner, fed.colleague) if each.user
    )
    finding = Finding.objects.get(initiative=fed.third)
    body = next(str(each.body) for each in mail.outbox if "You own THIRD" in str(each.body))
    for words in (WORDS, "FIRST, SECOND, THIRD", f"/findings/{finding.public_id}/", "/inbox/", "No more mails"):
        assert words in body
    assert {each.subject for each in mail.outbox} == {WORDS}


@pytest.mark.parametrize("how", ["off", "closed", "muted"])
def test_a_mail_that_nobody_wants_any_more_stays(fed: Fed, how: str) -> None:
    fed.judge(fault(), hit=(fed.first,))
    [notice] = due_notices(timezone.now())
    if how == "off":
        switch_off(member_of(fed.owner), "alerts")
    if how == "closed":
        fed.judge()
    if how == "muted":
        mute_finding(member_of(fed.owner), Finding.objects.get(), "source")
    send_notice(notice)
    assert mail.outbox == [] and AlertMail.objects.get().state == "not_sent"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[HostileServer]:
    settings.MLTRACK_ALLOWED_NETWORKS, settings.MLTRACK_URL = ["127.0.0.0/8"], "https://ml.example.org"
    with HostileServer(raw(204)) as server:
        yield server


def test_programs_are_told_once_of_each_with_a_signature_that_holds(fed: Fed, receiver: HostileServer) -> None:
    wanted = [EventType.FINDING_OPENED.value, EventType.FINDING_CLOSED.value]
    _, secret = create_hook(fed.owner, name="ours", url=f"{receiver.url}/x", events=wanted)
    for faults in ([fault()], [fault()], [], []):
        fed.judge(*faults)
    for _ in range(3):
        for hook in waiting_hooks():
            send_hook(hook)
    messages = [Webhook(secret).verify(body, headers) for _, _, headers, body in receiver.seen]
    assert [each["type"] for each in messages] == ["finding.opened", "finding.closed"]
    hit = [{"initiative": one.key, "finding": Finding.objects.get(initiative=one).public_id} for one in fed.all]
    opened = messages[0]["data"]
    assert opened == {
        "workspace": fed.owner.workspace.key,
        "cause": "silent:dts_1:refills:IL",
        "kind": "silent",
        "severity": "critical",
        "words": WORDS,
        "initiatives": hit,
        "url": f"https://ml.example.org/w/{fed.owner.workspace.key}/findings/{hit[0]['finding']}/",
    }
    assert messages[1]["data"] == {**opened, "words": "refills IL arrives again."}
    assert HookEvent.objects.count() == 2


def test_what_is_removed_meanwhile_ends_its_episode(fed: Fed) -> None:
    fed.judge(fault(), hit=(fed.first,))
    Finding.objects.all().delete()
    judge_now(fed.second.pk)
    assert CauseEpisode.objects.get().closing_words == "What it hit was removed."


def test_the_database_refuses_a_second_of_each(fed: Fed) -> None:
    fed.judge(fault(), hit=(fed.first,))
    for row, name in ((CauseEpisode.objects.get(), "cause_episode_open_once"), (Notice.objects.get(), "of_cause_once")):
        row.pk = None
        if isinstance(row, Notice):
            row.public_id = "ntc_other"
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save(force_insert=True)

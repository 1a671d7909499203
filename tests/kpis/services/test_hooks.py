"""Webhooks: signed as Standard Webhooks says, tried again under one id, silent while paused, nobody's burden."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from kpis.models import EventType, Hook, HookDelivery, HookEvent
from kpis.services import hook_sending
from kpis.services.hook_due import KEPT, drop_old_hook_deliveries, take_up_broken_off, waiting_hooks
from kpis.services.hook_events import announce
from kpis.services.hook_mails import hooks_to_tell, tell_author
from kpis.services.hook_secrets import closed_hooks, rotate_hook_secrets
from kpis.services.hook_sending import send_hook
from kpis.services.hooks import change_hook, create_hook, remove_hook, replay, rotate_hook, try_hook
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Member
from tests.factories import make_member, make_stranger, make_workspace
from tests.servers.hostile import Answer, HostileServer, raw, reset, silence

pytestmark = pytest.mark.django_db
PATH = "/in/shh-this-is-the-secret?sig=also%2Fsecret&x="
CHANGED = EventType.READINESS_CHANGED
DATA = {"initiative": "CHURN", "before": "unknown", "after": "ready", "word": "żółć"}


class Clock:
    """The present moment of these tests: the real one, moved on."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def on(self, **by: float) -> None:
        self.shift += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", found.now)
    return found


@pytest.fixture
def owner(settings: Settings, clock: Clock) -> Principal:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_URL = "https://ml.example.org"
    return make_workspace()


@pytest.fixture
def receiver() -> Iterator[HostileServer]:
    with HostileServer(raw(204)) as server:
        yield server


def hooked(owner: Principal, server: HostileServer, name: str = "ours") -> tuple[Hook, str]:
    return create_hook(owner, name=name, url=server.url + PATH, events=[CHANGED.value])


def happen(owner: Principal, number: int = 1) -> HookEvent | None:
    return announce(owner.workspace, CHANGED, DATA, f"change {number}")


def work() -> list[HookDelivery]:
    """Do what the sweep does; return what was tried."""
    take_up_broken_off()
    return [row for each in waiting_hooks() for row in send_hook(each)]


def test_what_happens_is_told_once_and_its_signature_holds(owner: Principal, receiver: HostileServer) -> None:
    hook, secret = hooked(owner, receiver)
    event = happen(owner)
    assert event is not None and happen(owner) is None
    [sent] = work()
    assert (sent.state, sent.status, sent.attempts, sent.error) == ("sent", 204, 1, "")
    assert work() == [] and send_hook(hook.pk) == []
    [(method, path, headers, body)] = receiver.seen
    assert (method, path) == ("POST", PATH) and headers["content-type"] == "application/json"
    assert headers["webhook-id"] == event.public_id
    told = Webhook(secret).verify(body, headers)
    at = event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert told == {"type": "readiness.changed", "timestamp": at, "data": DATA}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"ready", b"READY"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(create_hook(owner, name="other", url=receiver.url, events=[CHANGED.value])[1]).verify(body, headers)
    hook.refresh_from_db()
    assert hook.last_ok_at is not None and hook.failures == 0 and hook.failing_since is None


def test_what_is_rolled_back_is_told_to_nobody(owner: Principal, receiver: HostileServer) -> None:
    hooked(owner, receiver)
    with transaction.atomic():
        happen(owner)
        transaction.set_rollback(True)
    assert not HookEvent.objects.exists() and work() == [] and receiver.seen == []


def test_only_who_wants_the_type_and_is_of_the_workspace_hears_of_it(owner: Principal, receiver: HostileServer) -> None:
    hooked(owner, receiver)
    create_hook(owner, name="alerts", url=receiver.url, events=["alert.opened", "alert.closed"])
    hooked(make_stranger(), receiver)
    happen(owner)
    assert [each.hook.name for each in work()] == ["ours"] and len(receiver.seen) == 1
    assert announce(make_workspace("quiet").workspace, CHANGED, DATA, "x") is None
    assert HookEvent.objects.count() == 1


# The pauses in seconds after each try; 600 and 43200 are what the receiver asks for and the most that it may.
@pytest.mark.parametrize(
    ("answers", "waits", "status", "word"),
    [
        ([raw(500), raw(200)], [5], 200, ""),
        ([reset, raw(200)], [5], 200, ""),
        ([raw(404), raw(302, Location="http://127.0.0.1/"), raw(200)], [5, 60], 200, ""),
        ([raw(429, Retry_After="600"), raw(200)], [600], 200, ""),
        ([raw(503, Retry_After="86400"), raw(200)], [43200], 200, ""),
        ([raw(500)], [5, 60, 300, 1800, 7200, 14400, 21600, 36000], 500, "Given up after 9 tries: The server failed"),
    ],
)
def test_what_failed_is_tried_again_under_its_id(
    owner: Principal,
    receiver: HostileServer,
    clock: Clock,
    answers: list[Answer],
    waits: list[int],
    status: int,
    word: str,
) -> None:
    receiver.script[:] = answers
    hooked(owner, receiver)
    happen(owner)
    for number, wait in enumerate(waits):
        [row] = work()
        assert row.state == "waiting" and row.attempts == number + 1 and "shh" not in row.error and row.error
        clock.on(seconds=wait - 2)
        assert work() == []
        clock.on(seconds=3)
    [row] = work()
    assert (row.state, row.status) == ("not_sent" if word else "sent", status) and row.error.startswith(word)
    assert len({headers["webhook-id"] for _, _, headers, _ in receiver.seen}) == 1
    assert len({body for _, _, _, body in receiver.seen}) == 1 and len(receiver.seen) == len(waits) + 1
    clock.on(days=2)
    assert work() == []


def test_a_receiver_that_is_gone_is_paused_and_its_author_told(
    owner: Principal, receiver: HostileServer, mailoutbox: list[Any]
) -> None:
    receiver.script[:] = [raw(410)]
    hook, _ = hooked(owner, receiver)
    happen(owner)
    happen(owner, 2)
    assert [each.state for each in work()] == ["waiting"]
    hook.refresh_from_db()
    assert (hook.state, hook.pause_reason) == ("paused", "The receiver says that it is gone (410).")
    assert {each.state for each in hook.deliveries.all()} == {"not_sent"}
    assert happen(owner, 3) is None and work() == [] and len(receiver.seen) == 1
    assert [tell_author(each) for each in [*hooks_to_tell(), hook.pk]] == [True, False] and hooks_to_tell() == []
    [mail] = mailoutbox
    assert owner.user is not None and mail.to == [owner.user.email] and "gone (410)" in mail.body
    assert f"https://ml.example.org/w/{owner.workspace.key}/settings/webhooks/{hook.public_id}/" in mail.body
    assert AuditEvent.objects.get(action="pause").object_key == hook.public_id


def test_five_days_without_success_pause_it(owner: Principal, receiver: HostileServer, clock: Clock) -> None:
    receiver.script[:] = [raw(500)]
    hook, _ = hooked(owner, receiver)
    happen(owner)
    work()
    clock.on(days=4, hours=23)
    assert [each.state for each in work()] == ["waiting"]
    clock.on(hours=2)
    work()
    hook.refresh_from_db()
    assert hook.state == "paused" and hook.pause_reason.startswith("Nothing arrived for five days. The server failed")
    Member.objects.filter(user=owner.user).update(role="manager")
    assert [tell_author(each) for each in hooks_to_tell()] == [False]


def test_a_paused_one_stays_silent_and_hears_of_nothing_that_happened_meanwhile(
    owner: Principal, receiver: HostileServer
) -> None:
    hook, _ = hooked(owner, receiver)
    happen(owner)
    change_hook(owner, hook.public_id, {"active": False})
    happen(owner, 2)
    assert work() == [] and receiver.seen == [] and hooks_to_tell() == []
    with pytest.raises(ValidationError, match="paused"):
        try_hook(owner, hook.public_id)
    with pytest.raises(ValidationError, match="paused"):
        replay(owner, hook.public_id, hook.deliveries.order_by("-pk")[0].public_id)
    change_hook(owner, hook.public_id, {"active": True})
    assert work() == []
    happen(owner, 3)
    assert [each.state for each in work()] == ["sent"] and len(receiver.seen) == 1


def test_an_event_is_sent_again_by_hand_under_its_id(owner: Principal, receiver: HostileServer) -> None:
    hook, _ = hooked(owner, receiver)
    happen(owner)
    [first] = work()
    again = replay(owner, hook.public_id, first.public_id)
    with pytest.raises(ValidationError, match="on its way"):
        replay(owner, hook.public_id, first.public_id)
    assert again.number == 1 and [each.pk for each in work()] == [again.pk]
    assert replay(owner, hook.public_id, first.public_id).number == 2
    assert receiver.seen[0][2]["webhook-id"] == receiver.seen[1][2]["webhook-id"]
    assert receiver.seen[0][3] == receiver.seen[1][3]


def test_a_test_goes_to_one_whatever_it_wants(owner: Principal, receiver: HostileServer) -> None:
    hook, secret = hooked(owner, receiver)
    hooked(owner, receiver, "other")
    try_hook(owner, hook.public_id)
    with pytest.raises(ValidationError, match="on its way"):
        try_hook(owner, hook.public_id)
    assert [each.hook_id for each in work()] == [hook.pk]
    told = Webhook(secret).verify(receiver.seen[0][3], receiver.seen[0][2])
    assert told["type"] == "webhook.test" and told["data"]["webhook"] == hook.public_id


def test_both_secrets_sign_for_a_day(owner: Principal, receiver: HostileServer, clock: Clock) -> None:
    hook, old = hooked(owner, receiver)
    _, new = rotate_hook(owner, hook.public_id)
    happen(owner)
    work()
    _, _, headers, body = receiver.seen[0]
    assert old != new and Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    clock.on(hours=25)
    happen(owner, 2)
    work()
    assert len(receiver.seen[1][2]["webhook-signature"].split(" ")) == 1
    hook.refresh_from_db()
    assert new not in hook.sealed_secret and old not in hook.sealed_old_secret


def test_an_address_inside_is_refused(owner: Principal, receiver: HostileServer, settings: Settings) -> None:
    hooked(owner, receiver)
    settings.MLTRACK_ALLOWED_NETWORKS = []
    happen(owner)
    [row] = work()
    assert row.state == "waiting" and "MLTRACK_ALLOWED_NETWORKS" in row.error and receiver.seen == []


def test_one_that_fails_takes_no_place_of_the_others(owner: Principal, receiver: HostileServer) -> None:
    with HostileServer(raw(500)) as broken:
        failing = [hooked(owner, broken, f"broken {number}")[0] for number in range(6)]
        sound, _ = hooked(owner, receiver)
        happen(owner)
        work()
        Hook.objects.update(rest_until=None)
        HookDelivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
        happen(owner, 2)
        woken = waiting_hooks()
        assert woken[0] == sound.pk and len(woken) == 1 + 4
        claimed = HookDelivery.objects.filter(hook__in=failing[:4], number=0, event__once_key="change 1")
        claimed.update(state="sending", claimed_at=timezone.now())
        assert waiting_hooks() == [sound.pk] and send_hook(failing[5].pk) == []
        assert [each.state for each in send_hook(sound.pk)] == ["sent"]


def test_one_that_never_answers_holds_up_nobody(
    owner: Principal, receiver: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_sending, "PATIENCE", 2)
    with HostileServer(silence) as silent:
        hooked(owner, silent, "silent")
        hooked(owner, receiver)
        for number in range(3):
            happen(owner, number)
        began = time.monotonic()
        assert [(each.hook.name, each.state) for each in work()] == [("silent", "waiting"), *[("ours", "sent")] * 3]
        assert time.monotonic() - began < 20 and len(silent.seen) == 1
        assert work() == []


def test_what_broke_off_is_sent_again_under_its_id(owner: Principal, receiver: HostileServer, clock: Clock) -> None:
    hook, _ = hooked(owner, receiver)
    event = happen(owner)
    hook.deliveries.update(state="sending", claimed_at=timezone.now(), attempts=1)
    happen(owner, 2)
    assert work() == []
    clock.on(minutes=4)
    assert [each.attempts for each in work()] == [2, 1]
    assert event is not None and receiver.seen[0][2]["webhook-id"] == event.public_id
    happen(owner, 3)
    hook.deliveries.filter(state="waiting").update(state="sending", claimed_at=timezone.now(), attempts=9)
    clock.on(minutes=4)
    assert take_up_broken_off() == 1 and work() == []
    assert hook.deliveries.filter(state="not_sent", error__contains="may or may not").count() == 1


def test_old_ones_are_forgotten_with_their_events(owner: Principal, receiver: HostileServer) -> None:
    hook, _ = hooked(owner, receiver)
    event = happen(owner)
    assert event is not None
    now = timezone.now()
    common: dict[str, Any] = {"hook": hook, "event": event, "next_try_at": now, "created_at": now}
    made = [HookDelivery(**common, number=n, state="sent", ended_at=now) for n in range(1, KEPT + 3)]
    HookDelivery.objects.bulk_create(made)
    # The very first still waits, and stays.
    assert drop_old_hook_deliveries() == 2 and hook.deliveries.count() == KEPT + 1
    past = now - timedelta(days=31)
    hook.deliveries.update(state="sent", created_at=past, ended_at=past)
    assert drop_old_hook_deliveries() == KEPT + 1 and not HookEvent.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"url": ""}, "url"),
        ({"url": "ftp://hooks.example.org/x"}, "url"),
        ({"url": "https://ada@hooks.example.org/x"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["webhook.test"]}, "events"),
    ],
)
def test_what_cannot_be(owner: Principal, given: dict[str, Any], field: str) -> None:
    good = {"name": "x", "url": "https://hooks.example.org/x", "events": [CHANGED.value]}
    with pytest.raises(ValidationError) as refused:
        create_hook(owner, **{**good, **given})
    assert list(refused.value.message_dict) == [field]


def test_a_workspace_has_at_most_twenty_of_its_own(owner: Principal, receiver: HostileServer) -> None:
    hooks = [hooked(owner, receiver, str(number))[0] for number in range(20)]
    with pytest.raises(ValidationError, match="at most 20"):
        hooked(owner, receiver)
    with pytest.raises(Http404):
        remove_hook(make_stranger(), hooks[0].public_id)
    remove_hook(make_member(owner.workspace, "admin"), hooks[0].public_id)
    assert Hook.objects.count() == 19


def test_all_is_sealed_anew_with_the_newest_key(owner: Principal, receiver: HostileServer, settings: Settings) -> None:
    hook, _ = hooked(owner, receiver)
    rotate_hook(owner, hook.public_id)
    old, new = settings.MLTRACK_ENCRYPTION_KEYS[0], "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    settings.MLTRACK_ENCRYPTION_KEYS = [new, old]
    assert rotate_hook_secrets(at_once=1).resealed == 3 and rotate_hook_secrets().fresh == 3
    settings.MLTRACK_ENCRYPTION_KEYS = [new]
    assert closed_hooks() == []
    settings.MLTRACK_ENCRYPTION_KEYS = [old]
    assert len(closed_hooks()) == 1 and len(rotate_hook_secrets().closed) == 1
    happen(owner)
    [row] = work()
    assert "does not open" in row.error and receiver.seen == []

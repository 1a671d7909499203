"""Subscriptions: due once an hour of theirs, really sent by mail and to webhooks, tried again only where it is safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kpis.models import KPI, Subscription, SubscriptionDelivery
from kpis.selectors.dashboard_page import dashboard_page
from kpis.services.dashboards import create_dashboard
from kpis.services.kpis import archive_kpi
from kpis.services.readings import record_readings
from kpis.services.subscription_due import drop_old_sendings, give_up_broken_off, plan_due, waiting_deliveries
from kpis.services.subscription_secrets import closed_webhooks, rotate_webhooks
from kpis.services.subscription_sending import send_delivery
from kpis.services.subscriptions import ask_now, change_subscription, mute, off_path, subscribe, unsubscribe
from kpis.services.webhooks import host_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Member, User
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.views.kpi_world import make_kpi
from tests.servers.hostile import HostileServer, raw, reset
from tests.servers.smtp_sink import SmtpSink, smtp_sink

pytestmark = pytest.mark.django_db
# A Saturday; 8 o'clock in Berlin is 7 UTC in winter.
NOW = datetime(2026, 11, 28, 6, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)
DAILY: dict[str, Any] = {"weekdays": range(7), "hour": 8, "zone": "Europe/Berlin"}
PATH = "/services/T000/B000/shh-this-is-the-secret?sig=also%2Fsecret&x="


class Clock:
    """The present moment of these tests."""

    def __init__(self) -> None:
        self.now = NOW

    def to(self, moment: datetime) -> None:
        self.now = moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", lambda: found.now)
    return found


@pytest.fixture
def owner(settings: Settings, clock: Clock) -> Principal:
    settings.EMAIL_BACKEND = "mltrack.mailing.GuardedBackend"
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_URL = "https://ml.example.org"
    return make_workspace()


@pytest.fixture
def sink(settings: Settings) -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


@pytest.fixture
def channel() -> Iterator[HostileServer]:
    with HostileServer(raw(200, b"ok")) as server:
        yield server


def work() -> list[SubscriptionDelivery]:
    """Do what the sweep does; return what was tried."""
    plan_due()
    return [row for each in waiting_deliveries() if (row := send_delivery(each)) is not None]


def test_a_mail_is_sent_at_its_hour_once(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    kpi = make_kpi(owner, (12.0, 11.0, 10.0))
    row = subscribe(owner, kind="kpi", target=kpi.key, **DAILY)
    assert row.next_at == DUE and work() == []
    clock.to(DUE)
    [sent] = work()
    assert (sent.state, sent.period, sent.attempts) == ("sent", DUE, 1)
    assert work() == [] and send_delivery(sent.pk) is None
    [mail] = sink.mails
    assert owner.user is not None and mail["To"] == owner.user.email
    assert mail["Subject"].endswith("Churn rate")
    assert re.fullmatch(r"<https://ml\.example\.org/subscriptions/[\w:-]+/off/>", mail["List-Unsubscribe"].strip())
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and html is not None
    words, page = plain.get_content(), html.get_content()
    assert "Churn rate: 10\u202f% (" in words and "█▅▁" in words
    assert "https://ml.example.org/w/" in words
    assert page.count('bgcolor="#3b6fb6"') == 3 and 'height="24"' in page and 'height="1"' in page
    assert "src=" not in page and "<style" not in page and "<svg" not in page
    row.refresh_from_db()
    assert row.last_sent_at == DUE and row.next_at == DUE + timedelta(days=1)


def test_a_dashboard_says_what_its_panels_say(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    kpi = make_kpi(owner, (12.0, 11.0, 10.0))
    tile = {"kind": "kpi_tile", "title": "Churn", "settings": {"kpi": kpi.key}}
    create_dashboard(owner, key="ours", name="Ours", panels=[tile, {"kind": "funnel", "title": "How far?"}])
    subscribe(owner, kind="dashboard", target="ours", **DAILY)
    subscribe(owner, kind="dashboard", target="leadership", query="range=year", **DAILY)
    clock.to(DUE)
    assert [each.state for each in work()] == ["sent", "sent"]
    ours, shipped = sink.mails
    plain, more = (mail.get_body(("plain",)) for mail in (ours, shipped))
    assert ours["Subject"].endswith("Ours") and plain is not None and more is not None
    assert "Churn rate: 10 %" in plain.get_content() and "█▅▁" in plain.get_content()
    assert "How far? " in plain.get_content()
    page = dashboard_page(owner, "leadership", {"range": "year"})
    assert all(each.data.says in more.get_content() for each in page.panels if hasattr(each.data, "says"))


@pytest.mark.parametrize(("kind", "said"), [("slack", "blocks"), ("teams", "attachments"), ("mattermost", "text")])
def test_a_channel_gets_its_own_format(
    owner: Principal, channel: HostileServer, clock: Clock, kind: str, said: str
) -> None:
    make_initiative(owner, "CHURN")
    view: dict[str, Any] = {"kind": "portfolio", "query": "q=stage:framing"}
    row = subscribe(owner, **view, channel=kind, secret_url=channel.url + PATH, **DAILY)
    clock.to(DUE)
    assert [each.state for each in work()] == ["sent"]
    [(method, path, headers, body)] = channel.seen
    assert (method, headers["content-type"]) == ("POST", "application/json")
    assert path.startswith("/services/T000/B000/shh-this-is-the-secret?sig=also%2Fsecret&x=")
    message = json.loads(body)
    assert said in message and "CHURN" in body.decode() and "0 of 1 ready" in body.decode()
    assert row.host == "127.0.0.1" and "shh" not in str(Subscription.objects.values().get())
    assert "shh" not in str(list(AuditEvent.objects.values()))


def test_only_if_changed(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    kpi = make_kpi(owner)
    row = subscribe(owner, kind="kpi", target=kpi.key, only_if_changed=True, **DAILY)
    states = []
    for day in range(2):
        clock.to(DUE + timedelta(days=day, minutes=1))
        states += [each.state for each in work()]
    assert states == ["sent", "nothing_new"] and len(sink.raw) == 1
    ask_now(owner, row.public_id)
    assert [each.state for each in work()] == ["sent"]
    record_readings(kpi, [{"time": clock.now.isoformat(), "value": 9.0}])
    clock.to(DUE + timedelta(days=2))
    assert [each.state for each in work()] == ["sent"] and len(sink.raw) == 3


def test_muted_missed_and_late_times(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    row = subscribe(owner, kind="portfolio", **DAILY)
    mute(owner, row.public_id, date(2026, 11, 28))
    clock.to(DUE)
    assert work() == [] and not row.deliveries.exists()
    clock.to(DUE + timedelta(days=3, hours=13))
    [late] = list(row.deliveries.all()) if plan_due() else []
    assert (late.state, late.period) == ("not_sent", DUE + timedelta(days=3)) and "half a day later" in late.error
    assert waiting_deliveries() == [] and sink.raw == []
    row.refresh_from_db()
    assert row.next_at == DUE + timedelta(days=4)


@pytest.mark.parametrize(
    ("answers", "states", "seen"),
    [
        ([raw(503), raw(200, b"ok")], ["waiting", "sent"], 2),
        ([raw(429, Retry_After="600"), raw(200)], ["waiting", "sent"], 2),
        ([raw(500)], ["waiting"] * 4 + ["not_sent"], 5),
        ([raw(404, b"no_service")], ["not_sent"], 1),
        ([raw(302, Location="http://127.0.0.1/")], ["not_sent"], 1),
        ([reset], ["not_sent"], 1),
        ([raw(504)], ["not_sent"], 1),
    ],
)
def test_only_what_surely_was_not_taken_is_tried_again(
    owner: Principal, channel: HostileServer, clock: Clock, answers: list[Any], states: list[str], seen: int
) -> None:
    channel.script[:] = answers
    subscribe(owner, kind="portfolio", channel="slack", secret_url=channel.url + PATH, **DAILY)
    clock.to(DUE)
    found = []
    for _ in range(8):
        found += work()
        clock.to(clock.now + timedelta(hours=2))
    assert [each.state for each in found] == states and len(channel.seen) == seen
    assert "shh" not in found[-1].error and bool(found[-1].error) is (found[-1].state != "sent")
    if len(states) == 2:
        first = found[0]
        assert first.next_try_at - DUE == timedelta(seconds=600 if "429" in first.error else 60)
    if len(states) == 5:
        assert found[-1].error.startswith("Given up after 5 tries: ")


@pytest.mark.parametrize(
    ("says", "states", "mails"),
    [
        ({"RCPT": [b"451 grey"]}, ["waiting", "sent"], 1),
        ({"RCPT": [b"550 nobody"]}, ["not_sent"], 0),
        ({"DATA": [b"452 full"]}, ["waiting", "sent"], 2),
        ({"DATA": [b"554 no"]}, ["not_sent"], 1),
        ({"DATA": [b""]}, ["not_sent"], 1),
        ({"QUIT": [b""]}, ["sent"], 1),
    ],
)
def test_a_mail_server_that_refuses_or_breaks_off(
    owner: Principal, sink: SmtpSink, clock: Clock, says: dict[str, list[bytes]], states: list[str], mails: int
) -> None:
    sink.says = says
    subscribe(owner, kind="portfolio", **DAILY)
    clock.to(DUE)
    found = work()
    clock.to(DUE + timedelta(minutes=2))
    found += work()
    assert [each.state for each in found] == states and len(sink.raw) == mails


def _switched_off(owner: Principal, kpi: KPI) -> None:
    User.objects.filter(pk=owner.user.pk).update(is_active=False)  # type: ignore[union-attr]


def _demoted(owner: Principal, kpi: KPI) -> None:
    Member.objects.filter(user=owner.user).update(role="viewer")


def _archived(owner: Principal, kpi: KPI) -> None:
    archive_kpi(owner, kpi, archived=True)


@pytest.mark.parametrize(
    ("happens", "why"), [(_switched_off, "switched off"), (_demoted, "role contributor"), (_archived, "archived")]
)
def test_a_right_that_is_gone_sends_nothing(
    owner: Principal, channel: HostileServer, clock: Clock, happens: Callable[..., None], why: str
) -> None:
    kpi = make_kpi(owner)
    subscribe(owner, kind="kpi", target=kpi.key, channel="teams", secret_url=channel.url, **DAILY)
    happens(owner, kpi)
    clock.to(DUE)
    [row] = work()
    assert row.state == "not_sent" and why in row.error and channel.seen == []


def test_an_address_that_is_not_allowed_is_not_posted_to(
    owner: Principal, channel: HostileServer, clock: Clock, settings: Settings
) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = []
    subscribe(owner, kind="portfolio", channel="slack", secret_url=channel.url + PATH, **DAILY)
    clock.to(DUE)
    [row] = work()
    assert row.state == "waiting" and "MLTRACK_ALLOWED_NETWORKS" in row.error and channel.seen == []


def test_what_broke_off_is_never_sent_again(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    row = subscribe(owner, kind="portfolio", **DAILY)
    clock.to(DUE)
    plan_due()
    row.deliveries.update(state="sending", claimed_at=DUE)
    assert work() == [] and give_up_broken_off() == 0
    clock.to(DUE + timedelta(minutes=16))
    assert give_up_broken_off() == 1 and work() == []
    assert "may or may not have arrived" in row.deliveries.get().error and sink.raw == []


def test_three_at_once_can_be_asked_for(owner: Principal, sink: SmtpSink, clock: Clock) -> None:
    row = subscribe(owner, kind="portfolio", **DAILY)
    for second in range(3):
        clock.to(NOW + timedelta(seconds=second))
        ask_now(owner, row.public_id)
    with pytest.raises(ValidationError, match="wait a little"):
        ask_now(owner, row.public_id)
    assert [each.state for each in work()] == ["sent"] * 3 and len(sink.raw) == 3


def test_the_way_out_needs_no_sign_in(owner: Principal, clock: Clock) -> None:
    row = subscribe(owner, kind="portfolio", **DAILY)
    path = off_path(row)
    assert b"Switch this mail off?" in Client().get(path).content
    assert Subscription.objects.get().next_at is not None
    asked = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert asked.status_code == 200 and Subscription.objects.get().next_at is None
    clock.to(DUE)
    assert work() == [] and Client().get(path[:-7] + "x/off/").status_code == 404
    assert change_subscription(owner, row.public_id, {"active": True}).next_at == DUE + timedelta(days=1)
    unsubscribe(owner, row.public_id)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [7]}, "weekdays"),
        ({"hour": 24}, "hour"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"channel": "pager"}, "channel"),
        ({"channel": "mail", "secret_url": "https://hooks.example.org/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": ""}, "secret_url"),
        ({"channel": "slack", "secret_url": "ftp://hooks.example.org/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": "https://ada@hooks.example.org/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": "https://hooks.example.org:0/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": "https://hooks.example.org:99999/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": "https://[::1/x"}, "secret_url"),
        ({"channel": "slack", "secret_url": "https://hooks.example.org/" + "x" * 2000}, "secret_url"),
    ],
)
def test_what_cannot_be(owner: Principal, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        subscribe(owner, **{"kind": "portfolio", **DAILY, **fields})
    assert list(refused.value.message_dict) == [field]


def test_a_viewer_has_mails_and_no_channel(owner: Principal) -> None:
    viewer = make_member(owner.workspace, "viewer")
    row = subscribe(viewer, kind="portfolio", **DAILY)
    with pytest.raises(PermissionDenied):
        subscribe(viewer, kind="portfolio", channel="slack", secret_url="https://hooks.example.org/x", **DAILY)
    for other in (owner, make_stranger()):
        with pytest.raises(Http404):
            mute(other, row.public_id, None)


def test_old_times_are_forgotten(owner: Principal) -> None:
    row = subscribe(owner, kind="portfolio", **DAILY)
    made = [
        SubscriptionDelivery(
            subscription=row, period=NOW - timedelta(days=n), state="sent", next_try_at=NOW, ended_at=NOW
        )
        for n in range(103)
    ]
    SubscriptionDelivery.objects.bulk_create(made)
    assert drop_old_sendings() == 3 and row.deliveries.count() == 100


def test_addresses_are_sealed_anew_with_the_newest_key(owner: Principal, settings: Settings) -> None:
    subscribe(owner, kind="portfolio", channel="slack", secret_url="https://hooks.example.org/x", **DAILY)
    old, new = settings.MLTRACK_ENCRYPTION_KEYS[0], "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    settings.MLTRACK_ENCRYPTION_KEYS = [new, old]
    assert rotate_webhooks(at_once=1).resealed == 1 and rotate_webhooks().fresh == 1
    settings.MLTRACK_ENCRYPTION_KEYS = [new]
    assert closed_webhooks() == []
    settings.MLTRACK_ENCRYPTION_KEYS = [old]
    assert len(closed_webhooks()) == 1 and len(rotate_webhooks().closed) == 1


def test_a_host_is_told() -> None:
    assert host_of("https://Hooks.Slack.com/services/x") == "hooks.slack.com"


def test_a_mail_server_that_is_away_is_asked_again(
    owner: Principal, sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    subscribe(owner, kind="portfolio", **DAILY)
    clock.to(DUE)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    [row] = work()
    assert row.state == "waiting" and row.error == "The mail server cannot be reached: ConnectionRefusedError."
    settings.EMAIL_PORT = port
    clock.to(DUE + timedelta(minutes=1))
    assert [each.state for each in work()] == ["sent"] and len(sink.raw) == 1

"""Alerts open once and close once, whatever is repeated; the owner is told by inbox and mail, once."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kpis.access import alert_of
from kpis.models import KPI, AlertEpisode, AlertMail, AlertWatch, KpiAlert, Notice
from kpis.selectors.due_mails import due_notices
from kpis.services.alert_judging import due_alerts, judge_alerts
from kpis.services.alert_mails import send_notice
from kpis.services.alerts import mute_alert, unwatch_kpi, watch_kpi
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from kpis.services.mail_choices import member_of, switch_off
from kpis.services.period_mails import GIVEN_UP, give_up_stuck
from kpis.services.readings import record_readings
from kpis.tasks import judge_kpi, sweep_alerts, sweep_mails
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def owned(maker: Principal, **fields: Any) -> KPI:
    given = {"unit": "%", "direction": "lower", "period": "day", "owner": maker.user, **fields}
    return create_kpi(maker, **{"name": "Churn", **given})


def read(kpi: KPI, value: float, days_ago: float = 0) -> None:
    record_readings(kpi, [{"time": timezone.now() - timedelta(days=days_ago), "value": value}])


def due(kpi: KPI) -> None:
    """Let the time come at which the alerts are looked at again."""
    AlertWatch.objects.filter(kpi=kpi).update(due_at=timezone.now() - timedelta(minutes=1))


def test_an_alert_opens_once_and_closes_once(owner: Principal) -> None:
    kpi = owned(owner)
    watch_kpi(owner, kpi, kind="threshold", side="above", value=10, margin=2)
    story = ((9, 0, False), (11, 1, True), (12, 1, True), (9, 1, True), (8, 1, False), (10.5, 2, True))
    for value, times, is_open in story:
        read(kpi, value)
        assert due_alerts() == [kpi.pk]
        told = judge_alerts(kpi.pk)
        due(kpi)
        assert judge_alerts(kpi.pk) == []
        assert AlertEpisode.objects.count() == times
        assert AlertEpisode.objects.filter(closed_at=None).exists() == is_open
        assert Notice.objects.count() == times
        assert len(told) == (value in (11, 10.5))
    first = AlertEpisode.objects.order_by("pk")[0]
    assert first.words == "It is at 11\u202f%, above 10\u202f%."
    assert first.closing_words == "It is at 8\u202f%, not above 10\u202f%."


def test_a_missing_reading_is_found_by_time_alone(owner: Principal) -> None:
    kpi = owned(owner)
    read(kpi, 5, days_ago=3)
    watch_kpi(owner, kpi, kind="missing")
    sweep_alerts()
    judge_kpi(kpi.pk)
    (episode,) = AlertEpisode.objects.all()
    assert episode.words.startswith("The newest reading is of ")
    assert due_alerts() == []
    watch = AlertWatch.objects.get(kpi=kpi)
    assert timedelta() < watch.due_at - timezone.now() <= timedelta(days=1)
    read(kpi, 5)
    judge_kpi(kpi.pk)
    episode.refresh_from_db()
    assert episode.closed_at is not None


def test_a_goal_that_moves_is_judged_like_a_reading(owner: Principal) -> None:
    today = timezone.now().date()
    span = {"start": today - timedelta(days=50), "due": today + timedelta(days=50)}
    kpi = owned(owner, baseline=20, target=10, **span)
    watch_kpi(owner, kpi, kind="pace")
    read(kpi, 15)
    assert judge_alerts(kpi.pk) == []
    edit_kpi(owner, kpi, {"target": 2})
    (notice,) = judge_alerts(kpi.pk)
    # 5 of 18 where half is expected: 22 points behind.
    episode = AlertEpisode.objects.get(notices=notice)
    assert episode.words == "It is 22 points behind the line to its goal."


def test_an_unusual_step_is_told(owner: Principal) -> None:
    kpi = owned(owner)
    watch_kpi(owner, kpi, kind="anomaly")
    for place in range(15):
        read(kpi, 10 + place % 2, days_ago=15 - place)
    assert judge_alerts(kpi.pk) == []
    read(kpi, 30)
    assert len(judge_alerts(kpi.pk)) == 1


@pytest.mark.parametrize("how", ["nobody", "muted", "left"])
def test_who_must_not_hear_of_it_does_not(owner: Principal, how: str) -> None:
    kpi = owned(owner, **({"owner": None} if how == "nobody" else {}))
    alert = watch_kpi(owner, kpi, kind="threshold", side="below", value=10)
    if how == "muted":
        mute_alert(member_of(owner), alert)
    if how == "left":
        assert owner.user is not None
        owner.user.is_active = False
        owner.user.save()
    read(kpi, 5)
    assert judge_alerts(kpi.pk) == []
    assert AlertEpisode.objects.filter(closed_at=None).count() == 1
    assert not Notice.objects.exists()


def opened(owner: Principal) -> Notice:
    kpi = owned(owner)
    watch_kpi(owner, kpi, kind="threshold", side="above", value=10)
    read(kpi, 12)
    (notice,) = judge_alerts(kpi.pk)
    return Notice.objects.get(pk=notice)


def test_the_mail_goes_once_with_the_numbers_and_a_way_out(owner: Principal, settings: Any) -> None:
    settings.MLTRACK_URL = "https://mltrack.example.org"
    notice = opened(owner)
    assert due_notices(timezone.now()) == [notice.pk]
    send_notice(notice.pk)
    send_notice(notice.pk)
    sweep_mails()
    (sent,) = mail.outbox
    assert sent.subject == "Churn: It is at 12 %, above 10 %."
    assert "You own this KPI." in sent.body
    assert "/kpis/churn/" in sent.body
    assert due_notices(timezone.now()) == []
    off = str(sent.extra_headers["List-Unsubscribe"]).strip("<>").removeprefix("https://mltrack.example.org")
    assert Client().post(off).status_code == 200
    assert AlertMail.objects.get().state == "sent"


@pytest.mark.parametrize("how", ["off", "late", "refused"])
def test_a_mail_that_is_not_sent_says_why(owner: Principal, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = opened(owner)
    if how == "off":
        switch_off(member_of(owner), "alerts")
    if how == "late":
        Notice.objects.update(created_at=timezone.now() - timedelta(hours=13))
    if how == "refused":
        error = smtplib.SMTPServerDisconnected("gone")
        monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", lambda _: (_ for _ in ()).throw(error))
    row = send_notice(notice.pk)
    assert row is not None
    assert row.state == "not_sent"
    words = {"off": "The owner switched alerts off.", "late": "too late", "refused": "SMTPServerDisconnected"}
    assert words[how] in row.error
    assert mail.outbox == []


def test_a_mail_that_broke_off_is_not_sent_again(owner: Principal) -> None:
    notice = opened(owner)
    AlertMail.objects.create(notice=notice, period=timezone.now().date(), claimed_at=timezone.now() - 2 * GIVEN_UP)
    assert send_notice(notice.pk) is None
    assert give_up_stuck() == 1
    assert AlertMail.objects.get().state == "not_sent"
    assert mail.outbox == []


def test_an_archived_kpi_is_not_judged(owner: Principal) -> None:
    kpi = owned(owner)
    watch_kpi(owner, kpi, kind="missing")
    archive_kpi(owner, kpi)
    assert due_alerts() == []


def test_an_alert_that_is_removed_takes_its_watch_with_it(owner: Principal) -> None:
    notice = opened(owner)
    alert = KpiAlert.objects.get(episodes__notices=notice)
    unwatch_kpi(owner, alert_of(alert.kpi, alert.public_id))
    assert not AlertWatch.objects.exists()
    assert not Notice.objects.exists()
    actions = AuditEvent.objects.filter(object_kind="kpi alert").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["create", "remove"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "threshold", "side": "above"}, "value"),
        ({"kind": "threshold", "value": 1}, "side"),
        ({"kind": "threshold", "side": "above", "value": 1, "margin": -1}, "margin"),
        ({"kind": "threshold", "side": "above", "value": float("inf")}, "value"),
        ({"kind": "pace", "value": 3}, "kind"),
        ({"kind": "gut"}, "kind"),
        ({"kind": "missing", "colour": "red"}, "colour"),
    ],
)
def test_what_contradicts_itself_is_refused(owner: Principal, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        watch_kpi(owner, owned(owner), **given)
    assert field in error.value.message_dict


def test_the_same_is_watched_once(owner: Principal) -> None:
    kpi = owned(owner)
    for given in ({"kind": "pace"}, {"kind": "threshold", "side": "above", "value": 3}):
        watch_kpi(owner, kpi, **given)
        with pytest.raises(ValidationError, match="watched already"):
            watch_kpi(owner, kpi, **given)


def test_the_database_holds_one_open_episode(owner: Principal) -> None:
    episode = AlertEpisode.objects.get(notices=opened(owner))
    with pytest.raises(IntegrityError, match="alert_open_once"), transaction.atomic():
        AlertEpisode.objects.create(alert=episode.alert, opened_at=timezone.now(), words="Again")


@pytest.mark.parametrize(("kind", "value"), [("pace", 3.0), ("threshold", None)])
def test_the_database_holds_thresholds_whole(owner: Principal, kind: str, value: float | None) -> None:
    with pytest.raises(IntegrityError, match="alert_threshold_whole"), transaction.atomic():
        KpiAlert.objects.create(kpi=owned(owner), kind=kind, value=value)

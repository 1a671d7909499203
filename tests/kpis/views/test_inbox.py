"""The inbox: what a person was told, read, snoozed, and why; alerts are set and muted on their tab."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kpis.models import KPI, KpiAlert, Notice
from kpis.selectors.inbox import inbox
from kpis.services.alert_judging import judge_alerts
from kpis.services.alerts import watch_kpi
from mltrack.accounts.access import Principal
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text


@pytest.fixture
def notice(place: Place) -> Notice:
    kpi = make_kpi(place.owner, owner=place.owner.user)
    watch_kpi(place.manager, kpi, kind="threshold", side="above", value=9)
    (pk,) = judge_alerts(kpi.pk)
    return Notice.objects.select_related("episode__alert__kpi").get(pk=pk)


def shown(person: Principal, part: str = "") -> str:
    return text(get(person, home(person, f"inbox/{part}")))


def test_a_notice_says_what_and_why(place: Place, notice: Notice) -> None:
    page = shown(place.owner)
    for words in ("Churn rate", "It is at 10", "Why did I get this?", "You own this KPI.", "Mute this alert"):
        assert words in page
    assert "It is at 10" not in shown(place.manager)


def test_what_is_read_leaves_and_comes_back(place: Place, notice: Notice) -> None:
    path = home(place.owner, f"inbox/{notice.public_id}/read/")
    post(place.owner, path, {"read": "1"})
    assert "It is at 10" not in shown(place.owner)
    assert "It is at 10" in shown(place.owner, "?show=all")
    post(place.owner, path, {})
    assert "It is at 10" in shown(place.owner)
    post(place.owner, home(place.owner, "inbox/read/"), {})
    assert "It is at 10" not in shown(place.owner)


def test_what_is_snoozed_comes_back_by_itself(place: Place, notice: Notice) -> None:
    path = home(place.owner, f"inbox/{notice.public_id}/snooze/")
    post(place.owner, path, {"nap": "day"})
    assert "It is at 10" not in shown(place.owner)
    assert "It is at 10" in shown(place.owner, "?show=snoozed")
    later = timezone.now() + timedelta(days=1, minutes=1)
    assert [each.pk for each in inbox(place.owner, "unread", later).rows] == [notice.pk]
    post(place.owner, path, {"nap": "for ever"})
    notice.refresh_from_db()
    assert notice.snoozed_until is not None
    assert notice.snoozed_until < later


def test_nobody_touches_anothers_notice(place: Place, notice: Notice) -> None:
    for deed in ("read", "snooze"):
        path = home(place.owner, f"inbox/{notice.public_id}/{deed}/")
        assert post(place.manager, path, {"nap": "day", "read": "1"}).status_code == 404
        assert post(place.stranger, path, {"nap": "day", "read": "1"}).status_code == 404


def test_an_alert_is_muted_from_the_inbox(place: Place, notice: Notice) -> None:
    alert = KpiAlert.objects.get(episodes__notices=notice)
    path = home(place.owner, f"kpis/{alert.kpi.key}/alerts/{alert.public_id}/mute/")
    post(place.owner, path, {"muted": "1"})
    assert "Unmute this alert" in shown(place.owner)
    post(place.owner, path, {})
    assert "Unmute this alert" not in shown(place.owner)


def test_alerts_are_set_and_removed_on_their_tab(place: Place, notice: Notice) -> None:
    kpi = KPI.objects.get(alerts__episodes__notices=notice)
    here = home(place.owner, f"kpis/{kpi.key}/alerts/")
    page = text(get(place.viewer, here))
    assert "Above 9" in page
    assert "is told once" in page
    assert "Watch one thing more" not in page
    assert post(place.viewer, here, {"kind": "pace"}).status_code == 403
    assert post(place.manager, here, {"kind": "pace"}).status_code == 302
    assert post(place.manager, here, {"kind": "pace"}).status_code == 422
    made = KpiAlert.objects.get(kind="pace")
    assert post(place.manager, f"{here}{made.public_id}/remove/", {}).status_code == 302
    assert not KpiAlert.objects.filter(kind="pace").exists()


def test_the_inbox_takes_a_fixed_number_of_queries(
    place: Place, notice: Notice, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(inbox(place.owner, "all").rows) == 1

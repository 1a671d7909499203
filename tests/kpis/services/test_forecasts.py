"""Forecasts are made with the judgement, kept once while nothing changes, and closed when the day comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import Forecast, ReadinessSnapshot
from kpis.scoring.forecast.blockers import blockers_from
from kpis.scoring.readiness import judge
from kpis.selectors.forecasts import forecast_grounds, newest_estimates, told_forecast
from kpis.selectors.judgement import gather
from kpis.selectors.snapshots import readiness_document
from kpis.services.forecasts import estimate_check, keep_forecast, withdraw_estimate
from kpis.services.quotas import set_quota
from kpis.services.snapshots import judge_now
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative
from projects.services.annotation_pushes import record_annotations
from projects.services.initiatives import edit_initiative
from tests.factories import make_initiative, make_workspace
from tests.kpis.forecast_world import add_history, add_task, estimate_rest, in_weeks
from tests.kpis.world import check_of, judged
from tests.projects.labeling_world import pushed

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner, criticality="experiment")


def kept(initiative: Initiative) -> list[Forecast]:
    return list(Forecast.objects.filter(initiative=initiative).order_by("id"))


def test_without_estimates_it_says_what_to_do(initiative: Initiative) -> None:
    document = judged(initiative).document
    (forecast,) = kept(initiative)
    assert (forecast.p50, forecast.p85, forecast.mass85) == (None, None, None)
    assert forecast.reason.startswith("no credible date because of ")
    assert "its owner can name the earliest, the most likely and the latest day" in forecast.reason
    assert document["forecast"] is None


def test_tasks_and_estimates_give_dates(owner: Principal, initiative: Initiative) -> None:
    add_history(initiative)
    for _ in range(6):
        add_task(initiative)
    estimate_rest(owner, initiative)
    judged(initiative)
    forecast = kept(initiative)[-1]
    # By hand: two done in each of the past weeks, so six are done in three; all else in ten days.
    assert (forecast.p50, forecast.p85, forecast.decided_by) == (in_weeks(3), in_weeks(3), "tasks")
    assert (forecast.mass50, forecast.mass85, forecast.reason) == (1.0, 1.0, "")
    day = in_weeks(3).isoformat()
    assert readiness_document(initiative)["forecast"] == {"p50": day, "p85": day, "decided_by": "tasks"}
    assert forecast.document["parts"][0]["gate"] == "tasks"


def test_tasks_that_checks_opened_are_left_out(owner: Principal, initiative: Initiative) -> None:
    add_history(initiative)
    add_task(initiative)
    estimate_rest(owner, initiative, days=2)
    for number in range(9):
        add_task(initiative, check_id=f"data.c{number}", is_from_check=True)
    judged(initiative)
    assert kept(initiative)[-1].p85 == in_weeks(1)


def test_twenty_judgements_keep_one_forecast_and_one_snapshot(owner: Principal, initiative: Initiative) -> None:
    add_history(initiative)
    add_task(initiative)
    estimate_rest(owner, initiative)
    Forecast.objects.all().delete()
    ReadinessSnapshot.objects.all().delete()
    for _ in range(20):
        judged(initiative)
    assert (len(kept(initiative)), ReadinessSnapshot.objects.count()) == (1, 1)
    add_task(initiative)
    judged(initiative)
    # One more open task is told by the check of tasks too.
    assert (len(kept(initiative)), ReadinessSnapshot.objects.count()) == (2, 2)


def test_the_next_day_has_its_own_and_one_without_a_date_lasts(owner: Principal, initiative: Initiative) -> None:
    judged(initiative)
    found = gather(initiative)
    later = judge(found.inputs, found.policy, timezone.now() + timedelta(days=1))
    keep_forecast(initiative, later)
    assert len(kept(initiative)) == 1
    estimate_rest(owner, initiative)
    judged(initiative)
    keep_forecast(initiative, later)
    days = [each.as_of for each in kept(initiative)]
    assert days == [days[0], days[0], days[0] + timedelta(days=1)]


def test_dates_move_on_in_the_answer_without_a_new_snapshot(owner: Principal, initiative: Initiative) -> None:
    estimate_rest(owner, initiative)
    first = judged(initiative)
    assert first.changes_at is not None
    assert first.changes_at.astimezone(UTC).time().isoformat() == "00:00:00"
    before = timezone.now()
    estimate_rest(owner, initiative, days=21)
    second = judged(initiative)
    assert second.pk == first.pk
    told = readiness_document(initiative)["forecast"]
    assert (told["p50"], told["p85"]) == (in_weeks(3).isoformat(), in_weeks(3).isoformat())
    # As known then: what was forecast last by that moment.
    known = readiness_document(initiative, before)["forecast"]
    assert known["p85"] == (timezone.now() + timedelta(days=10)).date().isoformat()
    assert readiness_document(initiative, second.confirmed_at)["forecast"] == told


@pytest.mark.parametrize(("weeks", "health"), [(8, "on_track"), (2, "off_track")])
def test_health_follows_from_the_forecast(owner: Principal, initiative: Initiative, weeks: int, health: str) -> None:
    edit_initiative(owner, initiative, {"target_date": in_weeks(weeks)})
    add_history(initiative)
    for _ in range(6):
        add_task(initiative)
    estimate_rest(owner, initiative)
    initiative.refresh_from_db()
    snapshot = judged(initiative)
    assert snapshot.health == health
    assert kept(initiative)[-1].target_date == in_weeks(weeks)
    # A gate reads what was kept.
    found = gather(initiative)
    assert judge(found.inputs, found.policy, found.now).health.state == health


def test_what_is_ready_or_cancelled_closes_the_open_ones(owner: Principal, initiative: Initiative) -> None:
    estimate_rest(owner, initiative)
    judged(initiative)
    found = gather(initiative)
    ready = replace(judge(found.inputs, found.policy, found.now), verdict="ready")
    assert keep_forecast(initiative, ready) is None
    assert {each.reached_on for each in kept(initiative)} == {found.now.astimezone(UTC).date()}
    assert gather(initiative).inputs.forecast is None
    judged(initiative)
    edit_initiative(owner, initiative, {"state": "cancelled"})
    judged(initiative)
    last = kept(initiative)[-1]
    assert (last.reached_on, last.cancelled_on) == (None, timezone.now().astimezone(UTC).date())
    assert told_forecast(Initiative.objects.get(), timezone.now())["reason"] == "the initiative is cancelled"


def test_labels_in_the_way_are_dated_by_their_output(owner: Principal) -> None:
    initiative = make_initiative(owner, criticality="critical")
    now = timezone.now()
    days = [(now - timedelta(days=day)).isoformat() for day in range(1, 43)]
    items = [{**pushed(f"{day} {n}", "one", "fraud"), "time": day} for day in days for n in range(4)]
    record_annotations(owner, initiative, items, sent=b"[]")
    set_quota(owner, initiative, **{"class": "fraud", "wanted": 42 * 4 + 8})
    estimate_rest(owner, initiative, leave=("labels.enough",))
    document = judged(initiative).document
    assert check_of(document, "labels.enough")["result"] in ("fail", "insufficient")
    (labels,) = [each for each in kept(initiative)[-1].document["parts"] if each["gate"] == "labels"]
    # By hand: eight labels at four a day are two days.
    assert labels["p85"] == (now + timedelta(days=2)).date().isoformat()


def test_a_fixed_number_of_queries(owner: Principal, initiative: Initiative) -> None:
    counts = []
    for more in (1, 12):
        add_history(initiative, weeks=more)
        for _ in range(more):
            add_task(initiative)
        blockers = blockers_from(judged(initiative).document)
        with CaptureQueriesContext(connection) as queries:
            forecast_grounds(initiative, blockers, timezone.now(), has_labels=False)
        counts.append(len(queries))
    assert counts == [3, 3]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"check": "no.such"}, "check"),
        ({"earliest": None}, "earliest"),
        ({"likely": 1}, "likely"),
        ({"latest": 5}, "latest"),
        ({"earliest": -9, "likely": -8, "latest": 0}, "latest"),
        ({"latest": 2000}, "latest"),
        ({"more": "x"}, "more"),
    ],
)
def test_wrong_estimates_are_refused(
    owner: Principal, initiative: Initiative, given: dict[str, Any], field: str
) -> None:
    today = timezone.now().astimezone(UTC).date()
    days = {"earliest": 5, "likely": 7, "latest": 9, "check": "data.privacy", **given}
    values = {name: today + timedelta(days=day) if isinstance(day, int) else day for name, day in days.items()}
    with pytest.raises(ValidationError) as refused:
        estimate_check(owner, initiative, **values)
    assert set(refused.value.message_dict) == {field}


def test_an_estimate_is_audited_and_the_newest_counts(owner: Principal, initiative: Initiative) -> None:
    checks = estimate_rest(owner, initiative, days=10)
    estimate_rest(owner, initiative, days=20)
    event = AuditEvent.objects.filter(action="estimate").last()
    assert event is not None
    assert (event.object_kind, event.after["check"]) == ("check", checks[-1])
    with transaction.atomic():
        judge_now(initiative.pk)
    assert kept(initiative)[-1].p50 == (timezone.now() + timedelta(days=20)).date()


def test_what_is_withdrawn_counts_no_more(owner: Principal, initiative: Initiative) -> None:
    check = judged(initiative).document["blockers"][0]["check"]
    days = dict.fromkeys(("earliest", "likely", "latest"), in_weeks(2))
    old, new = (estimate_check(owner, initiative, check=check, **days) for _ in range(2))
    with pytest.raises(ValidationError, match="A newer estimate"):
        withdraw_estimate(owner, initiative, old.public_id)
    for _ in range(2):
        assert withdraw_estimate(owner, initiative, new.public_id).withdrawn_at is not None
    # The one before does not come back by itself.
    assert newest_estimates(initiative) == {check: None}
    event = AuditEvent.objects.get(action="withdraw estimate")
    assert (event.object_key, event.before["check"], event.actor) == (initiative.key, check, owner.user)
    judged(initiative)
    assert "its estimate was withdrawn; its owner can name" in kept(initiative)[-1].reason
    with pytest.raises(Http404):
        withdraw_estimate(owner, make_initiative(owner, "OTHER"), new.public_id)
    estimate_check(owner, initiative, check=check, **days)
    assert newest_estimates(initiative)[check] is not None

"""What is observed of production, as a judgement reads it, and that each day's answer can be asked for again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from kpis.selectors.grounds import grounds_of
from kpis.selectors.observed_facts import MOST_FIGURES
from kpis.selectors.snapshots import readiness_document
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from projects.models import EndpointProbe, Initiative
from projects.progress.observed import ObservedValue
from projects.services.deployments import record_deployment
from projects.services.observations import keep_values
from tests.factories import make_workspace
from tests.kpis.world import COMMIT, GOOD, aimed, check_of, judged, report

pytestmark = pytest.mark.django_db
CHECKS = ("owned", "monitoring", "latency_cost", "errors", "refresh")


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def results(document: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(check_of(document, f"operations.{check}")["result"]) for check in CHECKS)


def owned(principal: Principal, **fields: Any) -> Initiative:
    initiative = aimed(principal, **fields)
    initiative.owner = principal.user
    initiative.save(update_fields=["owner"])
    return initiative


def observe(principal: Principal, initiative: Initiative, at: datetime, latency: float) -> None:
    values = [
        ObservedValue("latency", "p95_ms", at, latency, n=1200, threshold=200),
        ObservedValue("cost", "eur_per_1000", at, 0.4, threshold=0.5),
        ObservedValue("errors", "api", at, 0.0, n=1200, threshold=0.05),
        ObservedValue("drift", "age", at - timedelta(days=2), 0.1, method="psi", threshold=0.2),
        ObservedValue("drift", "sex", at - timedelta(days=9), 0.1, method="psi"),
        ObservedValue("volume", "orders", at, 40, segment="IL"),
    ]
    keep_values(principal, initiative, values)


def test_every_day_is_told_as_it_was(owner: Principal) -> None:
    initiative: Initiative = owned(owner, criticality="critical")
    propose_target(owner, initiative, metric="model_age_days", comparator="<=", value=90)
    report(initiative, "good", GOOD, ended_at=timezone.now() - timedelta(days=89))
    moments = []

    def day() -> None:
        document = judged(initiative).document
        moments.append((timezone.now(), results(document), document["verdict"]))

    day()
    record_deployment(owner, initiative, environment="production", version="1", commit=COMMIT)
    day()
    observe(owner, initiative, timezone.now() - timedelta(minutes=2), 180)
    day()
    observe(owner, initiative, timezone.now() - timedelta(minutes=1), 240)
    day()
    report(initiative, "good", GOOD, ended_at=timezone.now() - timedelta(days=91))
    day()
    assert [each[1] for each in moments] == [
        ("pass", "missing", "missing", "missing", "missing"),
        ("pass", "missing", "missing", "missing", "pass"),
        ("pass", "pass", "pass", "pass", "pass"),
        ("pass", "pass", "fail", "pass", "pass"),
        ("pass", "pass", "fail", "pass", "stale"),
    ]
    assert moments[3][2] == "not_ready"
    for at, then, verdict in moments:
        document = readiness_document(initiative, at)
        assert (results(document), document["verdict"]) == (then, verdict)


def test_what_a_judgement_reads_of_observations(owner: Principal) -> None:
    initiative = owned(owner)
    bare = grounds_of(initiative).observed
    assert (bare.figures, bare.oldest, bare.newest, bare.probed_at, bare.owned) == ((), {}, None, None, True)
    at = timezone.now().replace(microsecond=0) - timedelta(minutes=2)
    observe(owner, initiative, at, 180)
    for place, asked in (("production", at), ("staging", timezone.now())):
        EndpointProbe.objects.create(initiative=initiative, environment=place, due_at=at, last_at=asked)
    seen = grounds_of(initiative).observed
    assert [(each.seen.kind, each.value, each.n, each.threshold) for each in seen.figures] == [
        ("cost", 0.4, None, 0.5),
        ("errors", 0.0, 1200, 0.05),
        ("latency", 180, 1200, 200),
    ]
    # The drift of sex is older and comes without a threshold: it is not judged, so it does not age.
    assert {kind: (each.name, each.at) for kind, each in seen.oldest.items()} == {
        "drift": ("age", at - timedelta(days=2))
    }
    assert seen.newest is not None and seen.newest.at == at and seen.probed_at == at


@pytest.mark.parametrize(
    ("newest", "threshold", "aimed_at", "result"),
    [
        (180, 200, False, "insufficient"),
        (240, 200, False, "fail"),
        (240, None, True, "fail"),
        (180, None, True, "insufficient"),
    ],
)
def test_more_series_than_are_read_never_pass_and_the_one_beyond_is_read(
    owner: Principal, newest: float, threshold: float | None, aimed_at: bool, result: str
) -> None:
    initiative, at = owned(owner), timezone.now() - timedelta(hours=1)
    if aimed_at:
        propose_target(owner, initiative, metric="p95_ms", comparator="<=", value=200, slice="DE")
    report(initiative, "good", GOOD)
    alike = [
        ObservedValue("latency", "p50_ms", at, 90, segment=f"{place}", threshold=200) for place in range(MOST_FIGURES)
    ]
    last = ObservedValue("latency", "p95_ms", at + timedelta(minutes=1), newest, segment="DE", threshold=threshold)
    keep_values(owner, initiative, [*alike, ObservedValue("cost", "eur", at, 0.4, threshold=0.5), last])
    check = check_of(judged(initiative).document, "operations.latency_cost")
    assert check["result"] == result
    if result == "fail":
        assert check["reason"].startswith("latency of p95_ms in DE 240, agreed ≤ 200")
    else:
        assert check["reason"] == "too many to judge: 501 series of latency, of which 500 are looked at"
    seen = grounds_of(initiative).observed
    assert seen.series == {"latency": MOST_FIGURES + 1, "cost": 1} and len(seen.figures) == MOST_FIGURES + 1


def test_words_name_the_days_of_the_workspace(owner: Principal) -> None:
    initiative, zone = owned(owner), ZoneInfo("Europe/Berlin")
    owner.workspace.zone = initiative.workspace.zone = zone.key
    owner.workspace.save(update_fields=["zone"])
    report(initiative, "good", GOOD)
    record_deployment(owner, initiative, environment="production", version="1", commit=COMMIT)
    today = timezone.now().astimezone(zone).date()
    first, last = today - timedelta(days=40), today - timedelta(days=1)
    midnight = {each: datetime(each.year, each.month, each.day, tzinfo=zone) for each in (first, last)}
    values = [
        ObservedValue("latency", "p95_ms", midnight[first], 180, threshold=200),
        ObservedValue("cost", "eur_per_1000", midnight[last], 0.4, threshold=0.5),
        ObservedValue("volume", "orders", midnight[last], 40),
    ]
    keep_values(owner, initiative, values)
    document = judged(initiative).document
    check, seen = check_of(document, "operations.latency_cost"), check_of(document, "operations.monitoring")
    assert check["reason"] == f"latency of p95_ms was measured more than 30 days ago, on {first}"
    assert [each["label"] for each in check["evidence"]] == [
        f"cost of eur_per_1000 0.4, agreed ≤ 0.5, of {last}",
        f"latency of p95_ms 180, agreed ≤ 200, of {first}",
    ]
    assert seen["evidence"][0]["label"] == f"volume of orders, {last}"


def test_an_owner_who_left_owns_nothing(owner: Principal) -> None:
    initiative = owned(owner)
    person = owner.user
    assert person is not None
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not grounds_of(initiative).observed.owned
    User.objects.filter(pk=person.pk).update(is_active=True)
    assert grounds_of(initiative).observed.owned
    Member.objects.filter(user=person).delete()
    assert not grounds_of(initiative).observed.owned

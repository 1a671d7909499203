"""What webhooks are told of verdicts and alerts: each change once, nothing where nothing changed."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from kpis.models import AlertWatch, EventType, HookEvent
from kpis.services.alert_judging import judge_alerts
from kpis.services.alerts import watch_kpi
from kpis.services.hooks import create_hook
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.clock import database_now
from tests.factories import make_workspace
from tests.kpis.world import POOR, aimed, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(settings: Settings) -> Principal:
    settings.MLTRACK_URL = "https://ml.example.org"
    made = make_workspace()
    create_hook(made, name="all", url="https://hooks.example.org/x", events=EventType.values)
    return made


def test_another_verdict_is_told_once(owner: Principal) -> None:
    initiative = aimed(owner)
    assert judged(initiative).verdict == "unknown" and not HookEvent.objects.exists()
    report(initiative, "poor", POOR)
    kept = judged(initiative)
    judged(initiative)
    [event] = HookEvent.objects.all()
    assert event.type == "readiness.changed" and event.deliveries.get().state == "waiting"
    assert event.data == {
        "workspace": owner.workspace.key,
        "initiative": "CHURN",
        "before": "unknown",
        "after": "not_ready",
        "snapshot": kept.public_id,
        "url": f"https://ml.example.org/w/{owner.workspace.key}/initiatives/CHURN/",
    }


def test_an_alert_is_told_when_it_opens_and_when_it_closes(owner: Principal, settings: Settings) -> None:
    settings.MLTRACK_URL = ""
    kpi = create_kpi(owner, name="Churn", unit="%", direction="lower", period="day", owner=owner.user)
    alert = watch_kpi(owner, kpi, kind="threshold", side="above", value=10, margin=2)
    for value in (9, 11, 12, 8, 7):
        record_readings(kpi, [{"time": database_now(), "value": value}])
        judge_alerts(kpi.pk)
        AlertWatch.objects.update(due_at=database_now())
        judge_alerts(kpi.pk)
    about = {
        "workspace": owner.workspace.key,
        "kpi": kpi.key,
        "alert": alert.public_id,
        "kind": "threshold",
        "url": None,
    }
    assert [(each.type, each.data) for each in HookEvent.objects.order_by("pk")] == [
        ("alert.opened", {**about, "words": "It is at 11\u202f%, above 10\u202f%."}),
        ("alert.closed", {**about, "words": "It is at 8\u202f%, not above 10\u202f%."}),
    ]

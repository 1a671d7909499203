"""What deployments and rollbacks do to readiness, and that each day's answer can be asked for again."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from kpis.selectors.dashboard_page import dashboard_page
from kpis.selectors.portfolio import portfolio
from kpis.selectors.snapshots import readiness_document
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.deployments import record_deployment
from projects.services.rollbacks import promote_deployment, record_rehearsal, roll_back
from tests.factories import make_workspace
from tests.kpis.views.kpi_world import get
from tests.kpis.world import COMMIT, GOOD, POOR, aimed, check_of, judged, report

pytestmark = pytest.mark.django_db
CHECKS = ("delivery.containerised", "delivery.canary", "delivery.rollback")


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def results(document: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(check_of(document, check)["result"]) for check in CHECKS)


def test_every_day_is_told_as_it_was(owner: Principal) -> None:
    initiative: Initiative = aimed(owner, criticality="critical")
    report(initiative, "good", GOOD)
    moments = []

    def day() -> None:
        document = judged(initiative).document
        moments.append((timezone.now(), results(document), document["verdict"]))

    day()
    here: dict[str, Any] = {"environment": "production", "commit": COMMIT}
    record_deployment(owner, initiative, version="1", environment="production")
    canary, _ = record_deployment(owner, initiative, version="2", state="canary", image_digest="sha256:9f2c", **here)
    day()
    live, _ = promote_deployment(owner, canary)
    record_rehearsal(owner, initiative, environment="production", seconds=40)
    day()
    roll_back(owner, live, seconds=30)
    day()
    assert [each[1] for each in moments] == [
        ("missing", "missing", "missing"),
        ("pass", "pass", "missing"),
        ("pass", "pass", "pass"),
        ("pass", "pass", "pass"),
    ]
    for at, then, verdict in moments:
        document = readiness_document(initiative, at)
        assert (results(document), document["verdict"]) == (then, verdict)
    assert (
        check_of(readiness_document(initiative), "delivery.rollback")["observed"]
        == "2 → 1 in production, took 30 seconds"
    )


def test_a_live_model_that_breaks_a_required_check_is_told(owner: Principal) -> None:
    initiative = aimed(owner)
    report(initiative, "poor", POOR)
    assert judged(initiative).document["live_not_ready"] is False
    record_deployment(owner, initiative, environment="production", version="1", commit=COMMIT)
    kept = judged(initiative)
    assert (kept.document["verdict"], kept.document["live_not_ready"]) == ("not_ready", True)
    assert kept.summary["live_not_ready"] is True
    (row,) = portfolio(owner).rows
    assert row.live_not_ready
    page = get(owner, f"/w/{owner.workspace.key}/").content.decode()
    assert "in production, no longer ready" in page
    assert [each.initiative.key for each in portfolio(owner, "is:no-longer-ready").rows] == [initiative.key]
    for key in ("leadership", "portfolio-health"):
        assert lost(owner, key) == [(initiative.key, kept.summary["blocked_by"])] != [(initiative.key, "")]
    page = get(owner, f"/w/{owner.workspace.key}/initiatives/{initiative.key}/").content.decode()
    assert "in production, no longer ready" in page
    report(initiative, "poor", GOOD)
    assert judged(initiative).document["live_not_ready"] is False
    assert (lost(owner, "leadership"), portfolio(owner, "is:no-longer-ready").rows) == ([], ())
    assert [each.initiative.key for each in portfolio(owner, "-is:no-longer-ready").rows] == [initiative.key]


def lost(owner: Principal, key: str) -> list[tuple[str, str]]:
    """Return who is in production and no longer ready by a dashboard, with what stands in the way."""
    found = [each for each in dashboard_page(owner, key, {}).panels if each.title == "In production, no longer ready"]
    return [(row.key, row.in_the_way) for panel in found for row in panel.data.rows]

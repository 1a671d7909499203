"""A live model that breaks a required check opens a finding with the checks, and closes it when it is ready again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from kpis.models import CauseEpisode, Notice
from kpis.selectors.judgement import gather_inputs
from kpis.services.causes import tell_causes
from kpis.services.readiness_findings import keep_readiness_finding
from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative
from projects.services.deployments import record_deployment
from projects.services.finding_tasks import open_finding_task
from tests.factories import make_workspace
from tests.kpis.world import COMMIT, GOOD, POOR, aimed, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def live(owner: Principal) -> Initiative:
    """A poor model that is live."""
    initiative = aimed(owner)
    Initiative.objects.filter(pk=initiative.pk).update(owner=owner.user)
    report(initiative, "poor", POOR)
    judged(initiative)
    assert not Finding.objects.exists(), "nothing is live yet"
    record_deployment(owner, initiative, environment="production", version="1", commit=COMMIT)
    return initiative


def test_it_opens_with_its_checks_and_stays_while_nobody_can_tell(live: Initiative) -> None:
    for _ in range(2):
        document = judged(live).document
    found = Finding.objects.get()
    failing = [each["check"] for each in document["blockers"] if each["result"] == "fail"]
    assert [each["id"] for each in found.evidence["checks"]] == failing != []
    assert (found.kind, found.severity, found.cause) == ("readiness", "critical", f"readiness:{live.key}")
    assert found.evidence["checks"][0]["title"] in found.words and "no longer ready" in found.words
    assert Notice.objects.get().cause == CauseEpisode.objects.get()
    report(live, "poor", GOOD)
    document = judged(live).document
    found.refresh_from_db()
    assert (document["live_not_ready"], document["verdict"], found.closed_at) == (False, "unknown", None)


def test_it_ends_when_what_is_judged_is_not_live(owner: Principal, live: Initiative) -> None:
    judged(live)
    record_deployment(owner, live, environment="production", version="2", commit="f" * 40)
    judged(live)
    found = Finding.objects.get()
    assert found.closed_at is not None and found.closing_words == "What is judged does not run in production any more."


def test_it_closes_when_it_is_ready_again(live: Initiative) -> None:
    judged(live)
    readiness: Any = SimpleNamespace(candidate=SimpleNamespace(deployed=True), verdict="ready")
    assert keep_readiness_finding(live, readiness, timezone.now(), was_open=True)
    assert not keep_readiness_finding(live, readiness, timezone.now(), was_open=False)
    tell_causes(live, timezone.now())
    assert Finding.objects.get().closing_words == "What is in production is ready again."
    judged(live)
    assert Finding.objects.filter(closed_at=None).count() == 1, "it is still poor"
    assert Notice.objects.count() == 2


def test_its_task_stands_in_no_way(owner: Principal, live: Initiative) -> None:
    judged(live)
    before = gather_inputs(live, now=judged(live).at)
    open_finding_task(owner, Finding.objects.get())
    after = gather_inputs(live, now=judged(live).at)
    assert after.tasks == before.tasks

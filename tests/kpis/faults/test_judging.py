"""Workers that die while they judge: what was due is judged afterwards, once, and the answer is that of no death."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from kpis.models import ReadinessSnapshot
from kpis.services.snapshots import MOST_ATTEMPTS
from mltrack.failpoints import NAMES
from projects.models import Initiative, JudgeDue
from tests.factories import make_workspace
from tests.kpis.world import GOOD, aimed, judged, report
from tests.projects.faults.workers import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

JUDGING = [name for name in NAMES if name.startswith(("judge.", "sweep."))]
PROGRAM = """
import django
django.setup()
from kpis.services.snapshots import due_initiatives, judge_initiative
for initiative_id in due_initiatives():
    judge_initiative(initiative_id)
"""


def work(failpoint: str = "") -> int:
    """Sweep and judge in a process of its own, which may die at a failpoint; return its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment(MLTRACK_FAILPOINT=failpoint), cwd=ROOT, timeout=60, check=False
    )
    return done.returncode


def let_time_pass() -> None:
    """End claims and pauses."""
    JudgeDue.objects.update(not_before=Now() - timedelta(seconds=1))


@pytest.fixture
def initiative(transactional_db: None) -> Initiative:
    initiative = aimed(make_workspace())
    report(initiative, "good", GOOD)
    return initiative


def assert_judged_once(initiative: Initiative) -> None:
    """Compare what is kept with a judgement made now: the same document, kept once, and nothing left to do."""
    assert not JudgeDue.objects.exists()
    kept = ReadinessSnapshot.objects.get(initiative=initiative)
    assert (kept.is_latest, judged(initiative).pk) == (True, kept.pk)
    assert ReadinessSnapshot.objects.get(initiative=initiative).document == kept.document


@pytest.mark.parametrize("name", JUDGING)
def test_dying_at_each_step(initiative: Initiative, name: str) -> None:
    assert work(name) == 137
    let_time_pass()
    assert work() == 0
    assert_judged_once(initiative)


def test_an_initiative_that_kills_its_worker_stops_killing_and_holds_up_nobody(initiative: Initiative) -> None:
    deaths = 0
    while work("judge.after_gather") == 137:
        deaths += 1
        let_time_pass()
    assert deaths == MOST_ATTEMPTS
    other = aimed(make_workspace())
    assert work() == 0
    assert ReadinessSnapshot.objects.filter(initiative=other).count() == 1
    assert not ReadinessSnapshot.objects.filter(initiative=initiative).exists()
    report(initiative, "newer", GOOD)
    assert work() == 0
    assert_judged_once(initiative)

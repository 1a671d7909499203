"""Workers that die while they judge: what was due is judged afterwards, once, and the answer is that of no death."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import OperationalError
from django.db import connection as database
from django.db.models.functions import Now

from kpis.models import ReadinessSnapshot
from kpis.services.snapshots import MOST_ATTEMPTS, judge_initiative
from mltrack.failpoints import NAMES
from projects.models import Initiative, JudgeDue
from tests.databases import url_of
from tests.factories import make_workspace
from tests.kpis.world import GOOD, aimed, judged, report
from tests.projects.faults.workers import ROOT, environment
from tests.samples import sampled

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


def test_a_lock_that_somebody_holds_is_not_counted(initiative: Initiative) -> None:
    with closing(psycopg2.connect(url_of(str(database.settings_dict["NAME"])))) as other:
        other.cursor().execute("SELECT 1 FROM projects_initiative FOR UPDATE")
        with database.cursor() as cursor:
            cursor.execute("SET lock_timeout = 50")
        with pytest.raises(OperationalError, match="lock timeout"):
            judge_initiative(initiative.pk)
    assert JudgeDue.objects.get().attempts == 0
    judge_initiative(initiative.pk)
    assert_judged_once(initiative)


def test_a_statement_that_takes_too_long_is_counted(initiative: Initiative) -> None:
    with closing(psycopg2.connect(url_of(str(database.settings_dict["NAME"])))) as other:
        other.cursor().execute("SELECT 1 FROM projects_initiative FOR UPDATE")
        with database.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")
        assert judge_initiative(initiative.pk) is None
        with database.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
    assert JudgeDue.objects.get().attempts == 1


@pytest.mark.parametrize("name", sampled(JUDGING, keep=2))
def test_dying_at_each_step(initiative: Initiative, name: str) -> None:
    assert work(name) == 137
    let_time_pass()
    assert work() == 0
    assert_judged_once(initiative)


@pytest.mark.slow
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

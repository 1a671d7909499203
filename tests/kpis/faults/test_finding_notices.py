"""A worker that dies while it tells of findings: each owner is told once, and programs once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.utils import timezone

from kpis.models import CauseEpisode, EventType, HookEvent, Notice
from kpis.services.hooks import create_hook
from mltrack.failpoints import NAMES
from projects.models import Finding, JudgeDue
from projects.progress.faults import Fault
from projects.services.due import note_due
from projects.services.findings import keep_findings
from tests.factories import make_initiative, make_workspace
from tests.kpis.faults.test_judging import let_time_pass
from tests.projects.faults.workers import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
TOLD = [name for name in NAMES if name.startswith("tell.")]
PROGRAM = """
import django
django.setup()
from django.utils import timezone
from kpis.selectors.due_mails import due_notices
from kpis.services.alert_mails import send_notice
from kpis.services.snapshots import due_initiatives, judge_initiative
for initiative_id in due_initiatives():
    judge_initiative(initiative_id)
for notice_id in due_notices(timezone.now()):
    send_notice(notice_id)
"""


def work(box: object, failpoint: str = "") -> int:
    """Judge and mail in a process of its own, which may die at a failpoint; return its exit code."""
    env = environment(MLTRACK_FAILPOINT=failpoint, EMAIL_URL=f"filemail:///{box}")
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, timeout=60, check=False).returncode


@pytest.mark.parametrize("name", [*TOLD, "judge.before_commit"])
def test_what_broke_off_is_told_once(tmp_path: object, name: str) -> None:
    owner = make_workspace()
    create_hook(owner, name="all", url="https://hooks.example.org/x", events=[EventType.FINDING_OPENED.value])
    hit = [make_initiative(owner, key, owner=owner.user) for key in ("FIRST", "SECOND")]
    fault = Fault("endpoint:FIRST:production", "endpoint", "production", "", "critical", "It does not answer")
    keep_findings(hit[0], [(fault, [each.pk for each in hit])], (), timezone.now())
    note_due([each.pk for each in hit], "findings")
    assert work(tmp_path, name) == 137
    assert not Notice.objects.exists() and not CauseEpisode.objects.exists() and not HookEvent.objects.exists()
    for _ in range(3):
        let_time_pass()
        assert work(tmp_path) == 0
    assert not JudgeDue.objects.exists()
    assert (Notice.objects.count(), CauseEpisode.objects.count(), HookEvent.objects.count()) == (1, 1, 1)
    assert Finding.objects.filter(told__episode=CauseEpisode.objects.get()).count() == 2
    assert len(list(tmp_path.iterdir())) == 1  # type: ignore[attr-defined]

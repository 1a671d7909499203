"""A worker that dies while it mails: nobody gets the same mail twice, and what was not sent is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from kpis.models import UpdateReminder
from kpis.services.period_mails import GIVEN_UP, give_up_stuck
from mltrack.failpoints import NAMES
from projects.models import Initiative, UpdateRhythm
from projects.services.rhythms import set_rhythm
from tests.factories import make_initiative, make_workspace
from tests.projects.faults.workers import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

MAILS = [name for name in NAMES if name.startswith("mail.")]
PROGRAM = """
import django
django.setup()
from django.utils import timezone
from kpis.selectors.due_mails import due_reminders
from kpis.services.reminders import remind
for initiative_id in due_reminders(timezone.now()):
    remind(initiative_id)
"""


def work(box: Path, failpoint: str = "") -> int:
    """Remind whoever is to be reminded, in a process of its own, which may die at a failpoint; return its exit code."""
    url = f"filemail:///{box}"
    env = environment(MLTRACK_FAILPOINT=failpoint, EMAIL_URL=url, MLTRACK_PUBLIC_URL="https://ml.example.org")
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, timeout=60, check=False).returncode


@pytest.mark.parametrize("name", MAILS)
def test_a_reminder_that_breaks_off_is_never_sent_again(tmp_path: Path, name: str) -> None:
    owner, now = make_workspace(), timezone.now()
    for key in ("FIRST", "SECOND"):
        make_initiative(owner, key)
    set_rhythm(owner, None, every="weekly", weekday=now.weekday(), hour=now.hour, zone="UTC")
    UpdateRhythm.objects.update(since=now - timedelta(days=14))
    Initiative.objects.update(created_at=now - timedelta(days=14))
    assert work(tmp_path, name) == 137
    assert work(tmp_path) == work(tmp_path) == 0
    states = sorted(UpdateReminder.objects.values_list("state", flat=True))
    assert states == ["claimed", "sent"]
    assert len(list(tmp_path.iterdir())) == 1
    UpdateReminder.objects.update(claimed_at=now - GIVEN_UP - timedelta(seconds=1))
    assert give_up_stuck() == 1
    assert UpdateReminder.objects.get(state="not_sent").error

"""Workers whose clocks are hours off pull and judge as if they were right: the time is the database's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from projects.models import Connection, JudgeDue
from tests.projects.faults.workers import ROOT, assert_equals, environment, sync
from tests.projects.little_mlflow import LittleMLflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

HOURS = (-7, 7)
SWEEP = """
import django
django.setup()
from kpis.services.snapshots import due_initiatives, judge_initiative
print([judge_initiative(each) is not None for each in due_initiatives()])
"""


def skewed(hours: float) -> dict[str, str]:
    """Return what gives a process a clock that is so many hours ahead."""
    path = os.pathsep.join([str(Path(__file__).parent / "skewed"), str(ROOT)])
    return {"PYTHONPATH": path, "CLOCK_OFFSET": str(hours * 3600)}


def test_the_clock_is_really_wrong() -> None:
    program = "from datetime import datetime, UTC; print(datetime.now(UTC).timestamp())"
    told = subprocess.check_output([sys.executable, "-c", program], env=environment(**skewed(7)), cwd=ROOT, text=True)
    assert float(told) - timezone.now().timestamp() == pytest.approx(7 * 3600, abs=120)


@pytest.mark.parametrize("hours", HOURS)
def test_pull_and_judge(connection: Connection, mlflow: LittleMLflow, hours: float) -> None:
    code, output = sync(connection, **skewed(hours))
    assert code == 0, output
    assert_equals(connection, mlflow)
    connection.refresh_from_db()
    assert connection.last_ok is not None and connection.next_due is not None
    assert abs((connection.last_ok - timezone.now()).total_seconds()) < 120
    assert 0.8 * 3600 < (connection.next_due - timezone.now()).total_seconds() < 1.2 * 3600
    command = [sys.executable, "-c", SWEEP]
    told = subprocess.run(
        command, env=environment(**skewed(hours)), cwd=ROOT, text=True, capture_output=True, timeout=60, check=False
    )
    assert told.stdout == "[True]\n", told.stderr
    assert not JudgeDue.objects.exists()
    assert abs((ReadinessSnapshot.objects.get().at - timezone.now()).total_seconds()) < 120

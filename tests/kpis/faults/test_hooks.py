"""A worker that dies while it tells a webhook: what is told again has the same id, and nothing else is told twice."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from kpis.models import EventType, HookDelivery
from kpis.services.hook_due import GIVEN_UP, take_up_broken_off
from kpis.services.hook_events import announce
from kpis.services.hooks import create_hook
from mltrack.failpoints import NAMES
from tests.factories import make_workspace
from tests.projects.faults.workers import ROOT, environment
from tests.servers.hostile import HostileServer, raw

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

TELLINGS = [name for name in NAMES if name.startswith("hook.")]
PROGRAM = """
import django
django.setup()
from kpis.services.hook_due import take_up_broken_off, waiting_hooks
from kpis.services.hook_sending import send_hook
take_up_broken_off()
for hook_id in waiting_hooks():
    send_hook(hook_id)
"""


def work(failpoint: str = "") -> int:
    """Do what a sweep does, in a process of its own, which may die at a failpoint; return its exit code."""
    env = environment(MLTRACK_FAILPOINT=failpoint)
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, timeout=60, check=False).returncode


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if "send" in each else pytest.mark.slow) for each in TELLINGS]
)
def test_what_breaks_off_is_told_again_under_its_id(name: str) -> None:
    owner = make_workspace()
    with HostileServer(raw(200)) as receiver:
        _, secret = create_hook(owner, name="x", url=receiver.url, events=[EventType.ALERT_OPENED.value])
        first, second = (announce(owner.workspace, EventType.ALERT_OPENED, {"n": n}, str(n)) for n in range(2))
        assert first is not None and second is not None
        assert work(name) == 137
        before = [first.public_id] if name == "hook.after_send" else []
        assert [headers["webhook-id"] for _, _, headers, _ in receiver.seen] == before
        # Whether it arrived is unknown: until it counts as broken off nothing is told.
        assert work() == 0 and len(receiver.seen) == len(before)
        HookDelivery.objects.filter(state="sending").update(claimed_at=timezone.now() - GIVEN_UP * 2)
        assert work() == 0 and work() == 0
        told = [headers["webhook-id"] for _, _, headers, _ in receiver.seen]
        assert told == [*before, first.public_id, second.public_id]
        for _, _, headers, body in receiver.seen:
            Webhook(secret).verify(body, headers)
    assert set(HookDelivery.objects.values_list("state", flat=True)) == {"sent"} and take_up_broken_off() == 0

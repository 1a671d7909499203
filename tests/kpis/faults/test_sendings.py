"""A worker that dies while it sends a subscription: nobody gets the same one twice, wherever it dies."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from kpis.models import Subscription, SubscriptionDelivery
from kpis.services.period_mails import GIVEN_UP
from kpis.services.subscription_due import give_up_broken_off, plan_due, waiting_deliveries
from kpis.services.subscriptions import subscribe
from mltrack.failpoints import NAMES
from tests.factories import make_workspace
from tests.projects.faults.workers import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

SENDINGS = [name for name in NAMES if name.startswith("send.")]
PROGRAM = """
import django
django.setup()
from kpis.services.subscription_due import plan_due, waiting_deliveries
from kpis.services.subscription_sending import send_delivery
plan_due()
for delivery_id in waiting_deliveries():
    send_delivery(delivery_id)
"""


def work(box: Path, failpoint: str = "") -> int:
    """Send what is due, in a process of its own, which may die at a failpoint; return its exit code."""
    env = environment(MLTRACK_FAILPOINT=failpoint, EMAIL_URL=f"filemail:///{box}")
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, timeout=60, check=False).returncode


@pytest.mark.parametrize(
    ("name", "mails"), [pytest.param("send.after_claim", 1, marks=pytest.mark.slow), ("send.after_send", 2)]
)
def test_what_breaks_off_is_never_sent_again(tmp_path: Path, name: str, mails: int) -> None:
    owner, now = make_workspace(), timezone.now()
    for _ in range(2):
        subscribe(owner, kind="portfolio", weekdays=range(7), hour=now.hour, zone="UTC")
    Subscription.objects.update(next_at=now - timedelta(minutes=1))
    assert work(tmp_path, name) == 137
    assert work(tmp_path) == 0
    assert sorted(SubscriptionDelivery.objects.values_list("state", flat=True)) == ["sending", "sent"]
    assert len(list(tmp_path.iterdir())) == mails
    SubscriptionDelivery.objects.update(claimed_at=now - GIVEN_UP - timedelta(seconds=1))
    assert give_up_broken_off() == 1
    assert waiting_deliveries() == [] and plan_due() == 0

"""How labels stand is counted when labels or quotas change, and reaches the judgement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from kpis.models import LabelStanding
from kpis.services.label_standings import FRESH, keep_label_standing
from kpis.services.quotas import set_quota
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from projects.models import Initiative, RelabelSource
from projects.services.annotation_pushes import record_annotations
from projects.services.label_audits import close_audit, draw_audit
from projects.services.relabels import record_relabels
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import check_of, judged
from tests.projects.labeling_world import pushed

pytestmark = pytest.mark.django_db


def label(owner: Principal, initiative: Initiative, *names: str, second: str = "fraud") -> None:
    """Label each task by two people, the second of them with one class throughout."""
    items = [pushed(name, "one", "fraud") for name in names] + [pushed(name, "two", second) for name in names]
    record_annotations(owner, initiative, items, sent=b"[]")


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def test_without_labels_nothing_is_kept(initiative: Initiative) -> None:
    keep_label_standing(initiative, timezone.now())
    assert not LabelStanding.objects.exists()


def test_labels_and_quotas_are_judged(owner: Principal, initiative: Initiative) -> None:
    label(owner, initiative, "t1", "t2", "t3")
    label(owner, initiative, "t4", "t5", second="other")
    set_quota(owner, initiative, **{"class": "fraud", "wanted": 4})
    propose_target(owner, initiative, metric="label_agreement", comparator=">=", value=0.99)
    document = judged(initiative).document
    enough = check_of(document, "labels.enough")
    assert (enough["result"], enough["n"], enough["reason"]) == ("fail", 5, "fraud has 3 of 4")
    assert enough["evidence"][0]["url"].endswith(f"/initiatives/{initiative.key}/labeling/")
    agreed = check_of(document, "labels.agreement")
    assert (agreed["result"], agreed["n"]) == ("fail", 5)
    # By hand: 8 labels of fraud and 2 of other; 2 of 5 pairs differ. 1 - 9 * 4 / (2 * 8 * 2) < 0.
    assert agreed["observed"] == pytest.approx(-0.125)


def test_an_audit_is_judged_and_lets_quotas_be_met(owner: Principal, initiative: Initiative) -> None:
    label(owner, initiative, *(f"t{each}" for each in range(200)))
    set_quota(owner, initiative, **{"class": "fraud", "wanted": 150})
    propose_target(owner, initiative, metric="label_error_rate", comparator="<=", value=0.02)
    assert check_of(judged(initiative).document, "labels.enough")["result"] == "insufficient"
    audit, _ = draw_audit(owner, initiative, n=150)
    relabels = [{"task": each.external_id, "label": "fraud"} for each in audit.tasks.all()]
    record_relabels(owner, audit, relabels, source=RelabelSource.API)
    close_audit(owner, audit)
    document = judged(initiative).document
    found = check_of(document, "labels.audit")
    # 149 clean labels show at most 2 % at 95 % (docs/labeling-statistics.md); here it is 150.
    assert (found["result"], found["n"], found["observed"]) == ("pass", 150, 0.0)
    assert found["evidence"][0]["url"].endswith(f"/labeling/audits/{audit.public_id}/")
    assert check_of(document, "labels.enough")["result"] == "pass"
    label(owner, initiative, *(f"new {each}" for each in range(30)))
    assert check_of(judged(initiative).document, "labels.audit")["result"] == "stale"


def test_it_is_counted_again_only_when_something_changed(owner: Principal, initiative: Initiative) -> None:
    label(owner, initiative, "t1")
    now = timezone.now()
    keep_label_standing(initiative, now)
    keep_label_standing(initiative, now + timedelta(hours=1))
    assert LabelStanding.objects.get().at == now
    changes: tuple[Callable[[], object], ...] = (
        lambda: label(owner, initiative, "t1", second="other"),
        lambda: set_quota(owner, initiative, **{"class": "fraud", "wanted": 4}),
        lambda: set_quota(owner, initiative, **{"class": "fraud", "wanted": 0, "reason": "not needed"}),
    )
    for hours, change in enumerate(changes, start=2):
        change()
        keep_label_standing(initiative, now + timedelta(hours=hours))
        assert LabelStanding.objects.get().at == now + timedelta(hours=hours)


def test_what_stays_true_is_told_anew_after_a_month(owner: Principal, initiative: Initiative) -> None:
    label(owner, initiative, "t1")
    now = timezone.now()
    keep_label_standing(initiative, now)
    keep_label_standing(initiative, now + FRESH)
    assert LabelStanding.objects.get().at == now + FRESH

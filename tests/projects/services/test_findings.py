"""Findings: one open per cause, closed once, acknowledged and explained by people of their workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Finding, Initiative, JudgeDue
from projects.progress.faults import Fault
from projects.services.findings import acknowledge_finding, explain_finding, keep_fault, keep_findings
from tests.factories import EPOCH, make_initiative, make_workspace

FAULT = Fault("silent:CHURN:refills:IL", "silent", "refills", "IL", "critical", "nothing arrived", {"observed": 0})
LATER = EPOCH + timedelta(days=1)


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    return make_initiative(owner)


def test_a_fault_is_one_open_finding_until_it_is_gone(churn: Initiative) -> None:
    for now in (EPOCH, LATER):
        keep_findings(churn, [(FAULT, [churn.pk])], set(), now)
    found = Finding.objects.get()
    assert (found.opened_at, found.last_seen_at, found.evidence) == (EPOCH, LATER, {"observed": 0})
    keep_findings(churn, [], {FAULT.cause}, LATER)
    assert Finding.objects.filter(closed_at=None).exists()
    keep_findings(churn, [], set(), LATER)
    assert Finding.objects.get().closing_words == "refills IL arrives again."
    keep_findings(churn, [(FAULT, [churn.pk])], set(), LATER)
    assert Finding.objects.count() == 2


@pytest.mark.parametrize("kind", ["drift", "silent"])
def test_what_is_seen_again_says_what_is_wrong_now_but_for_a_silence(churn: Initiative, kind: str) -> None:
    first = Fault(f"{kind}:CHURN:age:", kind, "age", "", "warning", "0.3 of 0.1", {"observed": 0.3})
    worse = replace(first, severity="critical", words="0.9 of 0.1", evidence={"observed": 0.9})
    for now, fault in ((EPOCH, first), (LATER, worse)):
        keep_findings(churn, [(fault, [churn.pk])], set(), now)
    found = Finding.objects.get()
    # A silence is held against what was expected when it began.
    stands = first if kind == "silent" else worse
    assert (found.severity, found.words, found.evidence) == (stands.severity, stands.words, stands.evidence)
    assert (found.opened_at, found.last_seen_at) == (EPOCH, LATER)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_who_see_a_fault_at_once_opens_it(churn: Initiative) -> None:
    said: dict[str, bool] = {}
    fault = Fault("endpoint:CHURN:production", "endpoint", "production", "", "critical", "It does not answer")

    def other() -> None:
        said["other"] = keep_fault(churn, fault.cause, fault, EPOCH)
        connection.close()

    def beside(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "other" not in said:
            thread = Thread(target=other)
            thread.start()
            thread.join(timeout=30)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(beside):
        said["one"] = keep_fault(churn, fault.cause, fault, EPOCH)
    assert said == {"other": True, "one": False} and Finding.objects.count() == 1
    assert not keep_fault(churn, fault.cause, replace(fault, severity="warning"), LATER)
    assert Finding.objects.get().severity == "warning"


def test_others_that_are_hit_are_judged_anew_and_keep_their_own(owner: Principal, churn: Initiative) -> None:
    other = make_initiative(owner, "OTHER")
    keep_findings(other, [(FAULT, [other.pk])], set(), EPOCH)
    JudgeDue.objects.all().delete()
    keep_findings(churn, [(FAULT, [churn.pk, other.pk])], set(), EPOCH)
    assert Finding.objects.filter(initiative=other).get().observed_in == other
    keep_findings(churn, [], set(), LATER)
    assert Finding.objects.filter(closed_at=None).get().initiative == other


def test_the_database_refuses_a_second_open_one(churn: Initiative) -> None:
    keep_findings(churn, [(FAULT, [churn.pk])], set(), EPOCH)
    found = Finding.objects.get()
    found.pk, found.public_id = None, "fnd_other"
    with pytest.raises(IntegrityError, match="finding_open_once"), transaction.atomic():
        found.save(force_insert=True)


def test_people_acknowledge_and_explain(owner: Principal, churn: Initiative) -> None:
    keep_findings(churn, [(FAULT, [churn.pk])], set(), EPOCH)
    found = acknowledge_finding(owner, Finding.objects.get())
    again = acknowledge_finding(owner, found)
    assert again.acknowledged_at == found.acknowledged_at and again.acknowledged_by == owner.user
    assert explain_finding(owner, found, " A holiday. ").explanation == "A holiday."
    assert AuditEvent.objects.filter(object_kind="finding").count() == 2
    for text in ("", "x" * 1001):
        with pytest.raises(ValidationError, match=r"why it happened|1,000"):
            explain_finding(owner, found, text)
    keep_findings(churn, [], set(), LATER)
    with pytest.raises(ValidationError, match="closed"):
        acknowledge_finding(owner, found)

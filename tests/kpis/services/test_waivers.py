"""People's words and permitted failures: given, ended, confirmed by somebody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kpis.models import Waiver
from kpis.selectors.attestations import attestations_of, waivers_of
from kpis.services.attestations import attest, revoke_attestation
from kpis.services.baselines import state_baseline
from kpis.services.targets import propose_target
from kpis.services.waivers import approve_waiver, reject_waiver, request_waiver, revoke_waiver
from mltrack.accounts.access import Principal
from projects.models import Initiative, JudgeDue
from tests.factories import make_member, make_stranger, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, check_of, in_days, judged, report

pytestmark = pytest.mark.django_db
CHECK = "operations.owner"
LINK = "https://wiki.example/runbook"


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return aimed(owner)


@pytest.fixture
def approver(owner: Principal) -> Principal:
    return make_member(owner.workspace, "viewer", is_approver=True)


def test_a_word_passes_a_check_by_half(owner: Principal, initiative: Initiative) -> None:
    word = attest(owner, initiative, check=f" {CHECK} ", link=LINK, note="team A, week by week")
    check = check_of(judged(initiative).document, CHECK)
    assert (check["result"], check["evidence_kind"]) == ("pass", "attested")
    assert check["evidence"][0]["url"] == LINK
    assert word.expires_at > in_days(20)


def test_a_word_taken_back_passes_nothing(owner: Principal, initiative: Initiative) -> None:
    word = revoke_attestation(owner, attest(owner, initiative, check=CHECK, link=LINK))
    assert check_of(judged(initiative).document, CHECK)["result"] == "missing"
    with pytest.raises(ValidationError, match="before"):
        revoke_attestation(owner, word)
    assert attestations_of(initiative) == [word]


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({"check": "operations.unheard"}, "check"),
        ({"check": "model.accuracy"}, "check"),
        ({"check": "fairness.group_errors"}, "check"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": ""}, "link"),
        ({"expires": date(2020, 1, 1)}, "expires"),
        ({"expires": "2199-01-01"}, "expires"),
        ({"expires": "2027-01-01T00:00:00"}, "expires"),
    ],
)
def test_a_wrong_word_is_refused(owner: Principal, initiative: Initiative, given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        attest(owner, initiative, **{"check": CHECK, "link": LINK, **given})
    assert list(error.value.message_dict) == [wrong]


def ask(owner: Principal, initiative: Initiative, **given: Any) -> Waiver:
    return request_waiver(
        owner, initiative, **{"check": "model.accuracy", "reason": "pilot only", "expires": in_days(30), **given}
    )


def test_a_waiver_names_what_is_measured_now(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "poor", POOR)
    waiver = ask(owner, initiative)
    assert (waiver.measured, waiver.state) == (0.7, "proposed")
    assert check_of(judged(initiative).document, "model.accuracy")["result"] == "fail"


def test_an_approved_waiver_is_shown_and_is_no_pass(
    owner: Principal, approver: Principal, initiative: Initiative
) -> None:
    report(initiative, "poor", POOR)
    waiver = approve_waiver(approver, ask(owner, initiative))
    document = judged(initiative).document
    assert check_of(document, "model.accuracy")["result"] == "waived"
    assert [each["id"] for each in document["waivers"]] == [waiver.public_id]


def test_it_opens_again_when_the_value_gets_worse(
    owner: Principal, approver: Principal, initiative: Initiative
) -> None:
    run = report(initiative, "poor", POOR)
    approve_waiver(approver, ask(owner, initiative))
    run.metrics.filter(key="accuracy").update(value=0.6)
    assert check_of(judged(initiative).document, "model.accuracy")["result"] == "fail"


SEVERAL = {"recall": 0.7, "precision": 0.7}


@pytest.mark.parametrize(
    "later, result",
    [
        ({}, "waived"),
        ({"recall": 0.9, "precision": 0.6}, "waived"),
        ({"recall": 0.6}, "fail"),
        ({"recall": 0.75, "precision": 0.4}, "fail"),
    ],
)
def test_a_waiver_of_several_targets_names_how_far_they_missed(
    owner: Principal, approver: Principal, initiative: Initiative, later: dict[str, float], result: str
) -> None:
    for metric in SEVERAL:
        propose_target(owner, initiative, metric=metric, comparator=">=", value=0.8)
    run = report(initiative, "poor", {**POOR, **SEVERAL})
    waiver = approve_waiver(approver, ask(owner, initiative, check="model.other_targets"))
    assert waiver.measured == pytest.approx(0.25)
    assert waiver.measured_text == "0 of 2 met"
    for key, value in later.items():
        run.metrics.filter(key=key).update(value=value)
    assert check_of(judged(initiative).document, "model.other_targets")["result"] == result


def test_a_waiver_of_one_bad_metric_does_not_cover_another(
    owner: Principal, approver: Principal, initiative: Initiative
) -> None:
    for metric in ("accuracy", "coverage"):
        state_baseline(owner, initiative, metric=metric, value=0.8, note="the most frequent class")
    run = report(initiative, "poor", {**GOOD, "accuracy": 0.7})
    approve_waiver(approver, ask(owner, initiative, check="model.better_than_baseline"))
    assert check_of(judged(initiative).document, "model.better_than_baseline")["result"] == "waived"
    run.metrics.filter(key="coverage").update(value=0.5)
    assert check_of(judged(initiative).document, "model.better_than_baseline")["result"] == "fail"


def test_the_requester_cannot_approve(owner: Principal, approver: Principal, initiative: Initiative) -> None:
    report(initiative, "poor", POOR)
    with pytest.raises(ValidationError, match="Somebody else"):
        approve_waiver(owner, ask(owner, initiative))


def test_self_approval_in_a_workspace_of_one_is_a_warning(owner: Principal, initiative: Initiative) -> None:
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    report(initiative, "poor", POOR)
    assert approve_waiver(owner, ask(owner, initiative)).self_approved
    assert "self_approved" in {each["kind"] for each in judged(initiative).document["warnings"]}


def test_the_database_refuses_a_silent_self_approval(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "poor", POOR)
    waiver = ask(owner, initiative)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(state="approved", approver=owner.user)


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({"check": "model.unheard"}, "check"),
        ({"reason": " "}, "reason"),
        ({"expires": in_days(-1)}, "expires"),
        ({"expires": in_days(400)}, "expires"),
        ({"expires": None}, "expires"),
    ],
)
def test_a_wrong_request_is_refused(
    owner: Principal, initiative: Initiative, given: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ValidationError) as error:
        ask(owner, initiative, **given)
    assert list(error.value.message_dict) == [wrong]


def test_what_passes_needs_no_waiver(owner: Principal, initiative: Initiative) -> None:
    attest(owner, initiative, check=CHECK, link=LINK)
    with pytest.raises(ValidationError, match="no waiver"):
        ask(owner, initiative, check=CHECK)


def test_states_follow_each_other(owner: Principal, approver: Principal, initiative: Initiative) -> None:
    rejected = reject_waiver(approver, ask(owner, initiative))
    assert rejected.state == "rejected"
    with pytest.raises(ValidationError, match="rejected"):
        approve_waiver(approver, rejected)
    revoked = revoke_waiver(owner, approve_waiver(approver, ask(owner, initiative)))
    assert revoked.state == "revoked"
    with pytest.raises(ValidationError):
        revoke_waiver(owner, revoked)
    assert [waiver.state for waiver in waivers_of(initiative)] == ["revoked", "rejected"]


def test_an_ended_request_is_not_approved(owner: Principal, approver: Principal, initiative: Initiative) -> None:
    waiver = ask(owner, initiative)
    Waiver.objects.update(expires_at=in_days(-1))
    with pytest.raises(ValidationError, match="ended"):
        approve_waiver(approver, waiver)


def test_a_stranger_decides_nothing(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(Waiver.DoesNotExist):
        approve_waiver(make_stranger(), ask(owner, initiative))


def test_each_deed_is_noted(owner: Principal, approver: Principal, initiative: Initiative) -> None:
    waiver = ask(owner, initiative)
    word = attest(owner, initiative, check=CHECK, link=LINK)
    for deed in (lambda: approve_waiver(approver, waiver), lambda: revoke_attestation(owner, word)):
        JudgeDue.objects.all().delete()
        deed()
        assert JudgeDue.objects.get().initiative == initiative

"""What waits for a second person, decided by REST: goals, targets, waivers and words, as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.models import KPI, Target
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative
from tests.api.people import Team, ok, pointers, refused
from tests.kpis.world import POOR, aimed, in_days, report

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/"
GOALS = "kpis/rate/goals/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    found = aimed(team.principal)
    report(found, "poor", POOR)
    return found


@pytest.fixture
def kpi(team: Team) -> KPI:
    found = create_kpi(team.principal, key="rate", name="Rate", direction="lower", baseline=9, target=5)
    record_readings(found, [{"time": "2026-01-01", "value": 8.0}], team.principal)
    return found


def proposed_goal(team: Team, target: float = 7.0) -> str:
    answer = team.manager.call("patch", "kpis/rate/", {"target": target, "reason": "A new market."})
    return str(ok(answer)["proposed"]["id"])


def proposed_target(team: Team) -> str:
    body = {"metric": "accuracy", "comparator": ">=", "value": 0.8, "reason": "Too dear."}
    made = ok(team.manager.call("post", URL + "targets/", body), 201)
    assert made["state"] == "proposed"
    return str(made["id"])


def asked_waiver(team: Team) -> str:
    body = {"check": "model.accuracy", "reason": "A pilot.", "expires": in_days(30).isoformat()}
    return str(ok(team.contributor.call("post", URL + "waivers/", body), 201)["id"])


def given_word(team: Team) -> str:
    body = {"check": "data.privacy", "link": "https://example.org/review"}
    return str(ok(team.contributor.call("post", URL + "attestations/", body), 201)["id"])


def audited() -> list[Any]:
    return list(AuditEvent.objects.order_by("-pk").values_list("action", "object_kind", "object_key")[:1])


def test_a_goal_is_approved_by_another_person(team: Team, kpi: KPI) -> None:
    goal = proposed_goal(team)
    refused(team.manager.call("post", f"{GOALS}{goal}/approve/"), 403)
    refused(team.stranger.call("post", f"{GOALS}{goal}/approve/"), 404)
    refused(team.approver.call("post", f"{GOALS}goa_none/approve/"), 404)
    told = ok(team.approver.call("post", f"{GOALS}{goal}/approve/"))
    assert (told["id"], told["state"], told["target"]) == (goal, "active", 7.0)
    assert (told["approver"], told["self_approved"]) == ("approver@example.org", False)
    shown = ok(team.viewer.call("get", "kpis/rate/"))
    assert (shown["target"], shown["proposed"]) == (7.0, None)
    assert pointers(refused(team.approver.call("post", f"{GOALS}{goal}/approve/"), 400)) == {"/goal"}


def test_a_goal_is_rejected_or_taken_back(team: Team, kpi: KPI) -> None:
    goal = proposed_goal(team)
    refused(team.manager.call("post", f"{GOALS}{goal}/reject/"), 403)
    assert ok(team.approver.call("post", f"{GOALS}{goal}/reject/"))["state"] == "rejected"
    again = proposed_goal(team, 6.5)
    refused(team.contributor.call("post", f"{GOALS}{again}/withdraw/"), 403)
    assert pointers(refused(team.admin.call("post", f"{GOALS}{again}/withdraw/"), 400)) == {"/author"}
    assert ok(team.manager.call("post", f"{GOALS}{again}/withdraw/"))["state"] == "rejected"
    assert audited() == [("reject", "goal", "rate")]
    assert ok(team.viewer.call("get", "kpis/rate/"))["target"] == 5.0


def test_nobody_approves_their_own_goal(team: Team, kpi: KPI) -> None:
    answer = ok(team.admin.call("patch", "kpis/rate/", {"target": 7.0, "reason": "A new market."}))
    path = f"{GOALS}{answer['proposed']['id']}/approve/"
    assert pointers(refused(team.admin.call("post", path), 400)) == {"/approver"}


def test_a_target_is_rejected_or_taken_back(team: Team, churn: Initiative) -> None:
    target = proposed_target(team)
    refused(team.manager.call("post", f"{URL}targets/{target}/reject/"), 403)
    told = ok(team.approver.call("post", f"{URL}targets/{target}/reject/"))
    assert (told["id"], told["state"], told["approver"]) == (target, "rejected", "approver@example.org")
    assert pointers(refused(team.approver.call("post", f"{URL}targets/{target}/reject/"), 400)) == {"/target"}
    again = proposed_target(team)
    assert pointers(refused(team.admin.call("post", f"{URL}targets/{again}/withdraw/", {}), 400)) == {"/author"}
    assert ok(team.manager.call("post", f"{URL}targets/{again}/withdraw/", {}))["state"] == "rejected"
    assert audited() == [("reject", "target", "CHURN")]


def test_withdrawing_a_target_that_was_measured_needs_a_reason_and_waits(team: Team, churn: Initiative) -> None:
    target = Target.objects.get(initiative=churn, metric="coverage").public_id
    path = f"{URL}targets/{target}/withdraw/"
    refused(team.contributor.call("post", path, {}), 403)
    refused(team.stranger.call("post", path, {}), 404)
    assert pointers(refused(team.manager.call("post", path, {}), 400)) == {"/reason"}
    assert pointers(refused(team.manager.call("post", path, {"why": "x"}), 400)) == {"/why"}
    told = ok(team.manager.call("post", path, {"reason": "People decide all cases."}))
    assert (told["state"], told["withdraws"], told["reason"]) == ("proposed", True, "People decide all cases.")
    assert ok(team.approver.call("post", f"{URL}targets/{told['id']}/approve/"))["state"] == "withdrawn"
    assert pointers(refused(team.manager.call("post", path, {"reason": "Again."}), 400)) == {"/target"}


def test_a_waiver_is_rejected_or_ended(team: Team, churn: Initiative) -> None:
    waiver = asked_waiver(team)
    refused(team.contributor.call("post", f"{URL}waivers/{waiver}/reject/"), 403)
    assert ok(team.approver.call("post", f"{URL}waivers/{waiver}/reject/"))["state"] == "rejected"
    assert pointers(refused(team.approver.call("post", f"{URL}waivers/{waiver}/reject/"), 400)) == {"/waiver"}
    again = asked_waiver(team)
    ok(team.approver.call("post", f"{URL}waivers/{again}/approve/"))
    refused(team.viewer.call("post", f"{URL}waivers/{again}/revoke/"), 403)
    assert ok(team.contributor.call("post", f"{URL}waivers/{again}/revoke/"))["state"] == "revoked"
    assert audited() == [("revoke", "waiver", "CHURN")]


def test_a_word_is_taken_back(team: Team, churn: Initiative) -> None:
    word = given_word(team)
    path = f"{URL}attestations/{word}/revoke/"
    refused(team.viewer.call("post", path), 403)
    refused(team.contributor.call("post", f"{URL}attestations/att_none/revoke/"), 404)
    told = ok(team.contributor.call("post", path))
    assert told["id"] == word and told["revoked_at"]
    assert pointers(refused(team.contributor.call("post", path), 400)) == {"/attestation"}
    assert audited() == [("revoke", "attestation", "CHURN")]


def test_only_a_manager_ends_what_others_gave(team: Team, churn: Initiative) -> None:
    waiver, word = asked_waiver(team), given_word(team)
    churn.waivers.update(requester=team.viewer.user)
    churn.attestations.update(author=team.viewer.user)
    for path in (f"{URL}waivers/{waiver}/revoke/", f"{URL}attestations/{word}/revoke/"):
        refused(team.contributor.call("post", path), 403, "forbidden")
        ok(team.manager.call("post", path))

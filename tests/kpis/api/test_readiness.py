"""Verdict, gate, portfolio, attestations and waivers by REST: the same answers as the pages'."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.api.shapes.readiness import GateOut, ReadinessOut, SectionOut, ToldCheckOut
from kpis.models import GateDecision, ReadinessSnapshot
from kpis.selectors.snapshots import readiness_document
from projects.models import Initiative
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.kpis.world import COMMIT, GOOD, POOR, aimed, check_of, in_days, judged, report

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/"
CONTRACT = {
    "initiative", "verdict", "warnings", "health", "score", "as_of", "policy_version", "sections", "blockers",
    "waivers", "forecast",
}  # fmt: skip
CHECK = {
    "id", "title", "result", "required", "observed", "expected", "n", "low", "high", "evidence", "reason",
    "age_seconds",
}  # fmt: skip


@pytest.fixture
def churn(team: Team) -> Initiative:
    initiative = aimed(team.principal)
    report(initiative, "good", GOOD)
    judged(initiative)
    return initiative


def ageless(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sections without the ages of their checks, which grow between two questions."""
    without = [{**section, "checks": [dict(check) for check in section["checks"]]} for section in document["sections"]]
    for check in (check for section in without for check in section["checks"]):
        del check["age_seconds"]
    return without


def test_readiness_is_the_kept_document(team: Team, churn: Initiative) -> None:
    told = ok(team.viewer.call("get", URL + "readiness/"))
    kept = readiness_document(churn)
    assert set(told) >= CONTRACT
    assert ageless(told) == ageless(kept) and told["verdict"] == kept["verdict"] == "unknown"
    assert told["as_of"] == kept["as_of"] and told["pending"] is True
    check = check_of(told, "model.accuracy")
    assert set(check) >= CHECK
    assert (check["result"], check["observed"], check["n"]) == ("pass", 0.95, 5000)


def test_all_that_is_told_is_declared(team: Team, churn: Initiative) -> None:
    told = ok(team.viewer.call("get", URL + "readiness/"))
    assert set(told) == set(ReadinessOut().fields)
    assert {name for section in told["sections"] for name in section} == set(SectionOut().fields)
    checks = [check for section in told["sections"] for check in section["checks"]]
    assert {name for check in checks for name in check} == set(ToldCheckOut().fields)
    assert check_of(told, "model.accuracy")["goal"] == {"comparator": ">=", "value": 0.9, "high": None}
    decided = ok(team.contributor.call("post", URL + "gate/", {"commit": COMMIT}))
    assert set(decided) == set(GateOut().fields)


def test_readiness_as_known_then(team: Team, churn: Initiative) -> None:
    ReadinessSnapshot.objects.update(at=timezone.now() - timedelta(days=2))
    report(churn, "good", POOR)
    judged(churn)
    now = ok(team.viewer.call("get", URL + "readiness/"))
    assert check_of(now, "model.accuracy")["result"] == "fail" and now["verdict"] == "not_ready"
    yesterday = (timezone.now() - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    then = ok(team.viewer.call("get", f"{URL}readiness/?as_of={yesterday}"))
    assert check_of(then, "model.accuracy")["result"] == "pass"
    before = ok(team.viewer.call("get", f"{URL}readiness/?as_of=2020-01-01T00:00:00Z"))
    assert (before["verdict"], before["sections"]) == ("unknown", [])
    assert pointers(refused(team.viewer.call("get", f"{URL}readiness/?as_of=2199-01-01T00:00:00Z"), 400)) == {"/as_of"}
    for wrong in ("as_of=2026-01-01T00:00:00", "as_of=yesterday", "at=2026-01-01T00:00:00Z"):
        refused(team.viewer.call("get", f"{URL}readiness/?{wrong}"), 400)


def test_one_that_was_not_judged_is_unknown(team: Team) -> None:
    make_initiative(team.principal)
    told = ok(team.viewer.call("get", URL + "readiness/"))
    assert (told["verdict"], told["health"], told["pending"]) == ("unknown", "no_data", True)


def test_the_gate_judges_what_is_committed_now(team: Team, churn: Initiative) -> None:
    answer = ok(team.contributor.call("post", URL + "gate/", {"commit": COMMIT, "ref": "refs/heads/main"}))
    assert answer["verdict"] == readiness_document(churn)["verdict"]
    assert answer["candidate"]["commit"] == COMMIT
    assert {each["id"] for each in answer["checks"]} >= {"model.accuracy", "model.coverage"}
    assert answer["reasons"] and answer["decision"] == GateDecision.objects.get().public_id
    assert GateDecision.objects.get().token == team.contributor.token
    ok(team.contributor.call("post", f"{URL}runs/", {"external_id": "good", "metrics": {"accuracy": 0.5}}))
    worse = ok(team.contributor.call("post", URL + "gate/", {"commit": COMMIT, "dry_run": True}))
    assert (worse["verdict"], worse["decision"]) == ("not_ready", None)
    assert GateDecision.objects.count() == 1


def test_a_repeated_question_keeps_one_decision(team: Team, churn: Initiative) -> None:
    first, again = (
        team.contributor.call("post", URL + "gate/", {"commit": COMMIT}, idempotency_key="job-1") for _ in range(2)
    )
    assert ok(first) == ok(again) and GateDecision.objects.count() == 1


def test_the_gate_says_what_it_does_not_know(team: Team, churn: Initiative) -> None:
    absent = ok(team.contributor.call("post", URL + "gate/", {"commit": "f" * 40}))
    assert (absent["verdict"], absent["candidate"]) == ("unknown", None)
    assert "no finished run of commit" in absent["reasons"][0]
    assert pointers(refused(team.contributor.call("post", URL + "gate/", {}), 400)) == {"/commit"}
    nobody = ok(team.contributor.call("post", URL + "gate/", {"evaluation": "evl_1", "dry_run": True}))
    assert (nobody["verdict"], nobody["reasons"][0]) == ("unknown", "There is no evaluation evl_1 here.")
    wrong = {"commit": COMMIT, "evaluation": 7, "surprise": "", "dry_run": "yes"}
    refusal = refused(team.contributor.call("post", URL + "gate/", wrong), 400)
    assert pointers(refusal) >= {"/surprise", "/dry_run"}


def test_who_may(team: Team, churn: Initiative) -> None:
    refused(team.viewer.call("post", URL + "gate/", {"commit": COMMIT}), 403)
    for method, path in (("get", "readiness/"), ("post", "gate/"), ("get", "waivers/"), ("post", "attestations/")):
        refused(team.stranger.call(method, URL + path, {} if method == "post" else None), 404)
    assert ok(team.stranger.call("get", "portfolio/"))["data"] == []


def test_the_portfolio_has_a_row_per_initiative(team: Team, churn: Initiative) -> None:
    make_initiative(team.principal, "ANOTHER", name="Other")
    rows = ok(team.viewer.call("get", "portfolio/"))["data"]
    assert [row["key"] for row in rows] == ["ANOTHER", "CHURN"]
    row = rows[1]
    assert (row["verdict"], row["accuracy"]["observed"], row["coverage"]["result"]) == ("unknown", 0.95, "pass")
    assert row["blocked_by"] and row["declared"] is None and row["kpi"] is None
    assert [row["key"] for row in ok(team.viewer.call("get", "portfolio/?q=accuracy:>90"))["data"]] == ["CHURN"]
    assert pointers(refused(team.viewer.call("get", "portfolio/?q=colour:red"), 400)) == {"/q"}
    first = ok(team.viewer.call("get", "portfolio/?limit=1"))
    second = ok(team.viewer.call("get", first["next"].partition("/api/v1/")[2]))
    assert [row["key"] for row in second["data"]] == ["CHURN"]


def test_verdict_and_gate_ask_as_often_whatever_the_history(team: Team, churn: Initiative) -> None:
    def counts() -> list[int]:
        found = []
        for method, path, body in (("get", "readiness/", None), ("post", "gate/", {"commit": COMMIT})):
            with CaptureQueriesContext(database) as queries:
                ok(team.contributor.call(method, URL + path, body))
            found.append(len(queries))
        return found

    counts()
    few = counts()
    for number in range(6):
        report(churn, f"run {number}", {**GOOD, "accuracy": 0.95 - number / 100})
        judged(churn)
    assert counts() == few
    assert few[0] <= 6


def test_the_portfolio_asks_as_often_however_long(team: Team, churn: Initiative) -> None:
    def count() -> int:
        with CaptureQueriesContext(database) as queries:
            ok(team.viewer.call("get", "portfolio/?limit=200"))
        return len(queries)

    count()
    few = count()
    for number in range(20):
        judged(make_initiative(team.principal, f"N{number}"))
    assert count() == few


def test_a_word_on_a_check(team: Team, churn: Initiative) -> None:
    body = {"check": "data.privacy", "link": "https://example.org/review", "note": "Seen."}
    made = ok(team.contributor.call("post", URL + "attestations/", body), 201)
    assert {name: made[name] for name in body} == body
    assert made["author"] == "contributor@example.org" and made["revoked_at"] is None
    assert ok(team.viewer.call("get", URL + "attestations/?check=data.privacy"))["data"] == [made]
    assert ok(team.viewer.call("get", URL + "attestations/?check=other"))["data"] == []
    judged(churn)
    check = check_of(ok(team.viewer.call("get", URL + "readiness/")), "data.privacy")
    assert (check["result"], check["evidence_kind"]) == ("pass", "attested")
    refused(team.viewer.call("post", URL + "attestations/", body), 403)
    wrong = {"check": "model.accuracy", "link": "javascript:alert(1)", "author": "me"}
    assert pointers(refused(team.contributor.call("post", URL + "attestations/", wrong), 400)) == {"/author"}
    del wrong["author"]
    assert pointers(refused(team.contributor.call("post", URL + "attestations/", wrong), 400)) == {"/check", "/link"}


def test_a_waiver_needs_another_person(team: Team, churn: Initiative) -> None:
    report(churn, "good", POOR)
    body = {"check": "model.accuracy", "reason": "A pilot.", "expires": in_days(30).isoformat()}
    made = ok(team.contributor.call("post", URL + "waivers/", body), 201)
    assert (made["state"], made["value"], made["requester"]) == ("proposed", 0.7, "contributor@example.org")
    approve = f"{URL}waivers/{made['id']}/approve/"
    refused(team.manager.call("post", approve), 403)
    refused(team.stranger.call("post", approve), 404)
    refused(team.approver.call("post", f"{URL}waivers/wvr_none/approve/"), 404)
    approved = ok(team.approver.call("post", approve))
    assert (approved["state"], approved["approver"]) == ("approved", "approver@example.org")
    assert ok(team.viewer.call("get", URL + "waivers/?state=approved"))["data"] == [approved]
    judged(churn)
    told = ok(team.viewer.call("get", URL + "readiness/"))
    assert check_of(told, "model.accuracy")["result"] == "waived" and told["waivers"][0]["id"] == made["id"]
    passed = {**body, "check": "model.coverage", "expires": "2020-01-01T00:00:00Z", "x": 1}
    assert pointers(refused(team.contributor.call("post", URL + "waivers/", passed), 400)) == {"/x"}

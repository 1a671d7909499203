"""Every path × method × caller, against a table: a path that the table does not name fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kpis.models import Attestation, KpiNote, Waiver
from mltrack.accounts.models import ApiToken, Member
from mltrack.accounts.policy import ROLES, SCOPES
from tests.api.people import Team, refused
from tests.api.routes import METHODS, OPEN, filled, served
from tests.api.world import fill
from tests.mltrack.accounts.api.callers import Caller, caller

pytestmark = pytest.mark.django_db

READ = ("viewer", "read")
RUNS = ("contributor", "runs:write")
EVALUATIONS = ("contributor", "evaluations:write")
LABELS = ("contributor", "labels:write")
READINGS = ("contributor", "readings:write")
ATTEST = ("contributor", "initiatives:write")
INITIATIVES = ("manager", "initiatives:write")
TARGETS = ("manager", "targets:write")
CONNECTIONS = ("manager", "connections:write")
DEPLOYMENTS = ("contributor", "deployments:write")
TASKS = ("contributor", "tasks:write")
ADMIN = ("admin", "admin")
SPRINTS = ("manager", "tasks:write")
APPROVE = ("approver", "targets:write")
EXPECTED: dict[str, dict[str, tuple[str, str]]] = {
    "token/": {"GET": ("viewer", "")},
    "initiatives/": {"GET": READ, "POST": INITIATIVES},
    "initiatives/{key}/": {"GET": READ, "PATCH": INITIATIVES},
    "initiatives/{key}/stages/": {"GET": READ, "POST": INITIATIVES},
    "initiatives/{key}/updates/": {"GET": READ, "POST": ATTEST},
    "initiatives/{key}/runs/": {"GET": READ, "POST": RUNS},
    "initiatives/{key}/runs/batch/": {"POST": RUNS},
    "initiatives/{key}/runs/{run_id}/": {"GET": READ},
    "initiatives/{key}/model-versions/": {"GET": READ, "POST": RUNS},
    "initiatives/{key}/evaluations/": {"GET": READ, "POST": EVALUATIONS},
    "initiatives/{key}/evaluations/uploads/": {"POST": EVALUATIONS},
    "initiatives/{key}/evaluations/uploads/{upload_id}/": {"GET": READ, "PATCH": EVALUATIONS},
    "initiatives/{key}/datasets/": {"GET": READ, "POST": RUNS},
    "initiatives/{key}/datasets/dvc/": {"POST": RUNS},
    "initiatives/{key}/datasets/{dataset_id}/": {"GET": READ},
    "initiatives/{key}/datasets/{dataset_id}/overlaps/": {"POST": RUNS},
    "initiatives/{key}/datasets/{dataset_id}/splits/": {"POST": RUNS},
    "initiatives/{key}/datasets/{dataset_id}/diff/": {"GET": READ},
    "initiatives/{key}/labeling/": {"GET": READ, "POST": LABELS},
    "initiatives/{key}/labeling/datasets/": {"GET": READ, "POST": LABELS},
    "initiatives/{key}/labeling/summary/": {"GET": READ},
    "initiatives/{key}/labeling/learning-curve/": {"GET": READ},
    "initiatives/{key}/annotations/batch/": {"POST": LABELS},
    "initiatives/{key}/annotations/upload/": {"POST": LABELS},
    "initiatives/{key}/gold/": {"GET": READ, "POST": LABELS},
    "initiatives/{key}/labeling/annotators/": {"GET": ("labeling lead", "read")},
    "initiatives/{key}/quotas/": {"GET": READ, "POST": ("manager", "labels:write")},
    "initiatives/{key}/audits/": {"GET": READ, "POST": ("manager", "labels:write")},
    "initiatives/{key}/audits/{audit_id}/": {"GET": READ},
    "initiatives/{key}/audits/{audit_id}/tasks/": {"GET": READ},
    "initiatives/{key}/audits/{audit_id}/relabels/": {"POST": LABELS},
    "initiatives/{key}/audits/{audit_id}/relabels/tool/": {"POST": LABELS},
    "initiatives/{key}/audits/{audit_id}/close/": {"POST": ("manager", "labels:write")},
    "initiatives/{key}/audits/{audit_id}/discard/": {"POST": ("manager", "labels:write")},
    "initiatives/{key}/deployments/": {"GET": READ, "POST": DEPLOYMENTS},
    "initiatives/{key}/deployments/{deployment_id}/promote/": {"POST": DEPLOYMENTS},
    "initiatives/{key}/deployments/{deployment_id}/rollback/": {"POST": DEPLOYMENTS},
    "initiatives/{key}/deployments/{deployment_id}/probe/": {"GET": READ, "PUT": CONNECTIONS, "DELETE": CONNECTIONS},
    "initiatives/{key}/production/": {"GET": READ},
    "initiatives/{key}/rollbacks/": {"GET": READ, "POST": DEPLOYMENTS},
    "initiatives/{key}/observations/": {"GET": READ, "POST": READINGS},
    "initiatives/{key}/observations/batch/": {"POST": READINGS},
    "initiatives/{key}/observations/files/": {"POST": READINGS},
    "initiatives/{key}/observations/end/": {"POST": READINGS},
    "initiatives/{key}/observation-sources/": {"GET": READ, "POST": CONNECTIONS},
    "initiatives/{key}/observation-sources/preview/": {"POST": CONNECTIONS},
    "initiatives/{key}/observation-sources/{observing_id}/": {"GET": READ, "PATCH": CONNECTIONS, "DELETE": CONNECTIONS},
    "initiatives/{key}/observation-sources/{observing_id}/sync/": {"POST": CONNECTIONS},
    "initiatives/{key}/observation-sources/{observing_id}/back-fill/": {"POST": CONNECTIONS},
    "initiatives/{key}/drift/": {"POST": READINGS},
    "data-sources/": {"GET": READ, "POST": INITIATIVES},
    "data-sources/{source_key}/": {"GET": READ, "PATCH": INITIATIVES},
    "initiatives/{key}/findings/": {"GET": READ},
    "findings/": {"GET": READ},
    "findings/{finding_id}/": {"GET": READ, "PATCH": ATTEST},
    "findings/{finding_id}/mute/": {"PUT": ATTEST, "DELETE": ATTEST},
    "findings/{finding_id}/task/": {"POST": TASKS},
    "planned-stops/": {"GET": READ, "POST": INITIATIVES},
    "planned-stops/{stop_id}/withdraw/": {"POST": INITIATIVES},
    "initiatives/{key}/tasks/": {"GET": READ, "POST": TASKS},
    "initiatives/{key}/tasks/batch/": {"POST": TASKS},
    "initiatives/{key}/tasks/{task_key}/": {"GET": READ, "PATCH": TASKS, "DELETE": TASKS},
    "initiatives/{key}/tasks/{task_key}/restore/": {"POST": TASKS},
    "initiatives/{key}/checks/{check_id}/task/": {"POST": TASKS},
    "initiatives/{key}/selection/": {"GET": READ, "PUT": INITIATIVES},
    "initiatives/{key}/targets/": {"GET": READ, "POST": TARGETS},
    "initiatives/{key}/targets/{target_id}/approve/": {"POST": APPROVE},
    "initiatives/{key}/targets/{target_id}/reject/": {"POST": APPROVE},
    "initiatives/{key}/targets/{target_id}/withdraw/": {"POST": TARGETS},
    "initiatives/{key}/aliases/": {"GET": READ, "POST": TARGETS},
    "initiatives/{key}/baselines/": {"GET": READ, "POST": TARGETS},
    "initiatives/{key}/contributions/": {"GET": READ, "POST": INITIATIVES},
    "initiatives/{key}/contributions/{kpi}/bridge/": {"GET": READ, "PUT": INITIATIVES, "DELETE": INITIATIVES},
    "initiatives/{key}/results/": {"GET": READ, "POST": INITIATIVES},
    "initiatives/{key}/results/{result_id}/": {"GET": READ},
    "initiatives/{key}/experiments/": {"GET": READ, "POST": READINGS},
    "initiatives/{key}/costs/": {"GET": READ, "POST": INITIATIVES},
    "initiatives/{key}/costs/{cost_id}/": {"DELETE": INITIATIVES},
    "initiatives/{key}/decisions/": {"GET": READ, "POST": INITIATIVES},
    "kpis/{key}/results/": {"GET": READ},
    "initiatives/{key}/attempts/": {"GET": READ},
    "initiatives/{key}/stop-rule/": {"GET": READ, "PUT": INITIATIVES, "DELETE": INITIATIVES},
    "initiatives/{key}/evaluations/{evaluation_id}/": {"GET": READ},
    "initiatives/{key}/evaluations/{evaluation_id}/point/": {"GET": READ},
    "initiatives/{key}/forecast/": {"GET": READ},
    "initiatives/{key}/estimates/": {"GET": READ, "POST": ATTEST},
    "initiatives/{key}/estimates/{estimate_id}/withdraw/": {"POST": ATTEST},
    "initiatives/{key}/attestations/": {"GET": READ, "POST": ATTEST},
    "initiatives/{key}/attestations/{attestation_id}/revoke/": {"POST": ATTEST},
    "initiatives/{key}/waivers/": {"GET": READ, "POST": ATTEST},
    "initiatives/{key}/waivers/{waiver_id}/approve/": {"POST": APPROVE},
    "initiatives/{key}/waivers/{waiver_id}/reject/": {"POST": APPROVE},
    "initiatives/{key}/waivers/{waiver_id}/revoke/": {"POST": ATTEST},
    "initiatives/{key}/evaluations/{evaluation_id}/versus/": {"GET": READ},
    "initiatives/{key}/evaluations/{evaluation_id}/fairness/": {"GET": READ},
    "initiatives/{key}/evaluations/{evaluation_id}/cells/": {"GET": READ},
    "initiatives/{key}/readiness/": {"GET": READ},
    "initiatives/{key}/handover/": {"GET": READ},
    "initiatives/{key}/production/audit/": {"GET": READ},
    "initiatives/{key}/report/": {"GET": READ},
    "initiatives/{key}/gate/": {"POST": ("contributor", "gate")},
    "calendar/": {"GET": READ, "PATCH": ("admin", "admin")},
    "kpis/": {"GET": READ, "POST": INITIATIVES},
    "kpis/{key}/": {"GET": READ, "PATCH": INITIATIVES},
    "kpis/{key}/goals/{goal_id}/approve/": {"POST": APPROVE},
    "kpis/{key}/goals/{goal_id}/reject/": {"POST": APPROVE},
    "kpis/{key}/goals/{goal_id}/withdraw/": {"POST": INITIATIVES},
    "kpis/{key}/notes/": {"GET": READ, "POST": READINGS},
    "kpis/{key}/notes/{note_id}/": {
        "PATCH": READINGS,
        "DELETE": READINGS,
    },
    "kpis/{key}/alerts/": {"GET": READ, "POST": TARGETS},
    "kpis/{key}/alerts/{alert_id}/": {"PATCH": TARGETS, "DELETE": TARGETS},
    "dashboards/": {"GET": READ, "POST": INITIATIVES},
    "dashboards/{key}/": {"GET": READ, "PATCH": INITIATIVES, "DELETE": INITIATIVES},
    "dashboards/{key}/data/": {"GET": READ},
    "notices/": {"GET": READ},
    "notices/read/": {"POST": ATTEST},
    "notices/{notice_id}/": {"PATCH": ATTEST},
    "kpis/{key}/readings/": {"GET": READ, "POST": READINGS},
    "kpis/{key}/readings/batch/": {"POST": READINGS},
    "kpis/{key}/corrections/": {"GET": READ},
    "kpis/{key}/sources/": {"GET": READ, "POST": CONNECTIONS},
    "kpis/{key}/sources/preview/": {"POST": CONNECTIONS},
    "kpis/{key}/sources/{source_id}/": {"GET": READ, "PATCH": CONNECTIONS, "DELETE": CONNECTIONS},
    "kpis/{key}/sources/{source_id}/sync/": {"POST": CONNECTIONS},
    "kpis/{key}/sources/{source_id}/back-fill/": {"POST": CONNECTIONS},
    "connections/": {"GET": READ, "POST": CONNECTIONS},
    "connections/{connection_id}/": {"GET": READ, "PATCH": CONNECTIONS, "DELETE": CONNECTIONS},
    "connections/{connection_id}/sync/": {"POST": CONNECTIONS},
    "connections/{connection_id}/attempts/": {"GET": READ},
    "rhythm/": {"GET": READ, "PUT": INITIATIVES},
    "initiatives/{key}/rhythm/": {"GET": READ, "PUT": INITIATIVES, "DELETE": INITIATIVES},
    "calendars/": {"GET": READ, "POST": ATTEST},
    "calendars/{calendar_id}/": {"DELETE": ATTEST},
    "shares/": {"GET": READ, "POST": ATTEST},
    "shares/{share_id}/": {"GET": READ, "DELETE": ATTEST},
    "shares/{share_id}/openings/": {"GET": READ},
    "subscriptions/": {"GET": READ, "POST": ATTEST},
    "subscriptions/{subscription_id}/": {"GET": READ, "PATCH": ATTEST, "DELETE": ATTEST},
    "subscriptions/{subscription_id}/send/": {"POST": ATTEST},
    "subscriptions/{subscription_id}/deliveries/": {"GET": READ},
    "webhooks/": {"GET": ADMIN, "POST": ADMIN},
    "webhooks/{webhook_id}/": {"GET": ADMIN, "PATCH": ADMIN, "DELETE": ADMIN},
    "webhooks/{webhook_id}/rotate/": {"POST": ADMIN},
    "webhooks/{webhook_id}/test/": {"POST": ADMIN},
    "webhooks/{webhook_id}/deliveries/": {"GET": ADMIN},
    "webhooks/{webhook_id}/deliveries/{delivery_id}/replay/": {"POST": ADMIN},
    "sprints/": {"GET": READ, "POST": SPRINTS},
    "sprints/{sprint_id}/": {"GET": READ, "PATCH": SPRINTS, "DELETE": SPRINTS},
    "sprints/{sprint_id}/roll-over/": {"POST": SPRINTS},
    "forecasts/calibration/": {"GET": READ},
    "portfolio/funnel/": {"GET": READ},
    "portfolio/incidence/": {"GET": READ},
    "portfolio/stage-times/": {"GET": READ},
    "portfolio/effort/": {"GET": READ},
    "portfolio/warnings/": {"GET": READ},
    "labeling/overview/": {"GET": READ},
    "portfolio/": {"GET": READ},
}
KINDS = (
    "initiatives", "kpis", "run_id", "target_id", "goal_id", "attestation_id", "waiver_id", "audit_id", "connection_id",
    "evaluation_id", "upload_id", "kpi", "dataset_id", "task_key", "check_id", "sprint_id", "note_id", "alert_id",
    "dashboards", "calendar_id", "estimate_id", "result_id", "cost_id", "source_id", "share_id", "subscription_id",
    "notice_id", "deployment_id", "source_key", "stop_id", "webhook_id", "delivery_id", "finding_id",
    "observing_id",
)  # fmt: skip
OWN = (
    *("calendars/{calendar_id}/", "notices/{notice_id}/", "shares/{share_id}/", "shares/{share_id}/openings/"),
    *("subscriptions/{subscription_id}/", "subscriptions/{subscription_id}/send/"),
    "subscriptions/{subscription_id}/deliveries/",
)
"""What belongs to one person: here to the admin."""
CELLS = [(route, method, *asked) for route, methods in EXPECTED.items() for method, asked in methods.items()]


def test_the_table_is_the_urlconf() -> None:
    assert served() == {route: frozenset(methods) for route, methods in EXPECTED.items()}


@pytest.mark.parametrize("route", OPEN)
def test_the_description_is_open_and_only_read(route: str) -> None:
    assert Client().get(f"/api/v1/{route}").status_code == 200
    assert Client().post(f"/api/v1/{route}").status_code == 405


@pytest.fixture(autouse=True)
def no_limit(settings: Settings) -> None:
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000


def call(one: Caller | None, method: str, path: str) -> Any:
    """Return the answer and forget what it wrote."""
    body: dict[str, Any] | None = None if method in ("GET", "DELETE") else {}
    with transaction.atomic():
        if one is None:
            send = getattr(Client(raise_request_exception=False), method.lower())
            answer = send(f"/api/v1/{path}", data=body, content_type="application/json")
        else:
            answer = one.call(method, path, body)
        transaction.set_rollback(True)
    return answer


def is_let_in(answer: Any) -> bool:
    """Say whether a caller got as far as the body: it was taken, or refused for what it holds."""
    return answer.status_code in (200, 201, 202, 204, 400)


def gone(team: Team) -> dict[str, Caller | None]:
    """Return callers whose tokens have just stopped to work."""
    ended: dict[str, Caller] = {name: caller(team.admin.user, team.workspace) for name in ("revoked", "expired")}
    ApiToken.objects.filter(pk=ended["revoked"].token.pk).update(revoked_at=timezone.now())
    ApiToken.objects.filter(pk=ended["expired"].token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    for name in ("deactivated", "left"):
        user = type(team.admin.user).objects.create_user(f"{name}@example.org")
        member = Member.objects.create(workspace=team.workspace, user=user, role="admin", is_approver=True)
        ended[name] = caller(user, team.workspace)
        if name == "left":
            member.delete()
    type(team.admin.user).objects.filter(email="deactivated@example.org").update(is_active=False)
    return dict(ended)


def test_who_gets_in(team: Team) -> None:
    _, ids = fill(team.principal)
    # What a contributor may end is their own: others' words and waivers are a manager's to end.
    Attestation.objects.update(author=team.contributor.user)
    Waiver.objects.update(requester=team.contributor.user)
    KpiNote.objects.update(author=team.contributor.user)
    nobody = {"anonymous": None, **gone(team)}
    narrow = {scope: caller(team.admin.user, team.workspace, [scope]) for scope in SCOPES}
    others = {scope: caller(team.admin.user, team.workspace, list({*SCOPES} - {scope})) for scope in SCOPES}
    for route, method, least, scope in CELLS:
        path = filled(route, ids)
        _check_people(team, nobody, method, path, least, own=route in OWN)
        stranger = call(team.stranger, method, path)
        assert stranger.status_code == 404 if "{" in route else is_let_in(stranger), (method, path)
        if scope and least == "labeling lead":
            continue
        if scope:
            assert scope in refused(call(others[scope], method, path), 403, "forbidden")["detail"]
            assert is_let_in(call(narrow[scope], method, path)), (method, path)
            assert scope == "read" or refused(call(narrow["read"], method, path), 403)


def _check_people(
    team: Team, nobody: dict[str, Caller | None], method: str, path: str, least: str, *, own: bool
) -> None:
    """Whoever has the least role or a higher one is let in, the others are told 403, those without a token 401.

    What is the admin's `own` is not there for the others.
    """
    for name, one in nobody.items():
        assert call(one, method, path).status_code == 401, (name, method, path)
    ranks = {role: ROLES.index(role) for role in ROLES}
    flagged = {"approver": {"approver", "admin"}, "labeling lead": {"lead"}}
    let_in = flagged.get(least) or {role for role in ROLES if ranks[role] >= ranks[least]}
    for name in (*ROLES, "approver", "lead"):
        answer = call(getattr(team, name), method, path)
        if name in let_in or (name in ("approver", "lead") and least == "viewer"):
            known = answer.status_code == 404 if own and name != "admin" else is_let_in(answer)
            assert known, (name, method, path, answer.content)
        else:
            refused(answer, 403, "forbidden")


def test_other_methods_are_refused(team: Team) -> None:
    for route in EXPECTED:
        path = filled(route, dict.fromkeys(KINDS, "X"))
        for method in {*METHODS} - {*EXPECTED[route]}:
            assert team.admin.call(method, path, {} if method != "GET" else None).status_code == 405, (method, path)


def test_unknown_parameters_are_named(team: Team) -> None:
    _, ids = fill(team.principal)
    for route in (route for route, methods in EXPECTED.items() if "GET" in methods):
        one = team.admin if EXPECTED[route]["GET"] == ADMIN else team.lead
        problem = refused(one.call("get", filled(route, ids) + "?owner__password__startswith=a"), 400)
        assert [error["pointer"] for error in problem["errors"]] == ["/owner__password__startswith"]

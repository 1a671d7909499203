"""Two at the same moment: one of them wins, and nothing is done twice or by halves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from pytest_django import Settings

from kpis.models import KPI, Target
from kpis.services.kpis import create_kpi
from kpis.services.targets import approve_target, propose_target
from kpis.services.waivers import approve_waiver, reject_waiver, request_waiver
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Invitation, Member, User, Workspace
from mltrack.accounts.services.first_run import issue_code, redeem_code
from mltrack.accounts.services.members import (
    accept_invitation,
    edit_member,
    invite,
    remove_member,
    revoke_invitation,
)
from mltrack.accounts.services.workspaces import create_workspace
from projects.models import Connection, Initiative, MetricValue, Run
from projects.services import pull
from projects.services.connections import create_connection, delete_connection, edit_connection
from projects.services.initiatives import create_initiative
from projects.services.pages import record_page
from tests.api.people import Team, ok
from tests.factories import make_member, make_workspace
from tests.kpis.world import POOR, aimed, in_days, judged, report
from tests.projects.faults.workers import Gate
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer, as_json, raw
from tests.trust.attacks.together import refusals, together

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long enough password"


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


def members_of(owner: Principal) -> list[Member]:
    return list(Member.objects.filter(workspace=owner.workspace).order_by("pk"))


def test_two_admins_who_remove_each_other_leave_one(owner: Principal) -> None:
    other = make_member(owner.workspace, "admin")
    first, second = members_of(owner)
    brought = together(lambda: remove_member(owner, second), lambda: remove_member(other, first))
    assert refusals(brought, ValidationError) == 1
    assert [each.role for each in members_of(owner)] == ["admin"]


def test_two_admins_who_step_down_at_once_leave_one(owner: Principal) -> None:
    make_member(owner.workspace, "admin")
    first, second = members_of(owner)

    def step_down(member: Member) -> Callable[[], Any]:
        return lambda: edit_member(owner, member, role="viewer", is_approver=False)

    assert refusals(together(step_down(first), step_down(second)), ValidationError) == 1
    assert sorted(each.role for each in members_of(owner)) == ["admin", "viewer"]


def test_one_answer_to_a_waiver_counts(owner: Principal) -> None:
    initiative = aimed(owner, "CHURN")
    report(initiative, "run-1", POOR)
    judged(initiative)
    asker, second, third = (make_member(owner.workspace, "manager", is_approver=True) for _ in range(3))
    waiver = request_waiver(asker, initiative, check="model.accuracy", reason="A pilot.", expires=in_days(9))
    brought = together(lambda: approve_waiver(second, waiver), lambda: reject_waiver(third, waiver))
    assert refusals(brought, ValidationError) == 1
    said = AuditEvent.objects.filter(object_kind="waiver", action__in=["approve", "reject"])
    waiver.refresh_from_db()
    assert {"approve": "approved", "reject": "rejected"}[said.get().action] == waiver.state


def test_two_approvals_of_a_target_are_one(owner: Principal) -> None:
    initiative = aimed(owner, "CHURN")
    report(initiative, "run-1", POOR)
    waiting = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.5, reason="A pilot.")
    assert waiting.state == "proposed"
    second, third = (make_member(owner.workspace, "viewer", is_approver=True) for _ in range(2))
    brought = together(lambda: approve_target(second, waiting), lambda: approve_target(third, waiting))
    assert refusals(brought, ValidationError) == 1
    assert AuditEvent.objects.filter(object_kind="target", action="approve").count() == 1
    assert Target.objects.filter(metric="accuracy", state="active").get() == waiting


def test_versions_of_a_target_follow_one_another(owner: Principal) -> None:
    initiative = create_initiative(owner, key="CHURN", name="Churn")

    def propose(value: float) -> Callable[[], Any]:
        return lambda: propose_target(owner, initiative, metric="loss", comparator="<=", value=value)

    assert refusals(together(*(propose(number / 10) for number in range(1, 7))), ValidationError) == 0
    versions = Target.objects.filter(initiative=initiative, metric="loss")
    assert sorted(versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert versions.filter(state="active").get().number == 6


def test_a_name_is_given_once(owner: Principal) -> None:
    address = "http://mlflow.example.org"
    makers: list[tuple[Any, Callable[[], Any]]] = [
        (Initiative, lambda: create_initiative(owner, key="CHURN", name="Churn")),
        (KPI, lambda: create_kpi(owner, key="rate", name="Rate")),
        (Connection, lambda: create_connection(owner, kind="mlflow", name="Lab", base_url=address)),
        (Workspace, lambda: create_workspace(owner.user, name="Twice", key="twice")),  # type: ignore[arg-type]
    ]
    for model, make in makers:
        before = model.objects.count()
        assert refusals(together(make, make, make), ValidationError) == 2, model
        assert model.objects.count() == before + 1


def test_the_first_run_has_one_winner(transactional_db: None) -> None:
    code = issue_code()

    def begin(name: str) -> Callable[[], Any]:
        form = {"email": f"{name}@example.org", "password": PASSWORD, "name": name, "workspace_name": name}
        return lambda: redeem_code(code=code or "", **form)

    assert refusals(together(*map(begin, "abcd")), ValidationError) == 3
    assert (User.objects.count(), Workspace.objects.count()) == (1, 1)
    assert [Client().get("/first-run/").status_code, issue_code()] == [404, None]


def test_an_invitation_makes_one_member(owner: Principal) -> None:
    _, secret = invite(owner, email="new@example.org", role="contributor")
    deed = lambda: accept_invitation(secret, user=None, name="New", password=PASSWORD)  # noqa: E731
    assert refusals(together(deed, deed, deed), ValidationError) == 2
    assert Member.objects.filter(user__email="new@example.org").count() == 1
    assert AuditEvent.objects.filter(action="join").count() == 1


def test_an_invitation_is_accepted_or_revoked(owner: Principal) -> None:
    assert {accepted_or_revoked(owner, f"new{number}@example.org") for number in range(4)} <= {True, False}


def accepted_or_revoked(owner: Principal, email: str) -> bool:
    """Accept and revoke at once; return whether it was accepted, after looking that exactly one of them happened."""
    invitation, secret = invite(owner, email=email, role="contributor")
    together(
        lambda: accept_invitation(secret, user=None, name="New", password=PASSWORD),
        lambda: revoke_invitation(owner, invitation),
    )
    kept = Invitation.objects.get(pk=invitation.pk)
    accepted = kept.accepted_at is not None
    assert accepted is not (kept.revoked_at is not None)
    assert accepted is Member.objects.filter(user__email=email).exists()
    return accepted


@pytest.fixture
def team(transactional_db: None) -> Team:
    return Team()


def test_a_key_of_idempotency_does_one_deed(team: Team) -> None:
    ok(team.admin.call("post", "initiatives/", {"key": "CHURN", "name": "Churn"}), 201)
    body = {"external_id": "r1", "status": "finished", "metrics": {"accuracy": 0.9}}

    def post() -> Any:
        return team.admin.call("post", "initiatives/CHURN/runs/", body, Idempotency_Key="one")

    answers = together(*[post] * 5)
    assert {each.status_code for each in answers} <= {201, 409}
    done = [each for each in answers if each.status_code == 201]
    assert len([each for each in done if "Idempotency-Replayed" not in each.headers]) == 1
    assert len({each.content for each in done}) == 1 and Run.objects.count() == 1
    assert all("Retry-After" in each.headers for each in answers if each.status_code == 409)


def test_one_of_two_edits_of_a_version_is_kept(team: Team) -> None:
    made = team.admin.call("post", "initiatives/", {"key": "CHURN", "name": "Churn"})
    etag = made["ETag"]

    def patch(name: str) -> Callable[[], Any]:
        return lambda: team.admin.call("patch", "initiatives/CHURN/", {"name": name}, If_Match=etag)

    answers = together(*map(patch, ("one", "two", "three")))
    assert sorted(each.status_code for each in answers) == [200, 412, 412]
    kept = next(each.json()["name"] for each in answers if each.status_code == 200)
    assert Initiative.objects.get().name == kept


@pytest.fixture
def local(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def in_the_middle(connection: Connection, gate: Gate, deed: Callable[[], Any]) -> str:
    """Let the deed happen while a pull waits for its second page; return how the pull ended."""
    ended: list[str] = []

    def work() -> None:
        try:
            ended.append(str(pull.run(connection.pk, record_page)))
        except Exception as error:
            ended.append(repr(error))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        assert gate.reached.wait(60)
        deed()
        gate.opened.set()
        done.result(60)
    return ended[0]


def gated(mlflow: LittleMLflow) -> Gate:
    """Let the third search wait."""

    def answer(handler: Any) -> None:
        del mlflow.fail_search[mlflow.searches]
        mlflow.searches -= 1
        mlflow._search(handler)

    gate = Gate(answer)
    mlflow.fail_search[3] = gate
    return gate


def test_a_connection_deleted_in_a_pull_leaves_nothing(owner: Principal, local: None) -> None:
    mlflow = LittleMLflow(runs=[mlflow_run(number) for number in range(23)])
    gate = gated(mlflow)
    with mlflow.serve() as server:
        made = create_connection(owner, kind="mlflow", name="m", base_url=server.url, options={"page_size": 5})
        in_the_middle(made, gate, lambda: delete_connection(owner, made))
    assert (Connection.objects.count(), Run.objects.count(), MetricValue.objects.count()) == (0, 0, 0)


def test_a_secret_never_follows_a_connection_that_moves_in_a_pull(owner: Principal, local: None) -> None:
    mlflow = LittleMLflow(runs=[mlflow_run(number) for number in range(23)])
    gate = gated(mlflow)
    with mlflow.serve() as server, HostileServer(as_json({})) as elsewhere:
        given = {"base_url": server.url, "options": {"page_size": 5}, "secret": "canary-secret"}
        made = create_connection(owner, kind="mlflow", name="m", **given)  # type: ignore[arg-type]
        in_the_middle(made, gate, lambda: edit_connection(owner, made, {"base_url": elsewhere.url}))
        pull.run(made.pk, record_page)
        assert elsewhere.seen and "canary-secret" not in str(elsewhere.seen)
        assert all(headers["authorization"] == "Bearer canary-secret" for _, _, headers, _ in server.seen)
    made.refresh_from_db()
    assert made.sealed_secret == ""


def move_while_pulled(owner: Principal, name: str) -> str:
    """Move a connection at the moment of a pull; return all that the new server was sent."""
    with HostileServer(as_json({})) as server, HostileServer(raw(401)) as elsewhere:
        made = create_connection(owner, kind="mlflow", name=name, base_url=server.url, secret="canary-secret")
        changes = {"base_url": elsewhere.url}
        together(lambda: edit_connection(owner, made, changes), lambda: pull.run(made.pk, record_page))
        return str(elsewhere.seen)


def test_a_new_address_and_a_pull_at_once_mix_nothing(owner: Principal, local: None) -> None:
    assert all("canary-secret" not in move_while_pulled(owner, f"m{number}") for number in range(4))


def test_the_barrier_lets_deeds_meet() -> None:
    meeting = threading.Barrier(2)
    assert sorted(together(lambda: meeting.wait(10), lambda: meeting.wait(10))) == [0, 1]

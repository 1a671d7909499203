"""Connections: made, edited, deleted; their secrets never leave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.base import ConnectorError
from projects.models import Connection, JudgeDue, Run, RunLink, SelectionRule
from projects.models.secrets import unseal
from projects.services.connections import (
    create_connection,
    delete_connection,
    edit_connection,
    list_choices,
    probe,
)
from projects.services.selection import set_selection
from projects.services.versions import VersionConflict
from tests.factories import make_initiative, make_runs, make_stranger, make_workspace
from tests.projects.little_mlflow import LittleMLflow
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db

CANARY = "canary-secret-7f3a"


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def make(owner: Principal, **fields: Any) -> Connection:
    given = {"kind": "mlflow", "name": "mlflow", "base_url": "http://mlflow:5000/base", **fields}
    return create_connection(owner, **given)


def test_a_new_connection_is_due_and_sealed(owner: Principal) -> None:
    made = make(owner, secret=CANARY)
    assert made.next_due is not None
    assert made.next_due <= timezone.now()
    assert CANARY not in made.sealed_secret
    assert unseal(made.sealed_secret) == CANARY
    assert made.public_id.startswith("con_")


def test_no_secret_reaches_the_audit_trail(owner: Principal) -> None:
    made = make(owner, secret=CANARY)
    edit_connection(owner, made, {"secret": CANARY + "2", "name": "new"})
    delete_connection(owner, made)
    events = AuditEvent.objects.filter(object_kind="connection")
    assert [each.action for each in events.order_by("id")] == ["create", "edit", "delete"]
    told = json.dumps([[each.before, each.after, each.reason] for each in events])
    assert CANARY not in told
    assert '"secret": "set"' in told


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "gopher"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"base_url": "ftp://mlflow"}, "base_url"),
        ({"base_url": "mlflow:5000"}, "base_url"),
        ({"base_url": "http://user:pass@mlflow"}, "base_url"),
        ({"base_url": "http://mlflow/?x=1"}, "base_url"),
        ({"base_url": "http://[::1"}, "base_url"),
        ({"secret": 5}, "secret"),
        ({"options": {"unknown": 1}}, "options"),
        ({"options": {"experiment_ids": "1"}}, "options"),
        ({"options": {"ca_pem": "no certificate"}}, "options"),
        ({"options": {"username": 5}}, "options"),
        ({"options": {"timeout_seconds": 0}}, "options"),
        ({"options": {"timeout_seconds": True}}, "options"),
        ({"interval_seconds": 5}, "interval_seconds"),
        ({"interval_seconds": True}, "interval_seconds"),
    ],
)
def test_bad_fields_are_named(owner: Principal, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        make(owner, **fields)
    assert list(error.value.message_dict) == [wrong]
    assert not Connection.objects.exists()


def test_a_name_is_taken_once_per_workspace(owner: Principal) -> None:
    make(owner)
    with pytest.raises(ValidationError, match="named mlflow"):
        make(owner)
    assert make(make_stranger()).pk


def test_another_workspaces_initiative_is_refused(owner: Principal) -> None:
    with pytest.raises(ValidationError, match="this workspace"):
        make(owner, initiative=make_initiative(make_stranger()))


def test_the_chosen_experiments_count_for_the_initiative(owner: Principal) -> None:
    initiative, other = make_initiative(owner, "A"), make_initiative(owner, "B")
    made = make(owner, initiative=initiative, options={"experiment_ids": ["1"]})
    make_runs(made, 2)
    assert SelectionRule.objects.get().experiment_ids == ["1"]
    assert RunLink.objects.filter(initiative=initiative).count() == 2
    edit_connection(owner, made, {"options": {"experiment_ids": ["2"]}})
    assert RunLink.objects.count() == 0
    edit_connection(owner, made, {"options": {"experiment_ids": ["1", "2"]}, "initiative": other})
    assert set(RunLink.objects.values_list("initiative", flat=True)) == {other.pk}


def test_an_edit_leaves_the_rules_of_people_alone(owner: Principal) -> None:
    initiative = make_initiative(owner)
    options = {"experiment_ids": ["1"]}
    made = make(owner, initiative=initiative, options=options)
    rule = {"connection": made.public_id, "experiment_ids": ["1"], "alias": "champion"}
    set_selection(owner, initiative, [rule])
    edit_connection(owner, made, {"name": "new", "options": options, "initiative": initiative})
    edit_connection(owner, made, {"options": {"experiment_ids": ["2"]}})
    assert list(SelectionRule.objects.values_list("alias", flat=True)) == ["champion"]


def test_a_secret_whose_key_is_lost_is_asked_for_again(owner: Principal, settings: Settings) -> None:
    made = make(owner, secret=CANARY)
    settings.MLTRACK_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ValidationError, match="Type it again") as error:
        edit_connection(owner, made, {"options": {"page_size": 5}})
    assert list(error.value.message_dict) == ["secret"]
    edited = edit_connection(owner, made, {"options": {"page_size": 5}, "secret": "fresh"})
    assert unseal(edited.sealed_secret) == "fresh"


@pytest.mark.parametrize(
    "url", ["https://mlflow:5000/base", "http://other:5000/base", "http://mlflow:5001/base", "http://mlflow/base"]
)
def test_another_origin_clears_the_secret(owner: Principal, url: str) -> None:
    made = make(owner, secret=CANARY)
    edited = edit_connection(owner, made, {"base_url": url})
    assert edited.sealed_secret == ""


def test_a_new_secret_may_come_with_another_origin(owner: Principal) -> None:
    made = make(owner, secret=CANARY)
    edited = edit_connection(owner, made, {"base_url": "http://other:5000", "secret": "fresh"})
    assert unseal(edited.sealed_secret) == "fresh"


def test_another_path_keeps_the_secret_and_reads_anew(owner: Principal) -> None:
    made = make(owner, secret=CANARY)
    Connection.objects.update(cursor={"version": 1})
    edited = edit_connection(owner, made, {"base_url": "http://MLFLOW:5000/other"})
    assert unseal(edited.sealed_secret) == CANARY
    assert edited.cursor == {}


def test_an_edit_fences_and_starts_afresh(owner: Principal) -> None:
    made = make(owner)
    Connection.objects.update(lease_token=4, failures=3, attempts=2, paused=True, last_error_code="unauthorized")
    edited = edit_connection(owner, made, {"secret": "x", "paused": False}, expected_version=1)
    assert (edited.lease_token, edited.failures, edited.attempts, edited.version) == (5, 0, 0, 2)
    assert (edited.last_error_code, edited.paused) == ("", False)
    with pytest.raises(VersionConflict):
        edit_connection(owner, made, {"name": "late"}, expected_version=1)


def test_an_edit_with_a_bad_part_changes_nothing(owner: Principal) -> None:
    made = make(owner, secret=CANARY)
    with pytest.raises(ValidationError):
        edit_connection(owner, made, {"name": "new", "base_url": "nonsense"})
    with pytest.raises(ValidationError):
        edit_connection(owner, made, {"lease_token": 9})
    made.refresh_from_db()
    assert (made.name, unseal(made.sealed_secret)) == ("mlflow", CANARY)


def test_a_deleted_connection_takes_its_facts_along(owner: Principal) -> None:
    initiative = make_initiative(owner)
    made = make(owner, initiative=initiative)
    make_runs(made, 3)
    make_runs(initiative, 1)
    JudgeDue.objects.all().delete()
    delete_connection(owner, made)
    assert (Run.objects.count(), RunLink.objects.count(), Connection.objects.count()) == (1, 1, 0)
    assert JudgeDue.objects.filter(initiative=initiative).exists()


class TestAsking:
    """What a server says before and after a connection is saved."""

    @pytest.fixture(autouse=True)
    def loopback(self, settings: Settings) -> None:
        settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.1"]

    def test_probe_and_list(self, owner: Principal) -> None:
        with LittleMLflow().serve() as server:
            report, experiments = probe("mlflow", server.url, "", {})
            assert [(each.id, each.name) for each in experiments] == [("1", "churn")]
            made = make(owner, base_url=server.url)
            assert report.visible == 1
            assert list_choices(made)[0].name == "churn"

    @pytest.mark.parametrize(
        ("secret", "options", "sent"),
        [
            ("token", {}, "Bearer token"),
            ("me:pass:word", {}, "Basic bWU6cGFzczp3b3Jk"),
            ("pass", {"username": "me"}, "Basic bWU6cGFzcw=="),
        ],
    )
    def test_a_secret_is_sent(self, secret: str, options: dict[str, Any], sent: str) -> None:
        with LittleMLflow().serve() as server:
            probe("mlflow", server.url, secret, options)
            headers = [{name.lower(): value for name, value in each[2].items()} for each in server.seen]
            assert {each["authorization"] for each in headers} == {sent}

    def test_a_refusal_is_in_words(self) -> None:
        with HostileServer(raw(401)) as server, pytest.raises(ConnectorError, match="credentials"):
            probe("mlflow", server.url, "wrong", {})

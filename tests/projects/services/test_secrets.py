"""Sealing every stored secret anew: completely, in small steps, beside everything else."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Connection, Run
from projects.models.secrets import seal, unseal
from projects.services import pull
from projects.services.connections import create_connection
from projects.services.pages import record_page
from projects.services.secrets import Rotated, closed_secrets, rotate_secrets, sealed_with_newest
from tests.factories import make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import Handler

pytestmark = pytest.mark.django_db

OLD, NEW, GONE = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def owner(settings: Settings) -> Principal:
    """A workspace of a time when the old key was the only one."""
    settings.MLTRACK_ENCRYPTION_KEYS = [OLD]
    return make_workspace()


def make(owner: Principal, name: str, secret: str = "token") -> Connection:
    return create_connection(owner, kind="mlflow", name=name, base_url="http://mlflow:5000", secret=secret)


def test_after_a_rotation_the_old_key_may_go(owner: Principal, settings: Settings) -> None:
    made = [make(owner, f"c{number}", f"token {number}") for number in range(5)]
    make(owner, "open", "")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    assert rotate_secrets(at_once=2) == Rotated(resealed=5)
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW]
    for number, connection in enumerate(made):
        connection.refresh_from_db()
        assert unseal(connection.sealed_secret) == f"token {number}"
    assert closed_secrets() == []
    assert Connection.objects.get(name="open").sealed_secret == ""


def test_a_second_run_changes_nothing(owner: Principal, settings: Settings) -> None:
    made = make(owner, "c")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    rotate_secrets()
    sealed = Connection.objects.get(pk=made.pk).sealed_secret
    assert rotate_secrets() == Rotated(fresh=1)
    assert Connection.objects.get(pk=made.pk).sealed_secret == sealed
    assert AuditEvent.objects.filter(action="rotate").count() == 1


def test_a_run_that_was_ended_is_taken_up_where_it_stood(owner: Principal, settings: Settings) -> None:
    first, second = make(owner, "a"), make(owner, "b")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    Connection.objects.filter(pk=first.pk).update(sealed_secret=seal("token"))
    assert rotate_secrets() == Rotated(resealed=1, fresh=1)
    second.refresh_from_db()
    assert sealed_with_newest(second.sealed_secret)


def test_what_no_key_opens_is_named_and_left(owner: Principal, settings: Settings) -> None:
    settings.MLTRACK_ENCRYPTION_KEYS = [GONE]
    lost = make(owner, "lost")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    make(owner, "well")
    done = rotate_secrets()
    assert done == Rotated(fresh=1, closed=(f"{owner.workspace.key}: lost ({lost.public_id})",))
    assert list(done.closed) == closed_secrets()
    assert Connection.objects.get(pk=lost.pk).sealed_secret == lost.sealed_secret


def test_each_workspace_has_its_own_event_without_secrets(owner: Principal, settings: Settings) -> None:
    other = make_workspace()
    for principal, name in ((owner, "a"), (owner, "b"), (other, "c")):
        make(principal, name)
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    rotate_secrets()
    events = {event.workspace_id: event for event in AuditEvent.objects.filter(action="rotate")}
    assert events[owner.workspace.pk].after == {"resealed": 2, "closed": []}
    assert events[other.workspace.pk].after == {"resealed": 1, "closed": []}
    assert events[owner.workspace.pk].actor_name == "MLTrack"


@pytest.mark.django_db(transaction=True)
def test_a_pull_in_the_middle_goes_on(owner: Principal, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    mlflow, done = LittleMLflow(runs=[mlflow_run(number) for number in range(3)]), []

    def rotate_first(handler: Handler) -> None:
        """Rotate, in the server's thread, while the pull waits for its answer."""
        settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
        done.append(rotate_secrets())
        connections.close_all()
        mlflow.answer(handler)

    with mlflow.serve() as server:
        made = create_connection(owner, kind="mlflow", name="pulled", base_url=server.url, secret="token")
        mlflow.before.append(rotate_first)
        attempt = pull.run(made.pk, record_page)
    assert done == [Rotated(resealed=1)]
    assert attempt is not None
    assert (attempt.state, attempt.error_text) == ("done", "")
    after = Connection.objects.get(pk=made.pk)
    assert sealed_with_newest(after.sealed_secret)
    assert (after.version, after.lease_until) == (made.version, None)
    assert Run.objects.count() == 3


def test_every_sealed_column_is_rotated() -> None:
    sealed = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.startswith("sealed")
    ]
    connections = ["Connection.sealed_secret", "Connection.sealed_webhook_secret"]
    # That of subscriptions is turned by `tests.kpis.services.test_subscriptions`, those of webhooks by `test_hooks`.
    hooks = ["Hook.sealed_url", "Hook.sealed_secret", "Hook.sealed_old_secret"]
    assert sorted(sealed) == sorted([*connections, *hooks, "Subscription.sealed_secret"])


def test_the_command_says_how_many(owner: Principal, settings: Settings) -> None:
    make(owner, "well")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW, OLD]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().splitlines() == [
        "1 secrets sealed with the newest key; 0 were already.",
        "No stored secret needs an older key any more.",
    ]


def test_the_command_ends_with_1_where_something_stays_closed(owner: Principal, settings: Settings) -> None:
    lost = make(owner, "lost")
    settings.MLTRACK_ENCRYPTION_KEYS = [NEW]
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("rotate_secrets", stdout=out)
    assert ended.value.code == 1
    assert lost.public_id in out.getvalue()

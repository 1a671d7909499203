"""The connection pages: three people, the form against a real server, and what they say when it goes wrong."""

from __future__ import annotations

import html
import time

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mltrack.accounts.access import Principal
from projects.models import Connection, RunLink, SyncAttempt
from projects.models.secrets import unseal
from projects.services import pull
from projects.services.nudges import nudge_path
from projects.services.pages import record_page
from projects.services.writing import write_page
from tests.factories import make_connection, make_initiative, make_member, make_runs, make_stranger, make_workspace
from tests.projects.little_label_studio import LittleLabelStudio, annotation, label_task
from tests.projects.little_mlflow import LittleMLflow
from tests.servers.hostile import HostileServer, silence
from tests.servers.mlflow import MLflowServer

pytestmark = pytest.mark.django_db
FORM = {"kind": "mlflow", "name": "Lab", "auth": "none", "interval_seconds": "60"}


def browser(principal: Principal) -> Client:
    client = Client()
    assert principal.user is not None
    client.force_login(principal.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def base(principal: Principal) -> str:
    return f"/w/{principal.workspace.key}/connections/"


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def test_three_people() -> None:
    owner, stranger = make_workspace(), make_stranger()
    member = make_member(owner.workspace, "contributor")
    connection = make_connection(owner)
    for path in ("", f"{connection.public_id}/", f"{connection.public_id}/status/"):
        assert browser(owner).get(base(owner) + path).status_code == 200
        assert browser(member).get(base(owner) + path).status_code == 200
        assert browser(stranger).get(base(owner) + path).status_code == 404
        assert browser(stranger).get(base(stranger) + (path or "none/")).status_code == 404
    for path in ("new/", f"{connection.public_id}/edit/"):
        assert browser(member).get(base(owner) + path).status_code == 403
    for path in ("sync/", "pause/", "delete/"):
        assert browser(member).post(f"{base(owner)}{connection.public_id}/{path}").status_code == 403
        assert browser(stranger).post(f"{base(stranger)}{connection.public_id}/{path}").status_code == 404
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_the_empty_page_teaches() -> None:
    owner = make_workspace()
    page = browser(owner).get(base(owner)).content.decode()
    assert "No connection yet" in page
    assert "/api/v1/initiatives/CHURN/runs/" in page


@pytest.mark.mlflow
@pytest.mark.django_db(transaction=True)
def test_the_form_lists_the_experiments_of_the_server_and_connects(mlflow_server: MLflowServer) -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    client = browser(owner)
    form = {**FORM, "base_url": mlflow_server.url, "initiative": initiative.key}
    looked = client.post(base(owner) + "new/", {**form, "try": ""})
    offered = looked.context["form"].fields["chosen"].choices
    assert len(offered) > 1
    assert not Connection.objects.exists()
    chosen = [value for value, label in offered if label != "Default"]
    answer = client.post(base(owner) + "new/", {**form, "chosen": chosen, "save": ""})
    connection = Connection.objects.get()
    assert answer.headers["Location"] == f"{base(owner)}{connection.public_id}/"
    assert connection.options["experiment_ids"] == chosen
    attempt = pull.run(connection.pk, record_page)
    assert attempt is not None
    assert attempt.state == SyncAttempt.State.DONE, attempt.error_text
    assert RunLink.objects.filter(initiative=initiative).exists()
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Everything that the server shows" not in page
    assert "Working" in page


def test_a_secret_is_asked_for_in_both_steps() -> None:
    owner = make_workspace()
    client, path = browser(owner), base(owner) + "new/"
    with LittleMLflow().serve() as server:
        form = {**FORM, "base_url": server.url, "auth": "bearer"}
        looked = client.post(path, {**form, "secret": "s3cret-of-mine", "try": ""}).content.decode()
        assert "once more" in looked
        assert "s3cret-of-mine" not in looked
        forgotten = client.post(path, {**form, "secret": "", "save": ""})
        assert (forgotten.status_code, list(forgotten.context["form"].errors)) == (422, ["secret"])
        assert not Connection.objects.exists()
        client.post(path, {**form, "secret": "s3cret-of-mine", "save": ""})
        assert unseal(Connection.objects.get().sealed_secret) == "s3cret-of-mine"


def test_an_address_that_nobody_answers_is_said_at_the_address() -> None:
    owner = make_workspace()
    answer = browser(owner).post(base(owner) + "new/", {**FORM, "base_url": "http://127.0.0.1:9", "try": ""})
    assert answer.status_code == 422
    assert "base_url" in answer.context["form"].errors


def test_a_private_address_is_refused_by_name_of_the_setting(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = []
    owner = make_workspace()
    answer = browser(owner).post(base(owner) + "new/", {**FORM, "base_url": "http://127.0.0.1:5000", "try": ""})
    assert "MLTRACK_ALLOWED_NETWORKS" in str(answer.context["form"].errors)


def test_the_secret_is_kept_when_empty_and_gone_with_the_host() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    client, path = browser(owner), f"{base(owner)}{connection.public_id}/edit/"
    form = {**FORM, "auth": "bearer", "base_url": "http://127.0.0.1:9", "version": "1", "secret": "s3cret"}
    client.post(path, form)
    connection.refresh_from_db()
    assert unseal(connection.sealed_secret) == "s3cret"
    assert "s3cret" not in client.get(path).content.decode()
    client.post(path, {**form, "secret": "", "name": "Lab two", "version": "2"})
    connection.refresh_from_db()
    assert (connection.name, unseal(connection.sealed_secret)) == ("Lab two", "s3cret")
    client.post(path, {**form, "secret": "", "base_url": "http://127.0.0.1:10", "version": "3"})
    connection.refresh_from_db()
    assert connection.sealed_secret == ""


def test_options_that_the_form_does_not_show_are_kept() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    options = {"timeout_seconds": 5, "window_seconds": 0, "experiment_ids": ["1"], "workspace": "old"}
    Connection.objects.filter(pk=connection.pk).update(options=options)
    form = {**FORM, "base_url": "http://127.0.0.1:9", "version": "1", "chosen": ["1"]}
    assert browser(owner).post(f"{base(owner)}{connection.public_id}/edit/", form).status_code == 302
    connection.refresh_from_db()
    assert connection.options == {"timeout_seconds": 5, "window_seconds": 0, "experiment_ids": ["1"]}


def test_a_server_that_hangs_does_not_hold_the_form(
    monkeypatch: pytest.MonkeyPatch, hostile_server: HostileServer
) -> None:
    monkeypatch.setattr("projects.services.connections.PAGE_PATIENCE", 0.4)
    hostile_server.script = [silence]
    owner = make_workspace()
    connection = make_connection(owner)
    Connection.objects.filter(pk=connection.pk).update(base_url=hostile_server.url)
    began = time.monotonic()
    assert browser(owner).get(f"{base(owner)}{connection.public_id}/edit/").status_code == 200
    assert hostile_server.seen
    assert time.monotonic() - began < 20


def test_an_old_form_does_not_overwrite() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    path = f"{base(owner)}{connection.public_id}/edit/"
    form = {**FORM, "base_url": "http://127.0.0.1:9", "version": "7"}
    answer = browser(owner).post(path, form)
    assert answer.status_code == 422
    connection.refresh_from_db()
    assert connection.name != "Lab"


def test_sync_now_asks_once_and_shows_that_it_is_under_way() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    client, path = browser(owner), f"{base(owner)}{connection.public_id}/sync/"
    client.post(path)
    part = client.post(path, headers={"HX-Request": "true"}).content.decode()
    assert SyncAttempt.objects.count() == 1
    assert 'hx-trigger="load delay:2s"' in part
    assert "Pulling" in part


def test_a_failure_is_shown_in_words() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    Connection.objects.filter(pk=connection.pk).update(paused=False)
    pull.run(connection.pk, record_page)
    page = browser(owner).get(f"{base(owner)}{connection.public_id}/").content.decode()
    assert "Failing" in page
    connection.refresh_from_db()
    assert connection.last_error_text in html.unescape(page)


@pytest.mark.django_db(transaction=True)
def test_a_labeling_tool_is_connected_and_its_page_shows_the_address_for_webhooks() -> None:
    owner = make_workspace()
    make_initiative(owner)
    studio = LittleLabelStudio({1: [label_task(7, annotation(1, 1, "spam"))], 2: []})
    with studio.serve() as server:
        client, path = browser(owner), base(owner) + "new/"
        form = {**FORM, "kind": "label_studio", "base_url": server.url, "auth": "bearer", "secret": "a-legacy-token"}
        asked = client.get(f"{path}?kind=label_studio&initiative=CHURN").context["form"]
        assert [asked[name].value() for name in ("kind", "auth", "initiative")] == ["label_studio", "bearer", "CHURN"]
        homeless = client.post(path, {**form, "try": ""})
        assert (homeless.status_code, list(homeless.context["form"].errors)) == (422, ["initiative"])
        form |= {"initiative": "CHURN", "control": "class", "batch_key": "batch", "dataset_key": "data"}
        looked = client.post(path, {**form, "try": ""})
        chosen = looked.context["form"].fields["chosen"]
        assert (chosen.label, chosen.choices) == ("Projects", [("1", "Mails 1"), ("2", "Mails 2")])
        client.post(path, {**form, "chosen": ["1"], "save": ""})
        connection = Connection.objects.get()
        kept = {"project_ids": ["1"], "control": "class", "batch_key": "batch", "dataset_key": "data"}
        assert connection.options == kept
        attempt = pull.run(connection.pk, write_page)
        assert attempt is not None and attempt.state == SyncAttempt.State.DONE, attempt
        shown = client.get(f"{base(owner)}{connection.public_id}/edit/").context["form"]
        assert [each.name for each in shown.own_fields] == ["control", "batch_key", "dataset_key"]
        assert shown["chosen"].value() == ["1"] and shown.opens_more
    page = client.get(f"{base(owner)}{connection.public_id}/")
    assert (page.context["row"].held, page.context["row"].has_labels) == (1, True)
    # The address tells when it was made, which may be a second earlier than now.
    assert f"http://testserver{nudge_path(connection).partition(':')[0]}:" in page.content.decode()
    viewer = browser(make_member(owner.workspace, "viewer"))
    assert "/nudges/" not in viewer.get(f"{base(owner)}{connection.public_id}/").content.decode()


def test_the_kind_of_a_connection_cannot_be_changed() -> None:
    owner = make_workspace()
    make_initiative(owner)
    connection = make_connection(owner)
    form = {**FORM, "kind": "label_studio", "base_url": "http://127.0.0.1:9", "version": "1", "initiative": "CHURN"}
    assert browser(owner).post(f"{base(owner)}{connection.public_id}/edit/", form).status_code == 302
    connection.refresh_from_db()
    assert (connection.kind, connection.options) == ("mlflow", {})
    assert "/nudges/" not in browser(owner).get(f"{base(owner)}{connection.public_id}/").content.decode()


def test_deleting_needs_the_name() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    client, path = browser(owner), f"{base(owner)}{connection.public_id}/delete/"
    client.post(path, {"name": "no"})
    assert Connection.objects.exists()
    client.post(path, {"name": connection.name})
    assert not Connection.objects.exists()


def test_a_poll_counts_no_runs_until_the_pull_has_ended() -> None:
    owner = make_workspace()
    connection = make_connection(owner)
    make_runs(connection, 3)
    attempt = SyncAttempt.objects.create(connection=connection, state="running", started_at=timezone.now())
    client, path = browser(owner), f"{base(owner)}{connection.public_id}/"
    assert client.get(path).context["row"].held == 3
    with CaptureQueriesContext(database) as asked:
        part = client.get(f"{path}status/")
    assert not any("count(" in each["sql"].lower() and "projects_run" in each["sql"] for each in asked)
    assert part.context["row"].held is None and "hx-preserve" in part.content.decode()
    SyncAttempt.objects.filter(pk=attempt.pk).update(state="done", ended_at=timezone.now())
    last = client.get(f"{path}status/")
    assert last.context["row"].held == 3 and "hx-preserve" not in last.content.decode()


def test_the_list_takes_a_fixed_number_of_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    for _ in range(12):
        make_connection(owner)
    client = browser(owner)
    with django_assert_num_queries(6):
        client.get(base(owner))

"""The search for secrets finds a planted one in every place: else its silence would mean nothing."""

from __future__ import annotations

import logging
import logging.config
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from celery import Celery
from django import forms
from django.conf import settings as loaded
from django.core.mail import EmailMessage, get_connection

from mltrack.logs import configuration
from tests.servers.hostile import HostileServer
from tests.trust import secret_fields
from tests.trust.secret_caller import Visitor
from tests.trust.secret_sinks import Sink, broker, files, leaks, spellings, tables
from tests.trust.secret_story import canary, echo

SECRET = canary("planted")
CANARIES = {"planted": {SECRET}}


@pytest.mark.parametrize("column", ["name", "key"])
def test_a_column_in_the_clear(postgres_url: str, column: str) -> None:
    assert leaks(tables(postgres_url), CANARIES) == []
    values = {"key": "a", "name": "A", column: SECRET[:40]}
    connection = psycopg2.connect(postgres_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_workspace (key, name, is_sample, allows_self_approval, created_at)"
            " VALUES (%(key)s, %(name)s, false, false, now())",
            values,
        )
    connection.close()
    assert leaks(tables(postgres_url), {"planted": {SECRET[:40]}}) == ["planted in table accounts_workspace"]


def test_a_task_with_a_secret_as_argument(redis_url: str) -> None:
    app = Celery("planted", broker=redis_url, set_as_current=False)
    app.send_task("nobody.runs_this", args=[1])
    assert leaks(broker(redis_url), CANARIES) == []
    app.send_task("nobody.runs_this", args=[SECRET])
    assert leaks(broker(redis_url), CANARIES) == ["planted in redis b'celery'"]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Give a function that logs the secret, as configured at that moment, to a file in the test's folder."""

    def write() -> None:
        found = configuration.configuration()
        with (tmp_path / "web.log").open("a") as stream:
            found["handlers"]["console"]["stream"] = stream
            logging.config.dictConfig(found)
            logging.getLogger("planted").warning("sent %s", {"Authorization": f"Bearer {SECRET}"})
            logging.config.dictConfig(loaded.LOGGING)

    yield write
    logging.config.dictConfig(loaded.LOGGING)


def test_a_log_without_redaction(log: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log()
    assert leaks(files(tmp_path, "log"), CANARIES) == []
    monkeypatch.setattr(configuration, "redact", lambda logger, method, event: event)
    log()
    assert leaks(files(tmp_path, "log"), CANARIES) == ["planted in log web.log"]


def test_a_mail_with_a_secret(tmp_path: Path) -> None:
    sender = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(tmp_path))
    EmailMessage("Welcome", f"Grüße! Your password is {SECRET}", to=["a@example.org"], connection=sender).send()
    (found,) = leaks(files(tmp_path, "mail"), CANARIES)
    assert found.startswith("planted in mail")


def test_an_answer_that_repeats_what_was_sent(hostile_server: HostileServer) -> None:
    hostile_server.script[:] = [echo(500)]
    answers: list[Sink] = []
    Visitor(hostile_server.url, answers).ask("GET", "/", headers={"Authorization": f"Bearer {SECRET}"})
    assert leaks(answers, CANARIES) == ["planted in answer 500 of GET /"]


@pytest.mark.parametrize("shift", range(5))
def test_a_secret_within_base64(shift: int) -> None:
    text = b64encode(("u" * shift + ":" + SECRET + "!").encode()).decode()
    assert leaks([Sink("header", f"Basic {text}")], CANARIES) == ["planted in header"]


def test_no_spelling_is_so_short_that_chance_finds_it() -> None:
    assert min(map(len, spellings(SECRET))) > 20
    assert leaks([Sink("noise", "c4n4ry " * 1000)], CANARIES) == []


def test_what_is_shown_on_purpose_is_let_through_there_alone() -> None:
    sinks = [Sink("shown once", SECRET, shows=("planted",)), Sink("shown again", SECRET)]
    assert leaks(sinks, CANARIES) == ["planted in shown again"]


def test_a_new_secret_field_fails_the_build() -> None:
    class Planted:
        base_fields: dict[str, Any] = {
            "pin": forms.CharField(widget=forms.PasswordInput),
            "smtp_password": forms.CharField(),
            "title": forms.CharField(),
        }

    found = {each.rpartition(".")[2] for each in secret_fields.of_forms([Planted])}
    assert found == {"pin", "smtp_password"}
    assert not found & {each.rpartition(".")[2] for each in secret_fields.SECRETS}

"""What the doctor says, healthy and ill."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from mltrack.accounts.models import Workspace
from mltrack.heartbeats import PARTS
from mltrack.management import diagnosis
from mltrack.management.diagnosis import CHECKS, Finding, diagnose, look_at
from projects.models import Connection
from projects.models.secrets import seal
from tests.mltrack.management.test_health import age, beat_all

pytestmark = pytest.mark.django_db


def level(check: Callable[[], Finding]) -> str:
    return check().level


def doctor(*names: str) -> tuple[int, str]:
    """Run the command and return its exit code and words."""
    out = StringIO()
    try:
        call_command("doctor", *(["--only", *names] if names else []), stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_healthy_set_up() -> None:
    beat_all()
    code, words = doctor()
    assert code == 0, words
    assert [line.split(":")[0][2:] for line in words.splitlines()] == [
        "Database", "Tables", "Jobs", "Secrets", "Clock", "Broker", "Hosts", "Settings", "Disk", "Mail",
    ]  # fmt: skip
    assert "✗" not in words


def test_the_oldest_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PostgreSQL 18" in diagnosis.database().words
    monkeypatch.setattr(diagnosis, "OLDEST_SERVER", 99)
    found = diagnosis.database()
    assert (found.level, "too old" in found.words) == ("bad", True)


def test_no_scheduled_job_ever_ran() -> None:
    found = diagnosis.jobs()
    assert (found.level, "The scheduler never gave" in found.words) == ("bad", True)
    assert doctor("jobs")[0] == 1


@pytest.mark.parametrize("seconds, expected", [(0, "ok"), (50, "ok"), (65, "bad"), (90_000, "bad")])
def test_the_age_of_the_last_sign(seconds: int, expected: str) -> None:
    beat_all()
    age("queue:pulls", seconds)
    found = diagnosis.jobs()
    assert found.level == expected
    assert expected == "ok" or f"(queue pulls) gave its last sign of life {seconds} s ago" in found.words


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_words_for_the_operator(part: str) -> None:
    beat_all()
    age(part, 100)
    assert "100 s ago: " in diagnosis.jobs().words


def test_a_secret_that_no_key_opens(settings: Settings) -> None:
    workspace = Workspace.objects.create(key="a", name="A")
    for number in range(2):
        Connection.objects.create(
            workspace=workspace,
            kind="mlflow",
            name=f"c{number}",
            base_url="https://a.example",
            sealed_secret=seal("hidden-canary") if number else "",
        )
    assert level(diagnosis.secrets) == "ok"
    settings.MLTRACK_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    found = diagnosis.secrets()
    assert found.level == "bad"
    assert found.words.startswith("Stored secrets that MLTRACK_ENCRYPTION_KEYS cannot open: 1.")


@pytest.mark.parametrize(
    "address, expected",
    [("", "ok"), ("https://ml.example.org", "ok"), ("https://other.example.org", "bad"), ("x", "bad")],
)
def test_the_public_address_must_be_served(settings: Settings, address: str, expected: str) -> None:
    settings.ALLOWED_HOSTS = ["ml.example.org"]
    settings.MLTRACK_URL = address
    assert level(diagnosis.hosts) == expected


def test_unsafe_settings_are_named(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    found = diagnosis.configuration()
    assert found.level == "bad"
    assert "SECRET_KEY is too short" in found.words


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    assert level(diagnosis.disk) == "ok"
    monkeypatch.setattr(diagnosis, "LEAST_FREE", 10**18)
    assert level(diagnosis.disk) == "bad"


def test_mail_that_nobody_takes(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert level(diagnosis.mail) == "warning"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = diagnosis.mail()
    assert (found.level, "Not reachable" in found.words) == ("bad", True)


def test_clocks_that_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert level(diagnosis.clock) == "ok"
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 60)
    assert "60 s apart" in diagnosis.clock().words


def test_tables_that_lag_behind_hide_what_needs_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    found = {finding.name: finding.level for finding in diagnose()}
    assert found["Tables"] == "bad"
    assert {"Jobs", "Secrets", "Clock"}.isdisjoint(found)
    assert "Broker" in found


def test_only_what_is_asked() -> None:
    assert [finding.name for finding in look_at(["clock", "disk"])] == ["Clock", "Disk"]
    assert doctor("broker")[1].startswith("✓ Broker")


def test_every_check_has_a_sentence() -> None:
    for check in CHECKS.values():
        assert check.__doc__
        assert check().words.endswith((".", ")"))

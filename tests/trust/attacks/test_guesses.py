"""Guessing passwords and codes: the sixth failure locks, whatever the guesser changes of the request."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from pytest_django import Settings

from mltrack.accounts.models import User
from mltrack.accounts.services.first_run import issue_code
from mltrack.accounts.throttling import CODES_PER_MINUTE
from tests.mltrack.accounts.conftest import PASSWORD
from tests.projects.faults.workers import environment

VICTIM = "victim@example.org"
LOCKED = b"Too many failed login attempts"
GUESSES = """
import django, sys
django.setup()
from django.test import Client, override_settings
plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
with override_settings(STORAGES=plain):
    for number in range(3):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        answer = browser.post("/accounts/login/", {"login": sys.argv[1], "password": "wrong"})
        assert answer.status_code == 200, answer.status_code
"""


@pytest.fixture(autouse=True)
def no_guesses_yet(db: None) -> None:
    """Forget what other tests counted: the counters' table is no model's, so no test's end empties it."""
    cache.clear()


@pytest.fixture
def victim(db: None) -> User:
    return User.objects.create_user(VICTIM, PASSWORD)


def sign_in(password: str = "wrong", login: str = VICTIM, address: str = "192.0.2.9", **headers: str) -> Any:
    """Return the answer to one attempt, from a browser without a past."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(REMOTE_ADDR=address, headers=names).post("/accounts/login/", {"login": login, "password": password})


def is_locked(answer: Any) -> bool:
    return answer.status_code == 200 and LOCKED in answer.content


def test_the_sixth_failure_from_as_many_addresses_locks(victim: User) -> None:
    assert not any(is_locked(sign_in(address=f"198.51.100.{number}")) for number in range(5))
    assert is_locked(sign_in(PASSWORD, address="203.0.113.77"))


@pytest.mark.parametrize("way", ["port", "host", "spelling", "agent", "next"])
def test_nothing_that_a_guesser_writes_begins_anew(victim: User, settings: Settings, way: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
    hosts = ["localhost", "127.0.0.1", "[::1]", "testserver", "testserver:80"]
    logins = [VICTIM.upper(), f" {VICTIM}", f"{VICTIM} ", VICTIM.title(), VICTIM]
    changes: dict[str, Any] = {
        "port": [{"Host": f"localhost:{8000 + number}"} for number in range(5)],
        "host": [{"Host": host} for host in hosts],
        "spelling": [{"login": login} for login in logins],
        "agent": [{"User_Agent": str(number)} for number in range(5)],
        "next": [{"Referer": f"/{number}"} for number in range(5)],
    }
    for number, change in enumerate(changes[way]):
        assert not is_locked(sign_in(address=f"198.51.100.{number}", **change))
    assert is_locked(sign_in(PASSWORD))


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "CF_Connecting_IP", "True_Client_IP"])
def test_a_claimed_address_does_not_count(victim: User, header: str) -> None:
    guess = {"password": "wrong"}
    for number in range(20):
        answer = sign_in(login=f"person{number}@example.org", **guess, **{header: f"198.51.100.{number}"})
        assert not is_locked(answer)
    assert is_locked(sign_in(PASSWORD, **{header: "203.0.113.1"}))
    assert sign_in(PASSWORD, address="192.0.2.200").status_code == 302


def test_behind_a_proxy_one_guesser_locks_out_nobody_else(victim: User, settings: Settings) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(20):
        spoofed = f"10.9.8.{number}, 198.51.100.7"
        sign_in(login=f"person{number}@example.org", address="10.0.0.1", X_Forwarded_For=spoofed)
    assert is_locked(sign_in(PASSWORD, address="10.0.0.1", X_Forwarded_For="10.9.8.99, 198.51.100.7"))
    assert sign_in(PASSWORD, address="10.0.0.1", X_Forwarded_For="198.51.100.8").status_code == 302


def test_the_right_password_is_not_a_failure(victim: User) -> None:
    assert all(sign_in(PASSWORD).status_code == 302 for _ in range(8))


def test_the_answer_does_not_tell_who_exists(victim: User) -> None:
    known, unknown = sign_in(), sign_in(login="nobody@example.org")
    told = [each.context["form"].errors.as_text() for each in (known, unknown)]
    assert told[0] == told[1] and known.status_code == unknown.status_code
    for _ in range(5):
        sign_in(login="nobody@example.org")
    assert is_locked(sign_in(login="nobody@example.org"))


def test_many_tries_at_once_count_each(transactional_db: None) -> None:
    User.objects.create_user(VICTIM, PASSWORD)

    def one(number: int) -> bool:
        try:
            return is_locked(sign_in(address=f"198.51.100.{number}"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        locked = list(pool.map(one, range(16)))
    assert locked.count(False) <= 5
    assert is_locked(sign_in(PASSWORD))


def test_processes_share_the_counters(transactional_db: None) -> None:
    User.objects.create_user(VICTIM, PASSWORD)
    env = environment(MLTRACK_ALLOWED_HOSTS="testserver")
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", GUESSES, VICTIM], env=env, cwd=root, check=True, timeout=120)
    assert not any(is_locked(sign_in()) for _ in range(2))
    assert is_locked(sign_in(PASSWORD))


def first_run(code: str | None, address: str = "192.0.2.9", **headers: str) -> Any:
    form = {"name": "A", "email": "first@example.org", "password": PASSWORD, "workspace_name": "North", "code": code}
    return Client(REMOTE_ADDR=address, headers=headers).post("/first-run/", form)


@pytest.mark.django_db
def test_codes_of_the_first_run_cannot_be_guessed_in_bulk() -> None:
    code = issue_code()
    answers = [first_run("AAAA-AAAA", **{"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(25)]
    assert answers.count(422) <= 2 * CODES_PER_MINUTE and answers[-1] == 429
    assert first_run(code).status_code == 429 and not User.objects.exists()
    assert first_run(code, "192.0.2.10").status_code == 302

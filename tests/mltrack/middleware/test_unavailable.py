"""A database that cannot answer is a 503 with Retry-After; a mistake of ours stays a 500."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, OperationalError
from django.test import Client
from pytest_django import Settings

from mltrack.middleware.unavailable import is_unavailable


@pytest.mark.parametrize("name", ["away", "closed"])
def test_a_page_says_so_without_the_database(browser_like: Client, name: str) -> None:
    answer = browser_like.get(f"/{name}/", headers={"X-Request-Id": "trace-0002"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "trace-0002" in answer.content.decode()
    assert "refused" not in answer.content.decode()


@pytest.mark.parametrize("name", ["away", "closed"])
def test_the_api_says_so_as_a_problem(browser_like: Client, name: str) -> None:
    answer = browser_like.get(f"/api/v1/{name}/", headers={"X-Request-Id": "trace-0003"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["request_id"]) == ("unavailable", "trace-0003")


def test_a_mistake_stays_a_mistake(browser_like: Client) -> None:
    assert browser_like.get("/bug/").status_code == 500
    assert browser_like.get("/api/v1/bug/").json()["code"] == "internal_error"


@pytest.mark.django_db
@pytest.mark.parametrize("name, status", [("read-only", 503), ("slow", 503), ("wrong", 500)])
def test_what_postgresql_itself_says(browser_like: Client, name: str, status: int) -> None:
    assert browser_like.get(f"/sql/{name}/").status_code == status


@pytest.mark.django_db
def test_an_error_of_another_middleware_is_a_503_too(browser_like: Client, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.mltrack.middleware.failing.FailingMiddleware"]
    answer = browser_like.get("/plain/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def caused(error: DatabaseError, code: str | None) -> DatabaseError:
    """Return Django's error with the driver's as its cause, as Django raises them."""
    error.__cause__ = type("Cause", (Exception,), {"pgcode": code})()
    return error


@pytest.mark.parametrize("code", [None, "08006", "40001", "40P01", "53300", "55P03", "57014", "57P01", "57P03"])
def test_what_may_pass(code: str | None) -> None:
    assert is_unavailable(caused(OperationalError(), code))


@pytest.mark.parametrize(
    "error", [caused(OperationalError(), "54001"), caused(InternalError(), "25P02"), IntegrityError(), None]
)
def test_what_will_not_pass(error: DatabaseError | None) -> None:
    assert not is_unavailable(error)

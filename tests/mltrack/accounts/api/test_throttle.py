"""Limits per minute, and the headers that announce them."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from pytest_django import Settings

from mltrack.accounts.models import ThrottleCounter
from mltrack.accounts.services.throttle import count_request
from mltrack.accounts.throttling import FAILURES_PER_MINUTE
from tests.mltrack.accounts.api.callers import Callers, caller
from tests.mltrack.accounts.api.test_access import is_problem


@pytest.fixture(autouse=True)
def early_in_the_minute(db: None) -> None:
    """Let no minute end in the middle of a test."""
    left = count_request("clock")[1]
    if left < 5:
        time.sleep(left + 0.01)
    ThrottleCounter.objects.all().delete()


def _fill(key: str, count: int) -> None:
    count_request(key)
    ThrottleCounter.objects.filter(key=key).update(count=count)


def test_every_answer_says_where_the_caller_stands(callers: Callers, settings: Settings) -> None:
    settings.MLTRACK_THROTTLE_PER_MINUTE = 50
    for left, path in ((49, "notes/"), (48, "notes/?x=1"), (47, "notes/absent/")):
        answer = callers.owner.call("get", path)
        assert answer["RateLimit-Limit"] == "50"
        assert answer["RateLimit-Remaining"] == str(left)
        assert 1 <= int(answer["RateLimit-Reset"]) <= 60


def test_beyond_the_limit_is_429(callers: Callers, settings: Settings) -> None:
    settings.MLTRACK_THROTTLE_PER_MINUTE = 5
    _fill(f"token:{callers.owner.token.public_id}", 5)
    answer = callers.owner.call("get", "notes/")
    is_problem(answer, 429, "throttled")
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("5", "0")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert callers.member.call("get", "notes/").status_code == 200
    other = caller(callers.owner.user, callers.owner.workspace)
    assert other.call("get", "notes/").status_code == 200


def test_refused_requests_count_as_well(callers: Callers) -> None:
    callers.member.call("post", "notes/", {"key": "a"})
    callers.member.call("post", "notes/", b"{")
    counters = ThrottleCounter.objects.filter(key=f"token:{callers.member.token.public_id}")
    assert sum(counters.values_list("count", flat=True)) == 2


def test_a_new_minute_begins_at_nothing(callers: Callers) -> None:
    key = "token:x"
    _fill(key, 500)
    ThrottleCounter.objects.filter(key=key).update(window="2026-01-01T00:00:00Z")
    assert count_request(key)[0] == 1
    assert ThrottleCounter.objects.filter(key=key).count() == 2


def test_failures_of_one_address_are_limited(callers: Callers) -> None:
    _fill("address:127.0.0.1", FAILURES_PER_MINUTE)
    refused = Client().get("/api/v1/notes/", headers={"Authorization": "Bearer wrong"})
    is_problem(refused, 429, "throttled")
    assert "Retry-After" in refused.headers
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get("/api/v1/notes/")
    assert elsewhere.status_code == 401
    assert elsewhere["RateLimit-Remaining"] == str(FAILURES_PER_MINUTE - 1)
    assert callers.owner.call("get", "notes/").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_proxies_are_known(
    callers: Callers, settings: Settings, proxies: int, forwarded: str, counted: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    Client().get("/api/v1/notes/", headers={"X-Forwarded-For": forwarded})
    assert list(ThrottleCounter.objects.values_list("key", flat=True)) == [f"address:{counted}"]


def test_a_request_costs_two_queries_beside_its_own(callers: Callers, django_assert_num_queries: object) -> None:
    callers.owner.call("get", "notes/")
    with django_assert_num_queries(3):  # type: ignore[operator]
        callers.owner.call("get", "notes/")

"""Request ids, the content security policy, and what caches may keep."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mltrack.middleware.csp import policy
from mltrack.middleware.request_id import request_id


def test_a_new_id_is_made_and_told(browser_like: Client) -> None:
    first, second = browser_like.get("/plain/"), browser_like.get("/plain/")
    assert re.fullmatch(r"[0-9a-f]{24}", first.headers["X-Request-Id"])
    assert first.content.decode() == first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


def test_a_sane_id_is_kept(browser_like: Client) -> None:
    answer = browser_like.get("/plain/", headers={"X-Request-Id": "build-4711.retry_2"})
    assert answer.headers["X-Request-Id"] == "build-4711.retry_2" == answer.content.decode()


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words here", "<script>1</script>", "line\nbreak-12345", "ünïcödé-id"]
)
def test_any_other_id_is_replaced(given: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{24}", request_id(given))


def test_a_failure_carries_the_id_too(browser_like: Client) -> None:
    answer = browser_like.get("/bug/", headers={"X-Request-Id": "trace-0001"})
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] == "trace-0001"


def test_the_policy_as_text() -> None:
    assert (
        policy({"default-src": ["'none'"], "img-src": ["'self'", "data:"]})
        == "default-src 'none'; img-src 'self' data:"
    )


@pytest.mark.parametrize("path", ["/plain/", "/bug/", "/away/", "/nowhere/"])
def test_every_answer_has_the_policy_and_it_allows_nothing_inline(browser_like: Client, path: str) -> None:
    found = browser_like.get(path).headers["Content-Security-Policy"]
    assert found.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in found
    assert "frame-ancestors 'none'" in found


def test_a_view_may_have_a_policy_of_its_own(browser_like: Client) -> None:
    assert browser_like.get("/own-policy/").headers["Content-Security-Policy"] == "default-src *"


@pytest.mark.parametrize("path", ["/plain/", "/bug/", "/nowhere/"])
def test_no_cache_keeps_what_one_person_sees(browser_like: Client, path: str) -> None:
    answer = browser_like.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {"Cookie", "HX-Request"} <= set(re.split(r", ?", answer.headers["Vary"]))


def test_what_is_public_stays_so(browser_like: Client) -> None:
    answer = browser_like.get("/public/")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in answer.headers.get("Vary", "")

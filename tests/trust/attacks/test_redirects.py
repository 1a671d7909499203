"""Ways out to another site: next addresses, short paths, doubled slashes, Host headers."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.mltrack.accounts.conftest import PASSWORD, People, people
from tests.trust.attacks.paths import every_path

__all__ = ["people"]
pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example/",
    "\thttps://evil.example",
    "\x00//evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example\\@testserver/",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://testserver/",
    "%2f%2fevil.example",
    "/%09/evil.example",
    "http://[::1]evil.example/",
    "//evil.example%2f@testserver/",
    "http:evil.example",
    "https://testserver%252eevil.example",
]


def stays(location: str) -> bool:
    """Say whether a browser that follows this stays on our site."""
    parts = urlsplit(location)
    plain = location.isprintable() and "\\" not in location and not location.startswith("//")
    return plain and parts.netloc in ("", "testserver") and parts.scheme in ("", "http")


def test_what_leaves_is_told_apart() -> None:
    assert stays("/w/north/") and stays("http://testserver/x")
    for each in ("//evil.example/", "/\\evil.example", "https://evil.example", "javascript:alert(1)"):
        assert not stays(each)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_after_the_sign_in_nobody_is_led_away(people: People, target: str) -> None:
    form = {"login": people.viewer.email, "password": PASSWORD}
    for path, data in (
        (f"/accounts/login/?next={quote(target)}", form),
        ("/accounts/login/", {**form, "next": target}),
    ):
        answer = Client().post(path, data)
        assert answer.status_code == 302 and stays(answer.headers["Location"]), answer.headers["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_deeds_with_a_way_back_lead_nowhere_else(people: People, target: str) -> None:
    client = people.client(people.viewer)
    kept = client.post("/preferences/", {"theme": "dark", "next": target})
    assert kept.status_code == 302 and stays(kept.headers["Location"])
    gone = client.post(f"/accounts/logout/?next={quote(target)}", {"next": target})
    assert gone.status_code == 302 and stays(gone.headers["Location"])


@pytest.mark.parametrize("prefix", ["//evil.example", "/%5cevil.example", "/\\evil.example", "/%2f%2fevil.example"])
def test_doubled_slashes_lead_nowhere_else(people: People, prefix: str) -> None:
    client = people.client(people.viewer)
    for path in (prefix, f"{prefix}/w/north", f"{prefix}/settings", f"/settings/{prefix}", f"/initiatives/{prefix}/"):
        answer = client.get(path)
        assert answer.status_code in (301, 302, 404)
        assert answer.status_code == 404 or stays(answer.headers["Location"]), path


def test_the_wish_is_kept_where_it_is_ours(people: People) -> None:
    form = {"login": people.viewer.email, "password": PASSWORD, "next": "/w/north/settings/"}
    assert Client().post("/accounts/login/", form).headers["Location"] == "/w/north/settings/"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:x", "a b", "testserver@evil", ""]
)
def test_a_foreign_host_is_refused_everywhere(people: People, host: str) -> None:
    for path in ("/", "/accounts/login/", "/w/north/", "/api/v1/initiatives/", "/first-run/"):
        assert Client(headers={"Host": host}).get(path).status_code == 400, path
    answer = Client(headers={"Host": host}).post("/accounts/password/reset/", {"email": people.viewer.email})
    assert answer.status_code == 400
    assert mail.outbox == []


def test_a_forwarded_host_writes_no_link(people: People, settings: Settings) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "Forwarded": "host=evil.example"}
    Client(headers=headers).post("/accounts/password/reset/", {"email": people.viewer.email})
    (letter,) = mail.outbox
    assert "evil.example" not in str(letter.body) and "http://testserver/accounts/password/reset/key/" in letter.body
    client = people.client(people.admin)
    form = {"email": "new@example.org", "role": "viewer"}
    answer = client.post("/w/north/settings/members/", form, headers=headers)
    assert answer.context["link"].startswith("http://testserver/invitations/")


def test_every_path_refuses_a_foreign_host(world: object) -> None:
    for _, path in every_path(world):  # type: ignore[arg-type]
        if path != "/healthz":
            assert Client(headers={"Host": "evil.example"}).get(path).status_code == 400, path

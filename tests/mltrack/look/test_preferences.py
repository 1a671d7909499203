"""Preferences are cookies: right from the first byte, refused when unknown, never an open redirect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory, override_settings

from mltrack.preferences import CHOICES, preferences
from tests.mltrack.look.server import SETTINGS


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(**SETTINGS):
        yield Client()


def test_defaults_are_the_first_choices() -> None:
    assert preferences(None) == {"theme": "system", "density": "comfortable", "nav": "wide", "keys": "on"}


def test_a_mangled_cookie_is_ignored() -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {"mltrack_theme": '"><script>', "mltrack_density": "compact"}
    assert preferences(request)["theme"] == "system"
    assert preferences(request)["density"] == "compact"


@pytest.mark.parametrize("name,value", [(name, value) for name, values in CHOICES.items() for value in values])
def test_every_choice_is_kept(client: Client, name: str, value: str) -> None:
    answer = client.post("/preferences/", {name: value, "next": "/styleguide/"})
    assert (answer.status_code, answer["Location"]) == (302, "/styleguide/")
    assert answer.cookies[f"mltrack_{name}"].value == value
    assert answer.cookies[f"mltrack_{name}"]["samesite"] == "Lax"


def test_the_page_carries_the_theme_in_its_first_tag(client: Client) -> None:
    client.cookies["mltrack_theme"] = "dark"
    client.cookies["mltrack_density"] = "compact"
    start = client.get("/styleguide/").content.decode()[:200]
    assert 'data-theme="dark"' in start
    assert 'data-density="compact"' in start


def test_without_a_choice_the_system_decides(client: Client) -> None:
    assert "data-theme" not in client.get("/styleguide/").content.decode()[:200]


@pytest.mark.parametrize("body", [{}, {"theme": "pink"}, {"session": "x"}, {"theme": "dark", "other": "1"}])
def test_unknown_names_and_values_are_refused(client: Client, body: dict[str, str]) -> None:
    answer = client.post("/preferences/", body)
    assert answer.status_code == 400
    assert not answer.cookies


@pytest.mark.parametrize(
    "there", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""]
)
def test_the_way_back_stays_on_this_site(client: Client, there: str) -> None:
    assert client.post("/preferences/", {"theme": "dark", "next": there})["Location"] == "/"


def test_scripts_get_no_redirect(client: Client) -> None:
    answer = client.post("/preferences/", {"theme": "dark"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204


def test_only_posts_with_a_csrf_token_change_anything(client: Client) -> None:
    assert client.get("/preferences/?theme=dark").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/preferences/", {"theme": "dark"}).status_code == 403

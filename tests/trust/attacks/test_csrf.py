"""A form of another site: refused on every path, whoever is signed in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, path

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.models import Member
from tests.browser.worlds import BACKEND, World
from tests.trust.attacks.paths import every_path, patterns
from tests.trust.page_table import UNGUARDED

pytestmark = pytest.mark.django_db
UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture
def victim(world: World) -> Client:
    """The victim's browser: signed in, and sending its cookies wherever it is told to."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.user, backend=BACKEND)
    return client


def test_every_unsafe_request_without_the_token_is_refused(world: World, victim: Client) -> None:
    members = list(Member.objects.order_by("pk").values())
    for name, address in (each for each in every_path(world) if each[0] not in UNGUARDED):
        for method in UNSAFE:
            answer = getattr(victim, method)(address)
            assert answer.status_code == 403, (method, name, answer.status_code)
    assert list(Member.objects.order_by("pk").values()) == members


ORIGINS = ("https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81")


def test_the_right_token_from_another_origin_is_refused(world: World, victim: Client) -> None:
    victim.get("/w/empty/settings/profile/")
    form = {"name": "Mallory", "csrfmiddlewaretoken": victim.cookies["csrftoken"].value}
    for origin in ORIGINS:
        answer = victim.post("/w/empty/settings/profile/", form, headers={"Origin": origin})
        assert answer.status_code == 403, origin
    own = victim.post("/w/empty/settings/profile/", form, headers={"Origin": "http://testserver"})
    assert own.status_code == 302


def exempt(found: list[tuple[str, URLPattern]]) -> dict[str, object]:
    """Return the views that take requests without a token, but those that nobody need guard."""
    known = {route: each for route, each in found if each.name not in UNGUARDED}
    return {route: each.callback for route, each in known.items() if getattr(each.callback, "csrf_exempt", False)}


def test_only_endpoints_of_the_api_are_exempt_and_they_know_no_session(victim: Client) -> None:
    views = exempt(list(patterns()))
    assert len(views) >= 30
    for number, (route, view) in enumerate(views.items()):
        assert issubclass(view.view_class, Endpoint), route  # type: ignore[attr-defined]
        address = "/" + route.replace("<str:", "<").replace("<", "").replace(">", "")
        # Each from an address of its own: after sixty failures one is kept out.
        answer = victim.post(address, {}, content_type="application/json", REMOTE_ADDR=f"192.0.2.{number % 250}")
        assert answer.status_code == 401, route


def test_an_exempt_view_would_be_found() -> None:
    def hook(request: object) -> None: ...

    hook.csrf_exempt = True  # type: ignore[attr-defined]
    planted = [("hook/", path("hook/", hook))]  # type: ignore[arg-type]
    assert list(exempt(planted)) == ["hook/"]

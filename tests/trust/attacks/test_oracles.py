"""Filters and orders as oracles: what is not declared changes no answer, however it is asked.

That each parameter of the API which is not declared is refused by name stands in tests/api/test_every_route.py.
"""

from __future__ import annotations

import re
from itertools import chain, product

import pytest
from django.test import Client

from tests.api.people import Team, refused
from tests.api.routes import filled, served
from tests.api.world import fill
from tests.browser.catalogue import DATA, PAGES
from tests.browser.worlds import World
from tests.mltrack.accounts.api.callers import Caller

pytestmark = pytest.mark.django_db
SECRETS = (
    "owner__password__startswith",
    "author__password__startswith",
    "connection__sealed_secret__startswith",
    "workspace__tokens__secret_hash__startswith",
    "name__regex",
    "owner__email__contains",
    "id__gt",
    "workspace",
    "pk",
)
ORDERS = ("order", "sort", "ordering", "order_by", "o")
GUESSES = ("aaaaaa", "md5$zz")
CHANGING = re.compile(r'csrf\w*"(?: value=|: )"\w+"|\d+', re.IGNORECASE)


def seen(client: Client, path: str, name: str, value: str) -> str:
    """Return an answer without what differs in every answer, and without the words of the question."""
    answer = client.get(path, {name: value})
    assert answer.status_code in (200, 302), (path, name, answer.status_code)
    text = answer.getvalue().decode() + answer.headers.get("Location", "")
    return CHANGING.sub("", text.replace(value, "").replace(value.replace("$", "%24"), ""))


def test_no_page_answers_what_it_was_not_asked_to(world: World, client: Client) -> None:
    listing = (
        "kpis:portfolio",
        "kpis:runs",
        "kpis:kpi_list",
        "kpis:kpi_readings",
        "projects:connection_list",
        "kpis:activity",
    )
    paths = [path for name in listing for path in PAGES[name] if "?" not in path] + [DATA["kpis:runs_csv"]]
    for path, name in product((world.in_full(path) for path in paths), SECRETS):
        first, second = (seen(client, path, name, guess) for guess in GUESSES)
        assert first == second, (path, name)


def test_no_page_sorts_by_what_it_does_not_show(world: World, client: Client) -> None:
    for path, name in product(("/w/demo/", "/w/demo/kpis/", world.in_full("/w/{w}/initiatives/{i}/runs/")), ORDERS):
        first, second = (seen(client, path, name, guess) for guess in ("owner__password", "-owner__password"))
        assert first == second.replace("-owner", "owner"), (path, name)


def test_no_page_breaks_by_an_unknown_parameter(world: World, client: Client) -> None:
    asked = {
        **dict.fromkeys(SECRETS, "a"),
        **dict.fromkeys(ORDERS, "password"),
        "limit": "-1",
        "page": "x",
        "format": "y",
    }
    for path in (path for path in chain.from_iterable(PAGES.values()) if "?" not in path):
        assert client.get(world.in_full(path), asked).status_code in (200, 302), path


def asker(team: Team, route: str) -> Caller:
    """Return who may read a route: the lead sees annotators, and admins see webhooks."""
    return team.admin if route.startswith("webhooks/") else team.lead


@pytest.mark.parametrize("value", ["owner__password", "-secret_hash", "?", "id); --", "random", "pk"])
def test_the_api_orders_by_nothing_else(team: Team, value: str) -> None:
    _, ids = fill(team.principal)
    for route in (route for route, methods in served().items() if "GET" in methods):
        for name in ORDERS:
            answer = asker(team, route).call("get", f"{filled(route, ids)}?{name}={value}")
            assert refused(answer, 400)["errors"][0]["pointer"] == f"/{name}", route


@pytest.mark.parametrize("name", SECRETS)
def test_no_parameter_of_the_api_is_a_lookup(team: Team, name: str) -> None:
    _, ids = fill(team.principal)
    for route in (route for route, methods in served().items() if "GET" in methods):
        assert asker(team, route).call("get", f"{filled(route, ids)}?{name}=a").status_code == 400, route

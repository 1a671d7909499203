"""A corpus of odd values in every field: never 5xx, never stored and then unreadable, never unjudgeable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from kpis.services.snapshots import judge_now
from mltrack.rest.query import Params
from projects.models import Initiative
from tests.api.bodies import bodies
from tests.api.people import Team, content_of, ok
from tests.api.routes import filled, parts_of, served, views
from tests.api.test_bodies import BLANK
from tests.api.world import fill, serve_file
from tests.samples import dealt
from tests.servers.hostile import HostileServer

pytestmark = pytest.mark.django_db
CORPUS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.1,
    1e308,
    -1e308,
    5e-324,
    2**63,
    10**39,
    "",
    " \t\n",
    "x" * 30_000,
    "a\x00b",
    "\ud800",
    "\u202e🙂\ufeff\u2028é",
    "'; DROP TABLE projects_run; --",
    "<script>alert(1)</script>{{7*7}}",
    "../../etc/passwd",
    "=HYPERLINK(1)",
    "NaN",
    "Infinity",
    "-Infinity",
    "0001-01-01",
    "9999-12-31T23:59:59.999999+14:00",
    "1970-01-01T00:00:00Z",
    "2199-12-31",
    [],
    [None],
    ["a", ["b"], {"c": 1}],
    {},
    {"": None, "a/b~c": "d", "__proto__": [], "\u202e": 1},
)
WORST: tuple[Any, ...] = (None, True, 1e308, 10**39, "a\x00b", "\ud800", "0001-01-01", [None], {"": None})
SLOW = pytest.mark.slow
EVERY = [(name, place) for name, found in bodies(BLANK, 1).items() for place in range(len(found))]
READS = [route for route, methods in served().items() if "GET" in methods]


def changed(value: Any, corpus: tuple[Any, ...]) -> Iterator[Any]:
    """Give each copy of a body in which one part is another value, is missing, or has an odd key."""
    yield from corpus
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {name: each for name, each in value.items() if name != key}
            for other in changed(inner, corpus):
                yield {**value, key: other}
        for key in ("constructor", "a/b~c", "x" * 400, "\u202e"):
            yield {**value, key: 1}
    elif isinstance(value, list):
        for other in changed(value[0], corpus):
            yield [other]
        yield value * 2


@pytest.mark.parametrize("corpus", [pytest.param(WORST, id="worst"), pytest.param(CORPUS, id="all", marks=SLOW)])
@pytest.mark.parametrize("group", dealt(EVERY, 6))
def test_odd_values_are_taken_or_refused(
    team: Team,
    settings: Settings,
    hostile_server: HostileServer,
    group: list[tuple[str, int]],
    corpus: tuple[Any, ...],
) -> None:
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    initiative, ids = fill(team.principal)
    serve_file(hostile_server, ids)
    number = 0
    for name, place in group:
        method, route = name.split(" ")
        path = filled(route, ids)
        taken = 0
        for body in changed(bodies(ids, 7)[name][place], corpus):
            number += 1
            answer = team.admin.call(method, path, json.dumps(_renamed(body, number)).encode())
            assert answer.status_code in (200, 201, 400), (name, body, answer.status_code, answer.content[:500])
            if answer.status_code != 400:
                json.loads(answer.content, parse_constant=_refuse)
                taken += 1
        # Where no field may be missing and each has one form, only the body itself is taken.
        assert taken or team.admin.call(method, path, bodies(ids, 7)[name][place]).status_code in (200, 201), name
    _read_everything(team, initiative, ids)


def _renamed(body: Any, number: int) -> Any:
    """Return the body with names of its own, so that it is not refused for being there already."""
    own = {"K7": f"K{number}", "N7": f"N{number}", "rate-7": f"rate-{number}", "Tracking 7": f"Tracking {number}"}
    if not isinstance(body, dict):
        return body
    return {key: own.get(value, value) if isinstance(value, str) else value for key, value in body.items()}


def _refuse(token: str) -> None:
    raise AssertionError(f"{token} is not JSON")


def _read_everything(team: Team, initiative: Initiative, ids: dict[str, str]) -> None:
    """Judge what is stored now, and read every path to its last page."""
    judge_now(initiative.pk)
    team.let_the_admin_lead()
    for route in READS:
        path = filled(route, ids)
        while path:
            answer = team.admin.call("get", path)
            said = content_of(answer)
            assert answer.status_code == 200, (path, said)
            page = json.loads(said, parse_constant=_refuse) if "json" in answer["Content-Type"] else {}
            path = (page.get("next") or "").partition("/api/v1/")[2]


@pytest.mark.parametrize("routes", dealt(READS, 4))
def test_odd_parameters_are_taken_or_refused(team: Team, settings: Settings, routes: list[str]) -> None:
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000
    _, ids = fill(team.principal)
    odd = ("", "0", "-1", "9" * 400, "1e9", "%00", "%ff", "%ed%a0%80", "a%0d%0aSet-Cookie:b", "'", "null", "true", "[]")
    places = [(route, name) for route in routes for name in views()[route].query.get("GET", Params)().fields]
    for route, name in places:
        for value in odd:
            answer = team.admin.call("get", f"{filled(route, ids)}?{name}={value}")
            assert answer.status_code in (200, 400, 404), (route, name, value, answer.content)
            assert "Set-Cookie" not in answer


@pytest.mark.parametrize("part", ["%00", "%ff", "%2e%2e", "x" * 3000, "🙂", "'", "%252f"])
def test_odd_ids_are_not_found(team: Team, part: str) -> None:
    team.let_the_admin_lead()
    for route in served():
        if "{" in route:
            kinds = dict.fromkeys({kind for route in served() for kind in parts_of(route)}, part)
            assert team.admin.call("get", filled(route, kinds)).status_code in (404, 405)


def test_the_names_differ(team: Team) -> None:
    assert _renamed({"key": "N7", "name": "x"}, 3) == {"key": "N3", "name": "x"}
    assert ok(team.admin.call("get", "initiatives/"))["data"] == []

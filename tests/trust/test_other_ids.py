"""Ids of another workspace in every place of pages and endpoints that takes one; and a new place is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

from mltrack import urls
from mltrack.accounts.pages import page
from projects.models import Run
from tests.api.bodies import bodies
from tests.api.routes import filled, served
from tests.api.test_bodies import BLANK as NO_IDS
from tests.api.test_bodies import DOCUMENT, SHAPES
from tests.api.test_other_workspace import rows_of
from tests.sheets import text_of
from tests.trust.id_places import FREE, SEARCHED, id_like, names_in
from tests.trust.page_corpus import asked_of, drain
from tests.trust.page_forms import posts
from tests.trust.page_table import TABLE
from tests.trust.page_world import CANARY, PageWorld
from tests.trust.routes import IN_FORMS, OBJECTS, pages

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
FORM_IDS: Final = {
    "assignee": "owner",
    "connection": "connections",
    "initiative": "initiatives",
    "kpi": "tied",
    "owner": "owner",
    "sprint": "sprint_id",
}


@page()
def sibling(request: HttpRequest, public_id: str) -> HttpResponse:
    """Guard the workspace, and forget that the run may be another's."""
    return HttpResponse(Run.objects.get(public_id=public_id).name)


urlpatterns = [path("w/<slug:workspace>/sibling/runs/<slug:public_id>/", sibling, name="planted"), *urls.urlpatterns]


def path_findings(world: PageWorld, names: Mapping[str, Any]) -> list[str]:
    """Return the pages that answer for an id of theirs in our workspace with anything but 404, or tell their words."""
    found = []
    for route in (each for each in pages() if each.name in names):
        for kind in sorted(set(route.kinds()) & OBJECTS - {"workspace"}):
            for method in names[route.name]:
                answer = world.admin.ask(method, route.filled({**world.ours, kind: world.theirs[kind]}))
                if answer.status_code != 404 or CANARY in text_of(drain(answer)):
                    found.append(f"{method} {route.name} with their {kind}: {answer.status_code}")
    return found


def test_their_ids_in_a_path_are_not_found(world: PageWorld) -> None:
    world.team.let_the_admin_lead()
    before = rows_of(world.team.stranger.workspace)
    inside = {name: methods for name, methods in TABLE.items() if name.partition(":")[0] in ("kpis", "projects")}
    settings = {name: methods for name, methods in TABLE.items() if name.startswith("accounts:")}
    found = path_findings(world, {**inside, **settings})
    assert not found, "\n".join(found)
    assert rows_of(world.team.stranger.workspace) == before


def test_a_page_that_forgets_to_ask_whose_it_is_is_reported(world: PageWorld, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    assert path_findings(world, {"planted": ("GET",)}) == ["GET planted with their run_id: 200"]


def test_their_ids_in_a_form_are_refused(world: PageWorld) -> None:
    before, tried = rows_of(world.team.stranger.workspace), 0
    routes = {each.name: each for each in pages()}
    for post in posts(world.ours):
        for field in set(post.values) & set(FORM_IDS):
            body = {**post.body, field: world.theirs[FORM_IDS[field]]}
            body |= {"name": ""} if post.name == "kpis:value" else {}
            answer = world.admin.ask("POST", routes[post.name].filled(world.ours), body)
            assert answer.status_code == 422 or b"nobody" in answer.content, (post.name, field, answer.status_code)
            assert CANARY not in answer.content.decode().replace(body[field], "")
            tried += 1
    assert tried >= 5
    assert rows_of(world.team.stranger.workspace) == before


def test_their_address_as_an_owner_is_refused(world: PageWorld) -> None:
    routes = {each.name: each for each in pages()}
    for name in ("kpis:initiative_edit", "kpis:kpi_edit"):
        path = routes[name].filled({**world.ours, "field": "owner"})
        answer = world.admin.ask("POST", path, {"value": world.theirs["owner"]})
        assert answer.status_code in (412, 422), name


def test_their_rows_for_a_field_of_a_task_are_refused(world: PageWorld) -> None:
    route = next(each for each in pages() if each.name == "kpis:task_edit")
    kinds = {"assignee": "owner", "sprint": "sprint_id", "run": "run_id", "dataset": "dataset_id"}
    for field, kind in {**kinds, "blocked_by": "task_key"}.items():
        path = route.filled({**world.ours, "task_field": field})
        answer = world.admin.ask("POST", path, {"value": world.theirs[kind]})
        assert answer.status_code in (412, 422), field
        assert CANARY not in answer.content.decode().replace(world.theirs[kind], "")


def test_their_ids_in_a_query_find_nothing(world: PageWorld) -> None:
    before = rows_of(world.team.stranger.workspace)
    theirs = {**world.theirs, "word": CANARY[:6]}
    for route in (each for each in pages() if "GET" in TABLE[each.name] and "workspace" in each.kinds()):
        for name in asked_of(route, world.ours) & set(SEARCHED):
            answer = world.admin.ask("GET", f"{route.filled(world.ours)}?{name}={theirs[SEARCHED[name]]}")
            assert answer.status_code < 500
            assert CANARY not in text_of(drain(answer)), (route.name, name)
    assert rows_of(world.team.stranger.workspace) == before


def test_pages_of_ours_tell_nothing_of_theirs(world: PageWorld) -> None:
    for route in (each for each in pages() if "GET" in TABLE[each.name]):
        answer = world.admin.ask("GET", route.filled(world.ours))
        assert CANARY not in text_of(drain(answer)), route.name


def _declared(schema: Any) -> Iterator[tuple[str, Any]]:
    if "$ref" in schema:
        yield from _declared(SHAPES[schema["$ref"].rpartition("/")[2]])
    for each in schema.get("oneOf", []):
        yield from _declared(each)
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        yield from _declared(inner)
    if isinstance(schema.get("items"), dict):
        yield from _declared(schema["items"])


def test_every_property_that_looks_like_an_id_has_a_case() -> None:
    found = set()
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                found |= {name for name, _ in _declared(content["schema"])}
            found |= {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
    found |= {field for each in posts(dict.fromkeys((*OBJECTS, *IN_FORMS), "x")) for field in each.values}
    swapped = {name for each in bodies({kind: f"<{kind}>" for kind in NO_IDS}, 7).values() for name in names_in(each)}
    cases = swapped | set(FORM_IDS) | set(FREE)
    assert {name for name in found if id_like(name)} - cases == set()


def test_a_new_property_that_looks_like_an_id_is_noticed() -> None:
    assert all(id_like(name) for name in ("evaluation_id", "kpi", "sprint_ids", "connection", "key", "waiver"))
    assert not any(id_like(name) for name in ("name", "grid", "note", "monkey"))


def test_relations_are_those_of_the_models() -> None:
    relations = {
        field.name
        for model in apps.get_app_config("kpis").get_models()
        for field in model._meta.get_fields()
        if field.is_relation
    }
    assert all(id_like(name) for name in relations)


def test_batches_with_ids_of_theirs_keep_nothing_of_theirs(world: PageWorld) -> None:
    before = rows_of(world.team.stranger.workspace)
    admin, ours, theirs = world.team.admin, world.ours, world.theirs
    run = {"external_id": f"ci-{CANARY}-SOUTH", "metrics": {"accuracy": 0.1}}
    answer = admin.call("post", f"initiatives/{ours['initiatives']}/runs/batch/", {"runs": [run]})
    assert [each["state"] for each in answer.json()["results"]] == ["created"]
    for field, value in (("connection", theirs["connections"]), ("id", theirs["run_id"]), ("initiative", "SOUTH")):
        answer = admin.call("post", f"initiatives/{ours['initiatives']}/runs/batch/", {"runs": [{**run, field: value}]})
        assert "created" not in answer.content.decode() and CANARY not in re.sub(r"ci-\S+", "", answer.content.decode())
    readings = {"readings": [{"time": "2026-02-02", "value": 1}]}
    assert admin.call("post", f"kpis/{theirs['kpis']}/readings/batch/", readings).status_code == 404
    assert admin.call("post", f"initiatives/{theirs['initiatives']}/runs/batch/", {"runs": [run]}).status_code == 404
    assert rows_of(world.team.stranger.workspace) == before


def test_a_scoped_filter_is_declared_for_each_query_of_an_endpoint(world: PageWorld) -> None:
    world.team.let_the_admin_lead()
    reads = [route for route, methods in served().items() if "GET" in methods]
    for route in reads:
        answer = world.team.admin.call("get", filled(route, dict(world.ours)) + "?connection__workspace=2")
        assert answer.status_code == 400, route


@pytest.mark.parametrize("name", sorted(FREE))
def test_what_is_no_id_says_why(name: str) -> None:
    assert len(FREE[name].split()) > 2

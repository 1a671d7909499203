"""Ids of another workspace, at any depth: not found or refused, their rows untouched, none of their words told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from pytest_django import Settings

from mltrack.accounts.models import Workspace
from tests.api.bodies import bodies
from tests.api.people import Team, content_of, ok
from tests.api.routes import filled, parts_of, served
from tests.api.test_bodies import BLANK
from tests.api.world import fill

pytestmark = pytest.mark.django_db
CANARY = "canary-south"
OWNERS = (
    "",
    "member__",
    "initiative__",
    "connection__",
    "kpi__",
    "run__",
    "evaluation__",
    "version__",
    "split__version__",
    "upload__",
    "champion__",
    "contribution__initiative__",
    "project__",
    "task__project__",
    "task__initiative__",
    "measured__",
    "alert__kpi__",
    "notice__member__",
    "finding__",
    "link__",
    "subscription__",
    "hook__",
    "dashboard__",
    "deployment__",
    "probe__initiative__",
    "series__",
)
WAYS = tuple(f"{owner}workspace" for owner in OWNERS)
READS = [route for route, methods in served().items() if "GET" in methods]
WITH_IDS = [(route, method) for route, methods in served().items() if "{" in route for method in sorted(methods)]


@pytest.fixture
def both(team: Team, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Return an id of each kind of our workspace, and of theirs; both hold an initiative CHURN as well."""
    team.let_the_admin_lead()
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    theirs = team.principal_of(team.stranger)
    fill(theirs, CANARY)
    return fill(team.principal)[1], fill(theirs, CANARY, key="SOUTH")[1]


def rows_of(workspace: Workspace) -> dict[str, list[Any]]:
    """Return all rows of a workspace by table."""
    found = {}
    for model in (*apps.get_app_config("projects").get_models(), *apps.get_app_config("kpis").get_models()):
        way = _way(model)
        if way:
            found[model.__name__] = list(model._default_manager.filter(**{way: workspace}).order_by("pk").values())
    return found


def _way(model: type[Model]) -> str | None:
    return next((way for way in WAYS if _leads(model, way.split("__"))), None)


def _leads(model: Any, way: list[str]) -> bool:
    """Say whether a way of relations leads from a model to the end."""
    for name in way:
        fields = {field.name: field for field in model._meta.get_fields()} if model else {}
        if name not in fields:
            return False
        model = fields[name].related_model
    return True


def test_every_table_is_watched(team: Team, both: Any) -> None:
    models = (*apps.get_app_config("projects").get_models(), *apps.get_app_config("kpis").get_models())
    assert [model.__name__ for model in models if _way(model) is None] == []
    watched = rows_of(team.stranger.workspace)
    unfilled = {"Breaker", "RejectedRecord", "RunColumns", "Scorecard", "RunDataset", "NudgeDelivery", "UpdateReminder"}
    unfilled |= {
        "DigestMail",
        "MailChoice",
        "SentTask",
        "AlertMail",
        "AlertMute",
        "FindingMute",
        "ProbeResult",
        "MonitorWatch",
    }
    assert {name for name, rows in watched.items() if not rows} <= unfilled


def test_reading_ours_tells_nothing_of_theirs(team: Team, both: Any) -> None:
    ours, _ = both
    for route in READS:
        answer = team.admin.call("get", filled(route, ours))
        assert answer.status_code == 200
        assert CANARY not in content_of(answer).decode(), route


def test_their_ids_in_a_path_are_not_found(team: Team, both: Any) -> None:
    ours, theirs = both
    before = rows_of(team.stranger.workspace)
    for route, method in WITH_IDS:
        body = next(iter(bodies(ours, 7).get(f"{method} {route}", [{}])))
        # Checks are called alike in all workspaces.
        for kind in [each for each in parts_of(route) if each != "check_id"]:
            path = filled(route, {**ours, kind: theirs[kind]})
            answer = team.admin.call(method, path, None if method in ("GET", "DELETE") else body)
            assert answer.status_code == 404, (method, path, answer.content)
            assert CANARY not in answer.content.decode()
    assert rows_of(team.stranger.workspace) == before


def swapped(value: Any, ours: dict[str, str], theirs: dict[str, str], name: str = "") -> Iterator[Any]:
    """Give each copy of a body in which one id is theirs."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for changed in swapped(inner, ours, theirs, key):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for changed in swapped(inner, ours, theirs, name):
                yield [*value[:place], changed, *value[place + 1 :]]
    elif isinstance(value, str):
        yield from (theirs[kind] for kind, own in ours.items() if value == own and kind not in ("connection_id",))


REFERRING = [
    (name, place)
    for name, found in bodies({kind: f"<{kind}>" for kind in BLANK}, 7).items()
    for place, body in enumerate(found)
    if "<" in json.dumps(body)
]


def test_bodies_with_ids_are_those() -> None:
    assert {name for name, _ in REFERRING} == {
        "POST initiatives/",
        "PATCH initiatives/{key}/",
        "PUT initiatives/{key}/selection/",
        "POST initiatives/{key}/contributions/",
        "POST initiatives/{key}/results/",
        "POST initiatives/{key}/experiments/",
        "POST initiatives/{key}/evaluations/",
        "POST initiatives/{key}/evaluations/uploads/",
        "POST initiatives/{key}/deployments/{deployment_id}/rollback/",
        "POST initiatives/{key}/observation-sources/",
        "POST initiatives/{key}/observation-sources/preview/",
        "POST data-sources/",
        "PATCH data-sources/{source_key}/",
        "POST planned-stops/",
        "POST kpis/",
        "PATCH kpis/{key}/",
        "POST dashboards/",
        "PATCH dashboards/{key}/",
        "POST calendars/",
        "POST shares/",
        "POST subscriptions/",
        "POST kpis/{key}/sources/",
        "POST kpis/{key}/sources/preview/",
        "POST connections/",
        "PATCH connections/{connection_id}/",
        "POST initiatives/{key}/tasks/",
        "POST initiatives/{key}/tasks/batch/",
        "PATCH initiatives/{key}/tasks/{task_key}/",
        "POST initiatives/{key}/checks/{check_id}/task/",
        "POST sprints/{sprint_id}/roll-over/",
        "POST initiatives/{key}/datasets/{dataset_id}/overlaps/",
        "POST initiatives/{key}/labeling/datasets/",
    }


def test_their_ids_in_a_body_are_refused(team: Team, both: Any) -> None:
    ours, theirs = both
    before = rows_of(team.stranger.workspace)
    for name, place in REFERRING:
        method, route = name.split(" ")
        tried = list(swapped(bodies(ours, 7)[name][place], ours, theirs))
        assert tried
        for body in tried:
            answer = team.admin.call(method, filled(route, ours), body)
            assert is_refused(answer), (body, answer.content)
            assert CANARY not in answer.content.decode()
    assert rows_of(team.stranger.workspace) == before


def is_refused(answer: Any) -> bool:
    """Say whether a body was refused, or each of a batch was."""
    if answer.status_code == 200 and "results" in answer.json():
        return {each["state"] for each in answer.json()["results"]} == {"rejected"}
    return bool(answer.status_code == 400)


def test_their_ids_in_a_query_find_nothing(team: Team, both: Any) -> None:
    _, theirs = both
    assert team.admin.call("get", f"initiatives/CHURN/runs/?connection={theirs['connections']}").status_code == 404
    assert ok(team.admin.call("get", f"connections/?initiative={theirs['initiatives']}"))["data"] == []
    for kind in ("initiatives", "kpis"):
        assert ok(team.admin.call("get", f"{kind}/?owner={theirs['owner']}"))["data"] == []


def test_the_gate_does_not_know_their_models(team: Team, both: Any) -> None:
    ours, theirs = both
    path = f"initiatives/{ours['initiatives']}/gate/"
    for named in (theirs["model_version_id"], f"model-{CANARY}/3"):
        answer = ok(team.admin.call("post", path, {"model_version": named, "dry_run": True}))
        assert (answer["verdict"], answer["candidate"]) == ("unknown", None)


def test_a_run_of_theirs_is_not_tied_to_our_version(team: Team, both: Any) -> None:
    ours, _ = both
    body = {"name": "m", "version": "9", "run": f"ci-{CANARY}-SOUTH"}
    made = ok(team.admin.call("post", f"initiatives/{ours['initiatives']}/model-versions/", body), 201)
    assert made["run"] is None


def test_our_evaluations_are_not_found_by_their_ids(team: Team, both: Any) -> None:
    _, theirs = both
    found = ok(team.admin.call("get", "initiatives/CHURN/evaluations/"))["data"]
    assert len(found) == 2
    asked = [f"run={theirs['run_id']}", f"model_version={theirs['model_version_id']}", f"dataset=cards+{CANARY}"]
    for query in asked:
        assert ok(team.admin.call("get", f"initiatives/CHURN/evaluations/?{query}"))["data"] == [], query


def test_our_cursor_opens_no_page_of_theirs(team: Team, both: Any) -> None:
    fill(team.principal, key="NORTH")
    cursor = ok(team.admin.call("get", "initiatives/?limit=1"))["next"].partition("cursor=")[2]
    assert team.stranger.call("get", f"initiatives/?cursor={cursor}").status_code == 400

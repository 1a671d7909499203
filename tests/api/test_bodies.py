"""The valid bodies are valid, and hold every field that the description declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from pytest_django import Settings

from tests.api.bodies import bodies
from tests.api.people import Team
from tests.api.routes import filled, served
from tests.api.world import fill, serve_file
from tests.samples import dealt
from tests.servers.hostile import HostileServer

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())
SHAPES = DOCUMENT["components"]["schemas"]
KINDS = ("initiatives", "kpis", "connections", "owner", "run_id", "model_version_id", "dataset_id")
BLANK = dict.fromkeys(
    (
        *KINDS,
        *("source_connection", "sprint_id", "into_id", "task_key", "blocker_key", "trained_id", "project"),
        *("experiment_id", "earlier_id", "source_key"),
    ),
    "x",
)
EVERY = [(name, place) for name, found in bodies(BLANK, 1).items() for place in range(len(found))]


def test_every_path_that_takes_a_body_has_one() -> None:
    bytes_alone = ("initiatives/{key}/evaluations/uploads/{upload_id}/", "initiatives/{key}/annotations/upload/")
    without = {
        "connections/{connection_id}/sync/",
        *bytes_alone,
        *(
            route
            for route in served()
            if route.endswith(
                (
                    "/sync/",
                    "/back-fill/",
                    "/send/",
                    "/approve/",
                    "/reject/",
                    "/revoke/",
                    "/close/",
                    "/tool/",
                    "/restore/",
                    "/read/",
                )
            )
        ),
        "kpis/{key}/goals/{goal_id}/withdraw/",
        "planned-stops/{stop_id}/withdraw/",
        "findings/{finding_id}/task/",
        *(f"webhooks/{{webhook_id}}/{deed}/" for deed in ("test", "rotate", "deliveries/{delivery_id}/replay")),
        "initiatives/{key}/estimates/{estimate_id}/withdraw/",
    }
    writing = {
        f"{method} {route}"
        for route, methods in served().items()
        for method in methods - {"GET", "DELETE"}
        if route not in without
    }
    assert writing == set(bodies(BLANK, 1))


@pytest.mark.parametrize("name", bodies(BLANK, 1))
def test_every_declared_field_is_there(name: str) -> None:
    method, route = name.split(" ")
    schema = DOCUMENT["paths"][f"/api/v1/{route}"][method.lower()]["requestBody"]["content"]["application/json"]
    declared = [set(_resolved(each)["properties"]) for each in _choices(_resolved(schema["schema"]))]
    shown = [set(body) for body in bodies(BLANK, 1)[name]]
    # Fields that exclude each other stand in several bodies of the one shape.
    assert (shown if len(declared) > 1 else [set().union(*shown)]) == declared


def _resolved(schema: Any) -> Any:
    return SHAPES[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _choices(schema: Any) -> list[Any]:
    return list(schema.get("oneOf", [schema]))


@pytest.mark.django_db
@pytest.mark.parametrize("group", dealt(EVERY, 8))
def test_every_body_is_taken(
    team: Team, settings: Settings, hostile_server: HostileServer, group: list[tuple[str, int]]
) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000
    _, ids = fill(team.principal)
    serve_file(hostile_server, ids)
    filled_in = bodies(ids, 7)
    for name, place in group:
        method, route = name.split(" ")
        with transaction.atomic():
            answer = team.admin.call(method, filled(route, ids), filled_in[name][place])
            assert answer.status_code in (200, 201), (name, answer.content)
            transaction.set_rollback(True)

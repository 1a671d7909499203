"""A web process that dies around the commit of a post: the client's retry with the same key makes it one deed."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from mltrack.failpoints import NAMES
from projects.models import Initiative, MetricValue, Run
from tests.factories import make_initiative, make_workspace
from tests.servers.client import Client, Reply
from tests.servers.product import serve, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

WRITES = [name for name in NAMES if name.startswith("write.")]
BODY = {"runs": [{"external_id": f"ci-{number}", "metrics": {"accuracy": number / 10}} for number in range(8)]}


@pytest.fixture
def initiative(transactional_db: None) -> Initiative:
    return make_initiative(make_workspace())


@pytest.fixture
def token(initiative: Initiative) -> str:
    return token_of(initiative)


def post(url: str, token: str) -> Reply:
    return Client(url, token).post("/api/v1/initiatives/CHURN/runs/batch/", BODY, "build-7")


def stored() -> dict[str, Any]:
    values = MetricValue.objects.select_related("run")
    return {each.run.external_id: each.value for each in values}


@pytest.mark.parametrize("name", WRITES)
def test_dying_around_the_commit(initiative: Initiative, token: str, name: str, tmp_path: Path) -> None:
    with serve(tmp_path, MLTRACK_FAILPOINT=name) as url, pytest.raises((http.client.HTTPException, OSError)):
        post(url, token)
    assert Run.objects.count() == (8 if name == "write.after_commit" else 0)
    with serve(tmp_path) as url:
        first, again = post(url, token), post(url, token)
    assert (first.status, again.status) == (200, 200)
    assert (first.headers.get("Idempotency-Replayed"), again.headers.get("Idempotency-Replayed")) == (
        "true" if name == "write.after_commit" else None,
        "true",
    )
    assert {each["state"] for each in json.loads(first.body)["results"]} == {"created"}
    assert first.body == again.body
    assert stored() == {each["external_id"]: each["metrics"]["accuracy"] for each in BODY["runs"]}  # type: ignore[index]

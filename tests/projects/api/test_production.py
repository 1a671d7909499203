"""What runs in production by REST: canary, promotion, rollback, rehearsal."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Initiative
from projects.selectors.production import production_of
from projects.services.deployments import record_deployment
from projects.services.pushes import push_runs
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def deployed(team: Team, version: str, state: str = "live") -> str:
    body = {"environment": "production", "version": version, "state": state}
    return str(ok(team.contributor.call("post", HERE + "deployments/", body), 201)["id"])


def test_from_canary_to_live_and_back(team: Team, churn: Initiative) -> None:
    old, new = deployed(team, "1"), deployed(team, "2", "canary")
    (now,) = ok(team.viewer.call("get", HERE + "production/"))["environments"]
    assert (now["champion"]["id"], now["canary"]["id"], now["shadow"]) == (old, new, None)
    assert ok(team.contributor.call("post", HERE + f"deployments/{new}/promote/", {}))["state"] == "live"
    refused(team.viewer.call("post", HERE + f"deployments/{new}/rollback/", {}), 403)
    back = ok(team.contributor.call("post", HERE + f"deployments/{new}/rollback/", {"seconds": 40}))
    assert (back["from_deployment"], back["to_version"], back["seconds"]) == (new, "1", 40)
    answer = ok(team.viewer.call("get", HERE + "production/"))
    assert answer["change_fail_rate"] == {
        "failed": 1,
        "n": 3,
        "share": pytest.approx(1 / 3),
        "low": pytest.approx(0.0615, abs=5e-5),
        "high": pytest.approx(0.7923, abs=5e-5),
    }
    assert answer["environments"][0]["champion"]["id"] == back["to_deployment"]
    assert answer["live_at"] and answer["lead_days"] == pytest.approx(0, abs=0.01)


def test_rehearsals_are_listed_with_rollbacks(team: Team, churn: Initiative) -> None:
    body = {"environment": "production", "seconds": 30, "at": "2026-01-05T09:00:00Z", "link": "https://example.org/1"}
    made = ok(team.contributor.call("post", HERE + "rollbacks/", body), 201)
    assert ok(team.contributor.call("post", HERE + "rollbacks/", body), 200) == made
    (row,) = ok(team.viewer.call("get", HERE + "rollbacks/"))["data"]
    assert row == made and (row["kind"], row["from_version"]) == ("rehearsal", "")


def test_wrong_bodies_name_the_field(team: Team, churn: Initiative) -> None:
    live = deployed(team, "1")
    call = team.contributor.call
    assert pointers(refused(call("post", HERE + "rollbacks/", {"environment": "production"}), 400)) == {"/seconds"}
    wrong = refused(call("post", HERE + f"deployments/{live}/rollback/", {"to_deployment": "dep_1"}), 400)
    assert pointers(wrong) == {"/to_deployment"}
    assert pointers(refused(call("post", HERE + f"deployments/{live}/rollback/", {}), 400)) == {"/to_deployment"}
    assert pointers(refused(call("post", HERE + f"deployments/{live}/promote/", {"why": ""}), 400)) == {"/why"}
    refused(call("post", HERE + "deployments/dep_1/promote/", {}), 404)


def test_the_queries_do_not_grow_with_history(team: Team, churn: Initiative) -> None:
    counts = []
    for n in range(2):
        push_runs(team.principal, churn, [{"external_id": f"r{n}", "tags": {"commit": f"c{n}"}}])
        for number in range(5):
            record_deployment(team.principal, churn, environment=f"e{n}", version=str(number), commit=f"c{n}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = production_of(churn, timezone.now())
        counts.append(len(queries))
    assert counts == [4, 4]
    assert found.trained_days is None or found.trained_days >= 0

"""What is so of every source by REST: nobody waits in a transaction, and what changed meanwhile is not kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kpis.models import KpiSource
from projects.models import Connection, ObservationSource
from projects.services import asking
from projects.services.clients import open_connection
from tests.api.people import Team, ok
from tests.factories import make_initiative
from tests.kpis.source_world import connect, make_kpi
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db
CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,x\n"
OPTIONS = {"time_column": "day", "value_column": "rate"}
KINDS: dict[str, tuple[str, str, type[KpiSource | ObservationSource]]] = {
    "kpi": ("kpis/churn-rate/sources/", "csv_link", KpiSource),
    "initiative": ("initiatives/CHURN/observation-sources/", "errors", ObservationSource),
}


class Here:
    """Where sources of a kind are, and a question to a server of files."""

    def __init__(self, team: Team, kind: str, url: str) -> None:
        self.path, asked, self.model = KINDS[kind]
        files = connect(team.principal, "csv_link", url)
        self.asked = {"kind": asked, "connection": files.public_id, "statement": "a.csv", "options": OPTIONS}
        self.named = {**self.asked, "name": "Rates"}


@pytest.fixture(params=list(KINDS))
def here(request: pytest.FixtureRequest, team: Team, settings: Settings, hostile_server: HostileServer) -> Here:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    make_kpi(team.principal)
    make_initiative(team.principal)
    hostile_server.script[:] = [raw(200, CSV)] * 9
    return Here(team, request.param, hostile_server.url)


class Watched:
    """How many transactions were open whenever a server was asked. A test's own is always there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open: list[int] = []
        self._own = len(connection.atomic_blocks)
        monkeypatch.setattr(asking, "open_connection", self._asked)

    def _asked(self, *args: Any) -> Any:
        self.open.append(len(connection.atomic_blocks) - self._own)
        return open_connection(*args)


def test_no_transaction_is_open_while_a_server_is_asked(
    team: Team, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    key = {"Idempotency-Key": "once"}
    assert team.manager.call("post", f"{here.path}preview/", here.asked).status_code == 200
    made = team.manager.call("post", here.path, here.named, **key)
    assert made.status_code == 201
    path = f"{here.path}{made.json()['id']}/"
    assert team.manager.call("patch", path, {"statement": "b.csv"}).status_code == 200
    assert watched.open == [0, 0, 0]
    # Whoever only repeats, pauses, or has another version in hand asks nobody.
    assert team.manager.call("post", here.path, here.named, **key).json() == made.json()
    assert team.manager.call("patch", path, {"paused": True}).status_code == 200
    assert team.manager.call("patch", path, {"statement": "c.csv"}, **{"If-Match": '"other"'}).status_code == 412
    assert watched.open == [0, 0, 0]


@pytest.mark.parametrize("change", ["connection", "source"])
def test_what_changed_while_it_was_asked_is_not_kept(
    team: Team, here: Here, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = f"{here.path}{ok(team.manager.call('post', here.path, here.named), 201)['id']}/"

    def meanwhile(*args: Any) -> Any:
        if change == "source":
            here.model.objects.update(statement="other.csv")
        else:
            Connection.objects.update(version=F("version") + 1)
        return open_connection(*args)

    monkeypatch.setattr(asking, "open_connection", meanwhile)
    answer = team.manager.call("patch", path, {"statement": "b.csv"})
    assert answer.status_code == 400 and "try again" in answer.json()["errors"][0]["detail"]
    assert here.model.objects.get().statement != "b.csv"


def test_a_change_holds_the_connection_before_its_source_as_a_pull_does(team: Team, here: Here) -> None:
    path = f"{here.path}{ok(team.manager.call('post', here.path, here.named), 201)['id']}/"
    with CaptureQueriesContext(connection) as queries:
        assert team.manager.call("patch", path, {"paused": True}).status_code == 200
    held = [each["sql"] for each in queries if "FOR UPDATE" in each["sql"] or "FOR NO KEY UPDATE" in each["sql"]]
    named = [place for place, statement in enumerate(held) if f'FROM "{here.model._meta.db_table}"' in statement]
    assert named and any('FROM "projects_connection"' in each for each in held[: named[0]])

"""A saved token and a changed address: another scheme, host or port clears the token, whichever way it is changed.

The same at the moment of a pull stands in tests/trust/attacks/test_races.py.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Connection
from projects.models.secrets import unseal
from projects.services.connections import create_connection, edit_connection
from tests.api.people import Team, ok
from tests.factories import make_workspace
from tests.servers.hostile import HostileServer, as_json
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
SECRET = "canary-saved-token"
HOME = "http://mlflow.example.org:5000/base"
MOVED = [
    "https://mlflow.example.org:5000/base",
    "http://mlflow.example.org/base",
    "http://mlflow.example.org:5001/base",
    "http://mlflow.example.com:5000/base",
    "http://mlflow.example.org.:5000/base",
    "http://mlflow.example.org.evil.example:5000/base",
    "http://evil.example:5000/mlflow.example.org:5000/base",
    "http://evil.example:5000\\@mlflow.example.org:5000/base",
    "http://mlflow.example.org:5000\\@evil.example/base",
    "http://mlflow.example.org:5000@evil.example/base",
    "http://mlflow.example.org:5000#@evil.example/base",
    "http://mlflow.example.org:5000?@evil.example/base",
    "http://mlflow.example.org%2eevil.example:5000/base",
    "http://mlﬂow.example.org:5000/base",
    "http://mlflow。example.org:5000/base",
    "http://mlflow.example.org\t.evil.example:5000/base",
    "http://\tevil.example:5000/base",
    " http://evil.example:5000/base",
    "http://mlflow.example.org:05001/base",
    "http://[::1]:5000/base",
    "HTTP://EVIL.EXAMPLE:5000/base",
]
SAME = [
    "http://mlflow.example.org:5000/other",
    "HTTP://MLflow.Example.ORG:5000/base/",
    "http://mlflow.example.org:05000/base",
]


def saved(owner: Principal, name: str = "m") -> Connection:
    return create_connection(owner, kind="mlflow", name=name, base_url=HOME, secret=SECRET)


def keeps(connection: Connection) -> bool:
    """Say whether the connection would still send the token."""
    connection.refresh_from_db()
    return unseal(connection.sealed_secret) == SECRET


def is_home(address: str) -> bool:
    """Say whether the client would connect to where the token was given for."""
    url, home = httpx2.URL(address), httpx2.URL(HOME)
    return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)


@pytest.mark.parametrize("address", MOVED)
def test_a_moved_connection_has_no_token(address: str) -> None:
    owner = make_workspace()
    made = saved(owner)
    try:
        edit_connection(owner, made, {"base_url": address})
    except ValidationError:
        assert keeps(made) and Connection.objects.get().base_url == HOME
    else:
        assert not keeps(made) or is_home(Connection.objects.get().base_url)


@pytest.mark.parametrize("address", SAME)
def test_another_way_to_the_same_place_keeps_it(address: str) -> None:
    owner = make_workspace()
    made = saved(owner)
    edit_connection(owner, made, {"base_url": address})
    assert keeps(made) and is_home(Connection.objects.get().base_url)


def test_there_and_back_again_does_not_bring_it_back() -> None:
    owner = make_workspace()
    made = saved(owner)
    edit_connection(owner, made, {"base_url": "http://evil.example:5000/base"})
    edit_connection(owner, made, {"base_url": HOME})
    assert not keeps(made) and made.sealed_secret == ""


def test_by_patch(settings: Settings) -> None:
    team = Team()
    made = saved(team.principal)
    with HostileServer(as_json({})) as server:
        settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
        changed = ok(team.manager.call("patch", f"connections/{made.public_id}/", {"base_url": server.url}))
        assert SECRET not in str(changed) and not keeps(made)
        team.manager.call("post", f"connections/{made.public_id}/sync/")
        assert SECRET not in str(server.seen)


def test_by_the_page(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    owner = make_workspace()
    made = saved(owner)
    path = f"/w/{owner.workspace.key}/connections/{made.public_id}/edit/"
    with HostileServer(as_json({})) as server:
        form: dict[str, Any] = {"kind": "mlflow", "name": "m", "auth": "bearer", "interval_seconds": "60", "secret": ""}
        browser = signed_in(owner)
        answer = browser.post(path, {**form, "base_url": server.url, "version": str(made.version)})
        assert answer.status_code == 302 and not keeps(made)
        assert SECRET not in browser.get(path).content.decode()
        assert SECRET not in str(server.seen)


def test_no_answer_and_no_trail_holds_it() -> None:
    team = Team()
    made = saved(team.principal)
    told = [
        team.admin.call("get", "connections/").content.decode(),
        team.admin.call("get", f"connections/{made.public_id}/").content.decode(),
        signed_in(team.admin.user).get(f"/w/admin/connections/{made.public_id}/edit/").content.decode(),
        str(list(AuditEvent.objects.values())),
        made.sealed_secret,
    ]
    assert not any(SECRET in each for each in told)

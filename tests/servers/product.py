"""The product's own web process on a test's database, and a small client that sees every answer as it is."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection as database

from mltrack import env, roles
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role
from mltrack.accounts.services.tokens import create_token
from projects.models import Initiative
from tests.databases import url_of
from tests.servers.processes import end, free_port, spawn, wait_for


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Requests with a token, each on a connection of its own; what breaks raises OSError or HTTPException."""

    def __init__(self, url: str, token: str = "", timeout: float = 30.0) -> None:
        self._address = urlsplit(url)
        self._token = token
        self._timeout = timeout

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Any, key: str = "") -> Reply:
        return self._ask("POST", path, json.dumps(body).encode(), {"Idempotency-Key": key} if key else {})

    def _ask(self, method: str, path: str, body: bytes | None, more: Mapping[str, str]) -> Reply:
        host, port = str(self._address.hostname), self._address.port
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        headers = {"Host": "localhost", "Content-Type": "application/json", **more}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


def token_of(initiative: Initiative, *scopes: str) -> str:
    """Return the text of a new token of the workspace's owner."""
    owner = Member.objects.select_related("user").filter(workspace=initiative.workspace, role=Role.ADMIN).first()
    assert owner is not None
    principal = Principal(workspace=initiative.workspace, role=owner.role, user=owner.user, is_approver=True)
    return create_token(principal, user=owner.user, name="ci", scopes=scopes or ("read", "runs:write"))[1]


@contextmanager
def serve(folder: Path, **more: str) -> Iterator[str]:
    """Give the address of one web process on this test's database until the end of the block."""
    address, log = f"127.0.0.1:{free_port()}", folder / "web.log"
    own = {
        "DATABASE_URL": url_of(str(database.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "mltrack.settings",
        "PYTHONPATH": os.pathsep.join([str(env.BASE_DIR), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
    process = spawn([sys.executable, *roles.web(address, 1)], log, {**own, **more})
    try:
        wait_for(f"http://{address}/healthz", process, log)
        yield f"http://{address}"
    finally:
        end(process)

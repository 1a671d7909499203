"""Bombs over a real server: refused early, in words, and the server goes on serving everybody else.

What the parser refuses in each shape stands in tests/mltrack/accounts/api/test_bodies.py.
"""

from __future__ import annotations

import gzip
import http.client
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.test import Client

from mltrack.accounts.access import principal_in
from mltrack.accounts.models import User
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.tokens import create_token
from projects.models import Run
from tests.databases import url_of
from tests.factories import make_workspace
from tests.servers.processes import end, free_port, spawn, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
LARGEST = 1_000_000
RUNS = "/api/v1/initiatives/CHURN/runs/"


@dataclass(frozen=True)
class Server:
    """A gunicorn with the whole product on this test's database."""

    port: int
    token: str

    def send(self, body: Any, path: str = RUNS, method: str = "POST", **headers: str) -> tuple[int, dict[str, Any]]:
        """Return status and document of an answer; a body that comes in pieces is sent in chunks."""
        channel = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        given = own | {name.replace("_", "-"): value for name, value in headers.items()}
        with suppress(BrokenPipeError, ConnectionResetError):
            channel.request(method, path, body, given, encode_chunked=True)
        answer = channel.getresponse()
        return answer.status, json.loads(answer.read() or b"{}") | {"kind": answer.headers["Content-Type"]}

    def is_well(self) -> bool:
        """Say whether somebody else is served at once."""
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=30) as answer:
            return bool(answer.status == 200) and time.monotonic() - began < 10


def listed_files(folder: Path) -> Path:
    """Return a folder that lists every static file under its own name, so that pages can name them."""
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    folder.mkdir()
    manifest = {"version": "1.1", "hash": "", "paths": {name: name for name in names}}
    (folder / "staticfiles.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Server]:
    owner = make_workspace("north")
    assert isinstance(owner.user, User)
    _, token = create_token(principal_in(owner.user, "north"), user=owner.user, name="t", scopes=list(SCOPES))
    made = Client(headers={"Authorization": f"Bearer {token}"}).post(
        "/api/v1/initiatives/", {"key": "CHURN", "name": "Churn"}, content_type="application/json"
    )
    assert made.status_code == 201
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "mltrack.wsgi"]
    env = {"DATABASE_URL": url_of(str(connection.settings_dict["NAME"])), "MLTRACK_MAX_BODY": str(LARGEST)}
    env["MLTRACK_STATIC_ROOT"] = str(listed_files(tmp_path / "static"))
    process = spawn(command, log, env)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield Server(port, token)
    finally:
        end(process)


def run(**more: Any) -> dict[str, Any]:
    return {"external_id": "bomb", "status": "finished", **more}


def many(number: int, start: str = "k") -> dict[str, Any]:
    return {f"{start}{each}": each for each in range(number)}


BOMBS: list[tuple[str, bytes, int]] = [
    ("depth", b"[" * 1_000 + b"]" * 1_000, 400),
    ("depth of objects", b'{"params":' * 1_000 + b"1" + b"}" * 1_000, 400),
    ("depth in a value", b'{"external_id":"b","params":{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}}", 400),
    ("digits", b'{"external_id":"b","metrics":{"a":' + b"9" * 100_000 + b"}}", 400),
    ("digits after the point", b'{"external_id":"b","metrics":{"a":0.' + b"9" * 100_000 + b"}}", 400),
    ("exponent", b'{"external_id":"b","metrics":{"a":1e' + b"9" * 1_000 + b"}}", 400),
    ("keys", json.dumps(run(metrics=many(100_000)))[:LARGEST].encode(), 400),
    ("tags", json.dumps(run(tags={f"k{each}": "" for each in range(50_000)})).encode(), 400),
    ("same key", b'{"external_id":"b",' + b'"a":1,' * 100_000 + b'"a":1}', 400),
    ("unknown keys", json.dumps(many(60_000)).encode(), 400),
    ("unknown keys of an item", json.dumps({"runs": [run(**many(50_000))]}).encode(), 400),
    ("one long name", json.dumps(run(name="x" * 900_000)).encode(), 400),
    ("escapes", b'{"external_id":"' + b"\\u0041" * 160_000 + b'"}', 400),
    ("too large", b" " * (LARGEST + 1), 413),
    ("far too large", b" " * (LARGEST * 20), 413),
]


def test_no_bomb_of_a_body_does_harm(server: Server) -> None:
    for name, body, status in BOMBS:
        began = time.monotonic()
        found, document = server.send(body)
        assert found == status, (name, found, str(document)[:300])
        assert document["kind"] == "application/problem+json" and document["status"] == status, name
        assert len(json.dumps(document)) < 100_000, name
        assert time.monotonic() - began < 20, name
    status, document = server.send(json.dumps({"runs": [run(**many(50_000))]}).encode(), f"{RUNS}batch/")
    assert status == 200 and document["results"][0]["state"] == "rejected" and len(json.dumps(document)) < 100_000
    assert server.is_well()
    assert Run.objects.count() == 0
    assert server.send(json.dumps(run()).encode())[0] == 201


def test_packed_and_chunked_bombs_are_refused_as_well(server: Server) -> None:
    packed = gzip.compress(b'{"external_id": "' + b"x" * 200_000_000 + b'"}')
    assert len(packed) < LARGEST
    assert server.send(packed, Content_Encoding="gzip")[0] == 413
    assert server.send(gzip.compress(packed), Content_Encoding="gzip")[0] == 400
    assert server.send(gzip.compress(b"[" * 100_000), Content_Encoding="gzip")[0] == 400
    assert server.send(iter([b" " * 100_000] * 30))[0] == 413
    assert server.send(iter([gzip.compress(b" " * 50_000_000)]), Content_Encoding="gzip")[0] == 413
    assert server.send(iter([b"1" for _ in range(50_000)]))[0] == 400
    assert server.send(iter([json.dumps(run()).encode()]))[0] == 201
    assert server.is_well()


def test_addresses_and_headers_have_an_end(server: Server) -> None:
    for path in ("/" + "x" * 3_900, "/api/v1/initiatives/" + "x" * 3_800 + "/", "/badges/" + "x" * 3_800 + ".svg"):
        status = raw_status(server, path)
        assert status in (400, 401, 404), (path[:30], status)
    assert raw_status(server, "/" + "x" * 20_000) in (400, 414)
    assert raw_status(server, "/healthz", {f"X-{number}": "x" for number in range(200)}) in (400, 431)
    query = "&".join(f"a{number}=1" for number in range(900))
    assert raw_status(server, f"/api/v1/initiatives/?{query}"[:4_000]) in (400, 401)
    assert server.is_well()


def raw_status(server: Server, path: str, headers: dict[str, str] | None = None) -> int:
    channel = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    channel.request("GET", path, headers=headers or {})
    return channel.getresponse().status


def test_forms_of_pages_have_an_end(server: Server) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/accounts/login/", "/preferences/"):
        for body in (b"a=" + b"x" * (LARGEST * 3), b"&".join(b"a%d=1" % number for number in range(100_000))):
            channel = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            with suppress(BrokenPipeError, ConnectionResetError):
                channel.request("POST", path, body, form)
            assert channel.getresponse().status in (400, 403, 413)
    assert server.is_well()

"""Bodies that only a real server can carry: chunked, cut off, refused in the middle."""

from __future__ import annotations

import http.client
import json
import socket
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.processes import end, free_port, spawn, wait_for

pytestmark = pytest.mark.processes


@dataclass(frozen=True)
class Server:
    """A gunicorn with the tiny API, and a token of its owner."""

    port: int
    token: str

    @property
    def head(self) -> str:
        """Return the first lines of a POST to notes."""
        return f"POST /api/v1/notes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"

    def send(self, raw: bytes, *, half: bool = False) -> tuple[int, dict[str, object]]:
        """Send bytes as they are; return status and JSON of the answer. `half` closes our side after them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as channel:
            channel.sendall(raw)
            if half:
                channel.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(channel)
            answer.begin()
            return answer.status, json.loads(answer.read())

    def chunks(self, parts: Iterable[bytes], headers: str = "") -> tuple[int, dict[str, object]]:
        """Send a chunked body."""
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        head = f"{self.head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n{headers}\r\n"
        return self.send(head.encode() + body)


@pytest.fixture
def server(postgres_url: str, tmp_path: Path) -> Iterator[Server]:
    port, token, log = free_port(), tmp_path / "token", tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"]
    command += ["--bind", f"127.0.0.1:{port}", "tests.mltrack.accounts.api.wsgi"]
    env = {
        "DATABASE_URL": postgres_url,
        "TINY_TOKEN": str(token),
        "MLTRACK_MAX_BODY": "100000",
        "DJANGO_SETTINGS_MODULE": "mltrack.settings",
    }
    process = spawn(command, log, env)
    try:
        wait_for(f"http://127.0.0.1:{port}/up/", process, log)
        yield Server(port, token.read_text())
    finally:
        end(process)


def test_bodies_over_a_real_server(server: Server) -> None:
    status, note = server.chunks([b'{"key": "chu', b'nked", "tags": {"n": ', b"5}}"])
    assert (status, note["key"], note["tags"]) == (201, "chunked", {"n": 5})
    status, problem = server.chunks([b" " * 50_000] * 3)
    assert (status, problem["code"]) == (413, "body_too_large")
    status, problem = server.chunks([b"[" * 90_000])
    assert (status, problem["code"]) == (400, "too_deep")
    sized = f"{server.head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n".encode()
    status, problem = server.send(sized + b'{"key": "cut"', half=True)
    assert (status, problem["code"]) == (400, "body_cut_off")
    over = f"{server.head}Content-Type: application/json\r\nContent-Length: 100001\r\n\r\n".encode()
    status, problem = server.send(over)
    assert (status, problem["code"]) == (413, "body_too_large")

"""A scriptable HTTP server on loopback that plays MLTrack's API, and its failures, to the CI client."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CLI = Path(__file__).parents[3] / "mltrack" / "cli.py"


@dataclass(frozen=True)
class Reply:
    """One answer. `fault`: "silence" (no answer), "close" (no bytes), "short" (half the promised body),
    "drip" (a byte every 0.2 s)."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FakeServer(ThreadingHTTPServer):
    """Answers from `script` (one reply per call, in order), else from `routes` ("POST /path"), else 404."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Reply] = []
        self.routes: dict[str, Reply] = {}
        self.calls: list[Call] = []
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reply(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.script:
            return self.script.pop(0)
        default = Reply(404, {"title": "Not found", "detail": "No such thing here."})
        return self.routes.get(f"{call.method} {call.path}", default)

    def posted(self) -> list[Any]:
        return [call.body for call in self.calls if call.method == "POST"]


class Handler(BaseHTTPRequestHandler):
    server: FakeServer
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        body = raw if raw and not is_json else json.loads(raw) if raw else None
        reply = self.server.reply(Call(self.command, self.path, dict(self.headers), body))
        self.close_connection = True
        if reply.fault == "silence":
            self.server.stopped.wait(30)
        if reply.fault in ("silence", "close"):
            return
        content = reply.raw()
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.fault == "drip":
            self.drip(content)
            return
        self.wfile.write(content[: len(content) // 2] if reply.fault == "short" else content)

    def drip(self, content: bytes) -> None:
        for byte in content:
            if self.server.stopped.is_set():
                return
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return
            time.sleep(0.2)

    do_GET = do_POST = do_PATCH = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: pytest's output is for failures."""


@contextmanager
def serving() -> Iterator[FakeServer]:
    server = FakeServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()

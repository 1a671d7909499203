"""A server that misbehaves to order, on a socket of its own."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Reads the whole request, then lets the script answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.owner.seen.append((self.command, self.path, headers, self.body))
        try:
            self.server.owner.next_answer()(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: HostileServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that go away belong to these tests."""


class HostileServer:
    """Answers each request with the next of `script`; the last one is repeated.

    `seen` is every request as (method, path, headers by lower-case name, body). `released` ends answers that hang.
    """

    def __init__(self, *script: Answer) -> None:
        self.script: list[Answer] = list(script)
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on; call it before the server is entered."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def next_answer(self) -> Answer:
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def raw(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer with these bytes; `_` in a header's name stands for `-`."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **given}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def as_json(value: Any, status: int = 200) -> Answer:
    """Answer with JSON."""
    return raw(status, json.dumps(value).encode(), Content_Type="application/json")


def by_path(answers: dict[str, Answer], otherwise: Answer | None = None) -> Answer:
    """Answer by the end of the path, the query left out."""

    def answer(handler: Handler) -> None:
        path = handler.path.split("?")[0]
        found = next((each for end, each in answers.items() if path.endswith(end)), otherwise)
        (found or raw(404))(handler)

    return answer


def html(handler: Handler) -> None:
    """Answer 200 with a sign-in page."""
    raw(200, b"<!doctype html><title>Sign in</title>", Content_Type="text/html")(handler)


def half_json(handler: Handler) -> None:
    """Answer with half a document, whole by its length."""
    raw(200, b'{"runs": [{"info": {"run_id": "a', Content_Type="application/json")(handler)


def wrong_length(handler: Handler) -> None:
    """Promise more bytes than are sent."""
    raw(200, b'{"runs": []}', Content_Length="9999")(handler)
    handler.close_connection = True


def gzip_bomb(handler: Handler) -> None:
    """Send 64 MB of zeros in some 64 KB."""
    raw(200, gzip.compress(b"0" * 64_000_000), Content_Encoding="gzip")(handler)


def dripping(handler: Handler) -> None:
    """Send the body one byte at a time, each sooner than any timeout for one read."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(1000):
        if handler.server.owner.released.is_set():
            return
        handler.wfile.write(b"1")
        time.sleep(0.1)


def dripping_headers(handler: Handler) -> None:
    """Send a header one byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    dripping_body = iter(range(1000))
    for _ in dripping_body:
        if handler.server.owner.released.is_set():
            return
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def silence(handler: Handler) -> None:
    """Say nothing until the server ends."""
    handler.server.owner.released.wait(30)
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
    handler.connection.close()

"""The crowd of the benchmarks: everybody asks, pauses and counts; a failure is never a measurement."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.people import WARM, Crowd, p95, watch

CROWD = Crowd(people=4, least=0.01, most=0.02, seconds=0.5)


class Door(BaseHTTPRequestHandler):
    """Answers /broken/ with 500 and all else with 200; keeps the connection."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str, int]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Cookie", ""), self.client_address[1]))
        self.send_response(500 if self.path == "/broken/" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[str]:
    Door.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_everybody_reads_all_kinds_on_a_connection_of_their_own(door: str) -> None:
    seen = watch(door, {"Cookie": "me"}, {"list": ["/a/", "/b/"], "one": ["/c/"]}, CROWD)
    assert seen.failures == []
    assert len(Door.asked) - seen.requests == 2 * WARM
    assert seen.requests >= 2 * CROWD.people
    assert min(len(times) for times in seen.times.values()) > 0
    assert {path for path, _, _ in Door.asked} == {"/a/", "/b/", "/c/"}
    assert {cookie for _, cookie, _ in Door.asked} == {"me"}
    assert len({port for _, _, port in Door.asked}) == CROWD.people + 1


def test_a_failure_is_counted_and_not_timed(door: str) -> None:
    seen = watch(door, {}, {"good": ["/a/"], "bad": ["/broken/"]}, CROWD)
    assert seen.times["bad"] == [] and seen.times["good"]
    assert seen.failures and all("answered 500" in each for each in seen.failures)
    assert seen.requests == len(seen.times["good"])


def test_nobody_answered_is_a_failure_too() -> None:
    seen = watch("http://127.0.0.1:1", {}, {"good": ["/a/"]}, CROWD)
    assert seen.requests == 0 and seen.failures


def test_nineteen_of_twenty_stay_under_p95() -> None:
    assert p95([float(each) for each in range(1, 102)]) == pytest.approx(96)
    assert p95([7.0]) == 7.0

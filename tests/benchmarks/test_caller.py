"""The bare client of the benchmarks."""

from __future__ import annotations

import pytest

from benchmarks.caller import Caller
from tests.servers.hostile import HostileServer, as_json, raw


def test_requests_share_a_connection_and_carry_the_headers(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({"runs": [1]})]
    with Caller(hostile_server.url, {"Authorization": "Bearer x"}) as caller:
        assert caller.post_json("/search", {"max_results": 3}) == {"runs": [1]}
        assert caller.get("/again") == b'{"runs": [1]}'
    assert caller.requests == 2
    (first, path, headers, body), second = hostile_server.seen
    assert (first, path, body) == ("POST", "/search", b'{"max_results": 3}')
    assert headers["content-type"] == "application/json"
    assert second[0] == "GET" and second[2]["authorization"] == "Bearer x"


def test_an_error_is_never_a_measurement(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(429, b"slow down")]
    with Caller(hostile_server.url) as caller, pytest.raises(RuntimeError, match="answered 429: b'slow down'"):
        caller.post("/", b"{}")

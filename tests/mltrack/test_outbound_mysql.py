"""A server that only pretends to be MariaDB gets neither a password nor a file of this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from threading import Thread

import pytest

from mltrack.outbound import BasicAuth, OutboundError
from mltrack.outbound.mysql import MySQLClient

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "tell-nobody-else"
OK = b"\x00\x00\x00\x02\x00\x00\x00"


class Liar:
    """A server for one client that greets with a way to sign in, and then gives its answers one after another."""

    def __init__(self, method: str, answers: list[bytes]) -> None:
        self.heard, self._last = b"", 0
        self._method, self._answers = method.encode(), answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"mysql://127.0.0.1:{self._listening.getsockname()[1]}/shop"

    def serve(self) -> None:
        # The protocol's version 10, without TLS: https://mariadb.com/kb/en/connection/#initial-handshake-packet
        greeting = b"\x0a10.11.0-MariaDB\x00" + b"\x01\x00\x00\x00" + b"s" * 8 + b"\x00\xff\xf7\x2d\x02\x00\x08\x00\x15"
        greeting += b"\x00" * 10 + b"t" * 12 + b"\x00" + self._method + b"\x00"
        with suppress(OSError), self._listening.accept()[0] as way:
            for number, answer in enumerate((greeting, *self._answers)):
                at = 0 if number == 0 else self._last + 1
                way.sendall(len(answer).to_bytes(3, "little") + bytes([at % 256]) + answer)
                heard = way.recv(65_536)
                self._last = heard[3] if len(heard) > 3 else 0
                self.heard += heard
            while heard := way.recv(65_536):
                self.heard += heard

    def end(self) -> None:
        self._listening.close()


@contextmanager
def liar(method: str, *answers: bytes) -> Iterator[Liar]:
    made = Liar(method, list(answers))
    thread = Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.end()
        thread.join(5)


def refusal(server: Liar, **given: str) -> OutboundError:
    """Return how a client gives up."""
    client = MySQLClient(
        server.url,
        auth=BasicAuth("reader", SECRET),
        allowed_networks=LOOPBACK,
        timeout=2.0,
        tls=given.get("tls", "prefer"),
    )
    with client, pytest.raises(OutboundError) as caught:
        client.rows("SELECT 1")
    return caught.value


@pytest.mark.parametrize("method", ["mysql_clear_password", "sha256_password", "dialog", "mysql_old_password", "new"])
def test_no_password_leaves_in_the_clear(method: str) -> None:
    for greeted, answer in ((method, OK), ("mysql_native_password", b"\xfe" + method.encode() + b"\x00\x06Password: ")):
        with liar(greeted, answer, OK, OK) as server:
            found = refusal(server)
        assert SECRET.encode() not in server.heard and SECRET not in found.text
        assert greeted == method or found.code == "unauthorized"


def test_a_public_key_of_a_server_without_tls_is_not_trusted() -> None:
    with liar("caching_sha2_password", b"\x01\x04", b"\x01-----BEGIN PUBLIC KEY-----") as server:
        assert refusal(server).code in ("connection_broken", "unauthorized")
    assert b"\x02" not in server.heard[-2:]


def test_without_tls_nothing_is_told_where_it_is_asked_for() -> None:
    for tls in ("require", "verify-full"):
        with liar("mysql_native_password", OK) as server:
            assert refusal(server, tls=tls).code == "certificate"
        assert b"reader" not in server.heard


def test_a_file_of_this_machine_is_not_sent() -> None:
    with liar("mysql_native_password", OK, OK, OK, b"\xfb/etc/hostname") as server:
        assert refusal(server).code == "bad_answer"
    assert socket.gethostname().encode() not in server.heard


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    began = time.monotonic()
    with liar("mysql_native_password") as server:
        assert refusal(server).code in ("timeout", "connection_broken")
    assert time.monotonic() - began < 10

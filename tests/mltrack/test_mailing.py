"""The mail server is reached through the address guard: real sockets, and a small server of our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

from mltrack.mailing import RefusedServer
from tests.servers.smtp_sink import SmtpSink, smtp_sink

BACKEND = "mltrack.mailing.GuardedBackend"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        yield server


def send(port: int, host: str = "localhost") -> int:
    connection = get_connection(BACKEND, host=host, port=port, use_ssl=False, use_tls=False, timeout=5)
    return EmailMessage("Grüße", "Es geht gut.", "a@example.org", ["b@example.org"], connection=connection).send()


def test_a_mail_reaches_a_server_whose_network_is_allowed(sink: SmtpSink, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    assert send(sink.port) == 1
    [mail] = sink.raw
    assert b"To: b@example.org" in mail and b"=?utf-8?" in mail


@pytest.mark.parametrize(
    ("host", "allowed"), [("localhost", []), ("127.0.0.1", []), ("169.254.169.254", ["0.0.0.0/0"])]
)
@pytest.mark.parametrize("use_ssl", [False, True])
def test_no_other_address_is_connected_to(
    sink: SmtpSink, settings: Settings, host: str, allowed: list[str], use_ssl: bool
) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = allowed
    connection = get_connection(BACKEND, host=host, port=sink.port, use_ssl=use_ssl, timeout=5)
    with pytest.raises(RefusedServer, match="is refused"):
        connection.open()
    assert sink.raw == []

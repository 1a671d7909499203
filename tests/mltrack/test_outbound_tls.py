"""TLS with a private certificate authority, through the address guard."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from mltrack.outbound import OutboundClient, OutboundError
from tests.servers.certificates import NAME, certificate
from tests.servers.hostile import HostileServer, as_json

LOOPBACK = (ip_network("127.0.0.0/8"),)


def there(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[HostileServer, str, list[str]]]:
    """A TLS server, its certificate, and the names that clients asked for (SNI)."""
    path, pem = certificate(tmp_path)
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda sock, name, _: asked.append(name or "")
    server = HostileServer(as_json({"ok": True}))
    server.secure(context)
    with server:
        yield server, pem, asked


def test_a_private_authority_is_trusted_and_the_name_is_kept(
    secure: tuple[HostileServer, str, list[str]],
) -> None:
    server, pem, asked = secure
    url = f"https://{NAME}:{server.port}"
    with OutboundClient(url, allowed_networks=LOOPBACK, resolver=there, ca_pem=pem) as client:
        assert client.get_json("x") == {"ok": True}
    assert asked == [NAME]
    assert server.seen[0][2]["host"] == f"{NAME}:{server.port}"


@pytest.mark.parametrize("host, give_authority", [(NAME, False), ("other.example", True)])
def test_an_unknown_authority_and_a_wrong_name_are_refused(
    secure: tuple[HostileServer, str, list[str]], host: str, give_authority: bool
) -> None:
    server, pem, _ = secure
    client = OutboundClient(
        f"https://{host}:{server.port}",
        allowed_networks=LOOPBACK,
        resolver=there,
        ca_pem=pem if give_authority else None,
    )
    with client, pytest.raises(OutboundError) as caught:
        client.get_json("x")
    assert caught.value.code == "certificate" and caught.value.permanent
    assert server.seen == []

"""Connectors with a client: address, secret, private CA and allowed networks put together in one place."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_network
from math import inf
from typing import Any, Final

from django.conf import settings

from mltrack.logs.redaction import GONE, clean, hide
from mltrack.outbound import Network, OutboundClient, OutboundError
from projects.connectors.base import Connector, ConnectorError, ReadsDatabase
from projects.connectors.registry import resolve
from projects.models import Connection
from projects.models.secrets import SecretUnreadable, unseal
from projects.services.own_database import own_database

CLIENT_OPTIONS: Final = ("username", "ca_pem", "timeout_seconds")
"""Options of every connection, whatever its kind: the user of basic authentication, a private CA as PEM, and how
long one answer may take (1 to 300 seconds)."""

PAGE_PATIENCE: Final = 10.0
"""Seconds for one answer while a page waits for it: a web process has few threads, and the page can do without."""


@contextmanager
def open_connector(
    kind: str, base_url: str, secret: str, options: Mapping[str, Any], patience: float = inf
) -> Iterator[tuple[Connector, Any]]:
    """Give a connector and its client until the end of the block. Raises ConnectorError.

    One answer may take as many seconds as the options say, and never more than `patience`. The connector says what
    the secret is, together with the option `username`.
    """
    username, ca_pem = _text(options, "username"), _text(options, "ca_pem")
    made = resolve(kind)
    theirs = {name: value for name, value in options.items() if name not in CLIENT_OPTIONS}
    given: dict[str, Any] = {
        "allowed_networks": allowed_networks(),
        "auth": made.auth_of(username, secret),
        "ca_pem": ca_pem or None,
        "timeout": min(patience, timeout_of(options)),
    }
    sent = _hide(username, secret)
    try:
        client = _client(made, base_url, given, theirs, hurried=patience < timeout_of(options))
    except OutboundError as error:
        raise ConnectorError.from_outbound(error) from error
    with client:
        try:
            yield _connector(made, client, theirs), client
        except (ConnectorError, OutboundError) as error:
            # A server may repeat in its answer what it was sent; its words are kept and shown.
            error.text = clean(_without(error.text, sent))
            error.args = (error.text,)
            raise


def _client(
    made: type[Connector], base_url: str, given: dict[str, Any], options: Mapping[str, Any], *, hurried: bool
) -> Any:
    if issubclass(made, ReadsDatabase):
        return made.open(base_url, {**given, "hurried": hurried}, options)
    return OutboundClient(base_url, **given)


def _connector(made: type[Connector], client: Any, options: Mapping[str, Any]) -> Connector:
    connector = made(client, options)
    if isinstance(connector, ReadsDatabase):
        connector.keep_off(own_database)
    return connector


@contextmanager
def open_connection(connection: Connection, patience: float = inf) -> Iterator[tuple[Connector, Any]]:
    """Give the connector of a stored connection; see `open_connector`. Raises ConnectorError."""
    try:
        secret = unseal(connection.sealed_secret)
    except SecretUnreadable as error:
        raise ConnectorError(str(error), permanent=True, code="secret_unreadable") from error
    with open_connector(connection.kind, connection.base_url, secret, connection.options, patience) as opened:
        yield opened


def _hide(username: str, secret: str) -> list[str]:
    """Keep a secret out of this process's log from now on; return it in the ways in which it is sent, longest first."""
    user, colon, password = (username, ":", secret) if username else secret.partition(":")
    basic = b64encode(f"{user}:{password}".encode()).decode()
    sent = [basic, secret, password] if colon else [secret]
    hide(*sent)
    return [each for each in sent if each]


def _without(text: str, sent: list[str]) -> str:
    for each in sent:
        text = text.replace(each, GONE)
    return text


def _text(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name, "")
    if not isinstance(value, str):
        raise ConnectorError(f"The option {name!r} must be text.", permanent=True, code="bad_options")
    return value


def timeout_of(options: Mapping[str, Any]) -> float:
    """Return how many seconds one answer may take. Raises ConnectorError."""
    value = options.get("timeout_seconds", 30)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= 300:
        raise ConnectorError("The option 'timeout_seconds' is 1 to 300.", permanent=True, code="bad_options")
    return float(value)


def allowed_networks() -> tuple[Network, ...]:
    """Return the networks that the operator lets requests reach beside global addresses."""
    return tuple(ip_network(each, strict=False) for each in settings.MLTRACK_ALLOWED_NETWORKS)

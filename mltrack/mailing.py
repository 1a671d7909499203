"""Mail to an SMTP server through the address guard: it is connected to at the address that was judged."""

from __future__ import annotations

import smtplib
import socket
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from mltrack.outbound import Network, Refused, permitted


class RefusedServer(ConnectionRefusedError):
    """The mail server's address may not be connected to; the words name the setting that would allow it."""


class GuardedSMTP(smtplib.SMTP):
    """A client that resolves the server once and connects to a judged address."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        failure: OSError | None = None
        for address in self._judged(host, port):
            try:
                return socket.create_connection((str(address), port), timeout)
            except OSError as error:
                failure = error
        raise failure or OSError(f"no address for {host}")

    @staticmethod
    def _judged(host: str, port: int) -> list[Any]:
        try:
            return list(permitted(host, port, _allowed()))
        except Refused as refused:
            raise RefusedServer(str(refused)) from refused


class GuardedSSL(smtplib.SMTP_SSL, GuardedSMTP):
    """The same behind TLS from the first byte; the certificate is checked for the server's name."""


class GuardedBackend(EmailBackend):
    """Django's SMTP backend over the guarded clients."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the client that fits the settings."""
        return GuardedSSL if self.use_ssl else GuardedSMTP


def _allowed() -> tuple[Network, ...]:
    return tuple(ip_network(each, strict=False) for each in settings.MLTRACK_ALLOWED_NETWORKS)

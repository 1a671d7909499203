"""The connection itself: to the judged address only, and never beyond the deadline."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2
import httpx2
from httpcore2._backends.sync import SyncBackend

from mltrack.outbound.addresses import Network, Resolver, permitted

_SLICE = 0.5


class Deadline:
    """The moment until which the current thread's request may last, and a switch that ends all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._local = threading.local()
        self._ended = threading.Event()

    def start(self, seconds: float) -> None:
        """Give the request that this thread begins now so many seconds."""
        self._local.until = self._clock() + seconds

    def end(self) -> None:
        """Make every request in flight time out at once."""
        self._ended.set()

    def remaining(self) -> float:
        """Return the seconds left; zero when the time is over."""
        if self._ended.is_set():
            return 0.0
        until: float = getattr(self._local, "until", self._clock())
        return max(until - self._clock(), 0.0)


class DeadlineStream(httpcore2.NetworkStream):
    """A stream whose reads and writes share one deadline, however many of them there are."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while (left := self._deadline.remaining()) > 0:
            try:
                return self._stream.read(max_bytes, min(left, _SLICE))
            except httpcore2.ReadTimeout:
                continue
        raise httpcore2.ReadTimeout("deadline")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._deadline.remaining()
        if left <= 0:
            raise httpcore2.WriteTimeout("deadline")
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = max(self._deadline.remaining(), 0.001)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a host once, refuses what may not be reached and connects to what was judged."""

    def __init__(self, allowed: Sequence[Network], resolver: Resolver, deadline: Deadline) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._deadline = deadline
        self._sockets = SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = permitted(host, port, self._allowed, self._resolver)
        except (OSError, UnicodeError) as error:
            raise httpcore2.UnsupportedProtocol(f"unknown host {host}") from error
        failure: Exception | None = None
        for address in addresses:
            left = self._deadline.remaining()
            if left <= 0:
                break
            try:
                stream = self._sockets.connect_tcp(str(address), port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return DeadlineStream(stream, self._deadline)
        raise failure or httpcore2.ConnectTimeout("deadline")


class GuardedTransport(httpx2.HTTPTransport):
    """httpx2's transport over the guarded backend: HTTP/1.1, few kept connections, no environment."""

    def __init__(self, context: ssl.SSLContext, backend: GuardedBackend) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=4,
            max_keepalive_connections=2,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

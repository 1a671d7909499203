"""Addresses that the web process listens on: whether one is free, and how it is reached."""

from __future__ import annotations

import errno
import os
import socket
import time
import urllib.request
from contextlib import closing
from ipaddress import ip_address


def is_free(host: str, port: int) -> bool:
    """Say whether this process could listen there now. Raises OSError for an address that is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def becomes_free(host: str, port: int, seconds: float = 2.0) -> bool:
    """Wait a moment for a predecessor to let go of the port; say whether it is free."""
    until = time.monotonic() + seconds
    while not is_free(host, port):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def joined(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reachable_name(host: str) -> str:
    """Return the host to type on this machine for one that is listened on: `0.0.0.0` is no destination."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def served_host() -> str:
    """Return a host that the web process accepts: the first plain one of `MLTRACK_ALLOWED_HOSTS`."""
    given = (os.environ.get("MLTRACK_ALLOWED_HOSTS") or "").split(",")
    plain = [name.strip() for name in given if name.strip() and not name.strip().startswith((".", "*"))]
    return plain[0] if plain else "127.0.0.1"


def answers(url: str) -> bool:
    """Say whether the web process answers there with 200, asked under a name that it serves."""
    request = urllib.request.Request(url, headers={"Host": served_host()})  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False

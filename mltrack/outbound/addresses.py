"""Which addresses the product may connect to.

The tables follow the IANA special-purpose address registries (RFC 6890 and its updates).
`ipaddress.is_global` alone differs between versions of Python and misses shared, translated and tunnelled
addresses.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

SETTING = "MLTRACK_ALLOWED_NETWORKS"

_NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fe80::/10",
        "ff00::/8",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
    )
)
_NOT_GLOBAL: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fec0::/10",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """An address that may not be connected to. `setting` says whether allowing its network would help."""

    def __init__(self, address: str, reason: str, setting: bool) -> None:
        self.address = address
        self.setting = setting
        advice = f" An operator can allow its network in {SETTING}." if setting else ""
        super().__init__(f"The address {address} is {reason} and is refused.{advice}")


def system_resolver(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host, in the system's order, without duplicates. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _hidden(address: Address) -> list[Address]:
    """Return the IPv4 addresses that a tunnelled IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return []
    hidden: list[Address] = []
    if address.sixtofour is not None:
        hidden.append(address.sixtofour)
    if address.teredo is not None:
        hidden.extend(address.teredo)
    if address in IPv6Network("::/96") and int(address) > 0xFFFF:
        hidden.append(IPv4Address(int(address)))
    if address in IPv6Network("64:ff9b:1::/48"):
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return hidden


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def judge(text: str, allowed: Sequence[Network] = ()) -> Address:
    """Return the address to connect to, or raise Refused.

    `text` is a numeric address in any spelling that `ipaddress` reads; a zone (`%eth0`) is dropped before
    judging. IPv4 addresses mapped into IPv6 or translated by NAT64 are judged as the IPv4 address they reach.
    """
    try:
        address = ip_address(text.split("%", 1)[0])
    except ValueError as error:
        raise Refused(text, "not an IP address", setting=False) from error
    real = _unwrapped(address)
    if any(_within(each, _NEVER) for each in (address, real, *_hidden(real))):
        raise Refused(text, "link-local, multicast or a cloud metadata address", setting=False)
    if _within(real, allowed) or _within(address, allowed):
        return address
    if _within(real, _NOT_GLOBAL) or not real.is_global:
        raise Refused(text, "not on the public internet", setting=True)
    return address


def permitted(
    host: str, port: int, allowed: Sequence[Network] = (), resolver: Resolver = system_resolver
) -> list[Address]:
    """Resolve a host once and return the addresses that may be connected to, in order.

    Raises Refused when every address is refused, OSError when the name is unknown.
    """
    good: list[Address] = []
    refusal: Refused | None = None
    for text in resolver(host, port):
        try:
            good.append(judge(text, allowed))
        except Refused as refused:
            refusal = refusal or refused
    if not good:
        raise refusal or OSError(f"no address for {host}")
    return good

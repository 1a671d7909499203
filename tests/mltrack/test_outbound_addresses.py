"""Which addresses may be reached, in every spelling."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from mltrack.outbound import Network, Refused, judge, permitted

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
EVERYTHING: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))

GLOBAL = [
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
NOT_GLOBAL = [
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "240.0.0.1",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001:0:808:808::f7f7:f7f7",
    "2001:2::1",
    "2001:db8::1",
    "2002:808:808::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::ffff:169.254.169.254",
    "::ffff:0:0",
    "::a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "64:ff9b:1::a9fe:a9fe",
    "2001::1",
    "2001:0:808:808::5601:5601",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::23",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", GLOBAL)
def test_public_addresses_are_reached(address: str) -> None:
    assert judge(address) == ip_address(address)


@pytest.mark.parametrize("address", NOT_GLOBAL)
def test_other_addresses_are_refused_with_the_name_of_the_setting(address: str) -> None:
    with pytest.raises(Refused, match="MLTRACK_ALLOWED_NETWORKS") as caught:
        judge(address)
    assert caught.value.setting and address in str(caught.value)


@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_link_local_are_refused_whatever_is_allowed(address: str) -> None:
    for allowed in ((), EVERYTHING):
        with pytest.raises(Refused) as caught:
            judge(address, allowed)
        assert not caught.value.setting
        assert "MLTRACK_ALLOWED_NETWORKS" not in str(caught.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_an_allowed_network_opens_its_addresses_in_each_spelling(address: str) -> None:
    judge(address, LOOPBACK)


@pytest.mark.parametrize("address", NOT_GLOBAL)
def test_everything_allowed_opens_what_the_setting_may_open(address: str) -> None:
    judge(address, EVERYTHING)


def test_an_allowed_network_opens_nothing_else() -> None:
    with pytest.raises(Refused):
        judge("10.0.0.1", LOOPBACK)


@pytest.mark.parametrize("text", ["", "localhost", "127.0.0.1.", "1.2.3", "0x7f000001", "[::1]"])
def test_what_is_no_numeric_address_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not an IP address"):
        judge(text, EVERYTHING)


@pytest.mark.parametrize(
    "host", ["127.1", "0177.0.0.1", "2130706433", "0x7f.0.0.1", "0x7f000001", "localhost", "127.0.0.1"]
)
def test_each_spelling_of_loopback_is_refused_after_the_systems_resolver(host: str) -> None:
    with pytest.raises(Refused, match="MLTRACK_ALLOWED_NETWORKS"):
        permitted(host, 80)


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"])
def test_each_spelling_of_the_metadata_address_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="metadata"):
        permitted(host, 80, EVERYTHING)


def test_only_the_good_addresses_of_a_name_are_used() -> None:
    def mixed(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1", "8.8.8.8", "169.254.169.254", "1.1.1.1"]

    assert [str(each) for each in permitted("mixed.example", 80, (), mixed)] == ["8.8.8.8", "1.1.1.1"]


def test_a_name_without_addresses_is_unknown() -> None:
    with pytest.raises(OSError, match=r"nothing\.example"):
        permitted("nothing.example", 80, (), lambda host, port: [])

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.acquire.addresses import AddressRefusedError, AddressRules, is_public, literal_address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("0.0.0.0", id="this-network"),
        pytest.param("10.1.2.3", id="private-10"),
        pytest.param("172.31.255.255", id="private-172"),
        pytest.param("192.168.0.1", id="private-192"),
        pytest.param("100.64.0.1", id="carrier-grade-nat"),
        pytest.param("100.100.100.200", id="alibaba-metadata"),
        pytest.param("127.8.8.8", id="loopback"),
        pytest.param("169.254.169.254", id="metadata"),
        pytest.param("168.63.129.16", id="azure-host-agent"),
        pytest.param("198.51.100.7", id="documentation"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="unspecified-6"),
        pytest.param("::1", id="loopback-6"),
        pytest.param("::ffff:127.0.0.1", id="mapped-loopback"),
        pytest.param("::7f00:1", id="compatible-loopback"),
        pytest.param("64:ff9b::a9fe:a9fe", id="nat64-metadata"),
        pytest.param("64:ff9b:1::1", id="local-nat64"),
        pytest.param("fc00::1", id="unique-local"),
        pytest.param("fd00:ec2::254", id="aws-metadata-6"),
        pytest.param("fe80::1", id="link-local-6"),
        pytest.param("fec0::1", id="site-local-6"),
        pytest.param("ff02::1", id="multicast-6"),
        pytest.param("2002:7f00:1::", id="6to4"),
        pytest.param("2001:0:4136:e378:8000:63bf:3fff:fdd2", id="teredo"),
        pytest.param("2001:db8::1", id="documentation-6"),
    ],
)
def test_addresses_that_are_nobodys_on_the_internet_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address) -> None:
    # Python 3.11 differs from the registries in small blocks, both ways; on these they agree in every release.
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        assert not is_public(address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0x7f.0.0.0x1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("paper.example", None),
        ("24heures.example", None),
        ("0xdeadbeef.example", None),
    ],
)
def test_every_spelling_of_an_address_is_read_as_one(host: str, address: str | None) -> None:
    assert literal_address(host) == (None if address is None else ip_address(address))


@pytest.mark.parametrize("host", ["1.2.3.4.5", "999.1.1.1", "paper.0x1", "1.2.3.08"])
def test_a_host_that_ends_in_a_number_and_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="neither a name nor an address"):
        literal_address(host)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal", "intranet", "nas.lan"],
)
def test_names_of_local_networks_are_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="allow_hosts"):
        AddressRules().check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("metadata.goog", id="metadata"),
        pytest.param("kubernetes.default.SVC.", id="cluster"),
        pytest.param("vault.service.consul", id="service-registry"),
        pytest.param("printer.intra", id="intranet"),
        pytest.param("host.docker", id="containers"),
        pytest.param("fritz.box", id="router"),
        pytest.param("a.test", id="special-use"),
    ],
)
def test_names_that_a_proxy_may_have_of_its_own_are_refused_behind_one(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="allow_hosts"):
        AddressRules().check_host(host, is_proxied=True)
    AddressRules().check_host(host)
    AddressRules([host]).check_host(host, is_proxied=True)


@pytest.mark.parametrize("host", ["metadata.google.internal", "nas.home", "db.localdomain", "paper.corp", "pc.lan"])
def test_names_of_local_networks_are_refused_behind_a_proxy_too(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="allow_hosts"):
        AddressRules().check_host(host, is_proxied=True)


@pytest.mark.parametrize("host", ["paper.example", "local.paper.example", "localhost.paper.example"])
def test_other_names_pass(host: str) -> None:
    AddressRules().check_host(host)


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        pytest.param("intranet", "intranet", id="name"),
        pytest.param("News.Local", "news.local", id="name-in-another-case"),
        pytest.param("10.0.0.5", "10.0.0.5", id="address"),
        pytest.param("10.0.0.0/8", "10.9.9.9", id="network"),
        pytest.param("[::1]", "::1", id="ipv6"),
    ],
)
def test_what_is_listed_passes_and_its_neighbours_do_not(entry: str, host: str) -> None:
    rules = AddressRules([entry])
    rules.check_host(host)
    with pytest.raises(AddressRefusedError):
        rules.check_host("192.168.0.1")


def test_of_mixed_answers_only_the_public_addresses_are_connected_to() -> None:
    found = [{"host": "10.0.0.1"}, {"host": "1.1.1.1"}, {"host": "fe80::1%2"}]
    assert AddressRules().public_only("paper.example", found) == [{"host": "1.1.1.1"}]  # type: ignore[arg-type]

"""Which hosts and addresses may be asked at all.

Feeds and pages are written by strangers, and so are the links and redirects in them.  A direct connection is checked
where it opens: `PublicResolver` hands the connector public addresses only, so that the address checked is the address
connected to.  Names and literal addresses are checked before each hop (`AddressRules.check_host`), which is all that
can be done behind a proxy, where resolving is the proxy's business.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import aiohttp
from aiohttp.abc import ResolveResult

# The IANA special-purpose registries (RFC 6890 and its updates), written out since `ipaddress.is_global` differs
# between Python's patch releases; and with them multicast, reserved space, and a public address that is a cloud's own.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata service (100.100.100.200) is in it
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent
        "169.254.0.0/16",  # link-local; the metadata service of most clouds is in it
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries any IPv4 address
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address

# Ports on which other protocols listen, which a request could be made to speak to: the "bad ports" of the Fetch
# standard (WHATWG, section 2.9, https://fetch.spec.whatwg.org/#port-blocking).
BAD_PORTS: frozenset[int] = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990),
        *(993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)

_LOCAL_NAMES = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$|^[^.]*$"
)
# What a proxy may resolve within its own network: special-use names (RFC 6761, 7686, 9476), suffixes that routers,
# containers and service registries are known to use, and a cloud's metadata service.  Some are the internet's as well:
# where we resolve them ourselves, the address decides.
_PROXYS_OWN_NAMES = re.compile(r"(?:^|\.)(?:test|invalid|onion|alt|svc|consul|intra|docker|box|metadata\.goog)$")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE)
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$", re.IGNORECASE)

Address = IPv4Address | IPv6Address


class AddressRefusedError(OSError):
    """A host or address is not to be asked; the message says which and why."""


def is_public(address: Address) -> bool:
    """Whether the address belongs to the open internet."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _PUBLIC_6 and not any(address in block for block in _NOT_PUBLIC_6)


def literal_address(host: str) -> Address | None:
    """The address that a host is a spelling of: 10.0.0.1, 0x7f.1, 2130706433, [::1], fe80::1%eth0; None for a name.

    Raises AddressRefusedError for what ends in a number and is no address: by the URL standard (WHATWG, host parsing)
    that is no name either, and what a proxy would make of it is open.
    """
    host = host.strip("[]").rstrip(".")
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if _NUMERIC.fullmatch(host):
        try:
            return IPv4Address(socket.inet_aton(host))
        except OSError:
            pass
    if _ENDS_IN_NUMBER.search(host):
        raise AddressRefusedError(f"{host} is neither a name nor an address")
    return None


class AddressRules:
    """The rules in force: public addresses, and what `allow_hosts` lists (host names, addresses or networks)."""

    def __init__(self, allow_hosts: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in allow_hosts:
            try:
                self._networks.append(ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                self._names.add(entry.lower().rstrip("."))

    def allows_name(self, host: str) -> bool:
        """Whether the host is listed by its name, so that its address does not matter."""
        return host.lower().rstrip(".") in self._names

    def allows_address(self, address: Address) -> bool:
        """Whether the address is public or listed."""
        return is_public(address) or any(address in network for network in self._networks)

    def check_host(self, host: str, *, is_proxied: bool = False) -> None:
        """Raises AddressRefusedError for a local name, or an address that is not public, unless it is listed.

        With `is_proxied` a proxy resolves the name, and those that may be of its own network are refused too.
        """
        if self.allows_name(host):
            return
        address, name = literal_address(host), host.lower().rstrip(".")
        if address is not None:
            self._check_address(address, host)
        elif _LOCAL_NAMES.search(name) or (is_proxied and _PROXYS_OWN_NAMES.search(name)):
            raise AddressRefusedError(
                f"{host} is a name of a local network; list it in allow_hosts if it is to be asked"
            )

    def check_port(self, port: int | None) -> None:
        """Raises AddressRefusedError for a port that is not the web's, on whatever host."""
        if port in BAD_PORTS:
            raise AddressRefusedError(f"port {port} is no web port: other protocols listen there, and it is not asked")

    def public_only(self, host: str, found: list[ResolveResult]) -> list[ResolveResult]:
        """The resolved addresses that may be connected to; raises AddressRefusedError when none of them may."""
        if self.allows_name(host):
            return found
        kept = [result for result in found if self.allows_address(ip_address(result["host"].partition("%")[0]))]
        if found and not kept:
            self._check_address(ip_address(found[0]["host"].partition("%")[0]), host)
        return kept

    def _check_address(self, address: Address, host: str) -> None:
        if not self.allows_address(address):
            named = host if host.strip("[]") == str(address) else f"{host} ({address})"
            raise AddressRefusedError(f"{named} is no public address; list it in allow_hosts if it is to be asked")


class PublicResolver(aiohttp.ThreadedResolver):
    """Resolves names for direct connections and gives out only addresses that the rules allow."""

    def __init__(self, rules: AddressRules) -> None:
        super().__init__()
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """As aiohttp's resolver; raises AddressRefusedError when the host has no allowed address."""
        return self._rules.public_only(host, await super().resolve(host, port, family))

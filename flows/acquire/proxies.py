"""Which proxy, if any, a request goes through: HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

from yarl import URL

from transforms.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy's address without credentials, and the headers that carry them."""

    url: URL
    headers: Mapping[str, str]


class Proxies:
    """The proxies that an environment names.

    Lower-case names win over upper-case ones, as with curl.  NO_PROXY lists, by commas, hosts ("example.com" covers
    its subdomains, a leading dot changes nothing), addresses, networks ("10.0.0.0/8"), any with ":port", or "*".
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._by_scheme = {
            scheme: _proxy(address, f"{scheme}_proxy")
            for scheme in ("http", "https")
            if (address := _value(environment, f"{scheme}_proxy"))
        }
        self._direct = [entry for part in _value(environment, "no_proxy").split(",") if (entry := part.strip().lower())]

    def for_url(self, url: URL) -> Proxy | None:
        """The proxy for a URL; None for a direct connection."""
        proxy = self._by_scheme.get(url.scheme)
        if proxy is None or any(_covers(entry, url) for entry in self._direct):
            return None
        return proxy


def _value(environment: Mapping[str, str], name: str) -> str:
    return (environment.get(name) or environment.get(name.upper()) or "").strip()


def _proxy(address: str, name: str) -> Proxy:
    try:
        url = URL(address if "://" in address else f"http://{address}")
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        # The address itself is not repeated: it may hold a password.
        raise SettingsError(f"{name.upper()} is no http or https address; give one like http://proxy.example:3128")
    headers = {}
    if url.raw_user is not None:
        pair = f"{unquote(url.raw_user)}:{unquote(url.raw_password or '')}"
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(url=url.with_user(None), headers=headers)


def _covers(entry: str, url: URL) -> bool:
    if entry == "*":
        return True
    host = (url.raw_host or "").lower().rstrip(".")
    network = _network(entry)
    if network is None:
        entry, _, port = entry.rpartition(":") if ":" in entry else (entry, "", "")
        if port and port != str(url.port):
            return False
        network = _network(entry)
    if network is not None:
        try:
            return ip_address(host) in network
        except ValueError:
            return False
    domain = entry.lstrip("*").lstrip(".")
    return host == domain or host.endswith("." + domain)


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None

"""A URL made ready to be asked for: credentials apart, host in ASCII, path and query fit for the request line."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from yarl import URL

from flows.acquire.addresses import AddressRefusedError
from transforms.urls import absolute_url

# What browsers let stand in a path or query, "%" among it: servers route on exact bytes, so escapes stay as they are.
_STANDS = "%/?:@!$&'()*+,;=-._~[]|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One hop.

    `url` is what is asked for, `shown` what records and messages may say (neither holds credentials);
    `authorization` is the header value made of the URL's credentials.
    """

    url: URL
    shown: str
    authorization: str | None = None

    @property
    def host(self) -> str:
        """The host in lower-case ASCII, an IPv6 address without brackets."""
        return self.url.raw_host or ""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return str(self.url.origin())


def parse_target(url: str) -> Target:
    """Raises ValueError for what is no absolute http or https URL with a host."""
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError(f"only http and https are asked for, not {parts.scheme or 'a relative address'}:")
    if not parts.hostname:
        raise ValueError("the address has no host")
    if any(character.isspace() for character in parts.hostname):
        raise ValueError("the host of the address has a space in it, so that it is no address")
    # The host is normalised by yarl (lower case, NFKC and IDNA): what is checked is then what is asked for.
    host = URL.build(scheme=parts.scheme.lower(), host=parts.hostname, port=parts.port)
    rest = quote(parts.path or "/", safe=_STANDS) + (f"?{quote(parts.query, safe=_STANDS)}" if parts.query else "")
    if not rest.startswith("/"):
        rest = "/" + rest
    asked = URL(f"{host.origin()}{rest}", encoded=True)
    user_part, at, _ = parts.netloc.rpartition("@")
    return Target(url=asked, shown=str(asked), authorization=_basic(user_part) if at else None)


def redirect_target(target: Target, location: str) -> Target:
    """Where a Location header leads from a hop.

    Raises AddressRefusedError for another scheme than http and https, ValueError for what is no usable address.
    """
    following = absolute_url(str(target.url), location)
    if following is not None:
        return parse_target(following)
    scheme, colon, _ = location.strip().partition(":")
    if colon and scheme.isalnum() and scheme.lower() not in ("http", "https"):
        raise AddressRefusedError(f"redirected to a {scheme}: address; only http and https are asked for")
    raise ValueError("redirected to what is no usable address")


def _basic(user_part: str) -> str:
    # RFC 7617, in UTF-8.
    user, _, password = user_part.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()

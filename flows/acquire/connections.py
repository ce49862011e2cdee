"""Connections: direct or through a proxy, with checked addresses and checked certificates."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Self

import aiohttp
import certifi
from multidict import CIMultiDict, CIMultiDictProxy

from flows.acquire.addresses import AddressRules, PublicResolver
from flows.acquire.pacing import Turn
from flows.acquire.proxies import Proxies
from flows.acquire.targets import Target
from transforms.errors import SettingsError

KEEPALIVE_SECONDS = 60.0
"""Longer than a usual interval or Crawl-delay: a TLS session costs more than all else in a small request."""
DNS_CACHE_SECONDS = 300
MAX_HEADER_LINES, MAX_HEADER_BYTES = 1000, 64 * 1024


class Connections:
    """An async context manager; `get` sends one request.

    `environment` is where HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are looked up; what it names and cannot
    be used raises SettingsError, a proxy at once and certificates on entering.  `silence_seconds` is the longest wait
    for the first byte and for each further one.
    """

    def __init__(
        self, *, environment: Mapping[str, str], rules: AddressRules, connect_seconds: float, silence_seconds: float
    ) -> None:
        self._environment = environment
        self._rules = rules
        self._proxies = Proxies(environment)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=silence_seconds)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        tls = _tls_context(self._environment)
        self._direct = await self._session(tls, PublicResolver(self._rules))
        # A session of its own: the proxy itself may well live on a private address.
        self._proxied = await self._session(tls, aiohttp.ThreadedResolver())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._open.aclose()

    def is_proxied(self, target: Target) -> bool:
        """Whether a proxy is asked, which resolves the name of the host."""
        return self._proxies.for_url(target.url) is not None

    def get(
        self, target: Target, *, headers: Mapping[str, str], turn: Turn
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Sends a GET and gives the answer's head; the body is still to be read, and comes as it is encoded.

        Raises what aiohttp raises.  The turn is told when the request goes out.
        """
        proxy = self._proxies.for_url(target.url)
        session = self._direct if proxy is None else self._proxied
        return session.get(
            target.url,
            headers=headers,
            proxy=proxy.url if proxy else None,
            proxy_headers=dict(proxy.headers) if proxy else None,
            allow_redirects=False,
            trace_request_ctx=turn,
        )

    async def _session(self, tls: ssl.SSLContext, resolver: aiohttp.ThreadedResolver) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_note_start)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=tls,
                resolver=resolver,
                limit=0,  # the pacer has the caps
                keepalive_timeout=KEEPALIVE_SECONDS,
                ttl_dns_cache=DNS_CACHE_SECONDS,
            ),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADER_LINES,
            trace_configs=[trace],
        )
        # By default aiohttp sends a GET again by itself when the connection is lost: a request without a turn and
        # without a row.  Its own test client switches that off by this attribute; there is no public one.
        session._retry_connection = False  # noqa: SLF001
        return await self._open.enter_async_context(session)


def headers_as_text(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """A copy without surrogates: what is not UTF-8 is ISO-8859-1 by HTTP's tradition."""
    return CIMultiDict((name, value if value.isascii() else _decoded(value)) for name, value in headers.items())


def _decoded(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")  # as aiohttp decoded it
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


async def _note_start(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    turn: Turn = context.trace_request_ctx
    turn.started()


def _tls_context(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Certificates from SSL_CERT_FILE, else from the system, else (a system without any) from certifi."""
    named = environment.get("SSL_CERT_FILE")
    if named:
        try:
            return ssl.create_default_context(cafile=named)
        except OSError as error:  # ssl.SSLError is one
            raise SettingsError(
                f"SSL_CERT_FILE names {named}, which holds no certificates that can be read "
                f"({error.strerror or error}); correct it, or unset it to use the system's certificates"
            ) from error
    context = ssl.create_default_context()
    folder = ssl.get_default_verify_paths().capath
    # A folder of certificates is read as they are needed, so that it does not show in the store.
    if not context.cert_store_stats()["x509_ca"] and not (folder and any(Path(folder).iterdir())):
        context.load_verify_locations(cafile=certifi.where())
    return context

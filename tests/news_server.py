"""A small news web on loopback, for tests: real sockets, one resource per behaviour.

    with NewsServer() as server:
        server.add("https://paper.example/feed", body=feed, headers={"ETag": '"1"'})
        server.add("https://paper.example/slow", behaviour=Behaviour.NEVER_ANSWERS)
        run_something(environment=server.environment)
        assert [request.url for request in server.requests] == [...]

It is an HTTP proxy, so that any number of hosts lives on one port; hosts that nothing was added for answer as from a
proxy that cannot reach them (502).  `https` hosts get certificates of an authority made at start.  The same resources
answer direct requests to `server.address`, under whatever that address and a path say.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme


class Behaviour(StrEnum):
    """How an answer is given."""

    PLAIN = "plain"
    NEVER_ANSWERS = "never answers"
    SLOW_DRIP = "a byte now and then, for ever"
    RESET = "reset before any byte"
    RESET_MID_BODY = "reset after half of the body"
    TRUNCATED = "closed after half of the body"
    CHUNKED = "the body in chunks"
    BAD_CHUNK = "a chunk size that is no number, after half of the body"
    ENDLESS = "the body again and again, for ever"
    NO_HTTP = "bytes that are no HTTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One answer.  With an ETag or Last-Modified header it answers 304 to a request that has them."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    behaviour: Behaviour = Behaviour.PLAIN
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request as it arrived; header names in lower case, `at` on the monotonic clock."""

    method: str
    url: str
    headers: Mapping[str, str]
    at: float

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class NewsServer:
    """The server and what it has seen; a context manager.

    `on_request` is called when a request has arrived, before it is answered.
    `requests` in order of arrival, `ends` in order of their ends (address, monotonic clock); `tunnels`, the hosts of
    the https connections made; `most_at_once`, the most requests that a host had in work at one time.
    """

    def __init__(self) -> None:
        self.requests: list[SeenRequest] = []
        self.ends: list[tuple[str, float]] = []
        self.on_request: Callable[[], None] = lambda: None
        self.tunnels: list[str] = []
        self.most_at_once: dict[str, int] = defaultdict(int)
        self._resources: dict[str, list[Resource]] = {}
        self._in_flight: dict[str, int] = defaultdict(int)
        self._authority: trustme.CA | None = None
        self._certificates: dict[str, ssl.SSLContext] = {}
        self._connections: set[asyncio.Task[None] | None] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="news-server")
        self._port = 0

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    # ------------------------------------------------------------ what tests say

    def add(
        self,
        url: str,
        *,
        body: bytes | str = b"",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        behaviour: Behaviour = Behaviour.PLAIN,
        latency_seconds: float = 0.0,
    ) -> None:
        """What the URL answers from now on."""
        raw = body.encode() if isinstance(body, str) else body
        resource = Resource(
            body=raw, status=status, headers=headers or {}, behaviour=behaviour, latency_seconds=latency_seconds
        )
        self.add_in_turn(url, [resource])

    def add_in_turn(self, url: str, resources: Sequence[Resource]) -> None:
        """What the URL answers, one after the other; the last stays."""
        self._resources[url] = list(resources)

    def redirect(self, url: str, to: str, *, status: int = 302) -> None:
        """Makes the URL redirect to an absolute or relative address."""
        self.add(url, status=status, headers={"Location": to})

    def remove(self, url: str) -> None:
        """The URL is not found any more."""
        self._resources.pop(url, None)

    # ------------------------------------------------------------ what tests ask

    @property
    def address(self) -> str:
        """The server's own address: the proxy's, and the base of direct URLs."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a client here."""
        return {"HTTP_PROXY": self.address, "HTTPS_PROXY": self.address, "SSL_CERT_FILE": str(self.certificate_file)}

    @property
    def certificate_file(self) -> Path:
        """The authority's certificate."""
        path = Path(self._folder.name) / "authority.pem"
        if not path.exists():
            self._ca().cert_pem.write_to_path(str(path))
        return path

    def urls(self) -> list[str]:
        """The requested URLs, in order."""
        return [request.url for request in self.requests]

    # ------------------------------------------------------------ the server

    async def _start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    def _ca(self) -> trustme.CA:
        if self._authority is None:
            self._authority = trustme.CA()
        return self._authority

    def _certificate(self, host: str) -> ssl.SSLContext:
        if host not in self._certificates:
            self._certificates[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._ca().issue_cert(host).configure_cert(self._certificates[host])
        return self._certificates[host]

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The loop itself holds tasks weakly: one that waits for ever, of a client that was killed, would be collected.
        task = asyncio.current_task()
        self._connections.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            await self._serve(reader, writer, base=self.address)
        writer.transport.abort()
        self._connections.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, base: str) -> None:
        while True:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])}
            if method == "CONNECT":
                host = target.rpartition(":")[0]
                self.tunnels.append(host)
                if not self._knows(f"https://{host}/"):
                    await _send(writer, Resource(status=502))
                    continue
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.start_tls(self._certificate(host))
                base = f"https://{host}"
                continue
            url = target if target.startswith("http") else base + target
            seen = SeenRequest(method=method, url=url, headers=headers, at=time.monotonic())
            await self._answer(seen, writer)

    async def _answer(self, seen: SeenRequest, writer: asyncio.StreamWriter) -> None:
        self.requests.append(seen)
        self.on_request()
        self._in_flight[seen.host] += 1
        self.most_at_once[seen.host] = max(self.most_at_once[seen.host], self._in_flight[seen.host])
        try:
            resource = self._resource(seen)
            await asyncio.sleep(resource.latency_seconds)
            await _send(writer, resource)
        finally:
            self._in_flight[seen.host] -= 1
            self.ends.append((seen.url, time.monotonic()))

    def _knows(self, url: str) -> bool:
        return any(urlsplit(known).netloc == urlsplit(url).netloc for known in self._resources)

    def _resource(self, seen: SeenRequest) -> Resource:
        answers = self._resources.get(seen.url)
        if not answers:
            return Resource(status=404 if self._knows(seen.url) else 502, body=b"<p>nothing here</p>")
        resource = answers.pop(0) if len(answers) > 1 else answers[0]
        if _is_fresh(seen.headers, resource):
            return Resource(status=304, headers=resource.headers)
        return resource


def gzip_bomb(size: int = 50_000_000) -> bytes:
    """A gzip body that inflates to `size` bytes of nothing."""
    return gzip.compress(bytes(size), compresslevel=9)


def _is_fresh(headers: Mapping[str, str], resource: Resource) -> bool:
    tag, modified = resource.headers.get("ETag"), resource.headers.get("Last-Modified")
    if "if-none-match" in headers:
        return tag is not None and headers["if-none-match"] == tag
    return modified is not None and headers.get("if-modified-since") == modified


async def _send(writer: asyncio.StreamWriter, resource: Resource) -> None:
    """Plays one answer; raises ConnectionError where the connection is to end with it."""
    body, half = resource.body, len(resource.body) // 2
    match resource.behaviour:
        case Behaviour.PLAIN if resource.status == 304:
            pieces = [_head(resource)]
        case Behaviour.PLAIN:
            pieces = [_head(resource, length=len(body)), body]
        case Behaviour.RESET_MID_BODY | Behaviour.TRUNCATED:
            pieces = [_head(resource, length=len(body)), body[:half]]
        case Behaviour.CHUNKED:
            chunks = [body[at : at + 1000] for at in range(0, len(body), 1000)]
            pieces = [_head(resource), *map(_chunk, chunks), b"0\r\n\r\n"]
        case Behaviour.BAD_CHUNK:
            pieces = [_head(resource), _chunk(body[:half]), b"XYZ\r\n", body[half:]]
        case Behaviour.SLOW_DRIP:
            pieces = [_head(resource, length=1_000_000)]
        case Behaviour.ENDLESS:
            pieces = [_head(resource)]
        case Behaviour.NO_HTTP:
            pieces = [b"220 mail.example ESMTP\r\n"]
        case _:
            pieces = []
    writer.write(b"".join(pieces))
    await writer.drain()
    await _go_on(writer, resource)


async def _go_on(writer: asyncio.StreamWriter, resource: Resource) -> None:
    """What comes after the first bytes: nothing, for ever more of the same, or an end."""
    match resource.behaviour:
        case Behaviour.NEVER_ANSWERS:
            await asyncio.Event().wait()
        case Behaviour.SLOW_DRIP:
            while True:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.01)
        case Behaviour.ENDLESS:
            while True:
                writer.write(_chunk(resource.body))
                await writer.drain()
        case Behaviour.TRUNCATED | Behaviour.BAD_CHUNK | Behaviour.NO_HTTP:
            writer.close()
            await writer.wait_closed()
            raise ConnectionError
        case Behaviour.RESET | Behaviour.RESET_MID_BODY:
            # Linger on with zero seconds makes the close a reset.
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionError


def _head(resource: Resource, *, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {resource.status} Status"]
    lines += [f"{name}: {value}" for name, value in resource.headers.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    elif resource.behaviour in (Behaviour.CHUNKED, Behaviour.BAD_CHUNK, Behaviour.ENDLESS):
        lines.append("Transfer-Encoding: chunked")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)

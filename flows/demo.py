"""The demo's web: a loopback HTTP proxy behind which the invented papers of `flows.demo_site` stand.

A proxy, so that the papers keep addresses of their own (http://harbour-courier.example/…) and nothing leaves the
machine: any other host is answered with 502.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

from flows.demo_site.content import EDITIONS, FOLDER
from flows.demo_site.site import Resource, resources

logger = logging.getLogger(__name__)


class DemoSite:
    """The running site, as a context manager.

    `proxy_url` is what HTTP_PROXY must name, `feeds_file` lists the feeds.  Edition 1 is the first day's news;
    edition 2 adds articles, revises two and withdraws one; there is no third.
    """

    feeds_file: Path = FOLDER / "feeds.toml"

    def __init__(self, *, edition: int = 1) -> None:
        self._resources: dict[str, Resource] = {}
        self.print_edition(edition)
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def proxy_url(self) -> str:
        """The address of the proxy on loopback, with a port of the system's choosing."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def print_edition(self, edition: int) -> None:
        """Serve this edition from now on; ValueError for one that does not exist."""
        if not 1 <= edition <= EDITIONS:
            msg = f"The demo site has no edition {edition}; choose one from 1 to {EDITIONS}."
            raise ValueError(msg)
        self._resources = resources(edition)

    def resource_at(self, url: str) -> Resource:
        """What the URL answers, whatever its query: 404 on the papers' hosts, 502 elsewhere."""
        parts = urlsplit(url)
        found = self._resources.get(f"{parts.scheme}://{parts.netloc}{parts.path}")
        if found:
            return found
        is_ours = f"{parts.scheme}://{parts.netloc}/robots.txt" in self._resources
        return Resource(status=HTTPStatus.NOT_FOUND if is_ours else HTTPStatus.BAD_GATEWAY)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: DemoSite) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site = site

    def handle_error(self, *_: Any) -> None:
        """A client that went away is its own business, not a traceback on the demo's screen."""
        logger.debug("The demo site lost a connection: %r", sys.exc_info()[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: with Nagle's algorithm each answer waits 40 ms
    timeout = 30

    def do_GET(self) -> None:
        resource = cast("_Server", self.server).site.resource_at(self.path)
        body = resource.body.encode()
        etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        status = HTTPStatus.NOT_MODIFIED if self._has_current_copy(resource, etag) else resource.status
        self.send_response(status)
        if resource.status is HTTPStatus.OK:
            self.send_header("ETag", etag)
            if resource.changed:
                self.send_header("Last-Modified", format_datetime(resource.changed.astimezone(UTC), usegmt=True))
        if resource.location:
            self.send_header("Location", resource.location)
        if status is HTTPStatus.NOT_MODIFIED:
            self.end_headers()
            return
        self.send_header("Content-Type", resource.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self.send_error(HTTPStatus.BAD_GATEWAY)

    def _has_current_copy(self, resource: Resource, etag: str) -> bool:
        """RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
        if resource.status is not HTTPStatus.OK:
            return False
        if tags := self.headers.get("If-None-Match"):
            return etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        if not since or not resource.changed:
            return False
        try:
            return resource.changed <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # no date, or one without a zone
            return False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        logger.debug(format, *args)

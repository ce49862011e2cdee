"""Where a page that somebody saved to a file came from."""

from __future__ import annotations

import re

from transforms.article.decode import decode, parse_html
from transforms.article.evidence import canonical_url, gather
from transforms.urls import absolute_url

_SAVED_FROM = re.compile(
    rb"<!-- saved from url=\(\d+\)(\S+) -->|^\s*Page saved with SingleFile\s+url:\s*(\S+)", re.MULTILINE
)
"""What browsers (Chromium, Internet Explorer) and SingleFile write at the head of the pages that they save."""
_HEAD_BYTES = 4096


def address_of(body: bytes) -> str | None:
    """The address that a saved page names for itself: in the note of who saved it, else its canonical URL."""
    if (note := _SAVED_FROM.search(body[:_HEAD_BYTES])) is not None:
        url = absolute_url("", (note[1] or note[2]).decode("utf-8", "replace"))
        if url is not None:
            return url
    tree = parse_html(decode(body, None).text)
    if tree is None:
        return None
    stated = canonical_url(gather(tree, url="", entry=None))
    return stated.value if stated else None

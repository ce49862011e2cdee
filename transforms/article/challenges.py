"""Answers that ask for proof of a human reader in the place of the page, told by headers and markup.

The services that stand in front of sites put scripts of theirs into good pages too: what is searched for here is what
their challenges alone hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from transforms.article.habits import mapping

_SEARCHED = 128 * 1024
"""Characters of a page that are searched; challenges are short, or begin with what tells them."""

_headers = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in mapping("challenges", "headers").items()}
_markup = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in mapping("challenges", "markup").items()}
CHALLENGE_HEADERS = tuple(_headers)
"""Names, in lower case, of the headers that are looked at."""
_captcha = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in mapping("challenges", "captcha").items()}
_tags = re.compile(r"<[^<>]*>")
_unread = re.compile(r"<(?=/?(?:script|style)\b)", re.IGNORECASE)


def challenge_in_headers(headers: Mapping[str, str]) -> str | None:
    """The header that only a challenge has, as evidence in words."""
    for name, pattern in _headers.items():
        value = headers.get(name)
        if value is not None and pattern.search(value):
            return f"the header {name} is {value[:60]!r}"
    return None


def challenge_in_markup(text: str, *, is_empty: bool) -> str | None:
    """What only the challenge of a known service holds, as evidence in words.

    `is_empty` says that the page has nothing to read: then a captcha counts that is all there is, or that the page
    speaks of.  Templates load the script of one for the forms of any page.
    """
    text = text[:_SEARCHED]
    for service, pattern in _markup.items():
        if match := pattern.search(text):
            return f"{match[0][:60]!r} in it is of a challenge by {service}"
    if is_empty and (match := _captcha["form"].search(text)) and _is_about_its_captcha(text):
        return f"{match[0][:60]!r} in it is of a captcha"
    return None


def _is_about_its_captcha(text: str) -> bool:
    if _captcha["text"].search(text) is None:
        return True
    pieces = (piece for piece in _unread.split(text) if not piece.lower().startswith(("script", "style")))
    return any(_captcha["spoken_of"].search(_tags.sub(" ", piece)) for piece in pieces)

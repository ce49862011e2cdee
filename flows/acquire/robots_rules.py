"""Which lines of a robots.txt are meant for us (RFC 9309, section 2.2.1); what they mean for an address, Protego says.

A group that names us counts for feeds as well.  They are asked on their subscriber's behalf, so what is said to all
robots ("*") counts for pages only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

PRODUCT_TOKEN = "newsledger"  # noqa: S105 - the name that a robots.txt may address us by
MAX_PARSED_BYTES = 500 * 1024
"""RFC 9309 section 2.5: at least this much is parsed; the rest of a longer file is passed over."""

_LINE = re.compile(
    r"\s*(?:(?P<agent>user[- ]?agent)|(?P<Allow>allow)|(?P<Crawl_delay>crawl[- ]delay)|(?P<sitemap>sitemaps?|site-map)"
    r"|(?P<Disallow>disallow|dissallow|dissalow|disalow|diasllow|disallaw))\s*[:\s](?P<value>.*)",
    re.IGNORECASE,
)
"""As people write them, a colon left out as well."""
_TOKEN = re.compile(r"\*(?!\S)|[a-z_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """What of one robots.txt holds for us.

    `agent` is whom its group names: PRODUCT_TOKEN, "*", or None where neither is there.  `lines` are the group's own
    (Allow, Disallow, Crawl-delay), those of several groups together.  `sitemaps` are those that the file names.
    """

    agent: str | None = None
    lines: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def read_rules(body: bytes) -> RobotsRules:
    """What of the file holds for us.  Whatever it is, it is read as far as it goes."""
    text = _whole_lines(body).decode("utf-8", "replace").removeprefix("\ufeff")
    groups: dict[str, list[str]] = {}
    sitemaps: list[str] = []
    agents: set[str] = set()
    is_group_begun = False
    for line in text.splitlines():
        match = _LINE.fullmatch(line.partition("#")[0])
        if match is None:
            continue
        fields: dict[str, str | None] = match.groupdict()
        value = (fields.pop("value") or "").strip()
        field = next(name for name, written in fields.items() if written is not None)
        if field == "agent":
            token = _token(value)
            agents = {token} if is_group_begun else {*agents, token}
            is_group_begun = False
            groups.setdefault(token, [])
        elif field != "sitemap":
            is_group_begun = True
            for token in agents if value else ():
                groups[token].append(f"{field.replace('_', '-')}: {value}")
        elif value.lower().startswith(("http://", "https://")):
            sitemaps.append(value)
    agent = next((agent for agent in (PRODUCT_TOKEN, "*") if agent in groups), None)
    return RobotsRules(agent=agent, lines=tuple(groups[agent]) if agent else (), sitemaps=tuple(sitemaps))


def _whole_lines(body: bytes) -> bytes:
    """As much as is parsed, without a line that the cut goes through: what is left of a path forbids more than it."""
    if len(body) <= MAX_PARSED_BYTES:
        return body
    read = body[: MAX_PARSED_BYTES + 1]
    return read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]


def parser_of(lines: tuple[str, ...]) -> Protego:
    """What answers for an address by the lines of our group."""
    return Protego.parse("\n".join(["User-agent: *", *lines]))


def forbidding_line(lines: tuple[str, ...], url: str) -> str:
    """The Disallow line that decided: the longest that matches (RFC 9309 section 2.2.2).

    Protego decides and does not say by which line; each line is asked alone.
    """
    disallowed = (line for line in lines if line.startswith("Disallow:"))
    matching = [line for line in disallowed if not parser_of((line,)).can_fetch(url, PRODUCT_TOKEN)]
    return max(matching, key=len, default="forbidden by robots.txt")


def _token(value: str) -> str:
    match = _TOKEN.match(value.lower())
    return match[0] if match else ""

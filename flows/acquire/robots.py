"""robots.txt by RFC 9309: read once per origin and run, and asked before each page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from flows.acquire.client import Client
from flows.acquire.exchange import Answer, RobotsDecision, robots_request
from flows.acquire.retries import RetryPolicy, fetch_with_retries
from flows.acquire.targets import parse_target
from transforms.outcomes import Outcome
from transforms.records import Fetch

PRODUCT_TOKEN = "newsledger"  # noqa: S105 - the name that a robots.txt may address us by
MAX_PARSED_BYTES = 500 * 1024
"""RFC 9309 section 2.5: at least this much is parsed; the rest of a longer file is passed over."""

# 4xx means that there are no rules (section 2.3.1.3), and so do too many redirects (2.3.1.2).  429 is no 4xx in
# that sense: it says that we ask too often, and asking on would be no answer to that.
_NO_RULES = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.BLOCKED, Outcome.REDIRECT_LOOP})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What one origin's robots.txt came to: rules, or one decision for all its pages."""

    parser: Protego | None = None
    lines: tuple[str, ...] = ()
    decision: RobotsDecision | None = None


class Robots:
    """The robots.txt files of one run.

    `on_fetched` is given the rows of each file's requests, as they come in.  A host's Crawl-delay goes to the client's
    pacer.
    """

    def __init__(self, client: Client, *, policy: RetryPolicy, on_fetched: Callable[[tuple[Fetch, ...]], None]) -> None:
        self._client = client
        self._policy = policy
        self._on_fetched = on_fetched
        self._reading: dict[str, asyncio.Task[_Rules]] = {}

    async def may_fetch(self, url: str) -> RobotsDecision:
        """Whether the page may be asked for.  Callers that come at once share one request.

        Where robots.txt could not be read (5xx, no connection, no answer) nothing of that origin is asked for in this
        run, and the decision's outcome is the trouble itself.
        """
        target = parse_target(url)
        reading = self._reading.get(target.origin)
        if reading is None:
            reading = asyncio.create_task(self._read(target.origin, target.host))
            self._reading[target.origin] = reading
        # Shielded: a caller that is cancelled must not take the file away from the others.
        return _decide(await asyncio.shield(reading), str(target.url))

    async def _read(self, origin: str, host: str) -> _Rules:
        answer = await fetch_with_retries(self._client, robots_request(f"{origin}/robots.txt"), policy=self._policy)
        self._on_fetched(answer.fetches)
        rules = _rules_of(answer)
        if rules.parser is not None and (delay := rules.parser.crawl_delay(PRODUCT_TOKEN)):
            self._client.pacer.set_crawl_delay(host, delay)
        return rules


def _rules_of(answer: Answer) -> _Rules:
    if answer.outcome is None:
        text = answer.body[:MAX_PARSED_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
        return _Rules(parser=Protego.parse(text), lines=_disallow_lines(text, PRODUCT_TOKEN))
    if answer.outcome in _NO_RULES:
        return _Rules(decision=RobotsDecision(allowed=True, rule=f"no robots.txt ({answer.reason})"))
    rule = f"it could not be read: {answer.reason}"
    return _Rules(decision=RobotsDecision(allowed=False, rule=rule, outcome=answer.outcome))


def _decide(rules: _Rules, url: str) -> RobotsDecision:
    if rules.decision is not None:
        return rules.decision
    assert rules.parser is not None
    delay = rules.parser.crawl_delay(PRODUCT_TOKEN)
    if rules.parser.can_fetch(url, PRODUCT_TOKEN):
        return RobotsDecision(allowed=True, rule="allowed by robots.txt", crawl_delay_seconds=delay)
    return RobotsDecision(
        allowed=False, rule=_forbidding(rules.lines, url), crawl_delay_seconds=delay, outcome=Outcome.ROBOTS
    )


def _forbidding(lines: tuple[str, ...], url: str) -> str:
    """The Disallow line that decided: the longest that matches (RFC 9309 section 2.2.2).

    Protego decides and does not say by which line; each line is asked alone.
    """
    matching = [line for line in lines if not Protego.parse(f"User-agent: *\n{line}").can_fetch(url, PRODUCT_TOKEN)]
    return max(matching, key=len, default="forbidden by robots.txt")


def _disallow_lines(text: str, token: str) -> tuple[str, ...]:
    """The Disallow lines of the groups that name the token; of those for "*" where none does."""
    lines: dict[str, list[str]] = {"*": []}
    agents: set[str] = set()
    is_group_begun = False
    for line in text.splitlines():
        field, _, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if field == "user-agent":
            agents = {value.lower()} if is_group_begun else {*agents, value.lower()}
            is_group_begun = False
            lines.setdefault(value.lower(), [])
        elif field in ("allow", "disallow", "crawl-delay"):
            is_group_begun = True
            for agent in agents if field == "disallow" and value else ():
                lines[agent].append(f"Disallow: {value}")
    return tuple(lines.get(token, lines["*"]))

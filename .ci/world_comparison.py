"""Compares what newsledger's views say with what the replay world knows to be true."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from transforms.urls import url_strict

TITLES_AT_LEAST = 0.97
EXAMPLES = 5


@dataclass(slots=True)
class Checks:
    """Prints each check as it is made, and counts those that failed."""

    failed: int = 0

    def expect(self, is_right: bool, what: str, figure: object) -> None:
        """One line: whether it holds, what, and the figure it rests on."""
        self.failed += not is_right
        print(f"  {'ok  ' if is_right else 'FAIL'}  {what}: {figure}", flush=True)

    def expect_none(self, offenders: Iterable[object], what: str, *, of: int | None = None) -> None:
        """Holds when there is no offender; else the first few are shown."""
        found = [str(offender) for offender in offenders]
        total = "" if of is None else f" of {of}"
        examples = "".join(f"\n          {offender}" for offender in found[:EXAMPLES])
        self.expect(not found, what, f"{len(found)}{total}{examples}")


class Stored(NamedTuple):
    """A row of the view articles, as far as it is compared."""

    article_id: str
    url: str
    title: str | None
    headline: str | None
    body_source: str
    is_live: bool


class Ledger:
    """Which article each address leads to, by articles and url_status."""

    def __init__(self, query: Callable[[str], list[tuple[Any, ...]]]) -> None:
        rows = query("select article_id, url, title, headline, body_source, is_live from articles")
        self.row_count = len(rows)
        self.articles = {row[0]: Stored(*row) for row in rows}
        self._by_address: dict[str, set[str]] = {}
        for stored in self.articles.values():
            self._add(stored.url, stored.article_id)
        for url, article_id in query("select url, article_id from url_status where article_id is not null"):
            self._add(url, article_id)

    def _add(self, url: str, article_id: str) -> None:
        if article_id in self.articles:
            self._by_address.setdefault(url_strict(url), set()).add(article_id)

    def ids_of(self, articles: Iterable[Mapping[str, Any]]) -> set[str]:
        """All article ids that the truth's addresses of these articles lead to."""
        addresses = [address for article in articles for address in (article["url"], *article["urls"])]
        return set().union(*(self._by_address.get(url_strict(address), set()) for address in addresses))


def check_articles(ledger: Ledger, truth: Mapping[str, Any], checks: Checks) -> None:
    """Everything that should be stored is, once; nothing else is; titles are right."""
    ids = {article["id"]: ledger.ids_of([article]) for article in truth["articles"]}
    expected = [
        article
        for article in truth["articles"]
        if article["expect"] == "stored" and article["reachable_by_feed"] == "yes" and not _never_served(article, truth)
    ]
    checks.expect_none(
        (article["url"] for article in expected if not ids[article["id"]]), "missing articles", of=len(expected)
    )
    checks.expect_none(
        (article["url"] for article in expected if len(ids[article["id"]]) > 1), "articles stored under several ids"
    )
    checks.expect(
        ledger.row_count == len(ledger.articles),
        "rows of articles and distinct ids",
        f"{ledger.row_count}, {len(ledger.articles)}",
    )
    owners = Counter(article_id for found in ids.values() for article_id in found)
    checks.expect_none(
        (ledger.articles[article_id].url for article_id, count in owners.items() if count > 1),
        "different articles stored as one",
    )
    checks.expect_none(_foreign(ledger, truth, ids), "articles that should not be stored")
    pairs = [(article, ledger.articles[next(iter(ids[article["id"]]))]) for article in expected if ids[article["id"]]]
    wrong = [
        f"{article['title']!r}, not {stored.headline!r}" for article, stored in pairs if not _has_title(article, stored)
    ]
    share = 1 - len(wrong) / max(1, len(pairs))
    examples = "".join(f"\n          {line}" for line in wrong[:EXAMPLES])
    checks.expect(share >= TITLES_AT_LEAST, "titles that are the truth's", f"{share:.1%}{examples}")


def check_manners(stats: Mapping[str, Any], checks: Checks) -> None:
    """What the world counted of the client's behaviour."""
    totals = stats["totals"]
    for key, what in (
        ("robots_violations", "pages asked for against robots.txt"),
        ("crawl_delay_violations", "requests too early for Crawl-delay"),
    ):
        checks.expect(totals[key] == 0, what, totals[key])
    agents = totals["user_agents"]
    checks.expect(bool(agents), "user agents seen", ", ".join(agents) or "none")
    checks.expect_none(
        (agent for agent in agents if not agent.startswith("newsledger/") or "(+mailto:" not in agent),
        "user agents other than ours",
    )
    checks.expect_none(
        (f"{name}: {count}" for name, count in stats["honeypot"].items() if name != "paths" and count),
        "requests for private addresses",
    )


def check_faults(
    outcomes: Mapping[str, str], truth: Mapping[str, Any], allowed: Mapping[str, list[str]], checks: Checks
) -> None:
    """Each faulty article ends in an outcome that says it rightly; `outcomes` is by strict URL key."""
    faulty = [
        article
        for article in truth["articles"]
        if article["fault"] and article["state"] != "robots-disallowed" and article["reachable_by_feed"] == "yes"
    ]
    wrong = []
    for article in faulty:
        right = {*allowed[article["fault"]]}
        if "loaded" in right:
            right |= {"duplicate", "unchanged", "revised"}
        found = {outcomes.get(url_strict(url)) for url in (article["url"], *article["urls"])} - {None}
        if not found & right:
            wrong.append(f"{article['fault']} {sorted(map(str, found))} {article['url']}")
    checks.expect_none(wrong, "faulty articles with a wrong outcome", of=len(faulty))


def check_ends(ledger: Ledger, truth: Mapping[str, Any], checks: Checks) -> None:
    """What is marked gone is gone.  What is gone and still listed cannot be known before it is read again."""
    gone = ledger.ids_of(article for article in truth["articles"] if article["gone"])
    marked = {stored.article_id for stored in ledger.articles.values() if not stored.is_live}
    checks.expect_none((ledger.articles[found].url for found in marked - gone), "articles marked gone that are there")
    checks.expect(True, "articles that are gone, and of them marked so", f"{len(gone)}, {len(gone & marked)}")


def check_accounts(outcomes: Mapping[str, str], truth: Mapping[str, Any], checks: Checks) -> None:
    """Every article that a feed listed has a status under one of its addresses; `outcomes` is by strict URL key."""
    listed = [article for article in truth["articles"] if article["reachable_by_feed"] == "yes"]
    checks.expect_none(
        (
            article["url"]
            for article in listed
            if not any(url_strict(url) in outcomes for url in (article["url"], *article["urls"]))
        ),
        "listed articles without a status",
        of=len(listed),
    )


def _foreign(ledger: Ledger, truth: Mapping[str, Any], ids: Mapping[int, set[str]]) -> list[str]:
    """Articles made of pages that the world does not want stored; an overlong feed's archive pages may be."""
    wanted = set().union(*(ids[article["id"]] for article in truth["articles"] if article["expect"] != "not-stored"))
    archives = tuple(
        feed["archive"]["pattern"].partition("{n}")[0]
        for site in truth["sites"]
        for feed in site["feeds"]
        if feed["archive"]
    )
    return [
        stored.url
        for stored in ledger.articles.values()
        if stored.body_source == "page" and stored.article_id not in wanted and not stored.url.startswith(archives)
    ]


def _never_served(article: Mapping[str, Any], truth: Mapping[str, Any]) -> bool:
    """Whether the article was gone before its site could first be connected to."""
    down_until = next(site["down_until_epoch"] or 0 for site in truth["sites"] if site["site"] == article["site"])
    return bool(article["gone"]) and article["gone"]["epoch"] <= down_until


def _has_title(article: Mapping[str, Any], stored: Stored) -> bool:
    """A headline revised without the feed saying so cannot be known yet, so the first one is right too."""
    right = {_folded(article["title"]), _folded(article["first_title"])}
    return bool(right & {_folded(stored.title), _folded(stored.headline)})


def _folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").split())

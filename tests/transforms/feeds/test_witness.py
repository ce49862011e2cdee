"""What a news sitemap tells of a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import a_time
from transforms.feeds.witness import news_sitemap, witnessed
from transforms.records import Entry

SINCE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=6)
SITE = "https://paper.news"


@pytest.mark.parametrize(
    ("sitemaps", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([f"{SITE}/map.xml"], f"{SITE}/map.xml", id="the-only-one"),
        pytest.param([f"{SITE}/a.xml", f"{SITE}/b.xml"], None, id="several-of-whatever"),
        pytest.param([f"{SITE}/a.xml", f"{SITE}/Google-News.xml"], f"{SITE}/Google-News.xml", id="named-so"),
        pytest.param(["https://news.example/news.xml"], None, id="of-another-site"),
        pytest.param(["https://www.paper.news/a.xml"] * 2, "https://www.paper.news/a.xml", id="of-another-host-twice"),
    ],
)
def test_the_news_sitemap_is_the_one_named_so_or_the_only_one(sitemaps: list[str], expected: str | None) -> None:
    assert news_sitemap(sitemaps, site="paper.news") == expected


def entry(path: str, hours: float | None = 1.0, *, is_update: bool = False) -> Entry:
    time = None if hours is None else a_time(SINCE + timedelta(hours=hours))
    times = {"updated": time} if is_update else {"published": time}
    return Entry(key=path, position=0, link=SITE + path, **times)


@pytest.mark.parametrize(
    ("candidate", "listed", "is_named"),
    [
        pytest.param(entry("/city/9"), ["/city/1"], True, id="in-between"),
        pytest.param(entry("/city/9", -0.5), ["/city/1"], True, id="dated-a-little-before"),
        pytest.param(entry("/city/9", -2), ["/city/1"], False, id="before"),
        pytest.param(entry("/city/9", 7), ["/city/1"], False, id="after"),
        pytest.param(entry("/city/9", None), ["/city/1"], False, id="without-a-time"),
        pytest.param(entry("/city/9", is_update=True), ["/city/1"], True, id="by-its-update"),
        pytest.param(entry("/sport/9"), ["/city/1"], False, id="another-section"),
        pytest.param(entry("/sport/9"), ["/a/1", "/b/1", "/c/1", "/d/1"], True, id="a-feed-of-many-sections"),
        pytest.param(entry("/story-9"), ["/story-1"], True, id="without-sections"),
    ],
)
def test_what_came_in_between_in_the_sections_of_the_feed_is_named(
    candidate: Entry, listed: list[str], is_named: bool
) -> None:
    named = witnessed([candidate], since=SINCE, until=UNTIL, listed=[entry(path) for path in listed])
    assert named == ((candidate,) if is_named else ())

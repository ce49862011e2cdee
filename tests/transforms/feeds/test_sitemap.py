"""Sitemaps, news sitemaps and indexes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.transforms.feeds.documents import URL
from transforms.feeds.parse import parse_feed
from transforms.records import FeedKind, Precision

_NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{namespace}"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc> https://paper.example/storm </loc>
    <lastmod>2026-06-01T11:00:00Z</lastmod>
    <news:news>
      <news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
      <news:publication_date>2026-06-01</news:publication_date>
      <news:title>Storm &amp; flood</news:title>
      <news:keywords>weather, city</news:keywords>
    </news:news>
    <image:image><image:loc>https://paper.example/1.jpg</image:loc><image:title>Geese</image:title></image:image>
  </url>
</urlset>"""


@pytest.mark.parametrize(
    "namespace",
    [
        pytest.param("http://www.google.com/schemas/sitemap-news/0.9", id="as-specified"),
        pytest.param("https://www.google.com/schemas/sitemap-news/0.9", id="with-https"),
    ],
)
def test_a_news_sitemap_gives_titles_dates_and_links(namespace: str) -> None:
    document = parse_feed(_NEWS.format(namespace=namespace).encode(), url=URL)
    assert (document.kind, document.problems) == (FeedKind.SITEMAP, ())
    (entry,) = document.entries
    assert (entry.key, entry.link) == ("paper.example/storm", "https://paper.example/storm")
    assert (entry.title, entry.categories, entry.language) == ("Storm & flood", ("weather", "city"), "en")
    assert entry.image_url == "https://paper.example/1.jpg"
    assert entry.published is not None
    assert (entry.published.at, entry.published.precision) == (datetime(2026, 6, 1, tzinfo=UTC), Precision.DAY)
    assert entry.updated is not None
    assert entry.updated.at == datetime(2026, 6, 1, 11, tzinfo=UTC)


def test_a_sitemap_index_lists_sitemaps() -> None:
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <sitemap><loc>https://paper.example/news.xml</loc><lastmod>2026-06-01</lastmod></sitemap>
        <sitemap><loc>/archive.xml</loc></sitemap></sitemapindex>"""
    document = parse_feed(body, url=URL)
    assert document.kind == FeedKind.SITEMAP_INDEX
    assert [entry.link for entry in document.entries] == [
        "https://paper.example/news.xml",
        "https://paper.example/archive.xml",
    ]


def test_a_sitemap_with_a_prefix_and_a_break_is_read_as_far_as_it_goes() -> None:
    body = b"""<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9">
        <s:url><s:loc>https://paper.example/1</s:loc></s:url><s:url><s:loc>https://paper.example/2"""
    assert parse_feed(body, url=URL).entries[0].link == "https://paper.example/1"


def test_urls_beyond_the_cap_are_not_read() -> None:
    urls = "".join(f"<url><loc>https://paper.example/{n}</loc></url>" for n in range(9))
    document = parse_feed(f"<urlset>{urls}</urlset>".encode(), url=URL, max_entries=4)
    assert len(document.entries) == 4
    assert document.problems == ("only the first 4 of 9 entries were read (max_entries_per_feed); left out: 5",)

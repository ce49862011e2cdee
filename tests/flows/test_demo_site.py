"""The demo site serves what its content files say, edition by edition, and the shipped feeds list can be read."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from protego import Protego

from flows.demo import EDITIONS, DemoSite
from flows.demo_site.content import DemoArticle, Publisher, read_publishers
from flows.feeds_file import read_feeds_file, shipped_feeds_file
from transforms.article.extract import extract_page
from transforms.feeds.parse import parse_feed
from transforms.records import Article, FeedDocument, FeedKind, Page, Paragraph, ParagraphKind

PUBLISHERS = {publisher.host: publisher for publisher in read_publishers()}
COURIER, BOTE, ALMARADA = "harbour-courier.example", "grauentaler-bote.example", "eco-de-almarada.example"
FERRY = f"http://{COURIER}/harbour/ferry-heron-strikes-pier-1042"
CLINIC = f"http://{COURIER}/town/night-clinic-to-close-1044"
DAM = f"http://{BOTE}/dossier/7304-talsperre-im-grauental.html"
ALL_ARTICLES = [
    pytest.param(publisher, edition, article, id=f"edition-{edition}-{article.number}")
    for publisher in PUBLISHERS.values()
    for edition in range(1, EDITIONS + 1)
    for article in publisher.articles(edition)
]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite() as site:
        yield site


@pytest.fixture(autouse=True)
def first_edition(site: DemoSite) -> None:
    site.print_edition(1)


def ask(site: DemoSite, url: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    """One request through the site's proxy; underscores in header names stand for hyphens."""
    connection = HTTPConnection(urlsplit(site.proxy_url).netloc, timeout=10)
    try:
        connection.request(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def read_feed(site: DemoSite, url: str) -> FeedDocument:
    response, body = ask(site, url)
    return parse_feed(body, url=url, content_type=response.headers["Content-Type"])


def read_article(site: DemoSite, publisher: Publisher, article: DemoArticle) -> Article:
    url = publisher.url(article.path)
    response, body = ask(site, url)
    page = Page(url=url, final_url=url, body=body, content_type=response.headers["Content-Type"])
    extraction = extract_page(page)
    assert extraction.article, extraction.reason
    return extraction.article


# ---------------------------------------------------------------- feeds


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        pytest.param(f"http://{COURIER}/rss.xml", FeedKind.RSS, id="rss"),
        pytest.param(f"http://{BOTE}/atom.xml", FeedKind.ATOM, id="atom"),
        pytest.param(f"http://{BOTE}/sitemap-news.xml", FeedKind.SITEMAP, id="news-sitemap"),
        pytest.param(f"http://{ALMARADA}/feed.json", FeedKind.JSON_FEED, id="json-feed"),
    ],
)
def test_a_feed_lists_the_editions_articles(site: DemoSite, url: str, kind: FeedKind) -> None:
    for edition in range(1, EDITIONS + 1):
        site.print_edition(edition)
        feed = read_feed(site, url)
        articles = PUBLISHERS[urlsplit(url).netloc].articles(edition)
        assert feed.kind is kind
        assert feed.problems == ()
        assert [entry.title for entry in feed.entries] == [article.headline for article in articles]
        assert [entry.published.at for entry in feed.entries if entry.published] == [a.published for a in articles]


def test_every_entry_leads_to_its_article(site: DemoSite) -> None:
    for listed in read_feeds_file(site.feeds_file).feeds:
        for entry in read_feed(site, listed.url).entries:
            assert entry.link
            assert entry.title
            response, body = ask(site, entry.link)
            if response.status == 301:
                response, body = ask(site, response.headers["Location"])
            assert response.status == 200
            assert f"<h1>{entry.title}</h1>" in body.decode().replace(' itemprop="headline"', "")


def test_the_papers_feeds_differ_in_their_habits(site: DemoSite) -> None:
    courier, almarada = read_feed(site, f"http://{COURIER}/rss.xml"), read_feed(site, f"http://{ALMARADA}/feed.json")
    assert all(entry.content_html for entry in courier.entries)
    assert all("utm_source=rss" in (entry.link or "") for entry in courier.entries)
    assert [entry.link for entry in almarada.entries if "/n/" in (entry.link or "")] == [f"http://{ALMARADA}/n/3301"]
    assert not any(entry.content_html for entry in almarada.entries)


def test_a_feed_lists_a_page_that_robots_may_not_read(site: DemoSite) -> None:
    rules = Protego.parse(ask(site, f"http://{BOTE}/robots.txt")[1].decode())
    links = [entry.link or "" for entry in read_feed(site, f"http://{BOTE}/atom.xml").entries]
    assert [link for link in links if not rules.can_fetch(link, "newsledger")] == [DAM]


# ---------------------------------------------------------------- editions


def test_the_second_edition_adds_revises_and_withdraws() -> None:
    first = {article.number: article for publisher in PUBLISHERS.values() for article in publisher.articles(1)}
    second = {article.number: article for publisher in PUBLISHERS.values() for article in publisher.articles(2)}
    assert sorted(second.keys() - first.keys()) == [1045, 1046, 3304, 7305]
    assert sorted(first.keys() - second.keys()) == [1044]
    assert sorted(number for number in first.keys() & second.keys() if first[number] != second[number]) == [1042, 7301]
    assert "12 people" in first[1042].paragraphs[0].text
    assert "21 people" in second[1042].paragraphs[0].text
    assert second[1042].changed > first[1042].changed
    assert (first[7301].headline, second[7301].headline) == (
        "Brücke in Niedergrau bleibt bis März gesperrt",
        "Brücke in Niedergrau bleibt bis Mai gesperrt",
    )


def test_a_withdrawn_article_is_gone_and_older_ones_stay_listed(site: DemoSite) -> None:
    assert ask(site, CLINIC)[0].status == 200
    site.print_edition(2)
    assert ask(site, CLINIC)[0].status == 410
    listed = {entry.guid for entry in read_feed(site, f"http://{COURIER}/rss.xml").entries}
    assert f"{COURIER}/1041" in listed
    assert f"{COURIER}/1044" not in listed


def test_articles_are_dated_in_october_2026_with_an_offset() -> None:
    times = [
        time
        for _, _, article in (case.values for case in ALL_ARTICLES)
        for time in (article.published, article.changed)
    ]
    assert all((time.year, time.month) == (2026, 10) and time.utcoffset() for time in times)


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no edition 3; choose one from 1 to 2"):
        DemoSite(edition=3)


# ---------------------------------------------------------------- HTTP


@pytest.mark.parametrize("url", [FERRY, f"http://{BOTE}/atom.xml"], ids=["page", "feed"])
@pytest.mark.parametrize(
    ("condition", "validator"), [("If_None_Match", "ETag"), ("If_Modified_Since", "Last-Modified")]
)
def test_a_validator_saves_the_body_until_the_text_changes(
    site: DemoSite, url: str, condition: str, validator: str
) -> None:
    known = {condition: ask(site, url)[0].headers[validator]}
    response, body = ask(site, url, **known)
    assert (response.status, body) == (304, b"")
    assert response.headers[validator] == known[condition]
    site.print_edition(2)
    assert ask(site, url, **known)[0].status == 200


def test_an_entity_tag_outweighs_a_date(site: DemoSite) -> None:
    since = ask(site, FERRY)[0].headers["Last-Modified"]
    assert ask(site, FERRY, If_None_Match='"another"', If_Modified_Since=since)[0].status == 200
    assert ask(site, FERRY, If_Modified_Since="a fine day in October")[0].status == 200


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        pytest.param("GET", f"{FERRY}?utm_source=rss", 200, id="with-tracking-parameters"),
        pytest.param("GET", f"http://{ALMARADA}/n/3301", 301, id="short-link"),
        pytest.param("GET", f"http://{ALMARADA}/nothing-here", 404, id="unknown-path"),
        pytest.param("GET", "http://elsewhere.example/", 502, id="unknown-host"),
        pytest.param("CONNECT", "elsewhere.example:443", 502, id="tunnel"),
    ],
)
def test_an_address_answers_with_its_status(site: DemoSite, method: str, url: str, status: int) -> None:
    assert ask(site, url, method)[0].status == status


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize(("publisher", "edition", "article"), ALL_ARTICLES)
def test_extraction_finds_what_the_content_file_says(
    site: DemoSite, publisher: Publisher, edition: int, article: DemoArticle
) -> None:
    site.print_edition(edition)
    found = read_article(site, publisher, article)
    assert found.title == article.headline
    assert found.headline == article.headline
    assert found.standfirst == article.standfirst
    assert found.authors == article.authors
    assert found.section == article.section
    assert found.tags == article.tags
    assert found.language == publisher.language
    assert found.canonical_url == publisher.url(article.path)
    assert found.published
    assert (found.published.at, found.published.offset_minutes) == (article.published, 60)
    assert found.agency_credit == article.agency_credit
    assert found.paragraphs == article.paragraphs


@pytest.mark.parametrize(("publisher", "edition", "article"), ALL_ARTICLES)
def test_extraction_finds_the_picture_and_its_credit(
    site: DemoSite, publisher: Publisher, edition: int, article: DemoArticle
) -> None:
    site.print_edition(edition)
    image = read_article(site, publisher, article).lead_image
    assert image
    assert image.url == publisher.url(article.picture_path)
    assert (image.caption, image.credit) == (article.caption, article.credit)


@pytest.mark.parametrize(("publisher", "edition", "article"), ALL_ARTICLES)
def test_extraction_tells_a_stated_reading_time_from_a_computed_one(
    site: DemoSite, publisher: Publisher, edition: int, article: DemoArticle
) -> None:
    site.print_edition(edition)
    found = read_article(site, publisher, article)
    assert found.reading_time_is_computed == (article.reading_time_minutes is None)
    assert article.reading_time_minutes in (None, found.reading_time_minutes)


@pytest.mark.parametrize(("publisher", "edition", "article"), ALL_ARTICLES)
def test_extraction_keeps_promotion_out_of_the_body(
    site: DemoSite, publisher: Publisher, edition: int, article: DemoArticle
) -> None:
    site.print_edition(edition)
    found = read_article(site, publisher, article)
    assert publisher.promotion in (found.promotion or "")
    assert publisher.promotion not in found.body
    assert publisher.read_more not in found.body


def test_markup_in_content_files_names_the_kind_of_a_paragraph() -> None:
    articles = {article.number: article for article in PUBLISHERS[COURIER].articles(1)}
    assert Paragraph(text="Visibility of forty metres", kind=ParagraphKind.SUBHEADING) in articles[1042].paragraphs
    assert [p.kind for p in articles[1042].paragraphs].count(ParagraphKind.QUOTE) == 1
    assert [p.text for p in articles[1043].paragraphs if p.kind is ParagraphKind.LIST_ITEM][1] == (
        "use the sand to raise the beach at Gannet Bay"
    )


# ---------------------------------------------------------------- the shipped feeds list


def test_the_shipped_list_names_about_thirty_feeds_of_every_continent() -> None:
    feeds = read_feeds_file(shipped_feeds_file()).feeds
    assert len({feed.url for feed in feeds}) == len(feeds) >= 30
    assert all(feed.name and feed.language and feed.url.startswith("https://") for feed in feeds)
    continents = {"africa", "asia", "europe", "north-america", "oceania", "south-america"}
    assert all(len(continents & set(feed.tags)) == 1 for feed in feeds)
    assert {tag for feed in feeds for tag in feed.tags} >= continents

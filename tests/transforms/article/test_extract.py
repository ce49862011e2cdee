from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article.as_dict import iso_time
from transforms.article.extract import EXTRACTOR, extract_page
from transforms.outcomes import Outcome
from transforms.records import Article, Entry, Extraction, Page, Precision, PublisherTime

TEXT = "".join(
    f"<p>{sentence}</p>"
    for sentence in (
        "The council voted late on Tuesday to keep the harbour crane where it stands, after a debate of four hours.",
        "Supporters said that the crane, built in 1911, is the last of its kind on this coast and draws visitors.",
        "Opponents had asked for a wider quay. The harbour master will report on other ways to widen it.",
    )
)


def extract(
    html: str | bytes, *, url: str = "https://gull.example/a", headers: dict[str, str] | None = None, **given: Any
) -> Extraction:
    body = html if isinstance(html, bytes) else html.encode()
    page = Page(url=url, final_url=url, body=body, content_type="text/html", headers=headers or {})
    return extract_page(page, **given)


def article_of(head: str = "", body: str = "", **given: Any) -> Article:
    extraction = extract(f"<html><head>{head}</head><body>{body}<article>{TEXT}</article></body></html>", **given)
    assert extraction.article is not None, extraction.reason
    return extraction.article


ENTRY = Entry(
    key="1",
    position=0,
    title="Harbour crane stays",
    summary="The council decides after four hours of debate.",
    authors=("Ines Okafor",),
    published=PublisherTime(
        at=datetime(2026, 3, 2, 6, 0, tzinfo=UTC), precision=Precision.MINUTE, offset_minutes=60, raw="Mon, 02 Mar 2026"
    ),
)


def test_the_feeds_entry_answers_for_what_the_page_does_not_say() -> None:
    article = article_of(entry=ENTRY, feed_language="en-IE")
    assert (article.headline, article.standfirst, article.authors) == (ENTRY.title, ENTRY.summary, ENTRY.authors)
    assert (article.published, article.language) == (ENTRY.published, "en")
    for field in ("headline", "standfirst", "authors", "published", "language"):
        assert article.witnesses[field] == "feed"


def test_the_page_goes_before_the_feeds_entry() -> None:
    head = (
        '<title>Crane is to stay</title><meta name="author" content="Tom Adeyemi">'
        '<meta property="article:published_time" content="2026-03-01T20:00:00Z">'
    )
    article = article_of(head, "<h1>Crane is to stay</h1>", entry=ENTRY)
    assert (article.headline, article.authors) == ("Crane is to stay", ("Tom Adeyemi",))
    assert article.published is not None
    assert article.published.raw == "2026-03-01T20:00:00Z"


@pytest.mark.parametrize(
    ("stated", "headers"),
    [
        pytest.param("1970-01-01T00:00:00Z", {}, id="before-the-web"),
        pytest.param("2099-01-01T00:00:00Z", {"Date": "Mon, 02 Mar 2026 07:00:00 GMT"}, id="far-ahead-of-the-server"),
        pytest.param("some day", {}, id="not-a-date"),
    ],
)
def test_a_date_that_cannot_be_right_is_no_date(stated: str, headers: dict[str, str]) -> None:
    article = article_of(f'<meta property="article:published_time" content="{stated}">', headers=headers)
    assert article.published is None


@pytest.mark.parametrize(
    ("body", "published"),
    [
        pytest.param(
            '<time datetime="2026-03-02T08:00+01:00">today</time>', "2026-03-02T08:00+01:00", id="time-element"
        ),
        pytest.param(
            "<h1>Crane stays</h1><p>Updated 2 March 2026, 8:05 am</p>", "2026-03-02T08:05", id="near-headline"
        ),
        pytest.param('<span class="entry-date">Posted: March 2, 2026 by us</span>', "2026-03-02", id="by-class"),
        pytest.param("<h1>Crane stays</h1><p>Von Ines Okafor, 2.3.26</p>", "2026-03-02", id="year-of-two-digits"),
        pytest.param(
            f"<h1>Crane stays</h1><p>2 March 2026</p><p>{'Boats. ' * 400}</p><h1>Gull</h1>",
            "2026-03-02",
            id="below-another-heading",
        ),
        pytest.param(
            '<div><time datetime="2026-01-01"></time></div>' * 4
            + "<h1>Harbour crane stays put</h1><p>2 March 2026</p>",
            "2026-03-02",
            id="beside-the-headline-of-a-page-that-lists-others",
        ),
        pytest.param(
            "<h1>Crane stays</h1><p>2 March 2026, 10:00-11:30</p>", "2026-03-02T10:00", id="hours-of-an-event"
        ),
        pytest.param(
            '<script>{"publishedAt": "2026-03-02T08:00:00Z"}</script>', "2026-03-02T08:00:00+00:00", id="in-a-script"
        ),
    ],
)
def test_a_date_that_only_readers_see_is_found(body: str, published: str) -> None:
    assert iso_time(article_of(body=body).published) == published


def test_a_date_in_the_address_is_a_day() -> None:
    assert iso_time(article_of(url="https://gull.example/2026/03/02/crane").published) == "2026-03-02"


@pytest.mark.parametrize(
    ("head", "body", "headline"),
    [
        pytest.param("<title>Crane stays | Gull</title>", "", "Crane stays", id="site-by-its-domain"),
        pytest.param(
            "<title>Gull: Crane stays put</title>", "<h1>Gull</h1>", "Gull: Crane stays put", id="site-before-a-colon"
        ),
        pytest.param(
            '<title>Crane stays - The Sea</title><meta property="og:site_name" content="The Sea">',
            "",
            "Crane stays",
            id="site-by-its-name",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it"><title>Harbour crane is to stay | Gull</title>',
            "<h1>Gull</h1><h1>Harbour crane is to stay</h1>",
            "Harbour crane is to stay",
            id="the-visible-one-before-the-social-one",
        ),
        pytest.param(
            '<meta property="og:title" content="Why the harbour crane is staying">',
            "<h1>Latest news</h1><h1>Harbour crane is to stay</h1>",
            "Harbour crane is to stay",
            id="the-visible-one-that-is-akin-to-the-social-one",
        ),
        pytest.param(
            "<title>Why the harbour crane is staying</title>",
            "<h1>Latest news</h1><h1>Harbour crane is to stay</h1>",
            "Harbour crane is to stay",
            id="the-visible-one-that-is-akin-to-the-title",
        ),
        pytest.param(
            '<meta property="og:title" content="Old port: crane stays">',
            "<h1>Latest news</h1><h1><b>Old</b><b>port</b><b>crane</b><b>stays</b></h1>",
            "Old port: crane stays",
            id="one-whose-words-the-style-sheet-parts",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it">',
            "<h1>Gull</h1><h1>Crane stays put</h1>",
            "Crane stays put",
            id="the-only-one-beside-the-sites-name",
        ),
        pytest.param(
            '<meta property="og:title" content="Harbour crane is to stay - Coastal Trust">',
            "",
            "Harbour crane is to stay",
            id="a-signed-social-one",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it">',
            "<h1>Crane stays put</h1>",
            "Crane stays put",
            id="the-only-visible-one",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it"><meta property="og:site_name" content="The Sea">',
            "<h1>The Sea, news from the coast</h1>",
            "You will love it",
            id="no-masthead",
        ),
        pytest.param(
            "<title>Why we trust the crane - Coastal Trust</title>"
            '<meta property="og:title" content="Why we trust the crane">',
            "<h1>Coastal Trust</h1>",
            "Why we trust the crane",
            id="no-signature-of-the-title",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it">',
            "<h1>News from the coast</h1><h1>Crane stays put</h1>",
            "You will love it",
            id="none-of-two-that-nothing-confirms",
        ),
        pytest.param(
            '<meta property="og:title" content="You will love it">',
            "<h1>Latest news</h1>",
            "You will love it",
            id="too-short-to-be-trusted-alone",
        ),
        pytest.param(
            '<meta property="og:title" content="Old port: Crane is to stay">',
            "<h1><b>Old port</b><span>Crane is to stay</span></h1>",
            "Old port: Crane is to stay",
            id="a-label-that-runs-into-the-headline",
        ),
        pytest.param(
            '<meta property="og:title" content="Crane stays">',
            "<h1>Harbour crane stays</h1>",
            "Harbour crane stays",
            id="too-short-to-call-the-rest-a-label",
        ),
        pytest.param(
            '<meta property="og:title" content="The council: crane and mill stay">',
            "<h1>The council: Crane and mill stay</h1>",
            "The council: Crane and mill stay",
            id="a-colon-of-its-own",
        ),
        pytest.param("", "<h1>2. März 2026 Crane stays</h1>", "2. März 2026 Crane stays", id="hardly-more-than-a-day"),
        pytest.param("<title>Crane stays - Coastal Trust</title>", "", "Crane stays - Coastal Trust", id="too-short"),
        pytest.param(
            "<title>Harbour crane is to stay | Gull | Coastal Trust</title>",
            "",
            "Harbour crane is to stay",
            id="signed-twice",
        ),
        pytest.param(
            '<meta property="og:title" content="Harbour crane is to stay">',
            "<h1><span>Opinion</span> <span>Harbour crane is to stay</span></h1>",
            "Harbour crane is to stay",
            id="without-the-label-before-it",
        ),
        pytest.param(
            '<meta property="og:title" content="Harbour crane is to stay">',
            "<h1>Harbour crane is to stay <small>2 March 2026</small></h1>",
            "Harbour crane is to stay",
            id="without-the-day-after-it",
        ),
        pytest.param(
            "",
            "<h1>2. März 2026 Harbour crane is to stay</h1>",
            "Harbour crane is to stay",
            id="without-the-day-before-it",
        ),
        pytest.param(
            '<meta property="og:title" content="Old port: Crane is to stay">',
            "<h1><b>Old port</b> Crane is to stay</h1>",
            "Old port: Crane is to stay",
            id="a-label-that-is-parted-elsewhere",
        ),
        pytest.param(
            '<meta property="og:title" content="Crane and mill: a walk">',
            "<h1>Crane and mill: a walk in the old port</h1>",
            "Crane and mill: a walk in the old port",
            id="longer-than-the-social-one",
        ),
        pytest.param(
            "<title>Harbour crane is to stay - Coastal Trust</title>", "", "Harbour crane is to stay", id="signed"
        ),
        pytest.param(
            "<title>Harbour crane stays - Home of the Sea Lions</title>",
            "",
            "Harbour crane stays - Home of the Sea Lions",
            id="too-long-for-a-signature",
        ),
        pytest.param(
            '<title>The harbour crane is here to stay</title><meta name="application-name" '
            'content="The harbour crane is here to stay">',
            "<h1>The harbour crane is here to stay</h1>",
            "The harbour crane is here to stay",
            id="a-headline-in-the-place-of-the-sites-name",
        ),
    ],
)
def test_the_headline_is_the_articles_own(head: str, body: str, headline: str) -> None:
    assert article_of(head, body).headline == headline


PICTURE = (
    '<script type="application/ld+json">'
    '{"@type": "NewsArticle", "description": "The crane at dusk, seen from the quay."}</script>'
)
SHOWN = '<p class="standfirst">Four hours of debate, and the council kept it.</p>'
SEARCHED = '<meta name="description" content="All about the crane: news, pictures and opening hours.">'


@pytest.mark.parametrize(
    ("head", "body", "standfirst"),
    [
        pytest.param(
            PICTURE + SEARCHED + '<meta property="og:description" content="The council voted to keep the old crane.">',
            SHOWN,
            "The council voted to keep the old crane.",
            id="the-one-it-is-shared-with",
        ),
        pytest.param(PICTURE + SEARCHED, SHOWN, "Four hours of debate, and the council kept it.", id="the-visible-one"),
        pytest.param(PICTURE + SEARCHED, "", "The crane at dusk, seen from the quay.", id="the-json-lds"),
        pytest.param(SEARCHED, "", "All about the crane: news, pictures and opening hours.", id="for-search-engines"),
    ],
)
def test_the_standfirst_is_what_sums_the_article_up(head: str, body: str, standfirst: str) -> None:
    assert article_of(head, body).standfirst == standfirst


@pytest.mark.parametrize(
    ("stated", "authors"),
    [
        pytest.param("By Ines Okafor and Tom Adeyemi", ("Ines Okafor", "Tom Adeyemi"), id="two"),
        pytest.param("Ines Okafor, Reuters", ("Ines Okafor",), id="a-person-and-an-agency"),
        pytest.param("Reuters", ("Reuters",), id="an-agency-alone"),
        pytest.param("Gull", ("Gull",), id="the-site"),
        pytest.param("https://social.example/gull", (), id="an-address"),
        pytest.param("Staff", ("Staff",), id="a-newsroom"),
        pytest.param("admin", (), id="nobody"),
        pytest.param("Ines Okafor, Senior Reporter", ("Ines Okafor",), id="a-role"),
        pytest.param("Ines Okafor, Data Analyst", ("Ines Okafor",), id="a-profession"),
    ],
)
def test_authors_are_persons_or_who_is_credited_where_nobody_is_named(stated: str, authors: tuple[str, ...]) -> None:
    assert article_of(f'<meta name="author" content="{stated}">').authors == authors


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        pytest.param("<p>By Ines Okafor</p>", ["Ines Okafor"], id="english"),
        pytest.param(
            "<p>Von Ines Okafor und Tom Adeyemi | 2. März 2026</p>", ["Ines Okafor", "Tom Adeyemi"], id="german"
        ),
        pytest.param("<p>Autor: Inés Okafor</p>", ["Inés Okafor"], id="a-label"),
        pytest.param("<p>ByInes Okafor</p>", ["Ines Okafor"], id="a-label-that-the-style-sheet-parts"),
        pytest.param("<p>Written by Ines Okafor, March 2, 2026 • 4 min read</p>", ["Ines Okafor"], id="a-day-behind"),
        pytest.param(
            "<p>By Ines Okafor and Tom Adeyemi<time>2 March 2026</time></p>",
            ["Ines Okafor", "Tom Adeyemi"],
            id="a-day-at-once",
        ),
        pytest.param("<p>Ines Okafor</p><p>2 March 2026</p>", ["Ines Okafor"], id="a-name-above-a-day"),
        pytest.param("<p>Ines Okafor - 2.3.2026</p>", ["Ines Okafor"], id="a-name-and-a-day"),
        pytest.param("<p>Ines Okafor</p><p>Harbour</p>", [], id="a-name-without-a-day"),
        pytest.param("<p>Ines Okafor</p><p>Harbour</p><p>2 March 2026</p>", [], id="a-name-further-from-a-day"),
        pytest.param("<p>by the sea, a crane</p>", [], id="no-name-after-the-word"),
        pytest.param("<p>By Reuters</p>", [], id="an-agency-is-no-person"),
        pytest.param("<p>x</p>" * 12 + "<p>By Ines Okafor</p>", [], id="too-far-down"),
    ],
)
def test_a_byline_that_no_markup_names_is_read_beside_the_headline(lines: str, authors: list[str]) -> None:
    article = article_of(body=f"<h1>Harbour crane is to stay</h1>{lines}")
    assert list(article.authors) == authors
    assert article.witnesses.get("authors", "dom") == "dom"


@pytest.mark.parametrize(
    ("stated", "shown", "authors"),
    [
        pytest.param(
            ["Ines Okafor"], "By Ines Okafor and Tom Adeyemi", ["Ines Okafor", "Tom Adeyemi"], id="the-first-alone"
        ),
        pytest.param(["Ines Okafor", "Mei Lindqvist"], "By Ines Okafor", ["Ines Okafor"], id="an-editor-too"),
        pytest.param(["Ines"], "By Ines Okafor", ["Ines Okafor"], id="the-first-name"),
        pytest.param(["Ines Okafor"], "By Ines Okafor, Oslo", ["Ines Okafor"], id="a-place-behind"),
        pytest.param(["Ines Okafor"], "By Tom Adeyemi", ["Ines Okafor"], id="another-byline"),
    ],
)
def test_a_shown_byline_goes_before_data_that_share_a_name_with_it(
    stated: list[str], shown: str, authors: list[str]
) -> None:
    node = json.dumps({"@type": "NewsArticle", "author": [{"@type": "Person", "name": name} for name in stated]})
    head = f'<script type="application/ld+json">{node}</script>'
    assert list(article_of(head, f"<h1>Harbour crane is to stay</h1><p>{shown}</p>").authors) == authors


@pytest.mark.parametrize(
    ("shown", "offset"),
    [
        pytest.param('<time datetime="2026-03-02T07:41:10+01:00">today</time>', 60, id="the-same-instant"),
        pytest.param('<time datetime="2026-03-02T09:41:10+01:00">today</time>', 60, id="only-this-offset-on-the-page"),
        pytest.param("<p>2 March 2026, 07:41</p>", 60, id="a-clock-beside-the-headline"),
        pytest.param("<p>2 March 2026, 12:11</p>", 330, id="half-an-hour-off"),
        pytest.param("<p>2 March 2026, 07:30</p>", 0, id="another-minute"),
        pytest.param("<p>2 March 2026</p>", 0, id="a-day"),
        pytest.param(
            '<time datetime="2026-03-01T07:00:10+01:00"></time><time datetime="2026-03-01T07:00:10-05:00"></time>',
            0,
            id="two-offsets",
        ),
    ],
)
def test_a_time_stated_in_utc_has_the_offset_of_the_clock_that_the_page_shows(shown: str, offset: int) -> None:
    head = '<meta property="article:published_time" content="2026-03-02T06:41:10Z">'
    published = article_of(head, f"<h1>Harbour crane is to stay</h1>{shown}").published
    assert published is not None
    assert published.at == datetime(2026, 3, 2, 6, 41, 10, tzinfo=UTC)
    assert published.offset_minutes == offset


def test_a_round_half_hour_says_nothing_of_the_offset() -> None:
    head = '<meta property="article:published_time" content="2026-03-02T06:30:00Z">'
    published = article_of(head, "<h1>Harbour crane is to stay</h1><p>2 March 2026, 09:30</p>").published
    assert published is not None
    assert published.offset_minutes == 0


@pytest.mark.parametrize(
    ("language", "locale", "day"),
    [
        pytest.param("en-US", "", "2026-03-04", id="american"),
        pytest.param("en-GB", "", "2026-04-03", id="british"),
        pytest.param("es", "", "2026-04-03", id="spanish"),
        pytest.param("en", "en_US", "2026-03-04", id="by-the-locale"),
        pytest.param("en", "", None, id="english-of-no-country"),
        pytest.param("ja", "", None, id="japanese"),
    ],
)
def test_a_day_of_two_readings_is_read_as_the_pages_language_writes_it(
    language: str, locale: str, day: str | None
) -> None:
    page = (
        f'<html lang="{language}"><head><meta property="og:locale" content="{locale}"></head><body>'
        f'<h1>Harbour crane is to stay</h1><p class="date">03/04/2026</p><article>{TEXT}</article></body></html>'
    )
    article = extract(page).article
    assert article is not None
    assert (article.published.at.date().isoformat() if article.published else None) == day


@pytest.mark.parametrize(
    ("headers", "head", "rights"),
    [
        pytest.param({"X-Robots-Tag": "noindex, NOARCHIVE"}, "", ("noarchive",), id="for-every-robot"),
        pytest.param({"X-Robots-Tag": "newsledger: noarchive"}, "", ("noarchive",), id="for-ours"),
        pytest.param({"X-Robots-Tag": "otherbot: noindex, noarchive"}, "", (), id="for-another"),
        pytest.param({"X-Robots-Tag": "otherbot: noarchive\nnoarchive"}, "", ("noarchive",), id="a-line-for-each"),
        pytest.param(
            {"X-Robots-Tag": "otherbot: noindex, newsledger: noarchive"}, "", ("noarchive",), id="two-on-a-line"
        ),
        pytest.param(
            {"X-Robots-Tag": "unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive"},
            "",
            ("noarchive",),
            id="a-directive-with-a-value-names-no-robot",
        ),
        pytest.param({"X-Robots-Tag": "none, max-snippet: 20"}, "", (), id="no-index-is-no-reservation"),
        pytest.param({}, '<meta name="ROBOTS" content="nofollow, noarchive">', ("noarchive",), id="meta"),
        pytest.param({}, '<meta name="newsledger" content="noarchive">', ("noarchive",), id="meta-for-ours"),
        pytest.param({}, '<meta name="otherbot" content="noarchive">', (), id="meta-for-another"),
        pytest.param({"TDM-Reservation": "1"}, "", ("tdm-reserved",), id="tdm-header"),
        pytest.param({"TDM-Reservation": "0"}, "", (), id="tdm-granted"),
        pytest.param({}, '<meta name="tdm-reservation" content="1">', ("tdm-reserved",), id="tdm-meta"),
        pytest.param(
            {"X-Robots-Tag": "noarchive", "TDM-Reservation": "1"}, "", ("noarchive", "tdm-reserved"), id="both"
        ),
    ],
)
def test_headers_and_page_reserve_rights(headers: dict[str, str], head: str, rights: tuple[str, ...]) -> None:
    assert article_of(head, headers=headers).rights == rights


def test_a_reading_time_that_is_not_stated_is_computed_and_says_so() -> None:
    article = article_of()
    assert (article.reading_time_minutes, article.reading_time_is_computed) == (1, True)
    assert (article.witnesses["reading_time_minutes"], article.extractor) == ("computed", EXTRACTOR)


def test_the_final_address_names_the_site_and_resolves_links() -> None:
    head = '<link rel="canonical" href="/crane"><meta property="og:image" content="//img.gull.example/1.jpg">'
    page = Page(url="https://t.example/x", final_url="https://www.example.com/a?b=1", body=f"{head}{TEXT}".encode())
    article = extract_page(page).article
    assert article is not None
    assert (article.url, article.site) == ("https://t.example/x", "example.com")
    assert article.canonical_url == "https://www.example.com/crane"
    assert article.lead_image is not None
    assert article.lead_image.url == "https://img.gull.example/1.jpg"


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        pytest.param(b"", Outcome.BAD_CONTENT, id="empty"),
        pytest.param(b" \n", Outcome.BAD_CONTENT, id="blank"),
        pytest.param(b"\x00" * 500, Outcome.NOT_HTML, id="zeros"),
        pytest.param(b"%PDF-1.4\n", Outcome.NOT_HTML, id="pdf"),
        pytest.param(b"<html><body></body></html>", Outcome.TOO_SHORT, id="no-text"),
    ],
)
def test_what_is_no_page_ends_in_an_outcome_with_a_reason(body: bytes, outcome: Outcome) -> None:
    extraction = extract(body)
    assert (extraction.article, extraction.outcome) == (None, outcome)
    assert extraction.reason


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<div>" * 50_000 + b"deep", id="deep-nesting"),
        pytest.param(b"<p " + b"".join(b"a%d=1 " % n for n in range(20_000)) + b">wide", id="many-attributes"),
        pytest.param(b'<script type="application/ld+json">' + b'{"a":' * 5_000 + b"</script>", id="deep-json"),
        pytest.param(b"<h1>" + b"404 " * 20_000 + b"</h1>", id="long-heading"),
        pytest.param(b'<meta name="author" content="' + b" " * 50_000 + b'x">', id="long-author"),
        pytest.param(b"<table>" * 500 + b"text", id="nested-tables"),
    ],
)
def test_a_hostile_page_ends_in_an_article_or_an_outcome(body: bytes) -> None:
    extraction = extract(body)
    assert (extraction.article is None) != (extraction.outcome is None)


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<h1>", "<div class='byline'>", "<article>", "</article>", "<figure>", "<figcaption>", "<li>",
        "<time datetime='2026'>", "<script type='application/ld+json'>", "</script>", '{"@type":"Article","author":',
        "[", "]", "}", '"', "<meta name='author' content='", "<a href='http://['>", "<blockquote>", "<base href='x'>",
        "<table><tr><td>", "&#0;", "&#xD800;", "\ud7ff", "By ", "404", TEXT,
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5)).map("".join) | st.binary(max_size=200))
def test_any_page_ends_in_an_article_or_an_outcome(html: str | bytes) -> None:
    body = html.encode("utf-8", "surrogatepass") if isinstance(html, str) else html
    extraction = extract(body)
    assert (extraction.article is None) != (extraction.outcome is None)

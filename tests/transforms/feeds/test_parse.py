"""Telling formats apart, broken and hostile documents, and what is made of a whole document."""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.documents import URL, atom, rss, story
from transforms.errors import FeedError, MalformedFeed, NotAFeed
from transforms.feeds.parse import document_as_dict, entries_hash, parse_feed

_SITEMAP = b"<urlset><url><loc>https://paper.example/1</loc></url></urlset>"


def _titles(body: bytes) -> list[str | None]:
    return [entry.title for entry in parse_feed(body, url=URL).entries]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\t", "empty", id="white-space"),
        pytest.param(b"<!DOCTYPE html><html><body><p>Hello</p></body></html>", "an HTML page", id="html"),
        pytest.param(
            b"<html><head></head><body><feed-list></feed-list></body></html>", "an HTML page", id="html-no-doctype"
        ),
        pytest.param(
            b"<!-- x --><html><script>var a='<rss version=2.0>'</script></html>", "an HTML page", id="html-with-rss"
        ),
        pytest.param(b"%PDF-1.7 ...", "a PDF document", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a PNG picture", id="picture"),
        pytest.param(b"upstream connect error", "plain text", id="text"),
        pytest.param(b"/etc/hosts", "plain text", id="a-path-is-not-opened"),
        pytest.param(b"https://paper.example/feed", "plain text", id="a-url-is-not-fetched"),
        pytest.param(b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "<Error>", id="xml-error"),
        pytest.param(b'<opml version="2.0"><body><outline/></body></opml>', "feed", id="opml"),
        pytest.param(b'{"error": "not found"}', "JSON", id="json-error"),
        pytest.param(b'[{"id": 1}]', "JSON", id="json-list"),
    ],
)
def test_what_is_no_feed_is_refused_by_its_name(body: bytes, named: str) -> None:
    with pytest.raises(NotAFeed, match=named):
        parse_feed(body, url=URL)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(b"\r\n \r\n", id="blank-lines"),
        pytest.param(b"\xef\xbb\xbf\xef\xbb\xbf", id="two-byte-order-marks"),
        pytest.param(b"<br />\n<b>Warning</b>: mysql_connect() in db.php on line 3<br />\n", id="php-warning"),
    ],
)
def test_what_stands_before_the_xml_does_not_matter(before: bytes) -> None:
    assert _titles(before + rss(story(1))) == ["Story 1"]


def test_an_html_doctype_before_a_feed_does_not_matter() -> None:
    assert _titles(b"<!DOCTYPE html>" + atom("<id>1</id><title>Story 1</title>")[21:]) == ["Story 1"]


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        pytest.param(rss(story(1)) + b"<script>track()</script>", ["Story 1"], id="script-after-the-end"),
        pytest.param(rss(story(1)).replace(b' xmlns:media="http://search.yahoo.com/mrss/"', b"")
            .replace(b"</item>", b"<media:thumbnail url='a'/></item>"), ["Story 1"], id="undeclared-prefix"),
        pytest.param(rss(story(1), story(2) + "<description>a <b> c</description>", story(3)),
            ["Story 1", "Story 2", "Story 3"], id="unclosed-tag-in-an-entry"),
    ],
)  # fmt: skip
def test_broken_xml_gives_its_entries_and_says_what_was_wrong(body: bytes, titles: list[str]) -> None:
    document = parse_feed(body, url=URL)
    assert [entry.title for entry in document.entries] == titles
    assert any("not well-formed" in problem for problem in document.problems)


def test_an_end_tag_without_its_start_costs_no_entry() -> None:
    document = parse_feed(rss(story(1) + "</width>", story(2)), url=URL)
    assert [entry.title for entry in document.entries] == ["Story 1", "Story 2"]
    assert any("not well-formed" in problem for problem in document.problems)


def test_a_document_that_breaks_off_gives_the_entries_before_the_break_whole() -> None:
    whole = rss(story(1), story(2), story(3))
    document = parse_feed(whole[: whole.index(b"story/3") + 4], url=URL)
    assert [entry.link for entry in document.entries] == [
        "https://paper.example/story/1",
        "https://paper.example/story/2",
    ]
    assert any("breaks off in entry 3" in problem for problem in document.problems)


def test_a_document_cut_anywhere_gives_entries_or_an_error_and_never_half_a_link() -> None:
    whole = rss(story(1), story(2), story(3))
    links = {f"https://paper.example/story/{number}" for number in (1, 2, 3)}
    for end in range(whole.index(b"</item>") + 7, len(whole)):
        assert {entry.link for entry in parse_feed(whole[:end], url=URL).entries} <= links


def test_entries_beyond_the_cap_are_not_read_and_that_is_a_problem() -> None:
    document = parse_feed(rss(*map(story, range(50))), url=URL, max_entries=10)
    assert [entry.title for entry in document.entries] == [f"Story {number}" for number in range(10)]
    assert document.problems == ("only the first 10 of 50 entries were read (max_entries_per_feed); left out: 40",)


def test_the_cap_holds_for_a_document_that_breaks_off() -> None:
    body = rss(*map(story, range(50)))
    document = parse_feed(body[: body.index(b"story/49")], url=URL, max_entries=10)
    assert len(document.entries) == 10
    assert len(document.problems) == 3


def test_gzip_without_a_header_is_inflated() -> None:
    assert _titles(gzip.compress(rss(story(1)))) == ["Story 1"]


def test_gzip_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    # Stored blocks, so that the break is at a known place of the text.
    deflater = zlib.compressobj(level=0, wbits=31)
    body = deflater.compress(rss(story(1), story(2), story(3))) + deflater.flush(zlib.Z_FULL_FLUSH)
    document = parse_feed(body[: body.index(b"story/3")], url=URL)
    assert [entry.title for entry in document.entries] == ["Story 1", "Story 2"]
    assert any("broke off" in problem for problem in document.problems)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(bytes(64 * 1024 * 1024)), id="gzip-bomb"),
        pytest.param(b"<rss>" + b" " * 17 * 1024 * 1024, id="too-large"),
        pytest.param(b"\x1f\x8b" + b"x" * 100, id="damaged-gzip"),
        pytest.param(b"<rss><channel>" + b"<a>" * 100_000, id="deep-nesting"),
        pytest.param(b"<rss " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"></rss>", id="many-attributes"),
        pytest.param(b"[" * 100_000, id="deep-json"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1.1", "items": [],}', id="json-that-is-none"),
    ],
)
def test_what_would_hurt_the_reader_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedFeed):
        parse_feed(body, url=URL)


def test_a_long_first_line_full_of_encodings_is_read_in_the_time_of_its_length() -> None:
    # without a line of its own for the declaration, feedparser compares each of these with each other, for hours
    odd = "encoding='x' " * 20_000
    document = parse_feed(f"<rss version='2.0'><channel><title>{odd}</title></channel></rss>".encode(), url=URL)
    assert document.kind == "rss"


def test_no_entity_is_expanded_and_no_file_opened() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lol}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    body = rss("<title>A &l9; B &file; C</title><link>https://paper.example/1</link>").replace(
        b"?>", b"?>" + dtd.encode(), 1
    )
    document = parse_feed(body, url=URL)
    assert [(entry.title, entry.link) for entry in document.entries] == [("A B C", "https://paper.example/1")]
    assert "lollol" not in json.dumps(document_as_dict(document))
    assert "root:" not in json.dumps(document_as_dict(document))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_feed_error(body: bytes) -> None:
    for prefix in (b"", b"<rss>", b"<feed>", b"{", b"<urlset>", b"<?xml encoding='utf-16'?><rss>"):
        with suppress(FeedError):
            parse_feed(prefix + body, url=URL)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_feed_with_one_wrong_byte_gives_a_document_or_a_feed_error(place: int, byte: int) -> None:
    body = bytearray(rss(story(1), story(2)))
    body[-1 - place] = byte
    with suppress(FeedError):
        parse_feed(bytes(body), url=URL)


@pytest.mark.parametrize(
    ("changed", "is_news"),
    [
        pytest.param(rss(story(1), story(2), channel="<lastBuildDate>now</lastBuildDate>"), False, id="build-date"),
        pytest.param(rss(story(2), story(1)), False, id="order"),
        pytest.param(rss(story(1), story(2)).replace(b"/1</link>", b"/1?utm_source=rss</link>"), False, id="tracking"),
        pytest.param(rss(story(1), story(2)).replace(b"Story 1", b"Story one"), True, id="title"),
        pytest.param(rss(story(1), story(2)).replace(b"10:00:00", b"11:00:00", 1), True, id="date"),
        pytest.param(rss(story(1), story(2) + "<description>New.</description>"), True, id="summary"),
        pytest.param(rss(story(1), story(2), story(3)), True, id="entry"),
    ],
)
def test_the_hash_of_the_entries_changes_with_what_they_say(changed: bytes, is_news: bool) -> None:
    before = entries_hash(parse_feed(rss(story(1), story(2)), url=URL))
    assert (entries_hash(parse_feed(changed, url=URL)) != before) == is_news


def test_a_document_as_a_dict_is_plain_data() -> None:
    document = parse_feed(rss(story(1)), url=URL)
    plain = json.loads(json.dumps(document_as_dict(document)))
    assert plain["feed_title"] == "The Paper"
    assert plain["error"] is None
    assert plain["entries"][0] == {
        "id": "https://paper.example/story/1",
        "key": "https://paper.example/story/1",
        "title": "Story 1",
        "link": "https://paper.example/story/1",
        "original_link": None,
        "published_iso": "2026-06-01T10:00:00+00:00",
        "updated_iso": None,
        "summary": None,
        "content_html": None,
        "authors": [],
        "categories": [],
        "image_url": None,
        "language": None,
    }


def test_the_format_is_told_by_the_body_and_not_by_its_type() -> None:
    assert parse_feed(_SITEMAP, url=URL, content_type="application/rss+xml").kind == "sitemap"
    assert parse_feed(rss(story(1)), url=URL, content_type="text/html").kind == "rss"

"""What is read from RSS and Atom, field by field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.transforms.feeds.documents import URL, atom, rss, story
from transforms.feeds.parse import parse_feed
from transforms.records import Entry, FeedHints, FeedKind, Precision
from transforms.urls import url_strict


def _only_entry(body: bytes, url: str = URL) -> Entry:
    (entry,) = parse_feed(body, url=url).entries
    return entry


def test_an_ordinary_rss_feed_is_read_whole() -> None:
    document = parse_feed(
        rss(
            """
            <title>Storm nears</title>
            <link>https://paper.example/storm</link>
            <guid isPermaLink="false">storm-1</guid>
            <pubDate>Mon, 01 Jun 2026 12:00:00 +0200</pubDate>
            <dc:date>2026-06-01T11:00:00Z</dc:date>
            <description>The city &lt;b&gt;braces&lt;/b&gt; itself.</description>
            <content:encoded><![CDATA[<p>The city braces itself for the storm.</p>]]></content:encoded>
            <dc:creator>Ana Mirov</dc:creator>
            <category>Weather</category><category>City</category><category>Weather</category>
            <media:content url="https://paper.example/small.jpg" medium="image" width="300"/>
            <media:content url="https://paper.example/large.jpg" medium="image" width="1200"/>
            """,
            channel="<title>The Paper &amp; Post</title><link>https://paper.example/</link><language>en-GB</language>",
        ),
        url=URL,
    )
    assert (document.kind, document.version, document.problems) == (FeedKind.RSS, "rss20", ())
    assert (document.title, document.home_url, document.language) == (
        "The Paper & Post",
        "https://paper.example/",
        "en-GB",
    )
    (entry,) = document.entries
    assert (entry.key, entry.guid, entry.position) == ("storm-1", "storm-1", 0)
    assert (entry.title, entry.link) == ("Storm nears", "https://paper.example/storm")
    assert entry.summary == "The city braces itself."
    assert entry.content_html == "<p>The city braces itself for the storm.</p>"
    assert (entry.authors, entry.categories) == (("Ana Mirov",), ("Weather", "City"))
    assert entry.image_url == "https://paper.example/large.jpg"
    assert entry.published is not None
    assert entry.published.at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert (entry.published.precision, entry.published.offset_minutes) == (Precision.SECOND, 120)
    assert entry.published_raw == "Mon, 01 Jun 2026 12:00:00 +0200"
    assert entry.updated is not None
    assert entry.updated.at == datetime(2026, 6, 1, 11, tzinfo=UTC)


def test_an_ordinary_atom_feed_is_read_whole() -> None:
    document = parse_feed(
        atom(
            """
            <id>tag:paper.example,2026:1</id>
            <title type="html">Storm &lt;i&gt;Ida&lt;/i&gt;</title>
            <link rel="self" href="https://paper.example/api/1"/>
            <link rel="alternate" href="https://paper.example/storm"/>
            <link rel="enclosure" type="image/jpeg" href="https://paper.example/storm.jpg"/>
            <published>2026-06-01T12:00:00+02:00</published>
            <updated>2026-06-01T13:00:00+02:00</updated>
            <summary>The city braces itself.</summary>
            <content type="html">&lt;p&gt;The city braces itself for it.&lt;/p&gt;</content>
            <author><name>Ana Mirov</name></author><author><name>Ben Osei</name></author>
            <category term="weather" label="Weather"/>
            """,
            head='<title>The Paper</title><link href="https://paper.example/"/>',
        ),
        url=URL,
    )
    assert (document.kind, document.version) == (FeedKind.ATOM, "atom10")
    (entry,) = document.entries
    assert (entry.key, entry.title, entry.link) == (
        "tag:paper.example,2026:1",
        "Storm Ida",
        "https://paper.example/storm",
    )
    assert (entry.summary, entry.content_html) == ("The city braces itself.", "<p>The city braces itself for it.</p>")
    assert (entry.authors, entry.categories) == (("Ana Mirov", "Ben Osei"), ("Weather",))
    assert entry.image_url == "https://paper.example/storm.jpg"
    assert entry.published is not None
    assert entry.published.at == datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_rss_1_has_its_items_beside_the_channel() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>The Paper</title></channel>
        <item rdf:about="https://paper.example/1"><title>One</title><link>https://paper.example/1</link>
        <dc:date>2026-06-01T10:00:00Z</dc:date></item></rdf:RDF>"""
    entry = _only_entry(body)
    assert (entry.title, entry.link) == ("One", "https://paper.example/1")
    assert entry.updated is not None


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        pytest.param("AT&amp;amp;T", "AT&T", id="escaped-twice"),
        pytest.param("<![CDATA[AT&amp;T]]>", "AT&T", id="escaped-in-cdata"),
        pytest.param("AT&T & Sons", "AT&T & Sons", id="bare-ampersands"),
        pytest.param("Caf&eacute; &ndash; open", "Café – open", id="references-of-html"),
        pytest.param("Vote&lt;script&gt;steal()&lt;/script&gt; now", "Vote now", id="script"),
        pytest.param("&lt;img src=x onerror=steal()&gt;Vote", "Vote", id="event-handler"),
        pytest.param("A\x01B&#2;C", "ABC", id="forbidden-characters"),
        pytest.param("", None, id="empty"),
    ],
)
def test_an_rss_title_is_plain_text(markup: str, title: str | None) -> None:
    assert _only_entry(rss(f"<title>{markup}</title><link>https://paper.example/1</link>")).title == title


def test_an_atom_title_of_type_text_keeps_its_brackets() -> None:
    assert _only_entry(atom('<id>1</id><title type="text">Why &lt;b&gt; is bold</title>')).title == "Why <b> is bold"


@pytest.mark.parametrize(
    ("content", "html"),
    [
        pytest.param('<content type="text">2 &lt; 3</content>', "2 &lt; 3", id="text"),
        pytest.param('<content type="html">2 &amp;lt; 3</content>', "2 &lt; 3", id="html"),
        pytest.param(
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>2 &lt; 3</p></div></content>',
            "<p>2 &lt; 3</p>",
            id="xhtml",
        ),
    ],
)
def test_atom_content_of_any_type_becomes_html(content: str, html: str) -> None:
    assert _only_entry(atom(f"<id>1</id><title>T</title>{content}")).content_html == html


@pytest.mark.parametrize(
    ("item", "link"),
    [
        pytest.param("<link>/story</link>", "https://paper.example/story", id="rooted"),
        pytest.param("<link>//other.example/a</link>", "https://other.example/a", id="scheme-relative"),
        pytest.param("<link>\n https://paper.example/a \n</link>", "https://paper.example/a", id="white-space"),
        pytest.param(
            "<link><![CDATA[https://paper.example/a?b=1&c=2]]></link>", "https://paper.example/a?b=1&c=2", id="cdata"
        ),
        pytest.param("<link/><guid>https://paper.example/a</guid>", "https://paper.example/a", id="guid-as-link"),
        pytest.param("<guid isPermaLink='false'>https://paper.example/a</guid>", None, id="guid-that-is-no-link"),
        pytest.param("<link>javascript:steal()</link>", None, id="javascript"),
        pytest.param("<link>file:///etc/hosts</link>", None, id="file"),
        pytest.param(f"<link>https://paper.example/{'a' * 2048}</link>", None, id="too-long"),
    ],
)
def test_a_link_is_absolute_and_of_the_web_or_nothing(item: str, link: str | None) -> None:
    assert _only_entry(rss(f"<title>Story</title>{item}")).link == link


def test_a_link_is_resolved_against_the_nearest_xml_base() -> None:
    body = atom('<id>1</id><link href="c.html"/>', head='<title>T</title><link href="/"/>').replace(
        b"<entry>", b'<entry xml:base="/a/b/">'
    )
    assert _only_entry(body).link == "https://paper.example/a/b/c.html"


def test_the_publishers_own_link_is_taken_where_a_counting_service_stands_before_it() -> None:
    entry = _only_entry(
        rss(
            "<link>https://count.example/~r/1</link>"
            "<feedburner:origLink>https://paper.example/story</feedburner:origLink>"
        )
    )
    assert (entry.link, entry.listed_link) == ("https://paper.example/story", "https://count.example/~r/1")


def test_a_photo_caption_becomes_neither_summary_nor_full_text() -> None:
    caption = (
        '<media:content url="https://paper.example/1.jpg">'
        "<media:description>Two geese</media:description></media:content>"
    )
    alone = _only_entry(rss(story(1) + caption))
    beside = _only_entry(rss(story(1) + "<description>Geese are back.</description>" + caption))
    assert (alone.summary, alone.content_html) == (None, None)
    assert (beside.summary, beside.content_html) == ("Geese are back.", None)
    assert alone.image_url == "https://paper.example/1.jpg"


def test_a_date_that_cannot_be_read_keeps_its_raw_string() -> None:
    entry = _only_entry(rss("<title>Story</title><pubDate>yesterday</pubDate>"))
    assert (entry.published, entry.published_raw) == (None, "yesterday")


def test_an_email_address_alone_names_no_author() -> None:
    assert _only_entry(rss(story(1) + "<author>desk@paper.example</author>")).authors == ()
    assert _only_entry(rss(story(1) + "<author>desk@paper.example (Ana Mirov)</author>")).authors == ("Ana Mirov",)


@pytest.mark.parametrize(
    ("channel", "hints"),
    [
        pytest.param("<ttl>15</ttl>", FeedHints(ttl_minutes=15), id="ttl"),
        pytest.param("<ttl>soon</ttl>", FeedHints(), id="unreadable-ttl"),
        pytest.param("<ttl>99999999999999999999</ttl>", FeedHints(ttl_minutes=10_080), id="ttl-of-ages"),
        pytest.param(f"<ttl>{'9' * 5000}</ttl>", FeedHints(ttl_minutes=10_080), id="ttl-beyond-numbers"),
        pytest.param("<ttl>0</ttl>", FeedHints(), id="ttl-of-nothing"),
        pytest.param(
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1e-7</sy:updateFrequency>",
            FeedHints(update_interval_minutes=10_080),
            id="once-in-ages",
        ),
        pytest.param(
            f"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>{'9' * 5000}</sy:updateFrequency>",
            FeedHints(),
            id="frequency-beyond-numbers",
        ),
        pytest.param(
            f"<skipHours><hour>³</hour><hour>{'9' * 5000}</hour><hour>99</hour><hour>7</hour></skipHours>",
            FeedHints(skip_hours=frozenset({7})),
            id="hours-that-are-none",
        ),
        pytest.param(
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            FeedHints(update_interval_minutes=30),
            id="syndication-module",
        ),
        pytest.param(
            "<sy:updatePeriod> daily </sy:updatePeriod>", FeedHints(update_interval_minutes=1440), id="once-daily"
        ),
        pytest.param("<sy:updatePeriod>always</sy:updatePeriod>", FeedHints(), id="unknown-period"),
        pytest.param(
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            FeedHints(),
            id="never",
        ),
        pytest.param(
            "<skipHours><hour>2</hour><hour>3</hour><hour>24</hour></skipHours>",
            FeedHints(skip_hours=frozenset({0, 2, 3})),
            id="skip-hours",
        ),
        pytest.param(
            "<skipHours><hour>0,1,2</hour></skipHours>", FeedHints(skip_hours=frozenset({0, 1, 2})), id="hours-in-one"
        ),
        pytest.param(
            "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>",
            FeedHints(skip_days=frozenset({5, 6})),
            id="skip-days",
        ),
    ],
)
def test_hints_tell_how_often_a_feed_wants_to_be_asked(channel: str, hints: FeedHints) -> None:
    assert parse_feed(rss(story(1), channel=f"<title>T</title>{channel}"), url=URL).hints == hints


def test_an_entry_is_named_by_its_guid_only_where_no_other_has_it() -> None:
    def item(guid: str, link: str) -> str:
        return f"<title>T</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"

    first, second, third, fourth = parse_feed(
        rss(
            item("same", "https://paper.example/1?utm_source=rss"),
            item("same", "https://paper.example/2"),
            item("other", "https://paper.example/2"),
            "<title>Neither guid nor link</title>",
        ),
        url=URL,
    ).entries
    assert first.key == url_strict("https://paper.example/1")
    assert second.key == url_strict("https://paper.example/2")
    assert third.key == "other"
    assert len(fourth.key) == 16
    assert [entry.position for entry in (first, second, third, fourth)] == [0, 1, 2, 3]


def test_a_key_made_of_title_and_date_is_the_same_in_the_next_document() -> None:
    item = "<title>Neither guid nor link</title><pubDate>Mon, 01 Jun 2026 10:00:00 GMT</pubDate>"
    (before,) = parse_feed(rss(item), url=URL).entries
    after = parse_feed(rss(story(2), item), url=URL).entries[1]
    assert before.key == after.key


def test_overlong_fields_are_cut_and_their_entry_kept() -> None:
    entry = _only_entry(rss(f"<title>{'a' * 50_000}</title><link>https://paper.example/1</link>"))
    assert entry.link == "https://paper.example/1"
    assert entry.title == "a" * 1_000


def test_a_podcasts_second_description_stands_back_behind_the_first() -> None:
    second = "<itunes:summary>In short</itunes:summary>"
    assert _only_entry(rss(story(1) + "<description>At length</description>" + second)).summary == "At length"
    assert _only_entry(rss(story(1) + second)).summary == "In short"


def test_an_entry_that_speaks_of_entities_declares_none() -> None:
    title = "<title><![CDATA[<!ENTITY tide SYSTEM 'x'> and &tide;]]></title>"
    assert _only_entry(rss(title)).title == "<!ENTITY tide SYSTEM 'x'> and &tide;"

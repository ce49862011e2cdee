"""JSON Feed, as specified and as found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.transforms.feeds.documents import URL
from transforms.errors import NotAFeed
from transforms.feeds.parse import parse_feed
from transforms.records import Entry, FeedDocument, FeedKind

_VERSION = "https://jsonfeed.org/version/1.1"


def _parse(feed: dict[str, Any], **options: int) -> FeedDocument:
    return parse_feed(json.dumps(feed).encode(), url=URL, **options)


def _only_entry(**item: Any) -> Entry:
    (entry,) = _parse({"version": _VERSION, "title": "The Paper", "items": [{"id": "1", **item}]}).entries
    return entry


def test_an_ordinary_json_feed_is_read_whole() -> None:
    document = _parse(
        {
            "version": _VERSION,
            "title": "The Paper",
            "home_page_url": "https://paper.example/",
            "language": "en",
            "authors": [{"name": "The Desk"}],
            "items": [
                {
                    "id": "story-1",
                    "url": "/storm",
                    "title": "Storm &amp; flood",
                    "summary": "The city braces itself.",
                    "content_html": "<p>The city braces itself for it.</p>",
                    "date_published": "2026-06-01T12:00:00+02:00",
                    "date_modified": "2026-06-01T13:00:00+02:00",
                    "tags": ["Weather", "City"],
                    "image": "https://paper.example/1.jpg",
                    "language": "en-GB",
                }
            ],
        }
    )
    assert (document.kind, document.version) == (FeedKind.JSON_FEED, _VERSION)
    assert (document.title, document.home_url, document.language) == ("The Paper", "https://paper.example/", "en")
    (entry,) = document.entries
    assert (entry.key, entry.link, entry.title) == ("story-1", "https://paper.example/storm", "Storm & flood")
    assert (entry.summary, entry.content_html) == ("The city braces itself.", "<p>The city braces itself for it.</p>")
    assert (entry.authors, entry.categories, entry.language) == (("The Desk",), ("Weather", "City"), "en-GB")
    assert entry.image_url == "https://paper.example/1.jpg"
    assert entry.published is not None
    assert entry.published.at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert entry.updated is not None


@pytest.mark.parametrize(
    ("item", "field", "value"),
    [
        pytest.param({"id": 17}, "guid", "17", id="a-number-as-id"),
        pytest.param({"title": None}, "title", None, id="null-title"),
        pytest.param({"title": ["a"]}, "title", None, id="title-of-a-wrong-type"),
        pytest.param({"external_url": "https://other.example/a"}, "link", "https://other.example/a", id="link-blog"),
        pytest.param({"url": "javascript:steal()"}, "link", None, id="javascript"),
        pytest.param({"author": {"name": "Ana Mirov"}}, "authors", ("Ana Mirov",), id="author-of-version-1.0"),
        pytest.param({"authors": [{"url": "x"}, "Ana"]}, "authors", (), id="authors-without-names"),
        pytest.param({"tags": "news"}, "categories", (), id="tags-of-a-wrong-type"),
        pytest.param(
            {"content_text": "A < B\n\nNext"}, "content_html", "<p>A &lt; B</p><p>Next</p>", id="content-as-text"
        ),
        pytest.param({"date_published": "yesterday"}, "published_raw", "yesterday", id="unreadable-date"),
    ],
)
def test_an_item_is_read_tolerantly(item: dict[str, Any], field: str, value: object) -> None:
    assert getattr(_only_entry(**item), field) == value


def test_items_that_are_no_objects_are_left_out() -> None:
    assert _parse({"version": _VERSION, "items": ["a", None, {"id": "1"}]}).entries[0].guid == "1"


def test_an_empty_json_feed_is_a_feed() -> None:
    assert _parse({"version": _VERSION, "title": "The Paper", "items": []}).entries == ()


def test_a_json_feed_that_forgot_its_version_is_known_by_its_items() -> None:
    assert len(_parse({"items": [{"id": "1", "url": "https://paper.example/1"}]}).entries) == 1


@pytest.mark.parametrize(
    "feed",
    [
        pytest.param({"version": _VERSION, "items": {}}, id="items-of-a-wrong-type"),
        pytest.param({"items": [{"name": "Ana"}]}, id="some-other-list-of-items"),
        pytest.param({"items": []}, id="nothing-that-says-feed"),
    ],
)
def test_other_json_is_no_feed(feed: dict[str, Any]) -> None:
    with pytest.raises(NotAFeed, match="JSON"):
        _parse(feed)


def test_items_beyond_the_cap_are_not_read() -> None:
    document = _parse({"version": _VERSION, "items": [{"id": n} for n in range(9)]}, max_entries=4)
    assert len(document.entries) == 4
    assert document.problems == ("only the first 4 of 9 entries were read (max_entries_per_feed); left out: 5",)


def test_the_parameters_of_a_link_stay_as_they_are() -> None:
    link = "https://paper.example/story?id=4&utm_source=feed&page=2"
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": link}]})
    assert parse_feed(body.encode(), url="https://paper.example/feed.json").entries[0].link == link

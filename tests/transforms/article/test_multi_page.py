from __future__ import annotations

import pytest

from tests.factories import an_article, paragraphs
from transforms.article.decode import parse_html
from transforms.article.evidence import gather
from transforms.article.multi_page import is_later_page, is_of_one_article, join_pages, next_page_url

FIRST = "https://gull.example/2026/storm-over-the-quay"


def linked(url: str, rel: str, href: str) -> object:
    tree = parse_html(f'<html><head><link rel="{rel}" href="{href}"></head><body><p>Text</p></body></html>')
    assert tree is not None
    return gather(tree, url=url, entry=None)


@pytest.mark.parametrize(
    ("url", "href"),
    [
        pytest.param(FIRST, "?page=2", id="query-after-none"),
        pytest.param(f"{FIRST}?page=2", "?page=3", id="query-after-query"),
        pytest.param(f"{FIRST}?lang=en", "?lang=en&page=2", id="query-beside-another"),
        pytest.param(FIRST, f"{FIRST}/2", id="number-below"),
        pytest.param(f"{FIRST}/", f"{FIRST}/page/2/", id="page-and-number-below"),
        pytest.param(f"{FIRST}/seite-2", f"{FIRST}/seite-3", id="word-in-another-language"),
        pytest.param(f"{FIRST}.html", f"{FIRST}-2.html", id="number-before-the-ending"),
        pytest.param(f"{FIRST}-2.html", f"{FIRST}-3.html", id="number-after-number"),
        pytest.param(f"{FIRST}-1042", f"{FIRST}-1042?p=2", id="first-page-that-ends-in-a-number"),
        pytest.param(f"{FIRST}-104", f"{FIRST}-104/2", id="first-page-that-ends-in-a-short-number"),
    ],
)
def test_the_next_page_is_known_by_its_number(url: str, href: str) -> None:
    evidence = linked(url, "next", href)
    assert next_page_url(evidence) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "href"),
    [
        pytest.param(FIRST, "https://gull.example/2026/ferry-stops", id="the-next-article-of-the-list"),
        pytest.param("https://gull.example/a-1042", "https://gull.example/a-1043", id="the-next-article-by-its-id"),
        pytest.param("https://gull.example/story/17", "https://gull.example/story/19", id="a-number-left-out"),
        pytest.param(f"{FIRST}?page=2", "?page=2", id="itself"),
        pytest.param(FIRST, f"{FIRST}?page=3", id="not-the-second"),
        pytest.param(FIRST, "https://other.example/2026/storm-over-the-quay?page=2", id="another-site"),
        pytest.param(FIRST, "", id="nothing"),
        pytest.param(FIRST, "javascript:next()", id="a-script"),
    ],
)
def test_what_is_no_page_of_the_article_is_not_followed(url: str, href: str) -> None:
    assert next_page_url(linked(url, "next", href)) is None  # type: ignore[arg-type]


def test_a_page_with_one_before_it_is_a_later_page() -> None:
    assert is_later_page(linked(f"{FIRST}?page=2", "prev", FIRST))  # type: ignore[arg-type]
    assert not is_later_page(linked(FIRST, "prev", "https://gull.example/2026/ferry-stops"))  # type: ignore[arg-type]
    story = "https://gull.example/story"
    assert not is_later_page(linked(f"{story}/18", "prev", f"{story}/17"))  # type: ignore[arg-type]


def test_only_a_page_with_the_headline_or_the_canonical_url_of_the_first_is_of_its_article() -> None:
    first = an_article(headline="Crane stays", canonical_url=FIRST)
    assert is_of_one_article(first, an_article(headline="Crane  Stays", canonical_url=f"{FIRST}?page=2"))
    assert is_of_one_article(first, an_article(headline="Crane stays - page 2", canonical_url=FIRST))
    assert not is_of_one_article(first, an_article(headline="Ferry stops", canonical_url=f"{FIRST}?page=2"))


def test_pages_are_joined_without_what_they_repeat() -> None:
    first = an_article(paragraphs=paragraphs("One.", "Two."), standfirst="In short.", reading_time_minutes=7)
    second = an_article(paragraphs=paragraphs("In short.", "Two.", "Three."), agency_credit="With agencies.")
    whole = join_pages(first, [second], is_whole=True)
    assert [paragraph.text for paragraph in whole.paragraphs] == ["One.", "Two.", "Three."]
    assert (whole.page_count, whole.is_partial, whole.agency_credit) == (2, False, "With agencies.")
    assert whole.reading_time_minutes == 7
    assert join_pages(first, [], is_whole=False).is_partial

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml.html import HtmlElement, fromstring

from transforms.article.structured_data import StructuredData, address_of, read_json_ld, text_of, types_of

ARTICLE = {"@type": "NewsArticle", "headline": "Crane stays", "datePublished": "2026-03-02"}


def script(source: str) -> HtmlElement:
    element = fromstring("<script></script>")
    element.text = source
    return element


def read(*documents: Any) -> StructuredData:
    return read_json_ld([script(json.dumps(document)) for document in documents])


def headline(data: StructuredData, **known_by: list[str]) -> str:
    node = data.article(**{"addresses": [], "titles": [], **known_by})
    return text_of(node.get("headline")) if node else ""


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(ARTICLE, id="one-node"),
        pytest.param([{"@type": "Organization"}, ARTICLE], id="list"),
        pytest.param({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, ARTICLE]}, id="graph"),
        pytest.param({"@type": "WebPage", "mainEntity": ARTICLE}, id="node-within-a-node"),
        pytest.param(
            ARTICLE | {"@type": ["Thing", "http://schema.org/ReportageNewsArticle"]}, id="types-with-a-prefix"
        ),
    ],
)
def test_the_article_is_found_however_it_is_wrapped(document: Any) -> None:
    assert headline(read(document)) == "Crane stays"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('<!-- {"@type": "Article", "headline": "a"} -->', id="in-a-comment"),
        pytest.param('//<![CDATA[\n{"@type": "Article", "headline": "a"}\n//]]>', id="in-cdata"),
        pytest.param('{"@type": "Article", "headline": "a",}', id="a-comma-too-many"),
        pytest.param('{"@type": "Article", "headline": "a\n"};', id="line-break-and-semicolon"),
    ],
)
def test_json_is_read_as_it_is_written_in_the_wild(source: str) -> None:
    assert headline(read_json_ld([script(source)])) == "a"


@pytest.mark.parametrize("source", ["", "{", "var a = 1", "[" * 100_000, "null", '"text"'])
def test_what_is_no_json_is_left_out(source: str) -> None:
    assert read_json_ld([script(source)]) == StructuredData()


def test_the_node_that_names_the_page_goes_before_the_others() -> None:
    other = ARTICLE | {"headline": "Another", "url": "https://gull.example/other"}
    own = {"@type": "Article", "headline": "Own", "mainEntityOfPage": {"@id": "https://gull.example/own"}}
    assert headline(read(other, own), addresses=["https://gull.example/own"]) == "Own"
    assert headline(read(other, own), titles=["Own"]) == "Own"
    assert headline(read(other, own)) == "Another"


def test_articles_that_a_page_only_lists_are_not_its_own() -> None:
    assert headline(read({"@type": "ItemList", "itemListElement": [ARTICLE]})) == ""


def test_a_reference_is_replaced_by_the_node_it_names() -> None:
    data = read(ARTICLE | {"author": {"@id": "#a"}}, {"@id": "#a", "@type": "Person", "name": "Ines Okafor"})
    assert [text_of(person) for person in data.resolved(data.nodes[0]["author"])] == ["Ines Okafor"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("Tom &amp; <b>Jerry</b>", "Tom & Jerry", id="markup"),
        pytest.param(["", {"@value": "a"}], "a", id="first-that-says-something"),
        pytest.param({"name": "a"}, "a", id="name"),
        pytest.param(12, "", id="number"),
    ],
)
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_an_address_is_a_string_or_in_a_node_or_in_a_list() -> None:
    assert [address_of(value) for value in (" a ", {"url": "b"}, [{"@id": "c"}], 1)] == ["a", "b", "c", ""]


def test_types_may_be_missing_or_anything() -> None:
    assert [types_of({"@type": value}) for value in (None, 1, "schema:Article", ["A", 2])] == [
        [],
        [],
        ["Article"],
        ["A"],
    ]

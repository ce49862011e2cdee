from __future__ import annotations

from typing import Any

import pytest

from tests.factories import BODY, a_result, after, an_article, paragraphs
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome
from transforms.records import BodySource, LeadImage, PageResult, Paragraph, ParagraphKind

CRANE = "https://news.example/crane"
STAND_IN = {"body_source": BodySource.FEED, "paragraphs": paragraphs(BODY[0])}


def reading(minutes: float, purpose: str = "recheck", **article: Any) -> PageResult:
    return a_result(at=after(minutes), purpose=purpose, article=an_article(**article))


def versions_of(ledger: Ledger) -> list[tuple[Any, ...]]:
    return ledger.rows("select version, headline, observed_at from article_versions order by version")


def last_outcome(ledger: Ledger) -> str:
    return str(ledger.values('select last(outcome order by "at") from outcomes')[0])


def test_a_changed_text_is_a_new_version_and_the_article_shows_it(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(10)])
    ledger.load(page_results=[reading(60, headline="Crane is saved")])

    assert versions_of(ledger) == [(1, "Crane stays", after(10)), (2, "Crane is saved", after(60))]
    assert ledger.rows("select headline, version_count, load_seq from articles") == [("Crane is saved", 2, 2)]
    assert last_outcome(ledger) == "revised"


def test_a_return_to_an_older_text_is_a_version_again(ledger: Ledger) -> None:
    for minutes, headline in [(10, "One"), (20, "Two"), (30, "One")]:
        ledger.load(page_results=[reading(minutes, headline=headline)])

    assert versions_of(ledger) == [(1, "One", after(10)), (2, "Two", after(20)), (3, "One", after(30))]


def test_readings_of_one_batch_become_versions_in_order_of_time(ledger: Ledger) -> None:
    texts = [(30, "Two"), (10, "One"), (20, "One"), (40, "Three")]
    ledger.load(page_results=[reading(minutes, headline=headline) for minutes, headline in texts])

    assert versions_of(ledger) == [(1, "One", after(10)), (2, "Two", after(30)), (3, "Three", after(40))]
    assert ledger.rows('select outcome, "at" from outcomes order by 2') == [
        ("loaded", after(10)),
        ("unchanged", after(20)),
        ("revised", after(30)),
        ("revised", after(40)),
    ]


def test_the_same_text_with_other_metadata_changes_the_article_and_adds_no_version(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(10)])
    ledger.load(page_results=[reading(60, section="Harbour", authors=("Ada Quay", "Bo Pier"))])

    assert len(versions_of(ledger)) == 1
    assert ledger.rows("select section, authors, load_seq from articles") == [("Harbour", ["Ada Quay", "Bo Pier"], 2)]
    assert last_outcome(ledger) == "unchanged"


def test_a_reading_that_says_the_same_changes_no_row_of_the_article(ledger: Ledger) -> None:
    tables = (
        "dim_articles",
        "fct_versions",
        "fct_paragraphs",
        "dim_authors",
        "bridge_article_authors",
        "(select * exclude (last_seen_at, load_seq) from ops.url_aliases)",
    )
    full = {"authors": ("Ada Quay",), "tags": ("harbour",), "witnesses": {"headline": "json-ld", "authors": "meta"}}
    ledger.load(page_results=[reading(10, **full)])
    before = [ledger.rows(f"from {table}") for table in tables]
    ledger.load(page_results=[reading(60, **full)])

    assert [ledger.rows(f"from {table}") for table in tables] == before
    assert last_outcome(ledger) == "unchanged"


def test_a_page_takes_the_place_of_a_stand_in_without_counting_as_a_revision(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(10, purpose="page", **STAND_IN)])
    ledger.load(page_results=[reading(60, purpose="page")])

    assert ledger.rows("select body_source, version_count, current_version from articles") == [("page", 1, 2)]
    assert last_outcome(ledger) == "loaded"
    ledger.load(page_results=[reading(90, headline="Crane is saved")])
    assert ledger.rows("select body_source, version_count, current_version from articles") == [("page", 2, 3)]


def test_a_page_takes_the_place_of_a_stand_in_with_the_same_words(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(10, body_source=BodySource.FEED)])
    ledger.load(page_results=[reading(60)])

    assert ledger.values("select body_source from articles") == ["page"]


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_stand_in_never_takes_the_place_of_a_page(ledger: Ledger, in_one_batch: bool) -> None:
    page, stand_in = reading(10), reading(60, **STAND_IN)
    if in_one_batch:
        ledger.load(page_results=[page, stand_in])
    else:
        ledger.load(page_results=[page])
        ledger.load(page_results=[stand_in])

    assert ledger.rows("select body_source, version_count from articles") == [("page", 1)]


def test_a_stand_in_and_a_page_with_one_text_in_one_batch_are_the_article_of_the_page(ledger: Ledger) -> None:
    page = "https://news.example/local/crane"
    stand_in = reading(10, purpose="page", body_source=BodySource.FEED)
    ledger.load(page_results=[stand_in, a_result(page, at=after(10), article=an_article(page))])

    assert ledger.rows("select url, body_source, version_count from articles") == [(page, "page", 1)]


def test_another_rendering_of_the_page_is_no_revision(ledger: Ledger) -> None:
    amp = "https://news.example/amp/crane"
    ledger.load(page_results=[reading(10)])
    rendering = an_article(amp, canonical_url=CRANE, paragraphs=paragraphs(*BODY, "Read more on our site."))
    ledger.load(page_results=[a_result(amp, at=after(20), article=rendering)])

    assert len(versions_of(ledger)) == 1
    assert ledger.rows("select url from articles") == [(CRANE,)]
    assert last_outcome(ledger) == "duplicate"


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.NOT_FOUND])
def test_an_article_whose_page_is_gone_stays_and_is_no_longer_live(ledger: Ledger, outcome: Outcome) -> None:
    ledger.load(page_results=[reading(10)])
    ledger.load(page_results=[a_result(at=after(60), purpose="recheck", stage="fetch", outcome=outcome, reason="410")])

    assert ledger.rows("select headline, is_live, gone_at from articles") == [("Crane stays", False, after(60))]
    assert ledger.rows("select outcome, article_id is not null from url_status") == [(outcome.value, True)]

    ledger.load(page_results=[reading(90)])
    assert ledger.rows("select is_live, gone_at, load_seq from articles") == [(True, None, 3)]


def test_every_field_of_the_article_arrives(ledger: Ledger) -> None:
    body = (
        Paragraph(text="At the quay", kind=ParagraphKind.SUBHEADING),
        Paragraph(text="“It stays,” she said.", kind=ParagraphKind.QUOTE),
    )
    image = LeadImage(url="https://news.example/crane.jpg", caption="The crane", credit="B. Pier")
    ledger.load(
        page_results=[
            reading(
                10, title="Crane stays | News", lead_image=image, paragraphs=body, agency_credit="Agencies contributed."
            )
        ]
    )

    assert ledger.rows(
        "select title, image_url, image_caption, image_credit, agency_credit, body, word_count from articles"
    ) == [
        (
            "Crane stays | News",
            "https://news.example/crane.jpg",
            "The crane",
            "B. Pier",
            "Agencies contributed.",
            "At the quay\n\n“It stays,” she said.",
            7,
        )
    ]
    assert ledger.rows("select ordinal, kind, text from paragraphs order by ordinal") == [
        (1, "subheading", "At the quay"),
        (2, "quote", "“It stays,” she said."),
    ]


def test_authors_are_one_row_whatever_their_capitals(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(10, authors=("Ada Quay", "Bo Pier"))])
    other = an_article("https://news.example/2", headline="2", paragraphs=paragraphs("Two."), authors=("ADA QUAY",))
    ledger.load(page_results=[a_result("https://news.example/2", article=other)])

    assert ledger.rows(
        """
        select d.name, count(*)
        from dim_authors as d join bridge_article_authors as b using (author_id)
        group by all order by all
        """
    ) == [("Ada Quay", 2), ("Bo Pier", 1)]


def test_a_changed_document_is_a_new_version(ledger: Ledger) -> None:
    url = "document:press/crane"
    for minutes, headline in [(10, "Crane stays"), (60, "Crane is saved")]:
        document = an_article(url, headline=headline, body_source=BodySource.DOCUMENT)
        ledger.load(page_results=[a_result(url, hops=(), feed_url=None, at=after(minutes), article=document)])

    assert ledger.rows("select url, headline, body_source, version_count, site from articles") == [
        (url, "Crane is saved", "document", 2, None)
    ]
    assert ledger.values("select evidence from ops.url_aliases") == ["document"]

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import (
    FEED,
    a_listed_entry,
    a_poll,
    a_result,
    a_run,
    a_time,
    after,
    an_article,
    an_entry,
    paragraphs,
)
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome
from transforms.records import (
    Access,
    Article,
    BodySource,
    LeadImage,
    PageKind,
    Paragraph,
    ParagraphKind,
    Precision,
)
from warehouse.reports import FeedReport, find_article, run_report

FULL = Article(
    url="https://news.example/crane",
    canonical_url="https://news.example/canonical/crane",
    site="news.example",
    title="Crane stays | News",
    headline="Crane stays",
    standfirst="The council keeps a landmark.",
    reading_time_minutes=2,
    reading_time_is_computed=True,
    lead_image=LeadImage(url="https://news.example/crane.jpg", caption="The crane", credit="B. Pier"),
    paragraphs=(Paragraph(text="At the quay", kind=ParagraphKind.SUBHEADING), Paragraph(text="It stays.")),
    agency_credit="Agencies contributed to this report.",
    promotion="Follow us.",
    authors=("Ada Quay", "Bo Pier"),
    published=a_time(offset_minutes=60, precision=Precision.MINUTE),
    modified=a_time(after(5), offset_minutes=None, precision=Precision.DAY),
    language="en",
    section="Harbour",
    tags=("harbour", "council"),
    access=Access.METERED,
    page_kind=PageKind.GALLERY,
    rights=("noarchive",),
    body_source=BodySource.PAGE,
    extractor="newsledger/1",
    witnesses={"headline": "json-ld", "body": "dom"},
)


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/crane",
        "http://news.example:80/crane?utm_source=rss#top",
        "https://go.example/1",
        "https://news.example/canonical/crane",
    ],
)
def test_an_article_is_found_by_any_of_its_addresses_as_it_was_loaded(ledger: Ledger, url: str) -> None:
    link = "https://go.example/1"
    ledger.load(page_results=[a_result(link, hops=(link, FULL.url), article=FULL)])

    assert find_article(ledger.connection, url) == FULL


def test_an_article_with_nothing_but_a_body_is_found(ledger: Ledger) -> None:
    bare = Article(url="document:press/Crane 1", paragraphs=paragraphs("It stays."), body_source=BodySource.DOCUMENT)
    ledger.load(page_results=[a_result(bare.url, hops=(), feed_url=None, article=bare)])

    assert find_article(ledger.connection, bare.url) == bare


def test_the_current_version_is_found(ledger: Ledger) -> None:
    ledger.load(page_results=[a_result()])
    ledger.load(page_results=[a_result(at=after(60), article=an_article(paragraphs=paragraphs("It is saved.")))])

    article = find_article(ledger.connection, "https://news.example/crane")
    assert article is not None
    assert article.body == "It is saved."


def test_there_is_no_article_at_an_unknown_address(ledger: Ledger) -> None:
    assert find_article(ledger.connection, "https://news.example/none") is None


def test_a_run_is_reported_by_feed_and_in_total(ledger: Ledger) -> None:
    def entry(number: int) -> Any:
        return a_listed_entry(an_entry(f"https://news.example/{number}"), polled_at=after(60))

    ledger.load(runs=[a_run()], polls=[a_poll()], entries=[a_listed_entry(an_entry("https://news.example/1"))])
    ledger.load(
        runs=[a_run("run-2")],
        polls=[
            a_poll(after(60), run_id="run-2", name="News", entry_count=3, reason="200"),
            a_poll(after(60), run_id="run-2", feed_url="https://other.example/feed", result="failed", reason="DNS"),
        ],
        entries=[entry(1), entry(2), entry(3)],
        page_results=[
            a_result("https://news.example/1", run_id="run-2", at=after(61)),
            a_result("https://news.example/2", run_id="run-2", at=after(61), outcome=Outcome.ROBOTS),
            a_result("https://elsewhere.example/", run_id="run-2", at=after(61), outcome=Outcome.ROBOTS, feed_url=None),
        ],
    )
    report = run_report(ledger.connection, "run-2")

    nothing = dict.fromkeys(("loaded", "revised", "unchanged", "duplicate", "refused", "deferred"), 0)
    assert report.feeds == (
        FeedReport(
            url=FEED,
            name="News",
            result="listed",
            reason="200",
            entries=3,
            new_entries=2,
            **nothing | {"loaded": 1, "refused": 1, "deferred": 1},
        ),
        FeedReport(
            url="https://other.example/feed",
            name=None,
            result="failed",
            reason="DNS",
            entries=0,
            new_entries=0,
            **nothing,
        ),
    )
    assert report.totals == {Outcome.LOADED: 1, Outcome.ROBOTS: 2, Outcome.DEFERRED: 1}


def test_a_run_of_which_nothing_is_loaded_has_an_empty_report(ledger: Ledger) -> None:
    report = run_report(ledger.connection, "run-7")

    assert (report.feeds, report.totals) == ((), {})

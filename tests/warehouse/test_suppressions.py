"""What a load makes of suppressed addresses, and of text that is not to be kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import FEED, a_listed_entry, a_poll, a_result, a_run, after, an_article, an_entry, paragraphs
from tests.warehouse.conftest import Ledger
from transforms.errors import InputError
from transforms.records import LeadImage, Run
from warehouse.forget import drop_texts, lift, suppress, target_of
from warehouse.suppressions import list_suppressions, read_suppressions

CRANE = "https://news.example/crane"
LONG = paragraphs(*(f"Part {n} of a long story about the crane in the old harbour of the town." for n in range(5)))


def a_takedown(minutes: float) -> Run:
    return a_run(f"forget-{minutes}", started_at=after(minutes), ended_at=after(minutes), trigger="forget")


def forget(ledger: Ledger, named: str, minutes: float = 60) -> None:
    run = a_takedown(minutes)
    suppress(ledger.connection, target_of(named), reason="Forgotten.", run=run)
    drop_texts(ledger.connection, run=run)


def read(ledger: Ledger, minutes: float, url: str = CRANE, **fields: Any) -> None:
    article = {"paragraphs": LONG, **fields.pop("article", {})}
    hops = fields.get("hops", (url,))
    ledger.load(page_results=[a_result(url, at=after(minutes), article=an_article(hops[-1], **article), **fields)])


def texts(ledger: Ledger) -> list[Any]:
    return ledger.rows("select text_state, headline, body <> '' from article_versions order by article_id, version")


GONE = [("forgotten", None, False)]


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        pytest.param(CRANE, {}, id="at-its-own-address"),
        pytest.param("http://news.example/crane?utm_source=x", {}, id="in-another-spelling"),
        pytest.param("https://go.example/1", {"hops": ("https://go.example/1", CRANE)}, id="through-a-redirect"),
        pytest.param(
            "https://news.example/amp",
            {"article": {"canonical_url": CRANE, "headline": "Other"}},
            id="by-its-canonical",
        ),
        pytest.param("https://copy.example/a", {"article": {"canonical_url": CRANE}}, id="on-another-site"),
        pytest.param("https://news.example/moved", {}, id="by-its-text-under-a-new-address"),
    ],
)
def test_a_reading_of_a_forgotten_article_is_not_stored(ledger: Ledger, url: str, fields: dict[str, Any]) -> None:
    read(ledger, 5)
    forget(ledger, CRANE)
    read(ledger, 100, url, **fields)
    assert texts(ledger) == GONE
    said = f"select outcome, reason, next_try_at from url_status where last_tried_at > '{after(90)}'"
    assert ledger.rows(said) == [("suppressed", "Forgotten.", None)]


def test_another_article_of_the_same_load_is_stored(ledger: Ledger) -> None:
    read(ledger, 5)
    forget(ledger, CRANE)
    other = an_article("https://news.example/pier", headline="Pier", paragraphs=paragraphs("The pier is closed."))
    ledger.load(
        page_results=[a_result(at=after(100)), a_result("https://news.example/pier", at=after(101), article=other)]
    )
    assert ledger.values("select url from articles where text_state = 'kept'") == ["https://news.example/pier"]


def test_a_site_is_its_hosts_and_no_other_that_ends_like_it(ledger: Ledger) -> None:
    hosts = ("paper.news", "www.paper.news", "goodpaper.news", "paper.news.org")
    for number, host in enumerate(hosts):
        article = {"headline": host, "paragraphs": paragraphs(f"A text of {host}.")}
        read(ledger, number, f"https://{host}/a", article=article)
    forget(ledger, "www.paper.news")
    assert sorted(ledger.values("select url from articles where text_state = 'kept'")) == [
        "https://goodpaper.news/a",
        "https://paper.news.org/a",
    ]


def test_an_address_that_nobody_knows_is_suppressed_all_the_same(ledger: Ledger) -> None:
    forget(ledger, CRANE, minutes=1)
    read(ledger, 5)
    assert ledger.rows("select outcome, reason from url_status") == [("suppressed", "Forgotten.")]
    assert ledger.values("select count(*) from articles") == [0]


def test_what_a_feed_says_of_it_is_not_stored_and_it_is_not_due(ledger: Ledger) -> None:
    forget(ledger, CRANE, minutes=-5)
    entry = an_entry(CRANE, summary="Short", content_html="<p>Long</p>", authors=("Ada",), categories=("town",))
    ledger.load(polls=[a_poll()], entries=[a_listed_entry(entry)])
    said = "select title, summary, content_html, authors, categories, url is not null from fct_sightings"
    assert ledger.rows(said) == [(None, None, None, [], [], True)]
    assert ledger.rows("select outcome, next_try_at from url_status") == [("suppressed", None)]
    assert ledger.rows("select stage, outcome, reason from outcomes") == [("plan", "suppressed", "Forgotten.")]


def test_a_changed_entry_makes_no_recheck_due(ledger: Ledger) -> None:
    ledger.load(polls=[a_poll()], entries=[a_listed_entry(an_entry())])
    read(ledger, 5, feed_url=FEED)
    forget(ledger, CRANE)
    changed = a_listed_entry(an_entry(title="Crane falls"), polled_at=after(90))
    ledger.load(polls=[a_poll(after(90))], entries=[changed])
    assert ledger.rows("select outcome, next_try_at from url_status") == [("suppressed", None)]


def test_forgetting_twice_changes_nothing_the_second_time(ledger: Ledger) -> None:
    read(ledger, 5)
    forget(ledger, CRANE)
    tables = ("ops.suppressions", "ops.url_state", "fct_outcomes", "fct_versions", "fct_paragraphs", "dim_articles")
    before = {table: ledger.rows(f"from {table}") for table in tables}
    forget(ledger, CRANE, minutes=70)
    assert {table: ledger.rows(f"from {table}") for table in tables} == before


def test_an_incremental_reader_sees_what_was_forgotten(ledger: Ledger) -> None:
    read(ledger, 5)
    (last,) = ledger.values("select max(load_seq) from articles")
    forget(ledger, CRANE)
    assert ledger.values(f"select text_state from articles where load_seq > {last}") == ["forgotten"]


def test_what_is_lifted_is_due_where_it_was_last_read(ledger: Ledger) -> None:
    read(ledger, 5, "https://go.example/1", hops=("https://go.example/1", CRANE))
    read(ledger, 6)
    forget(ledger, CRANE)
    ended = lift(ledger.connection, target_of("https://go.example/1"), run=a_takedown(90))
    assert sorted(row.key for row in ended) == ["go.example/1", "news.example/crane"]
    assert not read_suppressions(ledger.connection)
    assert {row.lifted_at for row in list_suppressions(ledger.connection)} == {after(90)}
    due = "select url, outcome, next_try_at is not null from url_status order by url"
    assert ledger.rows(due) == [("https://go.example/1", "duplicate", False), (CRANE, "deferred", True)]
    assert texts(ledger) == GONE
    read(ledger, 100)
    assert texts(ledger) == [*GONE, ("kept", "Crane stays", True)]
    assert lift(ledger.connection, target_of(CRANE), run=a_takedown(110)) == []


def test_the_authors_of_other_articles_stay(ledger: Ledger) -> None:
    read(ledger, 5, article={"authors": ("Ada Quay", "Ben Pier")})
    read(ledger, 6, "https://other.example/b", article={"authors": ("Ben Pier",), "headline": "Other"})
    forget(ledger, CRANE)
    assert ledger.values("select name from dim_authors") == ["Ben Pier"]


def test_text_that_a_site_shares_with_others_stays_with_them(ledger: Ledger) -> None:
    """An address that pages only pass on the way, and one that several state as canonical, suppress nothing else."""
    hop = "https://cookies.example/check"
    for name in "ab":
        url = f"https://news.example/{name}"
        article = {
            "headline": name,
            "paragraphs": paragraphs(f"A text of {name}."),
            "canonical_url": "https://news.example/section",
        }
        read(ledger, 5, url, hops=(url, hop, f"{url}/"), article=article)
    forget(ledger, "https://news.example/a")
    assert sorted(row.key for row in list_suppressions(ledger.connection)) == ["news.example/a", "news.example/a/"]


@pytest.mark.parametrize("text", ["", "  ", "two words", "localhost", "/a/path", "ftp://news.example/a"])
def test_what_is_neither_an_address_nor_a_site_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="neither an address nor a site"):
        target_of(text)


# ---------------------------------------------------------------- keep_text

FULL = an_article(
    title="Crane | News",
    authors=("Ada Quay",),
    tags=("town",),
    section="Local",
    paragraphs=LONG,
    lead_image=LeadImage(url="https://news.example/a.jpg", caption="The crane", credit="Photo: Ada"),
    agency_credit="Agencies contributed to this report.",
    promotion="Follow us",
)


@pytest.mark.parametrize(
    ("keep_text", "kept"),
    [
        pytest.param("full", {"title", "headline", "standfirst", "image_caption", "body", "promotion"}, id="full"),
        pytest.param("facts", {"title", "headline", "standfirst", "image_caption", "promotion"}, id="facts"),
        pytest.param("none", set(), id="none"),
    ],
)
def test_what_is_kept_of_an_article(ledger: Ledger, keep_text: str, kept: set[str]) -> None:
    ledger.load(keep_text=keep_text, page_results=[a_result(article=FULL)])
    (row,) = ledger.dicts("from articles")
    words = {"title", "headline", "standfirst", "image_caption", "image_credit", "agency_credit", "body", "promotion"}
    assert {name for name in words if row[name]} - {"image_credit", "agency_credit"} == kept
    assert bool(row["authors"]) == bool(row["tags"]) == bool(row["section"]) == (keep_text != "none")
    assert row["text_state"] == ("kept" if keep_text == "full" else "dropped")
    assert (row["word_count"], row["image_url"]) == (80, "https://news.example/a.jpg")
    assert ledger.values("select count(distinct text_hash) from paragraphs") == [5]


def test_identity_holds_while_keep_text_changes(ledger: Ledger) -> None:
    """The same text under a new address is the same article, and the same reading no new version."""
    for number, keep_text in enumerate(("none", "full", "facts")):
        url = f"https://news.example/{number}"
        ledger.load(
            keep_text=keep_text,
            page_results=[a_result(url, at=after(number), article=an_article(url, paragraphs=LONG))],
        )
    assert ledger.values("select count(*) from articles") == [1]
    assert ledger.values("select count(*) from article_versions") == [1]

"""Articles made one and parted by hand: what it does to the views, to later loads, and how it is undone."""

from __future__ import annotations

from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import a_listed_entry, a_poll, a_result, a_run, after, an_article, an_entry, paragraphs
from tests.warehouse.conftest import Ledger, emptied
from transforms.errors import InputError
from transforms.records import PageResult
from warehouse.checks import run_checks
from warehouse.forget import drop_texts, suppress, target_of
from warehouse.identity import Merge, Separation, merge_articles, split_address
from warehouse.state import plan_pages, read_known_keys

CRANE, FERRY, QUAY, PIER = (f"https://news.example/{name}" for name in ("crane", "ferry", "quay", "pier"))
COPY = "https://news.example/harbour/crane"
TABLES = (
    "dim_articles",
    "fct_versions",
    "fct_paragraphs",
    "fct_outcomes",
    "ops.url_aliases",
    "ops.ended_aliases",
    "ops.url_state",
    "ops.separations",
)


def reading(
    url: str, *, at: float = 10, hops: tuple[str, ...] = (), text: str | None = None, **fields: Any
) -> PageResult:
    """An article whose headline and text are of its address, unless they are given."""
    body = {"paragraphs": paragraphs(text or f"What is told at {url}.")}
    article = an_article((hops or (url,))[-1], headline=f"Of {text or url}", **body | fields)
    return a_result(url, hops=hops or (url,), at=after(at), article=article)


def merge(ledger: Ledger, url: str, kept_url: str, minutes: float = 100) -> Merge:
    return merge_articles(ledger.connection, url, kept_url, reason="printed twice", now=after(minutes))


def split(ledger: Ledger, url: str, minutes: float = 200) -> Merge | Separation:
    return split_address(ledger.connection, url, reason="another crane", now=after(minutes))


def state_of(connection: DuckDBPyConnection) -> dict[str, list[str]]:
    """All rows, but for the numbers by which incremental readers find what changed."""
    return {
        table: sorted(map(repr, connection.execute(f"select * exclude (load_seq) from {table}").fetchall()))
        for table in TABLES
    }


def test_of_two_merged_articles_the_views_show_the_one_that_was_kept(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE), reading(FERRY, hops=(FERRY, QUAY), canonical_url=PIER)])
    done = merge(ledger, QUAY, CRANE)

    assert ledger.values("select url from articles") == [CRANE]
    assert ledger.values("select distinct article_id from article_versions") == [done.kept_article_id]
    assert ledger.values("select distinct article_id from paragraphs") == [done.kept_article_id]
    assert ledger.values("select distinct article_id from url_status") == [done.kept_article_id]
    assert ledger.rows("select url, evidence, is_current from aliases where is_fetched order by url, is_current") == [
        (CRANE, "feed link", True),
        (FERRY, "feed link", False),
        (FERRY, "by hand", True),
        (QUAY, "redirect", False),
        (QUAY, "by hand", True),
    ]
    assert done.urls == (FERRY, QUAY, PIER)
    assert ledger.rows("select merged_at, reason, undone_at from ops.merges") == [(after(100), "printed twice", None)]


def test_what_is_read_after_a_merge_at_the_merged_articles_address_is_the_kept_one(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE), reading(FERRY)])
    done = merge(ledger, FERRY, CRANE)
    telling = " ".join(f"word{number}" for number in range(50))
    ledger.load(page_results=[reading(FERRY, at=110, text=telling)])

    assert ledger.values("select distinct article_id from url_status") == [done.kept_article_id]
    assert ledger.rows("select url, version_count from articles") == [(CRANE, 1)]
    assert read_known_keys(ledger.connection) == {"news.example/crane", "news.example/ferry"}


def test_a_page_with_the_text_of_a_merged_article_is_the_kept_one(ledger: Ledger) -> None:
    telling = " ".join(f"word{number}" for number in range(50))
    ledger.load(page_results=[reading(CRANE), reading(FERRY, text=telling)])
    merge(ledger, FERRY, CRANE)
    ledger.load(page_results=[reading(QUAY, at=110, text=telling)])

    assert ledger.values("select url from articles") == [CRANE]


def test_with_an_article_the_text_of_those_merged_with_it_is_forgotten(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(url) for url in (CRANE, FERRY, QUAY, PIER)])
    merge(ledger, FERRY, QUAY)
    merge(ledger, QUAY, CRANE)
    takedown = a_run("takedown", started_at=after(300), ended_at=after(300))
    suppress(ledger.connection, target_of(CRANE), reason="asked by its author", run=takedown)
    drop_texts(ledger.connection, run=takedown)

    assert ledger.values("select url from fct_versions where text_state <> 'forgotten'") == [PIER]
    assert ledger.values("select distinct text from fct_paragraphs where text <> ''") == [f"What is told at {PIER}."]


def test_a_split_undoes_the_latest_merge_that_brought_the_address(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(url) for url in (CRANE, FERRY, QUAY)])
    merge(ledger, FERRY, CRANE)
    merge(ledger, CRANE, QUAY)
    assert ledger.values("select url from articles") == [QUAY]

    split(ledger, FERRY)
    assert sorted(ledger.values("select url from articles")) == [CRANE, QUAY]
    split(ledger, FERRY)
    assert sorted(ledger.values("select url from articles")) == [CRANE, FERRY, QUAY]
    with pytest.raises(InputError, match="only address of its article"):
        split(ledger, FERRY)


def test_a_split_keeps_what_was_learnt_since_the_merge(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE), reading(FERRY)])
    merge(ledger, FERRY, CRANE)
    ledger.load(page_results=[reading(FERRY, at=150)])
    split(ledger, FERRY)

    seen = "select first_seen_at, last_seen_at, is_current from aliases where url_key = 'news.example/ferry'"
    assert ledger.rows(seen) == [(after(10), after(150), True)]


def test_changes_by_hand_have_numbers_of_their_own(ledger: Ledger) -> None:
    """A reader that goes by load_seq finds the article that is shown again, and every later load."""
    ledger.load(page_results=[reading(CRANE), reading(FERRY)])
    merge(ledger, FERRY, CRANE)
    split(ledger, FERRY)
    assert ledger.rows("select url, load_seq from articles order by url") == [(CRANE, 1), (FERRY, 3)]
    assert ledger.load(page_results=[reading(QUAY, at=300)]).load_seq == 4


@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_merges_that_are_undone_in_reverse_leave_the_tables_as_they_were(
    shared_warehouse: DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    urls = [CRANE, FERRY, QUAY, PIER, COPY]
    ledger = Ledger(emptied(shared_warehouse), tmp_path_factory.mktemp("spool"))
    hops = {url: (url, f"{url}/page") for url in urls[1:3]}
    ledger.load(page_results=[reading(url, hops=hops.get(url, ()), canonical_url=f"{url}/full") for url in urls])
    moves = data.draw(st.lists(st.tuples(st.sampled_from(urls), st.sampled_from(urls)), max_size=6))
    steps: list[tuple[str, dict[str, list[str]]]] = []
    for number, (url, kept_url) in enumerate(moves):
        before = state_of(ledger.connection)
        try:
            merge(ledger, url, kept_url, 100 + number)
        except InputError:
            assert state_of(ledger.connection) == before
        else:
            steps.append((url, before))
            assert run_checks(ledger.connection) == []
    for number, (url, before) in enumerate(reversed(steps)):
        split(ledger, url, 200 + number)
        assert state_of(ledger.connection) == before
    assert run_checks(ledger.connection) == []
    assert ledger.values("select count(*) from ops.merges where undone_at is null") == [0]


def joined_by_text(ledger: Ledger, *, hops: tuple[str, ...] = ()) -> None:
    """One article at two addresses, because the site has the same text at both."""
    telling = " ".join(f"word{number}" for number in range(50))
    entry = a_listed_entry(an_entry(COPY))
    ledger.load(polls=[a_poll()], entries=[entry], page_results=[reading(CRANE, text=telling)])
    ledger.load(page_results=[reading(COPY, at=20, text=telling, hops=hops)])
    assert ledger.values("select url from articles") == [CRANE]


def test_an_address_that_a_load_joined_is_parted_for_good_and_read_as_its_own_article(ledger: Ledger) -> None:
    telling = " ".join(f"word{number}" for number in range(50))
    joined_by_text(ledger)
    parted = split(ledger, COPY)

    assert isinstance(parted, Separation)
    assert (parted.evidence, parted.urls) == ("same text", (COPY,))
    status = "select outcome, article_id, next_try_at from url_status where url_key = 'news.example/harbour/crane'"
    assert ledger.rows(status) == [("deferred", None, after(200))]
    (page,) = plan_pages(ledger.connection, ledger.stage(), now=after(201), recheck=True)
    assert (page.url, page.purpose, page.url_key in read_known_keys(ledger.connection)) == (COPY, "page", False)

    claims = {"canonical_url": CRANE, "text": telling}
    ledger.load(page_results=[reading(CRANE, at=210, text=telling, amp_url=COPY), reading(COPY, at=210, **claims)])
    assert sorted(ledger.values("select url from articles")) == [CRANE, COPY]
    ledger.load(page_results=[reading(COPY, at=300, **claims)])
    assert ledger.rows("select url, is_current, end_reason from aliases where not is_current") == [
        (COPY, False, "Split by hand: another crane")
    ]


def test_with_an_address_those_that_redirect_to_it_are_parted(ledger: Ledger) -> None:
    link = "https://go.example/1"
    joined_by_text(ledger)
    ledger.load(page_results=[a_result(link, same_as_key="news.example/harbour/crane", stage="fetch", at=after(30))])
    parted = split(ledger, COPY)
    assert parted.urls == (COPY, link)

    ledger.load(page_results=[a_result(link, same_as_key="news.example/harbour/crane", stage="fetch", at=after(210))])
    ledger.load(page_results=[reading(COPY, at=211)])
    found = (
        "select distinct a.url from url_status as u join articles as a using (article_id) where u.url_key like 'go.%'"
    )
    assert ledger.values(found) == [COPY]


def test_an_article_that_was_last_read_at_a_parted_address_is_read_again_at_its_own(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE)])
    moved = reading(CRANE, at=20, hops=(CRANE, QUAY))
    ledger.load(page_results=[moved])
    assert ledger.values("select url from articles") == [QUAY]

    split(ledger, QUAY)
    assert ledger.values("select url from articles") == [CRANE]
    due = plan_pages(ledger.connection, ledger.stage(), now=after(201), recheck=True)
    assert sorted((page.url, page.purpose) for page in due) == [(CRANE, "recheck"), (QUAY, "page")]


def test_a_parted_address_that_still_redirects_to_the_article_is_none_of_its_addresses(ledger: Ledger) -> None:
    link = "https://go.example/1"
    arrived = {"hops": (link, CRANE), "same_as_key": "news.example/crane", "stage": "fetch"}
    ledger.load(page_results=[reading(CRANE)])
    ledger.load(page_results=[a_result(link, at=after(20), **arrived)])
    split(ledger, link)
    ledger.load(page_results=[a_result(link, at=after(210), **arrived)])

    assert ledger.rows("select outcome from url_status where url_key = 'go.example/1'") == [("duplicate",)]
    assert ledger.rows("from aliases where is_current and url_key = 'go.example/1'") == []


@pytest.mark.parametrize(
    ("url", "kept_url", "message"),
    [
        pytest.param("https://news.example/none", CRANE, "no article under https://news.example/none", id="unknown"),
        pytest.param(
            CRANE, "https://news.example/none", "no article under https://news.example/none", id="kept-unknown"
        ),
        pytest.param(f"{CRANE}#top", CRANE, "lead to one article already", id="one-article"),
        pytest.param("", CRANE, "no article under", id="empty"),
    ],
)
def test_what_cannot_be_merged_is_told_and_changes_nothing(
    ledger: Ledger, url: str, kept_url: str, message: str
) -> None:
    ledger.load(page_results=[reading(CRANE)])
    before = state_of(ledger.connection)
    with pytest.raises(InputError, match=message):
        merge(ledger, url, kept_url)
    assert state_of(ledger.connection) == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param(PIER, "no article under", id="unknown"),
        pytest.param(FERRY, "only address of its article", id="only-address"),
        pytest.param(CRANE, f"Name the address that does not belong to it: {COPY}", id="names-the-article"),
    ],
)
def test_what_cannot_be_split_is_told(ledger: Ledger, url: str, message: str) -> None:
    joined_by_text(ledger)
    ledger.load(page_results=[reading(FERRY)])
    with pytest.raises(InputError, match=message):
        split(ledger, url)

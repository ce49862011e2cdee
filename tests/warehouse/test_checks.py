from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from tests.factories import (
    FEED,
    MONDAY,
    a_fetch,
    a_listed_entry,
    a_poll,
    a_result,
    a_robots_file,
    a_run,
    after,
    an_article,
    an_entry,
    span,
)
from warehouse.checks import run_checks
from warehouse.connection import empty_connection
from warehouse.load import load_batches
from warehouse.sql import sql_files
from warehouse.stage import Batch, stage_batch

SUPPRESSED = """insert into ops.suppressions
    select 'url', url_key, url, article_id, 'On request.', now(), null, 'run-1', 1 from dim_articles"""
DAMAGE = {
    "aliases_are_unique": "insert into ops.url_aliases from ops.url_aliases",
    "authors_are_unique": "insert into dim_authors from dim_authors",
    "batches_are_loaded_once": "insert into ops.loads from ops.loads",
    "feeds_are_unique": "insert into dim_feeds from dim_feeds",
    "outcomes_are_unique": "insert into fct_outcomes from fct_outcomes",
    "polls_are_unique": "insert into fct_polls from fct_polls",
    "runs_are_unique": "insert into ops.runs from ops.runs",
    "sites_are_unique": "insert into dim_sites from dim_sites",
    "statuses_agree_with_aliases": "update ops.url_state set article_id = 'none'",
    "aliases_lead_to_articles": "update ops.url_aliases set article_id = 'none'",
    "articles_are_unique": "insert into dim_articles from dim_articles",
    "articles_have_their_version": "update dim_articles set current_version = 2",
    "articles_say_what_their_version_says": "update dim_articles set content_hash = 'other'",
    "versions_are_unique": "insert into fct_versions from fct_versions",
    "versions_have_an_article": "delete from dim_articles",
    "versions_differ_from_the_one_before": "insert into fct_versions select * replace (2 as version) from fct_versions",
    "paragraphs_match_their_version": "delete from fct_paragraphs where ordinal = 2",
    "listed_urls_have_a_status": "delete from ops.url_state",
    "urls_have_one_status": "insert into ops.url_state from ops.url_state",
    "outcomes_are_of_the_vocabulary": "update fct_outcomes set outcome = 'lost'",
    "stored_urls_have_an_article": "update ops.url_state set article_id = null",
    "entries_are_listed_once": "insert into fct_sightings from fct_sightings",
    "intervals_run_forward": "update fct_sightings set last_seen_at = first_seen_at - interval 1 hour",
    "nothing_was_observed_after_its_load": "update ops.loads set loaded_at = loaded_at - interval 1 day",
    "suppressed_texts_are_gone": SUPPRESSED,
    "suppressions_are_unique": f"{SUPPRESSED}; insert into ops.suppressions from ops.suppressions",
    "fetches_are_unique": "insert into fct_fetches from fct_fetches",
    "merged_articles_have_no_address": """
        insert into ops.merges
        select 1, article_id, 'another', first_seen_at, 'printed twice', [], null, null, 1 from dim_articles
    """,
    "parted_addresses_stay_apart": """
        insert into ops.separations
        select url_key, url, article_id, evidence, last_seen_at, 'another crane', 1 from ops.url_aliases
    """,
    "feed_accounts_add_up": "delete from ops.url_state",
    "stored_urls_are_shown_once": "update dim_articles set current_version = 2",
    "pacing_is_kept": "update fct_fetches set started_at = started_at - interval 6 seconds where purpose = 'page'",
    "crawl_delays_are_kept": "update fct_fetches set crawl_delay_seconds = 60",
    "robots_are_obeyed": "update fct_robots_files set rules = ['Disallow: /cr']",
    "retry_after_is_honoured": "update fct_fetches set status = 503, retry_after_until = ended_at + interval 1 hour",
    "validators_are_sent": "update fct_fetches set was_conditional = true",
    "articles_are_reached": "delete from ops.url_aliases; update ops.url_state set article_id = null",
}
"""What each check finds."""
ALSO_FOUND = [
    pytest.param(
        "intervals_run_forward",
        "update ops.url_aliases set last_seen_at = first_seen_at - interval 1 hour",
        id="an-address-seen-before-it-was",
    ),
    pytest.param("feeds_are_unique", "insert into ops.feed_state from ops.feed_state", id="two-states-of-a-feed"),
    pytest.param(
        "paragraphs_match_their_version", "update fct_versions set text_state = 'dropped'", id="a-dropped-text-is-there"
    ),
    pytest.param(
        "authors_are_unique", "insert into bridge_article_authors from bridge_article_authors", id="an-author-twice"
    ),
]


CHECKED_WHOLE = {
    "batches_are_loaded_once",
    "feeds_are_unique",
    "merged_articles_have_no_address",
    "parted_addresses_stay_apart",
    "runs_are_unique",
    "sites_are_unique",
    "suppressed_texts_are_gone",
    "suppressions_are_unique",
}
"""Checks of what stays small; the others look at what was loaded since a number, 1 in the first load."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    spool: Path = tmp_path_factory.mktemp("spool")
    batch = Batch(
        batch_id="1",
        runs=[a_run(per_host_interval=1.0, per_host_concurrency=1)],
        polls=[a_poll()],
        entries=[a_listed_entry(an_entry())],
        fetches=[
            a_fetch("feed-1", url=FEED, purpose="feed"),
            a_fetch("robots-1", url="https://news.example/robots.txt", purpose="robots", **span(0.1)),
            a_fetch(robots_rule="allowed by robots.txt", **span(0.2)),
        ],
        robots_files=[a_robots_file(read_at=after(0.11))],
        page_results=[a_result(article=an_article(authors=("Ada Quay",)))],
    )
    with empty_connection(MONDAY) as connection:
        load_batches(connection, [stage_batch(spool, batch)], loaded_at=after(10))
        yield connection


def test_a_sound_warehouse_offends_no_check(warehouse: DuckDBPyConnection) -> None:
    assert run_checks(warehouse) == []


def test_every_check_has_a_damage_that_it_finds() -> None:
    assert {file.name.removesuffix(".sql") for file in sql_files("checks")} == DAMAGE.keys()


@pytest.mark.parametrize(("check", "damage"), [*DAMAGE.items(), *ALSO_FOUND])
def test_a_check_finds_what_it_is_there_for(warehouse: DuckDBPyConnection, check: str, damage: str) -> None:
    warehouse.begin()
    try:
        warehouse.execute(damage)
        offences = {offence.check: offence for offence in run_checks(warehouse)}
        in_later_loads = {offence.check for offence in run_checks(warehouse, since=1)}
    finally:
        warehouse.rollback()

    assert check in offences
    assert offences[check].row_count >= len(offences[check].examples) > 0
    assert offences[check].sentence.endswith(".")
    assert in_later_loads <= CHECKED_WHOLE

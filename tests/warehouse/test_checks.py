from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from tests.factories import MONDAY, a_fetch, a_listed_entry, a_poll, a_result, a_run, after, an_entry
from warehouse.checks import run_checks
from warehouse.connection import empty_connection
from warehouse.load import load_batches
from warehouse.sql import sql_files
from warehouse.stage import Batch, stage_batch

DAMAGE = {
    "aliases_are_unique": "insert into ops.url_aliases from ops.url_aliases",
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
    "fetches_are_unique": "insert into fct_fetches from fct_fetches",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    spool: Path = tmp_path_factory.mktemp("spool")
    batch = Batch(
        batch_id="1",
        runs=[a_run()],
        polls=[a_poll()],
        entries=[a_listed_entry(an_entry())],
        fetches=[a_fetch()],
        page_results=[a_result()],
    )
    with empty_connection(MONDAY) as connection:
        load_batches(connection, [stage_batch(spool, batch)], loaded_at=after(10))
        yield connection


def test_a_sound_warehouse_offends_no_check(warehouse: DuckDBPyConnection) -> None:
    assert run_checks(warehouse) == []


@pytest.mark.parametrize("check", [file.name.removesuffix(".sql") for file in sql_files("checks")])
def test_a_check_finds_what_it_is_there_for(warehouse: DuckDBPyConnection, check: str) -> None:
    warehouse.begin()
    try:
        warehouse.execute(DAMAGE[check])
        offences = {offence.check: offence for offence in run_checks(warehouse)}
    finally:
        warehouse.rollback()

    assert check in offences
    assert offences[check].row_count >= len(offences[check].examples) > 0
    assert offences[check].sentence.endswith(".")

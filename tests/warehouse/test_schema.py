from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from tests.factories import MONDAY, after
from transforms.errors import NotAWarehouse, WarehouseTooNew
from warehouse import migrate as migration
from warehouse.connection import empty_connection
from warehouse.sql import SqlFile, sql_files

PROMISED = {
    "articles": """article_id url canonical_url site title headline standfirst authors published_at published_precision
        published_offset_minutes modified_at first_seen_at language section tags reading_time_minutes image_url
        image_caption image_credit body word_count agency_credit access page_kind body_source version_count is_live
        load_seq""",
    "article_versions": "article_id version observed_at headline standfirst body content_hash extractor",
    "paragraphs": "article_id version ordinal kind text text_hash",
    "sightings": """feed_url entry_key entry_url article_id title summary published_at first_seen_at last_seen_at""",
    "outcomes": "url run_id stage outcome reason at",
    "url_status": "url article_id outcome reason since last_tried_at next_try_at",
    "fetches": """fetch_id run_id url host purpose attempt redirected_from status started_at ended_at bytes error_class
        was_conditional had_validators retry_after_until robots_rule crawl_delay_seconds content_hash raw_ref""",
    "aliases": "url article_id evidence is_fetched first_seen_at last_seen_at ended_at end_reason is_current url_key",
    "feeds": "url name state guid_trust last_success_at next_poll_at items_per_day failures",
    "feed_gaps": "feed_url since until missed_estimate run_id",
    "feed_accounts": """feed_url entry_count unlinked_count url_count loaded_count duplicate_count deferred_count
        refused_count refusals""",
    "runs": "run_id started_at ended_at trigger outcomes code_version",
}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBPyConnection]:
    with empty_connection(MONDAY) as connection:
        yield connection


@pytest.mark.parametrize("view", PROMISED)
def test_a_view_has_the_columns_that_analysts_rely_on(warehouse: DuckDBPyConnection, view: str) -> None:
    assert set(PROMISED[view].split()) <= set(warehouse.table(view).columns)


def test_every_table_and_view_says_its_grain_and_every_column_its_meaning(warehouse: DuckDBPyConnection) -> None:
    tables = warehouse.execute(
        """
        select schema_name, table_name, comment from duckdb_tables() where not internal
        union all
        select schema_name, view_name, comment from duckdb_views() where not internal
        """
    ).fetchall()
    uncommented = warehouse.execute(
        "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    ).fetchall()

    assert len(tables) > 20
    assert [table for table in tables if not (table[2] or "").startswith("One row per ")] == []
    assert uncommented == []


def test_only_views_and_tables_that_are_promised_stand_in_the_main_schema(warehouse: DuckDBPyConnection) -> None:
    names = warehouse.execute("select view_name from duckdb_views() where not internal").fetchall()

    assert {name for (name,) in names} == set(PROMISED)


def test_migrating_again_changes_nothing(warehouse: DuckDBPyConnection) -> None:
    before = warehouse.execute("from ops.schema_migrations").fetchall()
    migration.migrate(warehouse, now=after(60))

    assert warehouse.execute("from ops.schema_migrations").fetchall() == before
    assert warehouse.execute("select count(*) from ops.view_installations").fetchall() == [(1,)]
    assert migration.is_current(warehouse)


def test_a_reworded_view_is_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reworded = tuple(
        replace(file, text=file.text.replace("One row per article, ", "One row per article and "))
        for file in sql_files("views")
    )
    with empty_connection(MONDAY) as connection:
        monkeypatch.setattr(migration, "sql_files", lambda folder: reworded if folder == "views" else sql_files(folder))
        assert not migration.is_current(connection)
        migration.migrate(connection, now=after(60))

        assert migration.is_current(connection)
        comments = connection.execute("select comment from duckdb_views() where view_name = 'articles'").fetchall()
        assert comments == [("One row per article and in its current version.",)]


def test_a_newer_warehouse_is_refused_with_both_numbers() -> None:
    with empty_connection(MONDAY) as connection:
        connection.execute("insert into ops.schema_migrations values (9999, '9999_later.sql', now())")

        with pytest.raises(WarehouseTooNew, match=r"schema 9999 .* up to \d+"):
            migration.migrate(connection, now=MONDAY)


def test_a_database_with_other_tables_is_left_alone(warehouse: DuckDBPyConnection) -> None:
    with warehouse.cursor() as connection:
        connection.execute("attach ':memory:' as other; use other; create table invoices (number integer)")

        with pytest.raises(NotAWarehouse, match="1 tables and no newsledger schema"):
            migration.migrate(connection, now=MONDAY)
        connection.execute("use memory; detach other")


def test_a_migration_that_fails_leaves_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SqlFile(name="0900_broken.sql", text="create table half (number integer); select * from nowhere;")
    with empty_connection(MONDAY) as connection:
        monkeypatch.setattr(migration, "sql_files", lambda folder: (*sql_files(folder), broken))
        with pytest.raises(duckdb.CatalogException, match="nowhere"):
            migration.migrate(connection, now=after(1))

        assert connection.execute("select count(*) from duckdb_tables() where table_name = 'half'").fetchall() == [(0,)]
        assert connection.execute("select max(version) < 900 from ops.schema_migrations").fetchall() == [(True,)]

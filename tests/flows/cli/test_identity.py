"""merge and split as a user has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.lock import run_lock
from tests.factories import MONDAY, a_result, after, an_article, paragraphs
from tests.flows.cli.conftest import Newsledger
from warehouse.connection import ensure_schema, open_reader
from warehouse.stage import Batch, stage_batch

CRANE, FERRY = "https://news.example/crane", "https://news.example/ferry"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse of which the two articles are still in the spool."""
    path = tmp_path / "data" / "newsledger.duckdb"
    ensure_schema(path, wait_seconds=1, now=MONDAY)
    articles = [an_article(url, headline=url, paragraphs=paragraphs(f"Of {url}.")) for url in (CRANE, FERRY)]
    results = [a_result(article.url, at=after(5), article=article) for article in articles]
    stage_batch(tmp_path / "data" / "spool", Batch(batch_id="1", page_results=results))
    return path


def shown(path: Path) -> list[str]:
    with open_reader(path, wait_seconds=1) as connection:
        return [url for (url,) in connection.execute("select url from articles order by url").fetchall()]


def test_two_articles_are_merged_and_split_again(newsledger: Newsledger, warehouse: Path) -> None:
    merged = newsledger("merge", f"{FERRY}?utm_source=x", CRANE, "--reason", "printed twice", "--json")
    assert merged.returncode == 0, merged.stderr
    answer = json.loads(merged.stdout)
    assert (answer["action"], answer["urls"]) == ("merged", [FERRY])
    assert shown(warehouse) == [CRANE]

    split = newsledger("split", FERRY)
    assert (split.returncode, split.stderr) == (0, "")
    assert split.stdout == (
        f"The merge of article {answer['merged_article_id']} with {answer['kept_article_id']} is undone. "
        f"These addresses lead to the former again:\n  {FERRY}\n"
    )
    assert shown(warehouse) == [CRANE, FERRY]


def test_what_cannot_be_done_is_told_and_ends_with_the_documented_code(
    newsledger: Newsledger, warehouse: Path, tmp_path: Path
) -> None:
    nothing = newsledger("split", CRANE)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "only address of its article" in nothing.stderr
    assert "Traceback" not in nothing.stderr
    with run_lock(tmp_path / "data" / "run.lock", run_id="run-7", now=datetime.now(UTC)):
        held = newsledger("merge", FERRY, CRANE)
    assert held.returncode == 4
    assert "run-7" in held.stderr.lower()
    assert shown(warehouse) == [CRANE, FERRY]


def test_where_there_is_no_warehouse_nothing_can_be_merged(newsledger: Newsledger) -> None:
    answer = newsledger("merge", FERRY, CRANE)
    assert answer.returncode == 1
    assert "There is no warehouse" in answer.stderr

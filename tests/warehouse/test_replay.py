"""However the batches of a history are divided among loads, repeated or staged anew, the tables end the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    BODY,
    a_fetch,
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
from tests.warehouse.conftest import emptied
from transforms.outcomes import Outcome
from transforms.records import BodySource, PageResult
from warehouse.checks import run_checks
from warehouse.load import load_batches
from warehouse.stage import Batch, stage_batch

FEEDS = ("https://news.example/feed", "https://news.example/sport")
URLS = tuple(f"https://news.example/{name}" for name in ("crane", "ferry", "amp/crane", "quay"))
CONTENTS = (
    "select * exclude (load_seq) from dim_feeds",
    "select * exclude (load_seq) from dim_sites",
    "select * exclude (load_seq) from dim_articles",
    "select * exclude (load_seq) from dim_authors",
    "select * exclude (load_seq) from bridge_article_authors",
    "select * exclude (load_seq) from fct_polls",
    "select * exclude (load_seq) from fct_sightings",
    "select * exclude (load_seq) from fct_fetches",
    "select * exclude (load_seq) from fct_versions",
    "select * exclude (load_seq) from fct_paragraphs",
    "select * exclude (load_seq) from fct_outcomes",
    "select * exclude (load_seq) from ops.runs",
    "select * exclude (load_seq) from ops.feed_state",
    "select * exclude (load_seq) from ops.url_aliases",
    "select * exclude (load_seq) from ops.ended_aliases",
    "select * exclude (load_seq) from ops.guid_trust",
    "select * exclude (load_seq) from ops.url_state",
    "select batch_id from ops.loads",
)

entries = st.builds(
    lambda url, guid, title: an_entry(url, guid=guid, title=title),
    st.sampled_from(URLS),
    st.sampled_from(("1", "2", "3")),
    st.sampled_from(("Crane stays", "Crane is saved")),
)
articles = st.builds(
    an_article,
    headline=st.sampled_from(("Crane stays", "Ferry stops")),
    paragraphs=st.sampled_from((paragraphs(*BODY), paragraphs("Short."))),
    canonical_url=st.sampled_from((None, *URLS)),
    body_source=st.sampled_from((BodySource.PAGE, BodySource.PAGE, BodySource.FEED)),
    authors=st.sampled_from(((), ("Ada Quay",), ("ada quay", "Bo Pier"))),
    published=st.sampled_from((None, a_time())),
)


@st.composite
def results(draw: st.DrawFn) -> PageResult:
    url, final = draw(st.sampled_from(URLS)), draw(st.sampled_from(URLS))
    result = a_result(url, entry_key=draw(st.sampled_from(("1", "2", "3"))), feed_url=draw(st.sampled_from(FEEDS)))
    match draw(st.sampled_from(("article", "article", "refused", "arrived"))):
        case "article":
            return replace(result, hops=(url, final), article=draw(articles))
        case "arrived":
            known = draw(st.sampled_from(URLS)).removeprefix("https://")
            return replace(result, article=None, same_as_key=known, outcome=Outcome.DUPLICATE)
    outcome = draw(st.sampled_from((Outcome.TIMED_OUT, Outcome.GONE, Outcome.NOT_ARTICLE, Outcome.DEFERRED)))
    return replace(result, article=None, outcome=outcome, next_try_at=after(999))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Batches of a few runs: each run polls, then reads pages, an hour after the one before."""
    batches: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        run_id, at = f"run-{number}", after(60 * number)
        feeds = draw(st.lists(st.sampled_from(FEEDS), unique=True, max_size=2))
        listed = [
            a_listed_entry(entry, feed_url=feed, polled_at=at)
            for feed in feeds
            for entry in draw(st.lists(entries, max_size=3))
        ]
        polls = [a_poll(at, run_id=run_id, feed_url=feed) for feed in feeds]
        batches.append({"runs": [a_run(run_id, started_at=at)], "polls": polls, "entries": listed})
        read_in_run = draw(st.lists(results(), max_size=6, unique_by=lambda result: result.url_key))
        for part, read in enumerate((read_in_run[:3], read_in_run[3:])):
            read_at = after(60 * number + 10 + part)
            batches.append(
                {
                    "fetches": [a_fetch(f"{run_id}-{part}", run_id=run_id, started_at=at, ended_at=at)],
                    "page_results": [replace(result, run_id=run_id, at=read_at) for result in read],
                }
            )
    return batches


def load(connection: DuckDBPyConnection, folders: list[Path], ends: list[int]) -> dict[str, list[str]]:
    """Load the batches in loads that end before the given positions, each repeating all before; return the tables.

    The histories name addresses that arrived at a known one which is none, so the checks for those are left out.
    """
    for end in (*ends, len(folders)):
        load_batches(connection, folders[:end], loaded_at=after(10_000))
    left_out = ("stored_urls_have_an_article", "stored_urls_are_shown_once")
    offences = [offence for offence in run_checks(connection) if offence.check not in left_out]
    assert offences == []
    return {query: sorted(map(repr, connection.execute(query).fetchall())) for query in CONTENTS}


@given(batches=histories(), data=st.data())
@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_tables_do_not_depend_on_how_batches_are_divided_among_loads(
    shared_warehouse: DuckDBPyConnection, batches: list[dict[str, Any]], data: st.DataObject
) -> None:
    ends = sorted(data.draw(st.lists(st.integers(0, len(batches)), max_size=3), label="loads end before"))
    with TemporaryDirectory() as spool:
        folders = [
            stage_batch(Path(spool), Batch(batch_id=f"{number:03}", **records))
            for number, records in enumerate(batches)
        ]
        at_once = load(emptied(shared_warehouse), folders, [])
        assert load(emptied(shared_warehouse), folders, ends) == at_once

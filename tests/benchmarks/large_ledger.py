"""Times runs on top of a large ledger: 620,000 sightings, 100,000 articles, 700,000 requests, 300,000 polls.

    python -m tests.benchmarks.large_ledger            (from the project's folder)

The warehouse is built once, in a folder for temporary files, whose path is printed.  Then the stages of a run are
called in a process of their own, without Prefect and against a web on loopback: first with nothing new, then with
fifty new pages.  Nothing is asserted; the figures depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import duckdb

from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.progress import NoProgress
from flows.settings import resolve_settings
from flows.stages import IngestRun, RunRequest
from tests.news_server import NewsServer
from warehouse.checks import run_checks
from warehouse.connection import ensure_schema, open_reader
from warehouse.rows import feed_id_of
from warehouse.sql import sql_files

START = datetime(2026, 9, 1, tzinfo=UTC)
RUN_COUNT = 2000
URL_COUNT = 300_000
NOW = START + RUN_COUNT * timedelta(minutes=30)
FEEDS = [FeedSpec(url=f"http://site{number % 300}.example/{number}.xml") for number in range(600)]
DUE_FEEDS = 10
NEW_PAGES = 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one run took: seconds by stage, the most memory of its process, and pages by outcome."""

    seconds: dict[str, float]
    memory_before: float
    peak_mib: float
    pages: dict[str, int]
    offences: int


def main() -> None:
    """Builds the warehouse unless it is there, and prints what the runs on it take."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    built = warehouse_file()
    if not built.exists():
        start = monotonic()
        _in_process(build, built)
        print(f"built {built} in {monotonic() - start:.0f} s")
    print(f"{built}: {built.stat().st_size / 1024**2:.0f} MiB")
    with tempfile.TemporaryDirectory(prefix="newsledger-benchmark-", dir=built.parent) as folder, NewsServer() as web:
        data_dir = Path(folder)
        shutil.copyfile(built, data_dir / "newsledger.duckdb")
        serve_unchanged(web)
        environment = web.environment
        print_timing("a run with nothing new", _in_process(time_run, data_dir, environment, NOW))
        serve_new_pages(web)
        print_timing(f"a run with {NEW_PAGES} new pages", _in_process(time_run, data_dir, environment, NOW))
        print_timing("the run after it", _in_process(time_run, data_dir, environment, NOW))


def warehouse_file() -> Path:
    """The built warehouse of this schema and this recipe."""
    recipe = "".join(file.text for file in sql_files("schema")) + _recipe() + Path(__file__).read_text()
    name = f"newsledger-large-ledger-{sha256(recipe.encode()).hexdigest()[:12]}"
    return Path(tempfile.gettempdir()) / name / "large.duckdb"


def build(path: Path) -> None:
    """Fills a new warehouse and runs every check on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    ensure_schema(draft, wait_seconds=0, now=START)
    variables = {"start": START, "run_count": RUN_COUNT, "url_count": URL_COUNT}
    with duckdb.connect(str(draft)) as connection:
        connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        for name, value in {**variables, "feed_ids": [feed_id_of(feed.url) for feed in FEEDS]}.items():
            connection.execute(f"set variable {name} = ?", [value])
        connection.execute(_recipe())
    with open_reader(draft, wait_seconds=0) as connection:
        if offences := run_checks(connection):
            raise SystemExit(f"The large ledger offends its checks: {offences}")
    draft.rename(path)


def serve_unchanged(web: NewsServer) -> None:
    """The feeds that are due answer that nothing changed."""
    for feed in FEEDS[:DUE_FEEDS]:
        web.add(feed.url, body="<rss/>", headers={"ETag": '"1"'})


def serve_new_pages(web: NewsServer) -> None:
    """The feeds that are due list new pages, five each."""
    words = " ".join(f"said{number}" for number in range(35))
    text = "".join(f"<p>The council met for the {number}th time and {words}.</p>" for number in range(8))
    for number, feed in enumerate(FEEDS[:DUE_FEEDS]):
        base = f"http://site{number}.example/new"
        links = [f"{base}/{page}" for page in range(NEW_PAGES // DUE_FEEDS)]
        items = "".join(f"<item><title>New</title><link>{link}</link></item>" for link in links)
        web.add(feed.url, body=f"<rss version='2.0'><channel><title>Site</title>{items}</channel></rss>")
        for link in links:
            page = (
                f"<html><head><title>{link}</title></head><body><article><h1>{link}</h1>{text}</article></body></html>"
            )
            web.add(link, body=page, headers={"Content-Type": "text/html"})


def time_run(data_dir: Path, environment: dict[str, str], now: datetime) -> Timing:
    """One run over the feeds that are due, in this process."""
    os.environ.update(environment)
    settings = resolve_settings(
        flags={"data_dir": data_dir, "per_host_interval": 0, "workers": 2},
        environ={},
        file_values={},
        file_sources={},
        base=data_dir,
    ).settings
    request = RunRequest(settings=settings, feeds=FEEDS[:DUE_FEEDS], force=True)
    before = _memory_mib()
    start = monotonic()
    with IngestRun(request, clock=clock_for(now), progress=NoProgress()) as run:
        opened = monotonic() - start
        run.poll()
        run.plan()
        run.acquire()
        run.load()
        run.check()
        summary = run.summarise()
        start = monotonic()
    seconds = {"open": opened, **summary.seconds, "close": monotonic() - start}
    pages = {str(outcome): count for outcome, count in summary.report.totals.items()}
    return Timing(
        seconds=seconds, memory_before=before, peak_mib=_memory_mib(), pages=pages, offences=len(summary.offences)
    )


def print_timing(what: str, timing: Timing) -> None:
    """One table for one run."""
    pages = ", ".join(f"{count} {outcome}" for outcome, count in timing.pages.items()) or "none"
    print(f"\n{what} (pages: {pages}; checks that found something: {timing.offences})")
    for stage, seconds in timing.seconds.items():
        print(f"  {stage:<12}{seconds:>8.2f} s")
    print(f"  {'all':<12}{sum(timing.seconds.values()):>8.2f} s")
    print(f"  {'memory':<12}{timing.peak_mib:>8.0f} MiB at most, {timing.memory_before:.0f} before the run")


def _recipe() -> str:
    return Path(__file__).with_suffix(".sql").read_text()


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_process(function: Callable[..., T], *arguments: Any) -> T:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


if __name__ == "__main__":
    main()

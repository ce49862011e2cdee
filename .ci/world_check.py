"""Runs newsledger against the replay world and compares its views with the world's truth.

    python .ci/world_check.py --sites 30 --articles 10 --ticks 1

A first run, the same run again at once, and one after each tick; every check prints its figure, and a failed one
makes the exit code 1.  With --faults, two more runs give passing faults their time, and the outcomes of faulty
articles are compared instead of the quiet second run.  The world is shared material beside the project (--shared).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests are not installed, and the helper that runs the world lives among them

from world_comparison import (  # noqa: E402
    Checks,
    Ledger,
    check_accounts,
    check_articles,
    check_ends,
    check_faults,
    check_manners,
)

from tests.benchmarks.replay_world import ReplayWorld, newsledger, run_environment  # noqa: E402
from transforms.urls import url_strict  # noqa: E402

RUNS_MORE_FOR_FAULTS = 2
"""Faults that pass (503 with Retry-After, a reset) are tried again by later runs, an hour apart."""

REPLAYED = {
    # what the import of the runs' own archive into an empty warehouse must give again; times of observation apart
    "articles": "select * exclude (first_seen_at, observed_at, gone_at, load_seq) from articles",
    "article_versions": "select * exclude (observed_at, load_seq) from article_versions",
    "paragraphs": "select * exclude (load_seq) from paragraphs",
}

UNCHANGED = {
    # what a run that finds nothing new must leave as it is, apart from the times of last looking
    "articles": "select * from articles",
    "article_versions": "select * from article_versions",
    "paragraphs": "select * from paragraphs",
    "sightings": "select * exclude (last_seen_at) from sightings",
    "outcomes": "select * from outcomes",
    "url_status": "select * exclude (last_tried_at, next_try_at) from url_status",
}


class Newsledger:
    """The console script with a warehouse and folders of its own, run in the world's time."""

    def __init__(self, world: ReplayWorld, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._warehouse = folder / "world.duckdb"
        self._environment = run_environment(world, folder)
        self._waited = timedelta()

    def wait(self, time: timedelta) -> None:
        """Lets the program's time pass while the world's stands still."""
        self._waited += time

    def run(self, *options: str) -> None:
        """One `newsledger run`; raises SystemExit when it fails, for then there is nothing to compare."""
        finished = newsledger(
            "run",
            *("--feeds", str(self._world.feeds_file), "--warehouse", str(self._warehouse), "--json"),
            *("--now", self._now.isoformat()),
            *options,
            environment=self._environment,
        )
        if finished.code != 0:
            raise SystemExit(f"newsledger run ended with {finished.code}: {finished.output[-2000:]}")
        print(
            f"        {finished.seconds:.1f} s, {finished.peak_mib:.0f} MiB at most, Prefect's server apart", flush=True
        )

    def replay_archive(self) -> Newsledger:
        """The same program with an empty warehouse, into which the archive of the runs was imported."""
        folder = self._folder / "replayed"
        folder.mkdir()
        other = Newsledger(self._world, folder)
        archive = self._folder / "data" / "archive"
        command = ("import", str(archive), "--warehouse", str(other._warehouse), "--now", self._now.isoformat())
        finished = newsledger(*command, environment=other._environment)
        if finished.code != 0:
            raise SystemExit(f"newsledger import ended with {finished.code}: {finished.output[-2000:]}")
        print(f"        {finished.seconds:.1f} s, {finished.peak_mib:.0f} MiB at most", flush=True)
        return other

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer of the warehouse, opened for reading only."""
        with duckdb.connect(str(self._warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def snapshot(self, views: Mapping[str, str] = UNCHANGED) -> dict[str, Counter[str]]:
        """The content of some views."""
        return {view: Counter(map(repr, self.query(sql))) for view, sql in views.items()}

    @property
    def _now(self) -> datetime:
        return self._world.now + self._waited


def check_quiet_rerun(world: ReplayWorld, program: Newsledger, checks: Checks) -> None:
    """The same run again: feeds are asked conditionally, no page is, and no table changes."""
    before = program.snapshot()
    runs = {row[0] for row in program.query("select run_id from runs")}
    world.reset_stats()
    program.run("--force")
    stats = world.stats()
    pages = stats["totals"]["requests"]["article"]
    checks.expect(pages == 0, "article pages asked for again", pages)
    fetches = program.query("select run_id, url from fetches where purpose in ('page', 'recheck')")
    checks.expect_none((url for run_id, url in fetches if run_id not in runs), "fetches of pages recorded")
    sites = [site for site in world.truth()["sites"] if site["feed_validators"] != "none"]
    checks.expect_none(
        (
            site["site"]
            for site in sites
            if stats["hosts"].get(site["site"], {}).get("conditional", 0) < len(site["feeds"])
        ),
        "sites with validators whose feeds were not asked conditionally",
        of=len(sites),
    )
    after = program.snapshot()
    for view, rows in before.items():
        changed = (rows - after[view]).total() + (after[view] - rows).total()
        checks.expect(changed == 0, f"rows of {view} that changed", f"{changed} of {rows.total()}")
    check_manners(stats, checks)


def check_tick(world: ReplayWorld, program: Newsledger, checks: Checks) -> None:
    """An hour later exactly the new articles come in, and those that a fault had held up."""
    before = set(Ledger(program.query).articles)
    world.tick()
    world.reset_stats()
    program.run("--force")
    truth = world.truth()
    ledger = Ledger(program.query)
    arrived = set(ledger.articles) - before
    down = {site["site"] for site in truth["sites"] if site["down_until_epoch"]}
    held_up = ledger.ids_of(article for article in truth["articles"] if article["fault"] or article["site"] in down)
    new = ledger.ids_of(article for article in truth["articles"] if article["epoch"] == truth["epoch"])
    checks.expect(
        arrived - held_up == new - held_up,
        "new rows of articles and new articles of the world",
        f"{len(arrived - held_up)}, {len(new - held_up)}",
    )
    checks.expect_none(before - set(ledger.articles), "articles that vanished")
    check_articles(ledger, truth, checks)
    check_ends(ledger, truth, checks)
    check_accounts(_outcomes(program), truth, checks)
    check_manners(world.stats(), checks)


def _outcomes(program: Newsledger) -> dict[str, str]:
    return {url_strict(url): outcome for url, outcome in program.query("select url, outcome from url_status")}


def check_archive(program: Newsledger, checks: Checks) -> None:
    """The raw archive is enough: imported into an empty warehouse, it gives what the runs gave."""
    print("the runs' archive, imported into an empty warehouse")
    runs, replayed = program.snapshot(REPLAYED), program.replay_archive().snapshot(REPLAYED)
    for view, rows in runs.items():
        differing = [*(rows - replayed[view]), *(replayed[view] - rows)]
        checks.expect_none(differing, f"rows of {view} that differ", of=rows.total())


def main() -> int:
    """Runs the whole check and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder with world/ and corpora/")
    parser.add_argument("--sites", type=int, default=30)
    parser.add_argument("--articles", type=int, default=10, help="articles of each site at the start")
    parser.add_argument("--ticks", type=int, default=1)
    parser.add_argument("--faults", choices=["mild", "hostile"])
    parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
    options = parser.parse_args()
    checks = Checks()
    faults = ("--faults", options.faults) if options.faults else ()
    size = ("--sites", str(options.sites), "--articles-per-site", str(options.articles), "--seed", str(options.seed))
    with (
        tempfile.TemporaryDirectory(prefix="newsledger-check-") as folder,
        ReplayWorld(options.shared.resolve(), *size, *faults) as world,
    ):
        program = Newsledger(world, Path(folder))
        print(f"first run, {options.sites} sites of {options.articles} articles, faults: {options.faults or 'none'}")
        program.run()
        for _ in range(RUNS_MORE_FOR_FAULTS if options.faults else 0):
            program.wait(timedelta(hours=1))
            program.run("--force")
        truth = world.truth()
        check_articles(Ledger(program.query), truth, checks)
        check_manners(world.stats(), checks)
        if options.faults:
            allowed = json.loads((options.shared / "world/outcomes.json").read_text("utf-8"))
            check_faults(_outcomes(program), truth, allowed, checks)
        else:
            print("again at once")
            check_quiet_rerun(world, program, checks)
        for number in range(1, options.ticks + 1):
            print(f"tick {number}")
            check_tick(world, program, checks)
        check_archive(program, checks)
    print(f"{checks.failed} checks failed" if checks.failed else "all checks passed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())

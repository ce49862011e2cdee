"""What a run costs when hundreds of feeds have nothing new: its requests, and its CPU time a feed.

    python -m tests.benchmarks.quiet_feeds --shared ../shared --sites 340

One run of the console script in the replay world loads everything.  Then the stages run in this process, without
Prefect and in turns: over all feeds again, and with no feed due; the least CPU time of each is compared.  The exit code
is 1 when anything but one request a feed was sent, a feed with validators was asked without them, or a feed took more
than 5 ms of CPU.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from flows.configuration import clock_for, read_configuration
from flows.progress import NoProgress
from flows.stages import IngestRun, RunRequest
from tests.benchmarks.replay_world import ReplayWorld, newsledger, run_environment

MOST_CPU_MS = 5.0
TURNS = 3
MORE_CORPORA = ("wcxb-article", "trafilatura", "naeb", "newspaper", "postlight", "htmldate", "fundus-evaluation")


def main() -> int:
    """Measures, prints, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds world/ and corpora/")
    parser.add_argument("--sites", default="340")
    parser.add_argument("--articles", default="2", help="articles of each site")
    arguments = parser.parse_args()
    shared = arguments.shared.resolve()
    options = ["--sites", arguments.sites, "--articles-per-site", arguments.articles]
    for corpus in MORE_CORPORA:
        options += ["--corpus", str(shared / "corpora/extraction" / corpus)]
    with tempfile.TemporaryDirectory() as name, ReplayWorld(shared, *options) as world:
        warehouse = Path(name) / "world.duckdb"
        environment = run_environment(world, Path(name))
        where = ("--feeds", str(world.feeds_file), "--warehouse", str(warehouse))
        first = newsledger("run", *where, "--json", "--now", world.now.isoformat(), environment=environment)
        if first.code != 0:
            raise SystemExit(f"newsledger run ended with {first.code}: {first.output[-2000:]}")
        os.environ.update(environment)
        configuration = read_configuration(feeds=world.feeds_file, flags={"warehouse": warehouse})
        quiet, idle = [], []
        for _ in range(TURNS):
            request = RunRequest(settings=configuration.settings, feeds=configuration.feeds, force=True)
            world.reset_stats()
            quiet.append(cpu_of_run(request, world.now))
            stats = world.stats()
            nobody = RunRequest(settings=configuration.settings, feeds=configuration.feeds)
            idle.append(cpu_of_run(nobody, world.now))
        sites = world.truth()["sites"]
    feed_count = sum(len(site["feeds"]) for site in sites)
    with_validators = sum(len(site["feeds"]) for site in sites if site["feed_validators"] != "none")
    requests = stats["totals"]["requests"]
    conditional = sum(host["conditional"] for host in stats["hosts"].values())
    cpu_ms = (min(quiet) - min(idle)) / feed_count * 1000
    print(f"{feed_count} feeds, {with_validators} with validators; {conditional} conditional requests; all: {requests}")
    print(f"CPU: {min(quiet):.2f} s over all feeds, {min(idle):.2f} s with none due: {cpu_ms:.2f} ms a feed")
    is_right = requests["feed"] == sum(requests.values()) == feed_count and conditional == with_validators
    return 0 if is_right and cpu_ms < MOST_CPU_MS else 1


def cpu_of_run(request: RunRequest, now: datetime) -> float:
    """CPU seconds of one run, those of its workers with them."""
    before = _cpu()
    with IngestRun(request, clock=clock_for(now), progress=NoProgress()) as run:
        run.poll()
        run.plan()
        run.acquire()
        run.load()
        run.check()
        run.summarise()
    return _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    sys.exit(main())

"""What a run costs when hundreds of feeds have nothing new: its requests, and its CPU time a feed.

    python -m tests.benchmarks.quiet_feeds --shared ../shared --sites 340

Three runs in the replay world: one that loads everything, one over all feeds again, and one in which no feed is due,
which is what Prefect and the start of a run cost.  The exit code is 1 when anything but one request a feed was sent, a
feed with validators was asked without them, or a feed took more than 5 ms of CPU.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.replay_world import Finished, ReplayWorld, newsledger, run_environment

MOST_CPU_MS = 5.0


def main() -> int:
    """Measures, prints, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds world/ and corpora/")
    parser.add_argument("--sites", default="340")
    parser.add_argument("--articles", default="2", help="articles of each site")
    arguments = parser.parse_args()
    options = ("--sites", arguments.sites, "--articles-per-site", arguments.articles)
    with tempfile.TemporaryDirectory() as name, ReplayWorld(arguments.shared.resolve(), *options) as world:
        folder = Path(name)
        environment = run_environment(world, folder)

        def run(*more: str) -> Finished:
            where = ("--feeds", str(world.feeds_file), "--warehouse", str(folder / "world.duckdb"), "--json")
            finished = newsledger("run", *where, "--now", world.now.isoformat(), *more, environment=environment)
            if finished.code != 0:
                raise SystemExit(f"newsledger run ended with {finished.code}: {finished.output[-2000:]}")
            print(f"{finished.seconds:7.1f} s, {finished.cpu_seconds:6.2f} s of CPU, {finished.peak_mib:5.0f} MiB")
            return finished

        run()
        world.reset_stats()
        quiet = run("--force")
        stats, sites = world.stats(), world.truth()["sites"]
        idle = run()
    feed_count = sum(len(site["feeds"]) for site in sites)
    with_validators = sum(len(site["feeds"]) for site in sites if site["feed_validators"] != "none")
    requests = stats["totals"]["requests"]
    conditional = sum(host["conditional"] for host in stats["hosts"].values())
    cpu_ms = (quiet.cpu_seconds - idle.cpu_seconds) / feed_count * 1000
    print(f"{feed_count} feeds, {with_validators} with validators; {conditional} conditional requests; all: {requests}")
    print(f"{cpu_ms:.2f} ms of CPU a feed")
    is_right = requests["feed"] == sum(requests.values()) == feed_count and conditional == with_validators
    return 0 if is_right and cpu_ms < MOST_CPU_MS else 1


if __name__ == "__main__":
    sys.exit(main())

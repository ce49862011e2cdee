"""What a server sees of ten feeds on one host: how far apart its requests are, and how many it has at once.

    python -m tests.benchmarks.pacing --feeds 10 --interval 1

A real run against a server on loopback, with robots.txt, redirects, a refusal and late answers.  It ends with 1 when
two requests were in flight at once, when two starts were closer than the interval, or when a check of the run says so.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from pathlib import Path

from flows.configuration import clock_for
from flows.feeds_file import FeedSpec
from flows.progress import NoProgress
from flows.settings import resolve_settings
from flows.stages import IngestRun, RunRequest
from tests.flows.test_stages import page, rss
from tests.news_server import NewsServer, Resource

HOST = "http://paper.news"
HTML = {"Content-Type": "text/html"}


def publish(server: NewsServer, feed_count: int) -> list[FeedSpec]:
    """So many feeds, each with a story; the second moved, the third is refused at first, all are late."""
    server.add(f"{HOST}/robots.txt", body="User-agent: *\nDisallow: /closed/\n", latency_seconds=0.1)
    for number in range(1, feed_count + 1):
        feed = Resource(body=rss(f"{HOST}/story-{number}"), latency_seconds=0.1 * (number % 4))
        busy = Resource(status=503, headers={"Retry-After": "2"})
        server.add_in_turn(f"{HOST}/feed-{number}.xml", [busy, feed] if number == 3 else [feed])
        server.add(f"{HOST}/story-{number}", body=page(number), headers=HTML, latency_seconds=0.05 * (number % 5))
    server.redirect(f"{HOST}/feed-2.xml", "/moved.xml")
    server.add(f"{HOST}/moved.xml", body=rss(f"{HOST}/story-2"))
    return [FeedSpec(url=f"{HOST}/feed-{number}.xml") for number in range(1, feed_count + 1)]


def main() -> int:
    """Runs it, prints the figures, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsledger-pacing-") as folder, NewsServer() as server:
        feeds = publish(server, options.feeds)
        os.environ.update(server.environment)
        settings = resolve_settings(
            flags={"data_dir": Path(folder), "per_host_interval": options.interval, "workers": 1},
            environ={},
            file_values={},
            file_sources={},
            base=Path(folder),
        ).settings
        with IngestRun(RunRequest(settings=settings, feeds=feeds), clock=clock_for(None), progress=NoProgress()) as run:
            run.poll()
            run.plan()
            run.acquire()
            run.load()
            offences = run.check()
        starts = [request.at for request in server.requests]
        gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
        at_once = server.most_at_once["paper.news"]
    print(f"{len(starts)} requests, {min(gaps):.3f} s between two starts at least, {at_once} at once at most")
    for offence in offences:
        print(f"check {offence.check}: {offence.sentence} {offence.row_count} rows")
    return 1 if offences or at_once > 1 or min(gaps) < options.interval else 0


if __name__ == "__main__":
    sys.exit(main())

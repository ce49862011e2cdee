"""Times a whole run of 1,000 articles in the replay world beside trafilatura alone on the same pages.

    python -m tests.benchmarks.end_to_end            (from the project's folder)

100 sites of 10 articles, 30 ms latency, no crawl delay, no faults.  The peer reads the same bytes from memory:
`trafilatura.bare_extraction` with its defaults and metadata, in two processes, no network and no database.  Nothing is
asserted; the figures depend on the machine, their ratio much less.
"""

from __future__ import annotations

import argparse
import json
import ssl
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

from tests.benchmarks.replay_world import Finished, ReplayWorld, newsledger, run_environment

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 2
CONNECTIONS = 8


def main() -> None:
    """Runs both and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder with world/ and corpora/")
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--articles", type=int, default=10, help="articles of each site")
    options = parser.parse_args()
    size = ("--sites", str(options.sites), "--articles-per-site", str(options.articles))
    with ReplayWorld(options.shared.resolve(), *size, "--crawl-delay", "0") as world:
        run = time_run(world)
        pages = fetch_pages(world)
    summary = json.loads(run.output)
    peer_seconds, peer_articles = time_trafilatura(pages)
    print_table(run, summary["seconds"], peer_seconds)
    print(f"\n{len(pages)} pages; the peer found a text in {peer_articles}; {run.peak_mib:.0f} MiB at most, ", end="")
    print("the whole process tree but Prefect's server")


def time_run(world: ReplayWorld) -> Finished:
    """One `newsledger run` into a new warehouse.  Raises SystemExit when it fails."""
    with tempfile.TemporaryDirectory(prefix="newsledger-benchmark-") as folder:
        finished = newsledger(
            "run",
            *("--feeds", str(world.feeds_file), "--warehouse", str(Path(folder) / "world.duckdb"), "--json"),
            *("--now", world.now.isoformat()),
            environment=run_environment(world, Path(folder), NEWSLEDGER_WORKERS=str(PROCESSES)),
        )
    if finished.code:
        raise SystemExit(f"newsledger run ended with {finished.code}.")
    return finished


def fetch_pages(world: ReplayWorld) -> list[tuple[str, bytes]]:
    """The bytes of every article that the run was to store, by URL."""
    urls = [article["url"] for article in world.truth()["articles"] if article["expect"] == "stored"]
    opener = _opener(world.environment)
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(zip(urls, threads.map(lambda url: _read(opener, url), urls), strict=True))


def time_trafilatura(pages: Iterable[tuple[str, bytes]]) -> tuple[float, int]:
    """Wall seconds and the number of pages with a text, in processes that were started and warmed before."""
    context = get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        list(pool.map(_extract, [("http://news.example/", b"<p>warm</p>")] * PROCESSES * 4))
        start = monotonic()
        found = sum(pool.map(_extract, pages, chunksize=8))
        return monotonic() - start, found


def print_table(run: Finished, stages: dict[str, float], peer_seconds: float) -> None:
    """Seconds of the run and its stages, each also as a multiple of the peer's."""
    rows = {
        "trafilatura alone, from memory": peer_seconds,
        "newsledger run, end to end": run.seconds,
        **{f"  {stage}": seconds for stage, seconds in stages.items()},
        "  Prefect's start and end": run.seconds - sum(stages.values()),
        "newsledger's own stages": sum(stages.values()),
    }
    print(f"{'':<34}{'seconds':>10}{'ratio':>8}")
    for name, seconds in rows.items():
        print(f"{name:<34}{seconds:>10.2f}{seconds / peer_seconds:>8.2f}")


def _extract(page: tuple[str, bytes]) -> bool:
    from trafilatura import bare_extraction

    url, body = page
    document = bare_extraction(body, url=url, with_metadata=True)
    return document is not None and bool(document.text)


def _opener(environment: dict[str, str]) -> OpenerDirector:
    proxies = {"http": environment["HTTP_PROXY"], "https": environment["HTTPS_PROXY"]}
    trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"] or None)
    return build_opener(ProxyHandler(proxies), HTTPSHandler(context=trust))


def _read(opener: OpenerDirector, url: str) -> bytes:
    with opener.open(url, timeout=30) as answer:
        body: bytes = answer.read()
        return body


if __name__ == "__main__":
    main()

"""Runs newsledger while readers ask, again and again, and another program opens and closes the file at random.

    python -m tests.benchmarks.readers --shared FOLDER

Every run must end with 0, or with 3 when the other program kept it out; no reader may see an error; and after a last
run every batch must be in the tables.  Prints the counts, and exits with 1 where that is not so.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import duckdb

from tests.benchmarks.replay_world import ReplayWorld, newsledger, run_environment

QUESTIONS = (
    "select site, count(*) from articles group by site order by 2 desc",
    "select outcome, count(*) from url_status group by 1",
    "select a.headline, p.text from paragraphs as p join articles as a using (article_id)",
)
SHELL = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); sys.stdin.read()"
RUN_ENDS = {0: "done", 3: "not loaded, the warehouse was busy"}
READER_ENDS = {0: "answered", 3: "told to wait"}


class Readers:
    """Threads that ask through `newsledger sql`, and one that holds the file open as a shell does."""

    def __init__(self, count: int, warehouse: Path, environment: Mapping[str, str]) -> None:
        self.ends: Counter[int] = Counter()
        self.words: list[str] = []
        self._warehouse = warehouse
        self._environment = dict(environment)
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(count)]
        self._threads.append(threading.Thread(target=self._hold))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        script = str(Path(sys.executable).with_name("newsledger"))
        question = QUESTIONS[number % len(QUESTIONS)]
        while not self._ended.is_set():
            answer = subprocess.run(
                [script, "sql", question, "--format", "csv", "--warehouse", str(self._warehouse)],
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            self.ends[answer.returncode] += 1
            if answer.stderr:
                self.words.append(answer.stderr.strip())

    def _hold(self) -> None:
        chance = random.Random(1)
        while not self._ended.wait(chance.uniform(0, 20)):
            with subprocess.Popen(
                [sys.executable, "-c", SHELL, str(self._warehouse)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as shell:
                self._ended.wait(chance.uniform(0, 20))
                shell.kill()


def main() -> int:
    """Measures, prints, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds world/ and corpora/")
    parser.add_argument("--sites", default="10")
    parser.add_argument("--articles", default="5")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--readers", type=int, default=5)
    parser.add_argument("--wait", default="5", help="warehouse_wait in seconds")
    arguments = parser.parse_args()
    options = ("--sites", arguments.sites, "--articles", arguments.articles)
    with tempfile.TemporaryDirectory() as name, ReplayWorld(arguments.shared, *options) as world:
        folder = Path(name)
        warehouse = folder / "world.duckdb"
        environment = run_environment(world, folder, NEWSLEDGER_WAREHOUSE_WAIT=arguments.wait)

        def run() -> int:
            where = ("--feeds", str(world.feeds_file), "--warehouse", str(warehouse), "--json")
            return newsledger("run", *where, "--now", world.now.isoformat(), environment=environment).code

        ends = Counter([run()])
        with Readers(arguments.readers, warehouse, environment) as readers:
            for _ in range(arguments.runs):
                world.tick()
                ends[run()] += 1
        last = run()
        left = [path.name for spool in (folder / "data").glob("spool*") for path in spool.iterdir()]
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            counts = connection.execute("select count(*), count(ended_at) from runs").fetchall()[0]
    for kind, words, found in (("runs", RUN_ENDS, ends), ("readers", READER_ENDS, readers.ends)):
        for code, count in sorted(found.items()):
            print(f"{kind:8} {count:5} ended with {code}: {words.get(code, 'an error')}")
    for text, count in Counter(readers.words).most_common(10):
        print(f"{count:5} times on stderr: {text}")
    print(
        f"last run {last}, {len(left)} batches left in the spool, {counts[0]} runs in the warehouse, {counts[1]} ended"
    )
    is_right = set(ends) <= set(RUN_ENDS) and set(readers.ends) <= set(READER_ENDS) and last == 0 and not left
    return 0 if is_right and counts[0] == counts[1] == arguments.runs + 2 else 1


if __name__ == "__main__":
    sys.exit(main())

"""Prints how right and how fast article extraction is, beside trafilatura's modes, measured in one run.

    python -m tests.benchmarks.extraction                     everything, on the shared corpora: about six minutes
    python -m tests.benchmarks.extraction --only speed        the speed alone

Right: every corpus' pages, scored by shared/tools/score_extraction.py; "news" is the mean body F1 over the four corpora
of news, the other columns are means over the corpora that have the field, as the scorer takes them.  Fast: processor
time of 150 pages in one process, after a warm-up, the best of three rounds; and the wall time of `newsledger extract
--batch` with two workers beside one, start-up apart.  Nothing is asserted.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import logging
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import trafilatura

from transforms.article.as_dict import article_as_dict
from transforms.article.decode import decode
from transforms.article.extract import extract_page
from transforms.records import Page

ROOT = Path(__file__).resolve().parents[2]
NEWSLEDGER = str(Path(sys.executable).with_name("newsledger"))
NEWS = ("fundus", "fundus-evaluation", "scrapinghub", "naeb")
WIDE = "wcxb-article"
TIMED_PAGES, ROUNDS = 150, 3
COLUMNS = ("title", "authors", "date", "dtime", "lang", "desc", "capt")

Prediction = dict[str, Any]


def by_newsledger(body: bytes, url: str) -> Prediction:
    """What newsledger reads from a page, as the scorer wants it."""
    article = extract_page(Page(url=url, final_url=url, body=body)).article
    return article_as_dict(article) if article is not None else {}


def by_trafilatura(body: bytes, url: str, **mode: bool) -> Prediction:
    """What trafilatura reads from a page, metadata included."""
    found = trafilatura.bare_extraction(decode(body).text, url=url, with_metadata=True, include_comments=False, **mode)
    if found is None:
        return {}
    return {
        "title": found.title,
        "body": found.text,
        "authors": found.author,
        "published": found.date,
        "lang": found.language,
        "description": found.description,
    }


METHODS: Mapping[str, Callable[[bytes, str], Prediction]] = {
    "newsledger": by_newsledger,
    "trafilatura": by_trafilatura,
    "trafilatura precision": partial(by_trafilatura, favor_precision=True),
    "trafilatura fast": partial(by_trafilatura, fast=True),
}


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder with corpora/ and tools/")
    parser.add_argument("--only", choices=("accuracy", "speed"), help="one of the two")
    options = parser.parse_args()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without a text
    sys.path.insert(0, str(options.shared / "tools"))
    corpora = options.shared / "corpora/extraction"
    if options.only != "speed":
        print_accuracy(corpora)
    if options.only != "accuracy":
        print_speed(corpora)
        print_workers(corpora)


def print_accuracy(corpora: Path) -> None:
    """A line for each method."""
    print(f"{'':<22}{'news':>8}{'wcxb':>8}" + "".join(f"{column:>8}" for column in COLUMNS))
    for name in METHODS:
        scores = _scores(name, corpora)
        news = sum(scores[corpus]["body_f1"] for corpus in NEWS) / len(NEWS)
        figures = [news, scores[WIDE]["body_f1"], *(scores["TOTAL"].get(column) for column in COLUMNS)]
        print(f"{name:<22}" + "".join(f"{_figure(figure):>8}" for figure in figures), flush=True)


def print_speed(corpora: Path) -> None:
    """Milliseconds a page, and the speed as a multiple of trafilatura's default."""
    pages = _pages(corpora)
    pages = pages[:: max(1, len(pages) // TIMED_PAGES)][:TIMED_PAGES]
    rounds = [{name: _seconds(method, pages) for name, method in METHODS.items()} for _ in range(ROUNDS + 1)]
    times = {name: min(seconds[name] for seconds in rounds[1:]) for name in METHODS}  # the first one warms up
    print(f"\n{len(pages)} pages, one process{'':<2}{'ms/page':>8}{'speed':>8}")
    for name, seconds in times.items():
        print(f"{name:<24}{1000 * seconds / len(pages):>8.1f}{times['trafilatura'] / seconds:>8.2f}")


def print_workers(corpora: Path) -> None:
    """The wall time of a batch with one worker and with two."""
    with tempfile.TemporaryDirectory(prefix="newsledger-benchmark-") as folder:
        index = Path(folder) / "pages.jsonl"
        lines = [{"id": gold["id"], "url": gold.get("url") or "", "html": str(path)} for path, gold in _golds(corpora)]
        seconds = {workers: _batch(index, lines, workers) - _batch(index, lines[:2], workers) for workers in (1, 2)}
    print(
        f"\nextract --batch, {len(lines)} pages: {seconds[1]:.1f} s with one worker, {seconds[2]:.1f} s with two: ",
        end="",
    )
    print(f"{seconds[1] / seconds[2]:.2f} times as fast")


def _scores(name: str, corpora: Path) -> dict[str, dict[str, float]]:
    scorer = importlib.import_module("score_extraction")
    jobs = [(name, path, gold) for path, gold in _golds(corpora)]
    scored = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        for (_, path, gold), prediction in zip(jobs, pool.map(_predict, jobs, chunksize=16), strict=True):
            scored[_corpus_of(corpora, path)].append(scorer.score_page(gold, prediction))
    scores = {corpus: scorer.summarise(pages) for corpus, pages in scored.items()}
    counted = {folder.name for folder, about in scorer.corpora(corpora) if about.get("in_total", True)}
    total = {}
    for column in COLUMNS:
        figures = [score[column] for corpus, score in scores.items() if corpus in counted and column in score]
        total[column] = sum(figures) / len(figures)
    return {**scores, "TOTAL": total}


def _predict(job: tuple[str, Path, Mapping[str, Any]]) -> Prediction:
    name, path, gold = job
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return METHODS[name](_content(path), gold.get("url") or "")


def _seconds(method: Callable[[bytes, str], Prediction], pages: Sequence[tuple[bytes, str]]) -> float:
    """Processor seconds for all pages."""
    start = process_time()
    for body, url in pages:
        method(body, url)
    return process_time() - start


def _batch(index: Path, lines: Sequence[Mapping[str, str]], workers: int) -> float:
    """Wall seconds of one command, start-up included.  Raises CalledProcessError when it fails."""
    index.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    start = monotonic()
    command = [NEWSLEDGER, "extract", "--batch", str(index), "--workers", str(workers)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return monotonic() - start


def _pages(corpora: Path) -> list[tuple[bytes, str]]:
    return [(_content(path), gold.get("url") or "") for path, gold in _golds(corpora)]


def _golds(corpora: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Every page's file and gold line, corpus by corpus."""
    return [
        (index.parent / gold["html"], gold)
        for index in sorted(corpora.glob("*/gold.jsonl"))
        for gold in map(json.loads, filter(str.strip, index.read_text("utf-8").splitlines()))
    ]


def _corpus_of(corpora: Path, path: Path) -> str:
    return path.relative_to(corpora).parts[0]


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()

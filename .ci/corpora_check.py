"""Scores newsledger on the shared corpora and fails below the floors of floors.toml.

    python .ci/corpora_check.py               everything
    python .ci/corpora_check.py --every 10    each tenth page and feed, to be quick; floors are not enforced

Pages go through `newsledger extract --batch`, feeds through `newsledger feed --batch`, as a user would.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FLOORS = tomllib.loads((ROOT / ".ci/floors.toml").read_text("utf-8"))
NEWSLEDGER = str(Path(sys.executable).with_name("newsledger"))
SHOWN = ("body_f1", "title", "title_n", "authors", "date", "dtime", "lang", "desc", "capt")


class Floors:
    """Prints each figure beside its floor, and remembers whether one is missed."""

    def __init__(self) -> None:
        self.missed = 0

    def expect(self, name: str, figure: float, floor: float) -> None:
        """One figure, a share from 0 to 1."""
        is_reached = figure >= floor
        self.missed += not is_reached
        print(f"  {'ok  ' if is_reached else 'MISS'}  {name}: {figure:.4f}, floor {floor:.4f}", flush=True)


def check_extraction(shared: Path, folder: Path, every: int, floors: Floors) -> None:
    """Every corpus of pages with gold answers, predicted corpus by corpus and scored together."""
    corpora = shared / "corpora/extraction"
    predictions = folder / "pages.jsonl"
    with predictions.open("w", encoding="utf-8") as file:
        for gold in sorted(corpora.glob("*/gold.jsonl")):
            start = monotonic()
            lines = _sample(gold, folder / "gold.jsonl", path_key="html", every=every)
            for line in _batch("extract", folder / "gold.jsonl"):
                file.write(json.dumps({**line, "corpus": gold.parent.name}, ensure_ascii=False) + "\n")
            print(f"{gold.parent.name}: {lines} pages, {monotonic() - start:.1f} s", flush=True)
    only_predicted = ["--only-predicted"] if every > 1 else []
    scores = json.loads(
        _tool(
            shared, "score_extraction.py", "--corpus", corpora, "--predictions", predictions, "--json", *only_predicted
        )
    )
    _print_table(scores)
    wanted = FLOORS["extraction"]
    for name in ("news", "wide"):
        mean = sum(scores[corpus]["body_f1"] for corpus in wanted[name]) / len(wanted[name])
        floors.expect(f"{name} body F1", mean, wanted[f"{name}_body_f1"])
    for measure, floor in wanted["total"].items():
        floors.expect(f"total {measure}", scores["TOTAL"][measure], floor)


def check_feeds(shared: Path, folder: Path, every: int, floors: Floors) -> None:
    """Real feeds, other parsers' test cases and hostile inputs, beside the baseline's answers to the same ones."""
    corpus = shared / "corpora/feeds"
    start = monotonic()
    lines = _sample(corpus / "index.jsonl", folder / "index.jsonl", path_key="file", every=every)
    predictions = folder / "feeds.jsonl"
    predictions.write_text("".join(json.dumps(line) + "\n" for line in _batch("feed", folder / "index.jsonl")), "utf-8")
    print(f"feeds: {lines} inputs, {monotonic() - start:.1f} s", flush=True)
    wanted = FLOORS["feeds"]
    baseline = folder / "baseline.jsonl"
    baseline.write_bytes(
        b"".join(gzip.decompress((corpus / "baseline" / name).read_bytes()) for name in wanted["baseline"])
    )
    ours, theirs = (_score_feeds(shared, folder, file) for file in (predictions, baseline))
    for kind in wanted["not_below_baseline"]:
        for column, floor in _shares(theirs.get(kind, {})).items():  # a sample may lack a kind
            floors.expect(f"{kind} {column}", _shares(ours[kind])[column], floor)
    hostile = _shares(ours[wanted["without_misses"]])
    for column in wanted["columns_without_misses"]:
        floors.expect(f"{wanted['without_misses']} {column}", hostile[column], 1.0)


def _sample(source: Path, target: Path, *, path_key: str, every: int) -> int:
    """Writes each `every`-th line of a corpus' index with absolute paths; returns how many."""
    chosen = [json.loads(line) for line in source.read_text("utf-8").splitlines() if line.strip()][::every]
    for line in chosen:
        line[path_key] = str(source.parent / line[path_key])
    target.write_text("".join(json.dumps(line) + "\n" for line in chosen), "utf-8")
    return len(chosen)


def _batch(command: str, index: Path) -> list[dict[str, Any]]:
    """The lines that `newsledger COMMAND --batch` answers.  Raises SystemExit when it fails."""
    arguments = [NEWSLEDGER, command, "--batch", str(index), "--workers", "2"]
    result = subprocess.run(arguments, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own console script
    if result.returncode:
        raise SystemExit(f"newsledger {command} --batch {index} ended with {result.returncode}.")
    return [json.loads(line) for line in result.stdout.splitlines()]


def _score_feeds(shared: Path, folder: Path, predictions: Path) -> dict[str, dict[str, int]]:
    scores = predictions.with_suffix(".scores.json")
    _tool(shared, "score_feeds.py", predictions, "--corpus", folder, "--json", scores)
    answer: dict[str, dict[str, int]] = json.loads(scores.read_text("utf-8"))
    return answer


def _tool(shared: Path, name: str, *arguments: object) -> str:
    command = [sys.executable, str(shared / "tools" / name), *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603 - our own scorers


def _shares(row: Mapping[str, int]) -> dict[str, float]:
    """Right answers per judged one, by column."""
    judged = {key.removesuffix("_n"): count for key, count in row.items() if key.endswith("_n")}
    return {column: row.get(column, 0) / count for column, count in sorted(judged.items())}


def _print_table(scores: Mapping[str, Mapping[str, Any]]) -> None:
    print(f"{'':<20}" + "".join(f"{measure:>9}" for measure in SHOWN))
    for corpus, row in scores.items():
        print(f"{corpus:<20}" + "".join(f"{_figure(row.get(measure)):>9}" for measure in SHOWN))


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs both halves and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder with corpora/ and tools/")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only each K-th page and feed")
    parser.add_argument("--only", choices=["extraction", "feeds"], help="one half")
    options = parser.parse_args(arguments)
    floors = Floors()
    with tempfile.TemporaryDirectory(prefix="newsledger-corpora-") as folder:
        if options.only != "feeds":
            check_extraction(options.shared.resolve(), Path(folder), options.every, floors)
        if options.only != "extraction":
            check_feeds(options.shared.resolve(), Path(folder), options.every, floors)
    print(f"{floors.missed} floors missed" if floors.missed else "all floors reached")
    return 1 if floors.missed and options.every == 1 else 0


if __name__ == "__main__":
    sys.exit(main())

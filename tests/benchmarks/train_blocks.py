"""Trains the models of `transforms/article/block_models.json` on the shared corpora, and cross-validates over sites.

    python -m tests.benchmarks.train_blocks --shared ../shared            prints held-out scores, then writes the models
    python -m tests.benchmarks.train_blocks --shared ../shared --dry-run  prints only

Gradient boosting with symmetric trees (Friedman 2001; Prokhorenkova et al., "CatBoost", 2018, for the trees' shape),
logistic loss and Newton steps, in numpy alone.  The same corpora give the same file.

The second model learns from chances that the first gave to pages of sites it had not seen, as it will meet them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from transforms.article.block_features import FIRST, SECOND, BlockFeatures, Floats
from transforms.article.block_model import BlockModel
from transforms.article.body import SCOPE_CHANCE, blocks_within, keys_of, read_scope, stated_body
from transforms.article.decode import decode, parse_html
from transforms.article.evidence import gather
from transforms.article.standfirst import find_standfirst
from transforms.article.titles import find_headline

NEWS = ("fundus", "fundus-evaluation", "scrapinghub", "naeb")
WIDE = ("wcxb-article",)
NEWS_WEIGHT = 2.5
FOLDS = 5
BINS = 32
MODELS = Path(__file__).resolve().parents[2] / "transforms/article/block_models.json"

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to train."""

    trees: int
    depth: int = 6
    rate: float = 0.08
    penalty: float = 5.0
    share_of_features: float = 0.4
    seed: int = 0


FIRST_OPTIONS, SECOND_OPTIONS = Options(trees=300), Options(trees=200)


@dataclass(slots=True, kw_only=True)
class Page:
    """A page of the corpora: its gold answer, and for the blocks that have features their texts (n), whether they are
    of the article (n) and how much each counts (n).
    """

    corpus: str
    file: Path
    gold: dict[str, Any]
    texts: list[str] = field(default_factory=list)
    is_article: Booleans = field(default_factory=lambda: np.zeros(0, np.bool_))
    weights: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    features: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    chances: Floats = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def fold(self) -> int:
        """Pages of one site are in one fold."""
        address = urlsplit(self.gold.get("url") or "").hostname
        site = (self.gold.get("domain") or address or self.gold["id"]).removeprefix("www.")
        return int(hashlib.md5(site.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def main() -> None:
    """Read the corpora, cross-validate both models, train them on everything and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--dry-run", action="store_true", help="write no models")
    chosen = parser.parse_args()
    sys.path.insert(0, str(chosen.shared / "tools"))
    scorer = importlib.import_module("score_extraction")
    corpora = chosen.shared / "corpora/extraction"
    pages = [
        Page(corpus=corpus, file=corpora / corpus / gold["html"], gold=gold)
        for corpus in (*NEWS, *WIDE)
        for gold in map(json.loads, (corpora / corpus / "gold.jsonl").read_text("utf-8").splitlines())
        if gold.get("body")
    ]
    with ProcessPoolExecutor() as pool:
        pages = [page for page in pool.map(with_first_features, pages, chunksize=8) if len(page.texts)]
        cross_validate(pool, pages, FIRST_OPTIONS)
        print("first model, sites held out: ", held_out(scorer, pages), flush=True)
        first = fit(pages, FIRST_OPTIONS)
        pages = list(pool.map(with_second_features, pages, chunksize=8))
        cross_validate(pool, pages, SECOND_OPTIONS)
        print("second model, sites held out:", held_out(scorer, pages), flush=True)
        second = fit(pages, SECOND_OPTIONS)
    if not chosen.dry_run:
        stored = {"first": as_dict(first, FIRST), "second": as_dict(second, SECOND)}
        MODELS.write_text(json.dumps(stored, separators=(",", ":")) + "\n", "utf-8")


def with_first_features(page: Page) -> Page:
    """The page with its blocks and what is known of them before trafilatura reads it."""
    scorer = importlib.import_module("score_extraction")
    prepared = prepare(page)
    if prepared is None:
        return page
    _, blocks, features = prepared
    shares, weights = labels([block.text for block in blocks.blocks], page.gold, scorer)
    page.texts = [blocks.blocks[index].text for index in features.chosen]
    page.features = features.first()
    page.is_article = shares[features.chosen] > 0.5
    page.weights = np.sqrt(weights + 0.5)[features.chosen] / np.sqrt((weights + 0.5).sum())
    page.weights *= NEWS_WEIGHT if page.corpus in NEWS else 1
    return page


def with_second_features(page: Page) -> Page:
    """The page with what is known of its blocks once the first model has given them their chances."""
    prepared = prepare(page)
    assert prepared is not None
    tree, blocks, features = prepared
    found = read_scope(tree, blocks, features.chosen[page.chances > SCOPE_CHANCE])
    page.features = features.second(page.chances, keys_of(found))
    return page


def prepare(page: Page):
    content = page.file.read_bytes()
    tree = parse_html(decode(gzip.decompress(content) if page.file.suffix == ".gz" else content).text)
    if tree is None:
        return None
    evidence = gather(tree, url=page.gold.get("url") or "", entry=None)
    headline = find_headline(evidence)
    standfirst = find_standfirst(evidence, headline=headline.value if headline else None)
    stated = stated_body(evidence.node) if evidence.node is not None else ()
    blocks = blocks_within(tree)
    features = BlockFeatures(
        blocks,
        title=headline.value if headline else "",
        standfirst=standfirst.value if standfirst else "",
        stated="\n".join(paragraph.text for paragraph in stated),
    )
    return tree, blocks, features


def labels(texts: Sequence[str], gold: dict[str, Any], scorer: Any) -> tuple[Floats, Floats]:
    """For each block the share of its words that are of the gold body, by runs of three, and how many words it has.

    A block of few words counts as the article's only where a longer one of the article is near.
    """
    reference = max((scorer.tokens(text) for text in scorer.references(gold)), key=len)
    runs = set(zip(reference, reference[1:], reference[2:], strict=False))
    joined = f" {' '.join(reference)} "
    words = [scorer.tokens(text) for text in texts]
    shares = np.zeros(len(texts), np.float32)
    for index, block in enumerate(words):
        if len(block) > 2:
            shares[index] = np.mean([run in runs for run in zip(block, block[1:], block[2:], strict=False)])
        elif len(" ".join(block)) > 3:
            shares[index] = f" {' '.join(block)} " in joined
    weights = np.array([len(block) for block in words], np.float32)
    is_long = (weights >= 6) & (shares > 0.5)
    if is_long.any():
        for index in np.flatnonzero((weights < 6) & (shares > 0.5)):
            if not is_long[max(0, index - 10) : index + 11].any():
                shares[index] = 0
    return shares, weights


def cross_validate(pool: ProcessPoolExecutor, pages: Sequence[Page], options: Options) -> None:
    """Give the blocks of each page the chances of a model that has seen no page of its site."""
    folds = range(FOLDS)
    models = pool.map(fit, ([page for page in pages if page.fold != fold] for fold in folds), [options] * FOLDS)
    for fold, model in zip(folds, models, strict=True):
        for page in pages:
            if page.fold == fold:
                page.chances = model.probabilities(page.features)


def held_out(scorer: Any, pages: Sequence[Page]) -> str:
    """The body scores of the blocks that are more likely than not."""
    parts = []
    means = []
    for corpus in (*NEWS, *WIDE):
        scored = [
            scorer.score_page(
                page.gold,
                {
                    "body": "\n".join(
                        text for text, chance in zip(page.texts, page.chances, strict=True) if chance > 0.5
                    )
                },
            )
            for page in pages
            if page.corpus == corpus
        ]
        summary = scorer.summarise(scored)
        means.append(summary["body_f1"])
        parts.append(f"{corpus} {summary['body_f1']:.4f}")
    return f"news mean {np.mean(means[: len(NEWS)]):.4f}, {', '.join(parts)}"


def fit(pages: Sequence[Page], options: Options) -> BlockModel:
    """A model of all the pages' blocks."""
    weights = np.concatenate([page.weights for page in pages])
    return train(
        np.vstack([page.features for page in pages]),
        np.concatenate([page.is_article for page in pages]),
        weights / weights.mean(),
        options,
    )


def as_dict(model: BlockModel, names: Sequence[str]) -> dict[str, Any]:
    """A model as `block_model` reads it; its questions name the columns they ask."""
    asked = sorted(set(model.columns.ravel().tolist()))
    return {
        "features": [names[column] for column in asked],
        "columns": np.searchsorted(asked, model.columns).tolist(),
        "thresholds": [[float(f"{value:.5g}") for value in row] for row in model.thresholds.tolist()],
        "values": [[round(value, 4) for value in row] for row in model.values.tolist()],
        "bias": round(model.bias, 4),
    }


def train(features: Floats, is_article: Booleans, weights: Floats, options: Options) -> BlockModel:
    """A model of blocks (n x features), each with whether it is of its article and its weight (n)."""
    random = np.random.default_rng(options.seed)
    edges = [_edges(features[:, column]) for column in range(features.shape[1])]
    binned = np.stack([np.searchsorted(edge, features[:, i], side="left") for i, edge in enumerate(edges)], axis=1)
    usable = np.array([i for i, edge in enumerate(edges) if len(edge)])
    share = float((weights * is_article).sum() / weights.sum())
    bias = float(np.log(share / (1 - share)))
    logits = np.full(len(features), bias)
    columns, thresholds, values = [], [], []
    for _ in range(options.trees):
        chance = 1 / (1 + np.exp(-logits))
        slopes, bends = (chance - is_article) * weights, chance * (1 - chance) * weights
        asked = random.choice(usable, max(1, int(options.share_of_features * len(usable))), replace=False)
        questions, leaves = _grow(binned, slopes, bends, asked, options)
        steps = -options.rate * np.bincount(leaves, slopes, 1 << options.depth)
        steps /= np.bincount(leaves, bends, 1 << options.depth) + options.penalty
        logits += steps[leaves]
        columns.append([column for column, _ in questions])
        thresholds.append([edges[column][place] for column, place in questions])
        values.append(steps)
    return BlockModel(
        columns=np.array(columns),
        thresholds=np.array(thresholds, np.float32),
        values=np.array(values, np.float32),
        bias=bias,
    )


def _edges(values: Floats) -> Floats:
    """Thresholds that part a feature's values into bins of about the same size."""
    distinct = np.unique(values)
    if len(distinct) > BINS:
        return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]).astype(np.float32))
    return ((distinct[:-1] + distinct[1:]) / 2).astype(np.float32)


def _grow(
    binned: npt.NDArray[np.int64], slopes: Floats, bends: Floats, asked: npt.NDArray[np.int64], options: Options
) -> tuple[list[tuple[int, int]], npt.NDArray[np.int64]]:
    """One tree: its questions as (feature, place of the threshold), and the leaf of each block."""
    leaves = np.zeros(len(binned), np.int64)
    questions: list[tuple[int, int]] = []
    for level in range(options.depth):
        count = 1 << level
        best, best_gain = (int(asked[0]), 0), -np.inf
        for column in asked:
            cells = leaves * BINS + binned[:, column]
            first = np.bincount(cells, slopes, count * BINS).reshape(count, BINS)
            second = np.bincount(cells, bends, count * BINS).reshape(count, BINS)
            low, low_bend = first.cumsum(1)[:, :-1], second.cumsum(1)[:, :-1]
            high, high_bend = first.sum(1, keepdims=True) - low, second.sum(1, keepdims=True) - low_bend
            gains = (low**2 / (low_bend + options.penalty) + high**2 / (high_bend + options.penalty)).sum(0)
            place = int(gains.argmax())  # a feature with fewer bins gains nothing past its last threshold
            if gains[place] > best_gain:
                best, best_gain = (int(column), place), float(gains[place])
        questions.append(best)
        leaves |= (binned[:, best[0]] > best[1]).astype(np.int64) << level
    return questions, leaves


if __name__ == "__main__":
    main()

"""The chance that a block of a page is of its article: boosted symmetric trees over `block_features`.

A symmetric tree asks the same `depth` questions of every block, so that its answer is the place of the block's yes and
no in a table of 2 ** depth values: all trees are asked at once, in a few array operations.  The weights are in
`block_models.json`; `python -m tests.benchmarks.train_blocks` makes them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.article.block_features import FIRST, SECOND, Floats


@dataclass(frozen=True, slots=True, eq=False)
class BlockModel:
    """`columns` and `thresholds` (trees x depth) are the questions ("is this feature greater?"), `values` (trees x
    2 ** depth) the logits of their answers, `bias` what they are added to.
    """

    columns: npt.NDArray[np.int64]
    thresholds: Floats
    values: Floats
    bias: float

    def probabilities(self, features: Floats) -> Floats:
        """The chance of each block (n x features) to be of the article, 0 to 1 (n)."""
        trees, depth = self.columns.shape
        answers = (features[:, self.columns.ravel()] > self.thresholds.ravel()).reshape(len(features), trees, depth)
        # bytes are eight times as fast here as the integers of a matrix product, and hold the leaves of eight questions
        leaves = np.einsum("btd,d->bt", answers.view(np.uint8), (1 << np.arange(depth)).astype(np.uint8))
        places = leaves + np.arange(trees) * self.values.shape[1]
        logits = self.values.ravel().take(places).sum(axis=1) + self.bias
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


@dataclass(frozen=True, slots=True)
class BlockModels:
    """`first` reads the columns `block_features.FIRST`, `second` the columns `SECOND`."""

    first: BlockModel
    second: BlockModel


@cache
def block_models() -> BlockModels:
    """The models that come with the program."""
    stored = json.loads(resources.files(__package__).joinpath("block_models.json").read_text("utf-8"))
    return BlockModels(first=read_model(stored["first"], FIRST), second=read_model(stored["second"], SECOND))


def read_model(stored: dict[str, Any], names: tuple[str, ...]) -> BlockModel:
    """A model as it is stored: its questions name their columns."""
    places = np.array([names.index(name) for name in stored["features"]])
    return BlockModel(
        columns=places[np.array(stored["columns"])],
        thresholds=np.array(stored["thresholds"], np.float32),
        values=np.array(stored["values"], np.float32),
        bias=float(stored["bias"]),
    )

"""What can be known of a page's blocks before anyone has read them: one row of numbers for each.

The features look at the block's own text, at where it stands, at what its neighbours and its like are, and at what a
first guess takes for the article.  After Kohlschütter, Fankhauser and Nejdl, "Boilerplate Detection using Shallow Text
Features" (WSDM 2010), and trafilatura's and Readability's habits of scoring containers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.article.blocks import CONTAINERS, SURROUNDINGS, BlockPage
from transforms.article.cleaning import is_promotion
from transforms.article.habits import any_of, rows

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]

_TAGS = ("p", "li", "div", "h1", "h2", "h3", "blockquote", "tr", "figcaption")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_TEXT = (
    *("length", "words", "bold", "upper", "digits", "full_stop", "ended", "low_start", "asks", "credits", "privacy"),
    *("promotes", "dated", "is_title", "in_title", "in_standfirst", "repeated"),
    *("stated", "in_stated", "in_stated_part", "not_in_stated"),
)
_PLACE = (
    *("linked", "linked_last", "linked_next", "length_last", "length_next", "since_heading", "since_title"),
    *("subject", "subject_above", "subject_two_above", "siblings", "linked_above", "linked_two_above"),
    *("running_share_above", "running_share_two_above", "running_above", "in_running_place", "running_share_look"),
    "page_blocks",
    *(f"tag_{tag}" for tag in _TAGS),
    *(f"in_{container}" for container in CONTAINERS),
    *(f"{where}_{name}" for where in ("own", "near", "far") for name in SURROUNDINGS),
)
_WINDOW = ("here", "around", "before", "after", "last", "next")
_GUESS = (
    *(f"guess_{name}" for name in _WINDOW),
    *("position", "from_first", "from_last", "share_above", "share_two_above", "guess_above", "guess_two_above"),
    *("steps_up", "steps_down", "share_look", "guess_look", "page_guess", "page_length"),
)
FIRST = (*_TEXT, *_PLACE, *_GUESS)
"""Names of the columns that are known of a page alone; the guess is its running text."""

SECOND = (*FIRST, *(f"chance_{name}" for name in _WINDOW), *(f"found_{name}" for name in _WINDOW), "page_found")
"""Names of the columns once a first model has given each block a chance and trafilatura has found a body; the guess is
what is more likely than not.
"""

_LONG = 80
"""Characters from which a block that ends like a sentence is running text."""

_KEY_IN_TEXT = 24
"""Letters of a block from which its being somewhere in a text is no accident."""

_LONG_STATED = 300
"""Letters from which a text in JSON-LD is the article's and no summary."""

_MOST_SUBJECT_WORDS = 24

_word = re.compile(r"[^\W_]+")
_SENTENCE_ENDS = r".!?…。\uff01\uff1f"
_CLOSING_MARKS = r"\"\u201d\u2019»)"
_full_stop = re.compile(rf"[{_SENTENCE_ENDS}][{_CLOSING_MARKS}'\s]*$")
_ended = re.compile(rf"[{_SENTENCE_ENDS}:;{_CLOSING_MARKS}\]]\W*$")
_dated = any_of(rows("blocks", "dated"))
_subject_words = re.compile(r"[^\W_]{4,}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}")
_TOPICS = ("asks", "credits", "privacy")
_TOPIC_OF = {word: topic for topic, name in enumerate(_TOPICS) for word in rows("blocks", name)}
_PAIR_STARTS = frozenset(rows("blocks", "starts"))
_TOPIC_STARTS = _PAIR_STARTS | _TOPIC_OF.keys()


def key_of(text: str) -> str:
    """The letters and digits of a text, case folded, run together."""
    return "".join(_word.findall(text.casefold()))


class BlockFeatures:
    """The features of a page's blocks.

    `chosen` are the indices of the blocks that have running text anywhere near (n); the others are never of an
    article and have no row; `texts` are theirs.  `stated` is the article's text in JSON-LD, "" without one.
    """

    def __init__(self, page: BlockPage, *, title: str, standfirst: str, stated: str) -> None:
        blocks = page.blocks
        self._page = page
        self._lengths = np.array([len(block.text) for block in blocks], np.float32)
        self._linked = np.array([block.linked for block in blocks], np.float32)
        self._parents = np.array(page.parents, np.int64)
        self._above = self._parents[np.array([block.place for block in blocks], np.int64)]
        self._two_above = self._parents[self._above]
        ended = np.array(
            [len(block.text) > _LONG and _ended.search(block.text[-12:]) is not None for block in blocks], np.bool_
        )
        self._running = (ended & (self._linked < 0.3)).astype(np.float32)
        self._looks = _numbered([block.look for block in blocks])
        runs = self._lengths * self._running
        total = max(float(runs.sum()), 1.0)
        share_above = self._sums(self._above, runs) / total
        share_two_above = self._sums(self._two_above, runs) / total
        near = _windows(self._running)[:, 1]
        self.chosen: Integers = np.flatnonzero(
            (self._running > 0) | (near > 0.15) | (share_above > 0.02) | (share_two_above > 0.2)
        )
        self.texts = [blocks[index].text for index in self.chosen]
        self._words = [_word.findall(text.casefold()) for text in self.texts]
        self.keys = ["".join(words) for words in self._words]
        self._known = np.hstack(
            [
                self._text(title, standfirst, key_of(stated)),
                self._place(f"{title} {standfirst}", key_of(title), share_above, share_two_above),
            ]
        )

    def first(self) -> Floats:
        """The columns `FIRST` (n x len(FIRST))."""
        return np.hstack([self._known, self._guessed(self._running)])

    def second(self, chances: Floats, found: str) -> Floats:
        """The columns `SECOND` (n x len(SECOND)), given the chance of each chosen block (n) and what trafilatura
        found: the keys of its paragraphs, parted by spaces.
        """
        chance = np.zeros(len(self._lengths), np.float32)
        chance[self.chosen] = chances
        in_found = np.zeros_like(chance)
        in_found[self.chosen] = self.is_found(found)
        likely = (chance > 0.5).astype(np.float32)
        lengths = self._lengths
        share = min(2.0, float((lengths * in_found).sum()) / max(1.0, float((lengths * likely).sum())))
        return np.hstack(
            [
                self._known,
                self._guessed(likely),
                _windows(chance)[self.chosen],
                _windows(in_found)[self.chosen],
                np.full((len(self.chosen), 1), share, np.float32),
            ]
        )

    def is_found(self, found: str) -> Floats:
        """Which chosen blocks are in a body, given as the keys of its paragraphs parted by spaces: 1 or 0 (n)."""
        whole = frozenset(found.split(" "))
        return np.array([key in whole or (len(key) > _KEY_IN_TEXT and key in found) for key in self.keys], np.float32)

    def _sums(self, groups: Integers, values: Floats) -> Floats:
        """For each block the sum of `values` over the blocks of its group."""
        return np.bincount(groups, values, len(self._parents))[groups].astype(np.float32)

    def _text(self, title: str, standfirst: str, stated: str) -> Floats:
        title_key, standfirst_key = key_of(title), key_of(standfirst)
        repeated = Counter(self.keys)
        spaces, upper, digits = _characters(self.texts)
        is_long = len(stated) > _LONG_STATED
        table = np.zeros((len(self.chosen), len(_TEXT)), np.float32)
        for row, (index, text, key, words) in enumerate(
            zip(self.chosen, self.texts, self.keys, self._words, strict=True)
        ):
            length = len(text)
            asks, credited, privacy = _topics(words)
            in_stated = bool(stated) and len(key) > 15 and key in stated
            table[row] = (
                length,
                0,
                self._page.blocks[index].bold,
                0,
                0,
                _full_stop.search(text[-8:]) is not None,
                _ended.search(text[-12:]) is not None,
                text[0].islower(),
                asks,
                credited or "©" in text,
                privacy,
                is_promotion(text),
                length < 100 and _dated.search(text) is not None,
                key == title_key,
                len(key) > 12 and key in title_key,
                len(key) > 20 and key in standfirst_key,
                repeated[key] > 1,
                bool(stated),
                in_stated,
                is_long and len(key) > 40 and (key[:30] in stated or key[-30:] in stated),
                is_long and not in_stated,
            )
        words_of, lengths = spaces + 1, table[:, 0]
        columns = {name: place for place, name in enumerate(_TEXT)}
        table[:, columns["words"]] = np.minimum(words_of, 100) / 50
        table[:, columns["upper"]] = upper / lengths
        table[:, columns["digits"]] = digits / lengths
        for name in ("asks", "privacy"):
            table[:, columns[name]] = np.minimum(1, 12 * table[:, columns[name]] / words_of)
        table[:, 0] = np.log1p(lengths)
        return table

    def _place(self, subject: str, title: str, share_above: Floats, share_two_above: Floats) -> Floats:
        blocks, lengths, linked = self._page.blocks, self._lengths, self._linked
        runs = lengths * self._running
        total = max(float(runs.sum()), 1.0)
        held, held_two = self._sums(self._above, lengths), self._sums(self._two_above, lengths)
        main = int(np.bincount(self._above, runs, len(self._parents)).argmax()) if len(blocks) else 0
        short = np.minimum(lengths, 400) / 200
        columns = [
            linked,
            *(_shifted(linked, by) for by in (1, -1)),
            *(_shifted(short, by) for by in (1, -1)),
            self._since_heading(),
            self._since_title(title),
            *self._subjects(subject),
            np.minimum(self._sums(self._above, np.ones_like(lengths)), 20) / 10,
            self._sums(self._above, lengths * linked) / held,
            self._sums(self._two_above, lengths * linked) / held_two,
            share_above,
            share_two_above,
            self._sums(self._above, runs) / held,
            self._above == main,
            np.bincount(self._looks, runs)[self._looks] / total if len(blocks) else lengths,
            np.full(len(blocks), np.log1p(len(blocks)) / 5),
        ]
        placed = np.stack([np.asarray(column, np.float32)[self.chosen] for column in columns], axis=1)
        chosen = [blocks[index] for index in self.chosen]
        tags = np.array([[block.tag == tag for tag in _TAGS] for block in chosen], np.float32).reshape(-1, len(_TAGS))
        return np.hstack(
            [
                placed,
                tags,
                _bits([block.containers for block in chosen], len(CONTAINERS)),
                *(
                    _bits([getattr(block, where) for block in chosen], len(SURROUNDINGS))
                    for where in ("own", "near", "far")
                ),
            ]
        )

    def _guessed(self, guess: Floats) -> Floats:
        """The columns `_GUESS`, where `guess` is 1 for the blocks that are taken for the article's (all blocks)."""
        lengths = self._lengths
        held, held_two = self._sums(self._above, lengths), self._sums(self._two_above, lengths)
        guessed = lengths * guess
        total = float(guessed.sum())
        in_place = np.bincount(self._above, guessed, len(self._parents))
        two_above = self._sums(self._two_above, guessed)
        up, down = _ways(self._page.parents, self._above.tolist(), int(in_place.argmax()))
        look = np.bincount(self._looks, guessed)[self._looks] if len(lengths) else lengths
        alike = np.bincount(self._looks, lengths)[self._looks] if len(lengths) else lengths
        running = float((lengths * self._running).sum())
        columns = [
            *_positions(lengths, guess),
            in_place[self._above] / max(total, 1.0),
            two_above / max(total, 1.0),
            in_place[self._above] / held,
            two_above / held_two,
            np.minimum(up, 8) / 4,
            np.minimum(down, 8) / 4,
            look / max(total, 1.0),
            look / alike,
            np.full(len(lengths), min(2.0, total / max(running, 1.0))),
            np.full(len(lengths), np.log1p(total) / 5),
        ]
        placed = np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
        return np.hstack([_windows(guess), placed])[self.chosen]

    def _subjects(self, subject: str) -> tuple[Numbers, Numbers, Numbers]:
        """The share of the words of headline and standfirst that a block and its containers have; words count by their
        first letters, for the sake of endings.
        """
        stems = list(dict.fromkeys(word[:6] for word in _subject_words.findall(subject.casefold())))
        stems = stems[:_MOST_SUBJECT_WORDS]
        count, size = len(self._lengths), len(self._parents)
        own, above, two_above = [0] * count, [0] * size, [0] * size
        for index, text in zip(self.chosen.tolist(), self.texts, strict=True):
            folded = text.casefold()
            bits = 0
            for place, stem in enumerate(stems):
                if stem in folded:
                    bits |= 1 << place
            if bits:
                own[index] = bits
                above[self._above[index]] |= bits
                two_above[self._two_above[index]] |= bits
        of = max(len(stems), 1)
        return (
            np.array([bits.bit_count() for bits in own], np.float32) / of,
            np.array([bits.bit_count() for bits in above], np.float32)[self._above] / of,
            np.array([bits.bit_count() for bits in two_above], np.float32)[self._two_above] / of,
        )

    def _since_heading(self) -> Floats:
        """Blocks since the last heading, in tens; 2 before the first."""
        blocks = self._page.blocks
        at = np.arange(len(blocks))
        is_heading = [block.tag in HEADINGS or (block.bold > 0.9 and len(block.text) < 60) for block in blocks]
        last = np.maximum.accumulate(np.where(is_heading, at, -20)) if blocks else at
        return (np.minimum(at - last, 20) / 10).astype(np.float32)

    def _since_title(self, title: str) -> Floats:
        """Blocks since the headline, in twenties; -2 where it is not among the blocks."""
        count = len(self._lengths)
        length = len(title)
        for index, block in enumerate(self._page.blocks):
            if length <= len(block.text) < 2 * length + 20 and title and key_of(block.text) == title:
                return np.clip((np.arange(count) - index) / 20, -1, 3).astype(np.float32)
        return np.full(count, -2.0, np.float32)


def _numbered(names: Sequence[str]) -> Integers:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _topics(words: Sequence[str]) -> list[int]:
    """How many of the words, or of two run together, speak of each of `_TOPICS`."""
    counts = [0] * len(_TOPICS)
    if _TOPIC_STARTS.isdisjoint(words):
        return counts
    for place, word in enumerate(words):
        if (topic := _TOPIC_OF.get(word)) is not None:
            counts[topic] += 1
        if word in _PAIR_STARTS and (topic := _TOPIC_OF.get(word + "".join(words[place + 1 : place + 2]))) is not None:
            counts[topic] += 1
    return counts


def _characters(texts: Sequence[str]) -> tuple[Integers, Integers, Integers]:
    """How many spaces, capitals and digits each text has."""
    if not texts:
        return (np.zeros(0, np.int64),) * 3
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])[:-1]])
    capitals = (codes - 65 < 26) | (codes - 192 < 31) | (codes - 1040 < 32)
    return (
        np.add.reduceat(codes == 32, starts, dtype=np.int64),
        np.add.reduceat(capitals, starts, dtype=np.int64),
        np.add.reduceat(codes - 48 < 10, starts, dtype=np.int64),
    )


def _shifted(values: Numbers, by: int) -> Numbers:
    moved = np.zeros_like(values)
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved


def _windows(values: Floats) -> Floats:
    """What stands at and around each block (n x len(_WINDOW)): means over six blocks before it and six after."""
    size, count = 6, len(values)
    sums = np.concatenate([[0], np.cumsum(values)])
    at = np.arange(count)
    low, high = np.maximum(at - size, 0), np.minimum(at + size + 1, count)
    return np.stack(
        [
            values,
            (sums[high] - sums[low]) / np.maximum(high - low, 1),
            (sums[at] - sums[low]) / np.maximum(at - low, 1),
            (sums[high] - sums[at + 1]) / np.maximum(high - at - 1, 1),
            _shifted(values, 1),
            _shifted(values, -1),
        ],
        axis=1,
    ).astype(np.float32)


def _positions(lengths: Floats, guess: Floats) -> tuple[Numbers, Numbers, Numbers]:
    """Where between the first and the last longer block of the guess a block stands, by length and by number."""
    ends = np.flatnonzero((guess > 0) & (lengths > 60))
    if not len(ends):
        ends = np.flatnonzero(guess)
    first, last = (int(ends[0]), int(ends[-1])) if len(ends) else (0, len(lengths) - 1)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    span = max(float(starts[last + 1] - starts[first]), 1.0)
    at = np.arange(len(lengths))
    return (
        np.clip((starts[:-1] - starts[first]) / span, -1, 2),
        np.clip(at - first, -10, 10) / 10,
        np.clip(at - last, -10, 10) / 10,
    )


def _ways(parents: Sequence[int], places: Sequence[int], main: int) -> tuple[Integers, Integers]:
    """Steps from each place up to an element around the main container, and from there down to it."""
    ways = {main: (0, 0)}
    steps, element = 0, main
    while parents[element] != element:
        steps, element = steps + 1, parents[element]
        ways[element] = (0, steps)

    def way(place: int) -> tuple[int, int]:
        passed = []
        while place not in ways:
            passed.append(place)
            place = parents[place]
        up, down = ways[place]
        for inner in reversed(passed):
            up += 1
            ways[inner] = (up, down)
        return up, down

    both = np.array([way(place) for place in places], np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _bits(values: Sequence[int], count: int) -> Floats:
    """The lowest bits of each value (n x count)."""
    return (np.array(values, np.int64)[:, None] >> np.arange(count) & 1).astype(np.float32)

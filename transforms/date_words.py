"""The words that stand in publishers' dates; the table itself is `date_words.toml`."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from importlib.resources import files

_TABLE = tomllib.loads(files("transforms").joinpath("date_words.toml").read_text("utf-8"))

FILLERS: tuple[str, ...] = tuple(_TABLE["fillers"])
HOUR_WORDS: tuple[str, ...] = tuple(_TABLE["hour_words"])
AM: tuple[str, ...] = tuple(_TABLE["am"])
PM: tuple[str, ...] = tuple(_TABLE["pm"])


def fold(text: str) -> str:
    """Return `text` without case and accents, as the keys of `MONTHS` are."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = (character for character in decomposed if not unicodedata.combining(character))
    return "".join(letters).replace("\u0131", "i")  # the dotless i of Turkish


def _forms() -> Iterator[tuple[str, int]]:
    for names in _TABLE["months"].values():
        for number, forms in enumerate(names, start=1):
            for form in forms.split("|"):
                yield fold(form), number


def _unambiguous() -> dict[str, int]:
    numbers: dict[str, set[int]] = {}
    for form, number in _forms():
        numbers.setdefault(form, set()).add(number)
    return {form: min(meant) for form, meant in numbers.items() if len(meant) == 1}


MONTHS = _unambiguous()
"""Folded month name → 1 to 12."""

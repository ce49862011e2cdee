"""Sentences for a terminal of 80 columns: lines that are wrapped, and moments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from flows.cli.common import printable

WIDTH = 80


def wrapped(text: str, indent: int, width: int = WIDTH) -> Iterator[str]:
    """Gives the lines of a text of any origin, made safe to be shown.

    It is indented by `indent` and by its own leading spaces; what follows the first line by two more, unless `indent`
    is 0.
    """
    margin = " " * (indent + len(text) - len(text.lstrip()))
    yield from textwrap.wrap(
        " ".join(printable(text).split()),
        width=width,
        initial_indent=margin,
        subsequent_indent=margin + ("  " if indent else ""),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [margin]


def moment(at: datetime, *, seconds: bool = False) -> str:
    """Writes a time to the minute, or to the second, in its own zone (UTC all over newsledger)."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if seconds else f"{at:%Y-%m-%d %H:%M}"

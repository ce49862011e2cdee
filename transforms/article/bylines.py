"""Bylines that no markup names: the lines beside the headline that read like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transforms.article.habits import any_of, rows, text

_SHORT = 70
"""Characters of a line that has hardly more than a day."""

_DAYS_NEAR = 1
"""Blocks beside a line of one name in which the day of publication makes a byline of it."""

_opening = re.compile("^(?:" + any_of(rows("byline", "opening")).pattern + ")", re.IGNORECASE)
_day = any_of(rows("byline", "days"))
_name = re.compile(text("byline", "name"))
_behind = re.compile(text("byline", "behind"), re.IGNORECASE)


def opened_bylines(lines: Sequence[str]) -> Iterator[str]:
    """What follows the word by which a byline begins ("By", "Von"), in the lines beside the headline."""
    for line in lines:
        if opening := _opening.match(line):
            yield _cut(line[opening.end() :])


def dated_bylines(lines: Sequence[str]) -> Iterator[str]:
    """Lines beside the headline that are one name of two words or more, with a day in the line or near it."""
    for place, line in enumerate(lines):
        day = _day.search(line)
        name = _cut(line[: day.start()] if day else line).strip(" |•·⋅●,\u2013\u2014-")
        near = lines[max(0, place - _DAYS_NEAR) : place + _DAYS_NEAR + 1]
        if is_full_name(name) and any(_day.search(other) for other in near if len(other) < _SHORT):
            yield name


def is_full_name(text: str) -> bool:
    """Whether a text looks like the whole name of a person: two to four words with capitals."""
    return _name.fullmatch(text) is not None


def _cut(line: str) -> str:
    """The line without what stands behind the names: a day, a place, minutes of reading."""
    return _behind.sub("", line)

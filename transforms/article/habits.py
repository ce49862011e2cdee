"""The tables of `habits.toml`: what pages usually do, in data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

_TABLES: Mapping[str, Any] = tomllib.loads(resources.files(__package__).joinpath("habits.toml").read_text("utf-8"))


def rows(table: str, name: str) -> tuple[str, ...]:
    """The rows of a list, in the file's order."""
    return tuple(_TABLES[table][name])


def table_names(table: str) -> tuple[str, ...]:
    """The names of the lists in a table, in the file's order."""
    return tuple(_TABLES[table])


def text(table: str, name: str) -> str:
    """A single string."""
    return str(_TABLES[table][name])


def mapping(table: str, name: str) -> Mapping[str, str]:
    """An inline table of strings."""
    return dict(_TABLES[table][name])


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One expression, without regard to case, that matches where any of the patterns does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

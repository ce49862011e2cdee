"""What the readers of all formats share: cleaned fields, and the keys of entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from transforms.records import Entry
from transforms.text import plain_text, squeeze
from transforms.urls import url_strict

MAX_TITLE = 1_000
MAX_SUMMARY = 20_000
MAX_CONTENT = 1_000_000
MAX_NAME = 300
"""Characters kept.  Longer fields are cut: a title of ten megabytes is an accident or an attack, its entry is none."""


def cleaned_text(markup: str | None, limit: int) -> str | None:
    """Return markup as plain text of at most `limit` characters; None for nothing."""
    # Markup is at most a few times as long as its text; cutting first keeps hostile input cheap.
    return plain_text(markup[: 20 * limit])[:limit].rstrip() or None if markup else None


def literal_text(text: str | None, limit: int) -> str | None:
    """Return text in which "<b>" is four characters and no tag, on one line, cut at `limit`; None for nothing."""
    return squeeze(text[: 20 * limit])[:limit].rstrip() or None if text else None


def distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return cleaned names in their order, each once, without the empty ones."""
    cleaned = (cleaned_text(name, MAX_NAME) for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))


def too_many(count: int, limit: int) -> str:
    """Say as a problem of a document how many of its entries were left out."""
    return f"only the first {limit} of {count} entries were read (max_entries_per_feed); left out: {count - limit}"


def with_keys(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with `key` and `position` set.

    A guid is a key only where no other entry of the document has it: some feeds give all entries the same one.
    """
    entries = tuple(entries)
    uses = Counter(entry.guid for entry in entries)
    return tuple(
        replace(entry, key=_key(entry, guid_is_unique=uses[entry.guid] == 1), position=position)
        for position, entry in enumerate(entries)
    )


def keyed_by_link(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with their links as keys, for a feed whose guids are not to be trusted."""
    return tuple(replace(entry, key=_key(entry, guid_is_unique=False)) for entry in entries)


def fingerprint(*parts: str | None) -> str:
    """Return 16 hexadecimal characters that stand for `parts`; None and "" differ."""
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(b"\x00" if part is None else b"\x01" + part.encode("utf-8", "surrogatepass") + b"\x00")
    return digest.hexdigest()


def _key(entry: Entry, *, guid_is_unique: bool) -> str:
    if entry.guid and guid_is_unique:
        return entry.guid
    return url_strict(entry.link) if entry.link else fingerprint(entry.title, entry.published_raw)

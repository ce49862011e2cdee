"""Identity by hand: two articles made one, and what was taken for one made two.

A merge keeps both articles' rows and moves the addresses; it can be undone to the last row.  What a load joined by its
own evidence is parted for good: the address is read again as its own article, and no later load joins the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from transforms.errors import InputError
from warehouse.load import last_load_seq
from warehouse.rows import Row, address_key
from warehouse.sql import fetch_rows, sql_text, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge that was made or undone: the two articles, and the addresses that it moved."""

    merged_article_id: str
    kept_article_id: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Addresses that were parted from an article, and what had joined the one that was named."""

    article_id: str
    evidence: str
    urls: tuple[str, ...]


def merge_articles(connection: DuckDBPyConnection, url: str, kept_url: str, *, reason: str, now: datetime) -> Merge:
    """Make the article at `url` one with the article at `kept_url`, in one transaction.

    Raises InputError when an address leads to no article, or both lead to one.
    """
    merged, kept = _address(connection, url), _address(connection, kept_url)
    if merged["article_id"] == kept["article_id"]:
        raise InputError(
            f"{url} and {kept_url} lead to one article already ({kept['article_id']}), so there is nothing to merge."
        )
    with transaction(connection):
        _set_variables(connection, now=now, reason=reason, merged_id=merged["article_id"], kept_id=kept["article_id"])
        connection.execute(sql_text("identity/merge.sql"))
        urls = _urls(connection, "identity/merged_addresses.sql")
    return Merge(merged_article_id=merged["article_id"], kept_article_id=kept["article_id"], urls=urls)


def split_address(connection: DuckDBPyConnection, url: str, *, reason: str, now: datetime) -> Merge | Separation:
    """Undo the latest merge that brought `url` to its article; part it from the article where a load joined them.

    In one transaction.  Raises InputError when the address leads to no article, or is the one that its article is
    named after: then it is the others that can be split from it.
    """
    address = _address(connection, url)
    merges = fetch_rows(connection, sql_text("identity/latest_merge.sql"), {"url_key": address["url_key"]})
    if merges:
        return _undo(connection, merges[0], reason=reason, now=now)
    if address["names_article"]:
        raise InputError(_nothing_to_split(connection, url, address["article_id"]))
    with transaction(connection):
        _set_variables(connection, now=now, reason=reason, url_key=address["url_key"], article_id=address["article_id"])
        connection.execute(sql_text("identity/separate.sql"))
        urls = _urls(connection, "identity/parted_addresses.sql")
    return Separation(article_id=address["article_id"], evidence=address["evidence"], urls=urls)


def _undo(connection: DuckDBPyConnection, merge: Row, *, reason: str, now: datetime) -> Merge:
    with transaction(connection):
        _set_variables(connection, now=now, reason=reason, merge_number=merge["merge_number"])
        connection.execute(sql_text("identity/undo_merge.sql"))
        urls = _urls(connection, "identity/restored_addresses.sql")
    return Merge(merged_article_id=merge["merged_article_id"], kept_article_id=merge["kept_article_id"], urls=urls)


def _address(connection: DuckDBPyConnection, url: str) -> Row:
    found = fetch_rows(connection, sql_text("identity/address.sql"), {"url_key": address_key(url)})
    if not found:
        raise InputError(
            f"The warehouse has no article under {url}, so nothing was changed. "
            "The view aliases has the addresses that lead to articles (newsledger sql)."
        )
    return found[0]


def _nothing_to_split(connection: DuckDBPyConnection, url: str, article_id: str) -> str:
    others = fetch_rows(connection, sql_text("identity/other_addresses.sql"), {"article_id": article_id})
    if not others:
        return f"{url} is the only address of its article ({article_id}), so there is nothing to split."
    return (
        f"{url} is the address that its article ({article_id}) is named after, so it stays. "
        f"Name the address that does not belong to it: {', '.join(row['url'] for row in others)}."
    )


def _set_variables(connection: DuckDBPyConnection, *, now: datetime, reason: str, **values: str | int) -> None:
    load_seq = last_load_seq(connection) + 1
    for name, value in {"load_seq": load_seq, "reason": reason, **values}.items():
        connection.execute(f"set variable {name} = ?", [value])
    connection.execute("set variable changed_at = ?::timestamptz", [now])


def _urls(connection: DuckDBPyConnection, query: str) -> tuple[str, ...]:
    return tuple(row["url"] for row in fetch_rows(connection, sql_text(query)))

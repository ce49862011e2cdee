"""The answer to a question in SQL as a table, CSV, JSON or Parquet.

It is taken out of the warehouse whole before its first byte is written: whoever reads our output, a pager say, may take
hours, and must not keep the file from a load.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

import click

from flows.cli.common import as_json, printable, writing_to_stdout
from transforms.errors import InputError
from transforms.text import counted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_AT_A_TIME = 1000
ROWS_OF_A_GROUP = 100_000
"""Rows of one group of a Parquet file."""
BYTES_IN_MEMORY = 8 * 1024 * 1024
"""A larger answer waits in an unnamed file."""
ROWS_OF_A_TABLE = 1000
"""More rows than anybody reads, and few enough to be laid out in a second."""

WIDEST_CELL = 200
LEGIBLE = 20
"""Characters below which a column that has more is hard to read: then each field has a line of its own."""

_BETWEEN_COLUMNS = 3


class Answer:
    """An answer that was taken out of the warehouse and waits, in memory or in an unnamed file, to be written."""

    def __init__(self, answer: duckdb.DuckDBPyConnection, form: str, *, on_rows: Callable[[], None]) -> None:
        """Takes all of `answer` in `form`: "table", "csv", "json" or "parquet"; `on_rows` is called now and then.

        Raises UsageError when Parquet cannot hold a column or a value is too large to be read, InputError when there
        is no room for the answer.
        """
        self._text = tempfile.SpooledTemporaryFile(max_size=BYTES_IN_MEMORY)  # noqa: SIM115 - as long as the answer
        self._table: _Table | None = None
        if answer.description is None:
            return
        try:
            self._take(answer, form, on_rows)
        except BaseException as error:
            self._text.close()
            if isinstance(error, OSError):
                raise InputError(
                    f"The answer finds no room in {tempfile.gettempdir()}: {error.strerror}. "
                    "Free some space there, or name another folder in TMPDIR."
                ) from error
            raise

    def write(self) -> None:
        """Writes the answer to standard output.  Raises InputError when it cannot be written."""
        with self._text, writing_to_stdout():
            if self._table is not None:
                self._table.write()
            self._text.seek(0)
            shutil.copyfileobj(self._text, sys.stdout.buffer)

    def _take(self, answer: duckdb.DuckDBPyConnection, form: str, on_rows: Callable[[], None]) -> None:
        names = [str(column[0]) for column in answer.description or ()]
        if form == "parquet":
            _write_parquet(answer, _distinct(names), self._text, on_rows)
        elif form == "json":
            _write_json(_distinct(names), _rows(answer, on_rows), self._text)
        elif form == "csv":
            _write_csv(_distinct(names), _rows(answer, on_rows), self._text)
        else:
            self._table = _Table(names, _rows(answer, on_rows))


def _rows(answer: duckdb.DuckDBPyConnection, on_rows: Callable[[], None]) -> Iterator[Sequence[Any]]:
    try:
        while rows := answer.fetchmany(ROWS_AT_A_TIME):
            on_rows()
            yield from rows
    except OverflowError as error:  # an interval of more than 2.7 million years
        raise click.UsageError(
            f"A value of the answer is too large to be read ({error}). Cast its column to varchar."
        ) from error


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number where one is there already (a, a_1), as DuckDB names the columns of a subquery."""
    found: dict[str, None] = {}
    for name in names:
        number, candidate = 0, name
        while candidate in found or (number and candidate in names):
            number += 1
            candidate = f"{name}_{number}"
        found[candidate] = None
    return list(found)


def _plain(value: Any) -> Any:
    """A value as JSON has it: what JSON has no number for is null, bytes are hexadecimal, intervals are text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():
            return value.hex()
        case list() | tuple() | set():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> str:
    """A value as text; Python's own words for numbers, so that no digit is lost."""
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return as_json(_plain(value))
    return str(value if isinstance(value, float | Decimal) else _plain(value))


def _write_json(names: list[str], rows: Iterator[Sequence[Any]], out: IO[bytes]) -> None:
    out.write(b"[")
    for number, row in enumerate(rows):
        out.write(b",\n " if number else b"\n ")
        out.write(as_json({name: _plain(value) for name, value in zip(names, row, strict=True)}).encode())
    out.write(b"\n]\n")


def _write_csv(names: list[str], rows: Iterator[Sequence[Any]], out: IO[bytes]) -> None:
    is_terminal = sys.stdout.isatty()
    writer = csv.writer(codecs.getwriter("utf-8")(out), lineterminator="\n")
    for row in chain([names], rows):
        cells = map(_cell, row)
        writer.writerow(map(printable, cells) if is_terminal else cells)


class _Table:
    """The rows of a table that are shown, and how many are not."""

    def __init__(self, names: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        self._header = [printable(name) for name in names]
        self._shown = [[_shown(value) for value in row] for row in islice(rows, ROWS_OF_A_TABLE)]
        self._left_out = sum(1 for _ in rows)

    def write(self) -> None:
        """Writes the rows to standard output as wide as it is, and to standard error how many there are."""
        from rich.console import Console

        header, shown = self._header, self._shown
        console = Console() if sys.stdout.isatty() else Console(width=max(200, WIDEST_CELL * len(header)))
        if _fits(header, shown, console.width):
            _print_table(console, header, shown)
        else:
            _print_records(header, shown, console.width)
        count = len(shown) + self._left_out
        click.echo(counted(count, "row"), err=True)
        if self._left_out:
            click.echo(
                f"newsledger: only the first {ROWS_OF_A_TABLE} rows are shown, {self._left_out} are left out. "
                "All of them are written by --format csv, json or parquet.",
                err=True,
            )


def _shown(value: Any) -> str:
    text = printable(_cell(value))
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


def _fits(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the columns fit beside each other, each as wide as it is or wide enough to be read."""
    widest = (max(map(len, column)) for column in zip(header, *rows, strict=True))
    return sum(min(wide, LEGIBLE) for wide in widest) + _BETWEEN_COLUMNS * (len(header) - 1) <= width


def _print_table(console: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in header:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    with console.capture() as capture:  # rich has its own idea of a closed pipe
        console.print(table)
    click.echo(capture.get(), nl=False)


def _print_records(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    for row in rows:
        click.echo("─" * width)
        for name, text in zip(header, row, strict=True):
            click.echo(f"{name}: {text}")


def _write_parquet(
    answer: duckdb.DuckDBPyConnection, names: Sequence[str], out: IO[bytes], on_rows: Callable[[], None]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    batches = answer.to_arrow_reader(ROWS_OF_A_GROUP)
    schema = pa.schema([field.with_name(name) for field, name in zip(batches.schema, names, strict=True)])
    if unfit := [field for field in schema if not _can_be_stored(field)]:
        told = ", ".join(f"{printable(field.name)} ({field.type})" for field in unfit)
        raise click.UsageError(f"Parquet cannot hold these columns: {told}. Cast them, for example to varchar.")
    with pa.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in batches:
            on_rows()
            writer.write_batch(batch.rename_columns(list(names)))


def _can_be_stored(field: pa.Field[Any]) -> bool:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        pa.parquet.write_table(pa.schema([field]).empty_table(), io.BytesIO())
    except pa.ArrowException:
        return False
    return True

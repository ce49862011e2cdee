"""`newsledger sql`: a question to the warehouse, answered read-only."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.common import Common, as_json, common_options, printable

if TYPE_CHECKING:
    import duckdb

ROWS_AT_A_TIME = 1000
WIDEST_CELL = 200


@click.command("sql")
@click.argument("question")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    show_default=True,
    help="How the answer is written to stdout.",
)
@common_options
def sql_command(question: str, form: str, common: Common) -> None:
    """Asks the warehouse QUESTION, a SQL statement ("-" reads it from stdin).

    The file is opened read-only, and only for as long as the answer takes.

    Example: newsledger sql "select site, count(*) from articles group by site order by 2 desc"
    """
    if question == "-":
        question = sys.stdin.read()
    if not question.strip():
        raise click.UsageError(
            'There is no question. Try: newsledger sql "select headline, site from articles limit 5"'
        )
    if form == "parquet" and sys.stdout.isatty():
        raise click.UsageError(
            "Parquet is no text for a terminal; redirect it: newsledger sql … --format parquet > FILE"
        )
    import duckdb

    from warehouse.connection import open_reader

    path, wait_seconds = common.warehouse_to_read
    with open_reader(path, wait_seconds=wait_seconds) as connection:
        try:
            answer = connection.execute(question)
            _write(answer, form)
        except duckdb.Error as error:
            raise click.UsageError(f"DuckDB cannot answer this question: {printable(str(error))}") from error


def answer_as_table(path: Path, question: str) -> None:
    """Prints the answer to a question as a table."""
    from warehouse.connection import open_reader

    with open_reader(path, wait_seconds=5) as connection:
        _write(connection.execute(question), "table")


def _write(answer: duckdb.DuckDBPyConnection, form: str) -> None:
    if form == "parquet":
        _write_parquet(answer)
        return
    if answer.description is None:
        return
    names = [str(column[0]) for column in answer.description]
    rows = _rows(answer)
    if form == "json":
        _write_json(names, rows)
    elif form == "csv":
        _write_csv(names, rows)
    else:
        _write_table(names, rows)


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while rows := answer.fetchmany(ROWS_AT_A_TIME):
        yield from rows


def _write_json(names: list[str], rows: Iterator[Sequence[Any]]) -> None:
    out = sys.stdout.buffer
    out.write(b"[")
    for number, row in enumerate(rows):
        out.write(b",\n " if number else b"\n ")
        out.write(as_json(dict(zip(names, row, strict=True))).encode("utf-8", "surrogatepass"))
    out.write(b"\n]\n")


def _write_csv(names: list[str], rows: Iterator[Sequence[Any]]) -> None:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    out.detach()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return as_json(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _write_table(names: list[str], rows: Iterator[Sequence[Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in names:
        table.add_column(Text(printable(name)), overflow="fold")
    count = 0
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row))
        count += 1
    console = Console() if sys.stdout.isatty() else Console(width=max(200, WIDEST_CELL * len(names)))
    console.print(table)
    click.echo(f"{count} row{'' if count == 1 else 's'}", err=True)


def _shown(value: Any) -> str:
    text = printable(str(_cell(value)))
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


def _write_parquet(answer: duckdb.DuckDBPyConnection) -> None:
    import pyarrow.parquet

    sink = io.BytesIO()
    pyarrow.parquet.write_table(answer.to_arrow_table(), sink, compression="zstd")
    sys.stdout.buffer.write(sink.getvalue())

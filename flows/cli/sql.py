"""`newsledger sql`: a question to the warehouse, answered read-only."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.cli.answers import Answer
from flows.cli.common import Common, common_options, printable, writing_to_stdout
from flows.cli.inputs import read_file_or_stdin

_EXAMPLE = 'newsledger sql "select headline, site from articles limit 5"'


class _QuestionCommand(click.Command):
    """A command whose argument may begin with a comment of SQL, which click would take for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        questions = [argument for argument in args if argument.startswith(("-- ", "--\n"))]
        if questions and "--" not in args:
            args = [*(argument for argument in args if argument not in questions), "--", *questions]
        return super().parse_args(ctx, args)


@click.command("sql", cls=_QuestionCommand)
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

    The file is opened read-only, and only until the answer is found; a run that waits to load goes first, and the
    question is then asked again.  A table has at most 1,000 rows; the other formats have all of them.

    Example: newsledger sql "select site, count(*) from articles group by site order by 2 desc"
    """
    question = _text(question)
    if not question.strip():
        raise click.UsageError(f"There is no question. Try: {_EXAMPLE}")
    if form == "parquet" and sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError(
            "Parquet is no text for a terminal; redirect it: newsledger sql … --format parquet > FILE"
        )
    with writing_to_stdout():  # a closed one is told before anything is asked
        _answer(common, question, form).write()


def answer_as_table(path: Path, question: str) -> None:
    """Prints the answer to a question as a table."""
    from warehouse.connection import open_reader

    with open_reader(path, wait_seconds=5) as connection:
        answer = Answer(connection.execute(question), "table", on_rows=lambda: None)
    answer.write()


def _answer(common: Common, question: str, form: str) -> Answer:
    """The answer, taken out of the warehouse, which is closed again."""
    import duckdb

    from warehouse.connection import ask
    from warehouse.turnstile import GivingWay

    def taken(connection: duckdb.DuckDBPyConnection, way: GivingWay) -> Answer:
        try:
            if not connection.extract_statements(question):
                raise click.UsageError(f"There is no statement in the question. Try: {_EXAMPLE}")
            return Answer(connection.execute(question), form, on_rows=way.give_way_if_asked)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise click.UsageError(f"DuckDB cannot answer this question: {printable(str(error))}") from error

    path, wait_seconds = common.warehouse_to_read
    return ask(path, taken, wait_seconds=wait_seconds, note=lambda text: click.echo(f"newsledger: {text}", err=True))


def _text(question: str) -> str:
    """The question, from standard input for "-".  Raises UsageError when that is no UTF-8."""
    if question != "-":
        return question
    try:
        return read_file_or_stdin("-").decode("utf-8-sig")
    except UnicodeError as error:
        raise click.UsageError("The question on standard input is no UTF-8 text.") from error

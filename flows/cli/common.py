"""What all commands share: the common options, the configuration they lead to, and safe output."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from flows.cli.inputs import is_url
from flows.clock import Clock
from flows.configuration import Configuration, clock_for, read_configuration, read_now
from transforms.errors import InputError

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The options that every command has."""

    config: Path | None = None
    warehouse: Path | None = None
    now: datetime | None = None

    @property
    def clock(self) -> Clock:
        """The clock that `--now` asks for."""
        return clock_for(self.now)

    def configuration(self, feeds: Path | None = None) -> Configuration:
        """The settings and feeds in force."""
        return read_configuration(config=self.config, feeds=feeds, flags={"warehouse": self.warehouse})

    @property
    def warehouse_to_read(self) -> tuple[Path, float]:
        """The warehouse file and how many seconds to wait for it."""
        settings = self.configuration().settings
        return settings.warehouse, settings.warehouse_wait


class FileName(click.Path):
    """The name of a file or folder; an empty one, which Python takes for the current folder, is wrong use."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse an empty name, and do as click does with others."""
        if not os.fspath(value):
            self.fail("an empty path names no file.", param, ctx)
        return super().convert(value, param, ctx)


FILE = FileName(path_type=Path)


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the common options and hands them over as `common`."""

    @click.option("--config", type=FILE, help="Feeds file with settings.")
    @click.option("--warehouse", type=FILE, help="The DuckDB file.")
    @click.option("--now", "now_text", envvar="NEWSLEDGER_NOW", metavar="ISO", help="Start with this time (replays).")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def with_common(
        *args: Any, config: Path | None, warehouse: Path | None, now_text: str | None, debug: bool, **options: Any
    ) -> None:
        del debug  # `main` reads it, where errors end
        _refuse_what_is_no_text(click.get_current_context())
        now = read_now(now_text) if now_text else None
        command(*args, common=Common(config=config, warehouse=warehouse, now=now), **options)

    return with_common


def _refuse_what_is_no_text(context: click.Context) -> None:
    """Raises a usage error for an argument whose bytes are no UTF-8; the name of a file may have any."""
    for parameter in context.command.params:
        given = context.params.get(parameter.name or "")
        for value in given if isinstance(given, tuple) else (given,):
            if not isinstance(value, str) or (isinstance(parameter.type, FileName) and not is_url(value)):
                continue
            try:
                value.encode()
            except UnicodeEncodeError as error:  # such bytes come as half surrogate pairs
                raise click.BadParameter(
                    f"{printable(value)} is no UTF-8 text. Write it in UTF-8, an address with %XX for its bytes.",
                    ctx=context,
                    param=parameter,
                ) from error


def printable(text: str) -> str:
    """Text from outside as it may stand on a terminal.

    Control characters, direction overrides and half surrogate pairs, as file names may hold them, are made visible.
    """
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], text)


def as_json(value: Any) -> str:
    """One line of JSON, times in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def echo_json_line(value: Any) -> None:
    """Writes one line of JSON to stdout in UTF-8, whatever the terminal's encoding.  Raises as `writing_to_stdout`."""
    echo_as_json(as_json(value))


def echo_as_json(line: str) -> None:
    """Writes what `as_json` made, as `echo_json_line` does."""
    try:
        encoded = line.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can escape and UTF-8 cannot hold
        encoded = json.dumps(json.loads(line)).encode()
    with writing_to_stdout():
        sys.stdout.buffer.write(encoded + b"\n")


def write_document(text: str) -> None:
    """Writes a document to stdout: byte for byte where a program reads it, printable where a person does."""
    with writing_to_stdout():
        if sys.stdout.isatty():
            sys.stdout.write(printable(text) + "\n")
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))


@contextmanager
def writing_to_stdout() -> Iterator[None]:
    """Ends a command quietly when the reader of its output has gone.

    Raises InputError when standard output is closed or cannot take what is written: a full disk, as a rule.
    """
    if sys.stdout is None:
        raise InputError("Standard output is closed, so there is nowhere to write to. Redirect it to a file.")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
        raise click.exceptions.Exit(0) from None
    except OSError as error:
        _abandon_stdout()
        raise InputError(
            f"Standard output cannot be written: {error.strerror}. What was written so far is not complete."
        ) from error


def _abandon_stdout() -> None:
    """Lets what is still buffered go nowhere, or Python would fail on it once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def is_terminal() -> bool:
    """Whether a person reads stderr, so that bars make sense."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

"""Reading what a command is pointed at: a file, a URL, standard input, or lines of a batch."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from flows.settings import Settings
from transforms.errors import InputError

MAX_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Bytes and what came with them."""

    url: str
    body: bytes
    headers: dict[str, str]


def is_url(text: str) -> bool:
    """Whether an argument means a URL and not a file."""
    return text.lower().startswith(("http://", "https://"))


def read_file(path: Path) -> bytes:
    """The bytes of a file, inflated when its name ends in .gz.  Raises InputError with the reason."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body: bytes = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:  # a ValueError for NULs and the like in the name
        raise InputError(f"The file {path} cannot be read: {error}.") from error
    return _within_limit(body, f"The file {path}")


def read_file_or_stdin(name: str) -> bytes:
    """The bytes of a file, or of standard input for "-".  Raises InputError with the reason."""
    if name != "-":
        return read_file(Path(name))
    if sys.stdin is None:
        raise InputError("Standard input is closed, so there is nothing to read.")
    return _within_limit(sys.stdin.buffer.read(MAX_FILE_BYTES + 1), "Standard input")


def _within_limit(body: bytes, what: str) -> bytes:
    if len(body) > MAX_FILE_BYTES:
        raise InputError(f"{what} is larger than {MAX_FILE_BYTES // 1024**2} MiB; it is not read.")
    return body


def fetch_url(url: str, settings: Settings, *, purpose: str, clock: Callable[[], Any]) -> Fetched:
    """Asks for one URL as a run would: robots.txt for pages, caps, safety.  Raises InputError without an answer."""
    from flows.acquire.client import Client, ClientSettings
    from flows.acquire.exchange import feed_request, page_request
    from flows.acquire.pacing import Pacer
    from flows.acquire.retries import RetryPolicy, fetch_with_retries
    from flows.acquire.robots import Robots
    from flows.user_agent import user_agent

    async def ask() -> Fetched:
        pacer = Pacer(interval_seconds=settings.per_host_interval, concurrency=settings.per_host_concurrency)
        policy = RetryPolicy()
        client_settings = ClientSettings(
            user_agent=user_agent(settings.contact),
            environment=os.environ,
            allow_hosts=settings.allow_hosts,
            max_bytes=settings.max_bytes,
        )
        async with Client(client_settings, clock=clock, run_id="by hand", pacer=pacer) as client:
            if purpose == "feed":
                request = feed_request(url)
            else:
                robots = Robots(client, policy=policy, clock=clock)
                request = page_request(url, may_fetch=robots.may_fetch)
            answer = await fetch_with_retries(client, request, policy=policy)
        if answer.outcome is not None:
            raise InputError(f"{answer.url} gave no document: {answer.outcome} ({answer.reason}).")
        return Fetched(url=answer.final_url, body=answer.body, headers=dict(answer.headers))

    return asyncio.run(ask())


def batch_lines(path: Path, *, example: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, in order.  Raises InputError that names the line of a fault and gives an
    `example` of a right one.
    """
    for number, line in enumerate(read_file(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{path}:{number}: no JSON ({error}). A line is an object such as {example}. The lines before it were "
                "done; mend it and go on from there."
            ) from error
        if not isinstance(item, dict) or not isinstance(item.get("id"), str | int):
            raise InputError(
                f'{path}:{number}: an object with an "id", a text or a whole number, is wanted, such as {example}.'
            )
        yield item


def text_in(item: dict[str, Any], name: str) -> str:
    """A field of a line of a batch, "" when it is missing.  Raises InputError when it is no text."""
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f'"{name}" must be a text and is {json.dumps(value)[:80]}.')
    return value or ""


def path_in(item: dict[str, Any], name: str, folder: Path) -> Path:
    """The file that a line of a batch names.  Raises InputError where it names none."""
    if not (path := text_in(item, name)):
        raise InputError(f'The line has no "{name}", the path of a file.')
    return folder / path


def file_in(item: dict[str, Any], name: str, folder: Path) -> bytes:
    """The bytes of the file that a line of a batch names.  Raises InputError with the reason."""
    return read_file(path_in(item, name, folder))


def one_of(*given: object, message: str) -> None:
    """Raises a usage error unless exactly one of the given values is set."""
    if sum(value is not None and value is not False for value in given) != 1:
        raise click.UsageError(message)

"""`newsledger serve`: the flow as a Prefect deployment, on its schedule and on call."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType

import click

from flows.cli.common import Common, common_options
from flows.configuration import IngestParameters, choose_feeds
from flows.durations import parse_duration
from flows.prefect_server import answers, point_prefect_at, prepare_prefect
from transforms.errors import PrefectUnreachable, SettingsError

SERVER_START_SECONDS = 120.0
SERVER_STOP_SECONDS = 15.0


@click.command("serve")
@click.option("--schedule", help='A duration ("30m", "every 2 hours") or five cron fields; default: the setting.')
@common_options
def serve_command(schedule: str | None, common: Common) -> None:
    """Runs the ingest flow on its schedule until it is interrupted; it can be triggered by hand meanwhile.

    By hand: on Prefect's page, whose address is printed, with `prefect deployment run ingest/newsledger`, or with
    `newsledger run`. A Prefect server is started unless PREFECT_API_URL names one.

    Example: newsledger serve --schedule "every 30 minutes"
    """
    configuration = common.configuration()
    choose_feeds(configuration.feeds, (), configuration.feeds_file)
    settings = configuration.settings
    when = _when(schedule or settings.schedule)
    if common.now is not None:
        raise SettingsError("--now is for single runs; a schedule follows the clock.")
    signal.signal(signal.SIGTERM, _stop)
    api_url = prepare_prefect(settings.prefect_file, os.environ, is_quiet=False)
    with _server(settings.prefect_file) if api_url is None else nullcontext():
        from prefect.types.entrypoint import EntrypointType

        from flows.ingest import ingest

        os.environ.setdefault("PREFECT_RUNNER_POLL_FREQUENCY", "2")
        page = os.environ["PREFECT_API_URL"].removesuffix("/api")
        click.echo(f"Prefect's page is {page}; runs come {schedule or settings.schedule}. Ctrl-C ends it.", err=True)
        parameters = IngestParameters(config=_path(common.config), warehouse=_path(common.warehouse))
        # Prefect's own handler of SIGTERM makes this coroutine and does not wait for it
        warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
        ingest.serve(
            name="newsledger",
            parameters={"parameters": parameters.model_dump(mode="json", exclude_defaults=True)},
            limit=1,
            print_starting_message=False,
            entrypoint_type=EntrypointType.MODULE_PATH,
            interval=when.interval,
            cron=when.cron,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schedule:
    """A schedule as Prefect takes it: one of the two."""

    interval: timedelta | None = None
    cron: str | None = None


def _when(schedule: str) -> _Schedule:
    """Reads a schedule.  Raises SettingsError for what is neither a duration nor cron."""
    try:
        return _Schedule(interval=parse_duration(schedule))
    except ValueError as error:
        if len(schedule.split()) == 5:
            return _Schedule(cron=_cron(schedule))
        raise SettingsError(f"The schedule is wrong: {error}, or five cron fields.") from None


def _cron(schedule: str) -> str:
    from cronsim import CronSim, CronSimError

    from flows.clock import Clock

    try:
        CronSim(schedule, Clock()())
    except CronSimError as error:
        raise SettingsError(f"The schedule {schedule!r} is no cron expression: {error}.") from None
    return schedule


@contextmanager
def _server(prefect_file: Path) -> Iterator[None]:
    """A Prefect server of our own, whose address other commands find in `prefect_file`."""
    port = _free_port()
    api_url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    click.echo("Starting a Prefect server", err=True)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        _wait_for(api_url, process)
        point_prefect_at(api_url, os.environ)
        prefect_file.parent.mkdir(parents=True, exist_ok=True)
        prefect_file.write_text(json.dumps({"api_url": api_url, "pid": os.getpid()}))
        yield
    finally:
        prefect_file.unlink(missing_ok=True)
        process.terminate()
        try:
            process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(api_url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SERVER_START_SECONDS
    while not answers(api_url):
        if process.poll() is not None or time.monotonic() > end:
            raise PrefectUnreachable(
                f"The Prefect server did not start at {api_url}. Start one yourself (prefect server start), set "
                "PREFECT_API_URL to its address, and call newsledger serve again."
            )
        time.sleep(0.5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _path(path: Path | None) -> Path | None:
    return path.absolute() if path else None

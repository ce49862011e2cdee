"""`newsledger serve`: the flow as a Prefect deployment, on its schedule and on call."""

from __future__ import annotations

import json
import multiprocessing
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from flows.cli.common import Common, common_options
from flows.configuration import IngestParameters, choose_feeds
from flows.durations import parse_duration
from flows.own_prefect import OwnPrefectServer
from flows.prefect_server import prepare_prefect
from transforms.errors import SettingsError

RUN_STOP_SECONDS = 20.0


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
        try:
            ingest.serve(
                name="newsledger",
                parameters={"parameters": parameters.model_dump(mode="json", exclude_defaults=True)},
                limit=1,
                print_starting_message=False,
                entrypoint_type=EntrypointType.MODULE_PATH,
                interval=when.interval,
                cron=when.cron,
            )
        finally:
            _end_runs()


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
    click.echo("Starting a Prefect server", err=True)
    server = OwnPrefectServer(os.environ, has_page=True)
    server.wait_until_ready()
    prefect_file.parent.mkdir(parents=True, exist_ok=True)
    prefect_file.write_text(json.dumps({"api_url": server.api_url, "pid": os.getpid()}))
    try:
        yield
    finally:
        prefect_file.unlink(missing_ok=True)


def _end_runs() -> None:
    """Ends the runs that this process started: their work is staged, and the next run goes on with it."""
    for child in multiprocessing.active_children():
        child.terminate()
    for child in multiprocessing.active_children():
        child.join(RUN_STOP_SECONDS)
        child.kill()


def _path(path: Path | None) -> Path | None:
    return path.absolute() if path else None

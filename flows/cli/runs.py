"""`newsledger run` and `newsledger demo`: one ingest run, shown while it goes and summed up at its end."""

from __future__ import annotations

import gc
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.common import FILE, Common, as_json, common_options, is_terminal
from flows.configuration import Configuration, IngestParameters, choose_feeds, clock_for
from flows.lock import refuse_if_held, wait_until_free
from transforms.errors import NetworkDown, SettingsError

if TYPE_CHECKING:
    from flows.report import RunSummary

EXAMPLE_QUESTION = (
    "select site, count(*) as articles, max(published_at) as newest from articles group by site order by 2 desc limit 5"
)


@click.command("run")
@click.option("--feeds", type=FILE, help="Follow the feeds of this file (TOML or OPML) instead.")
@click.option("--only", multiple=True, metavar="NAME", help="Only the feed of this name or address; may be repeated.")
@click.option("--force", is_flag=True, help="Ask feeds that are not due, too; pacing, robots.txt and Retry-After hold.")
@click.option("--wait", is_flag=True, help="While another run is in progress, wait for its end and run then.")
@click.option("--or-demo", is_flag=True, help="Where the machine has no network, run the demo instead.")
@click.option("--json", "is_json", is_flag=True, help="The summary as one JSON object.")
@common_options
def run_command(
    feeds: Path | None, only: tuple[str, ...], force: bool, wait: bool, or_demo: bool, is_json: bool, common: Common
) -> None:
    """Polls the feeds that are due, fetches their unseen pages and loads the articles.

    Example: newsledger run --only "BBC News" --force
    """
    configuration = common.configuration(feeds)
    choose_feeds(configuration.feeds, only, configuration.feeds_file)
    parameters = IngestParameters(
        config=_absolute(common.config),
        feeds=_absolute(feeds),
        warehouse=_absolute(common.warehouse),
        only=only,
        force=force,
        wait=wait,
        now=common.now,
        trigger="manual",
    )
    try:
        summary = _run(configuration, parameters)
    except NetworkDown:
        if not or_demo:
            raise
        click.echo("This machine has no network, so the bundled demo is run instead.", err=True)
        _demo(common, is_json=is_json)
        return
    _show(summary, configuration.settings.warehouse, is_json=is_json, is_default=common == Common(now=common.now))


@click.command("demo")
@click.option("--json", "is_json", is_flag=True, help="The summary as one JSON object.")
@common_options
def demo_command(is_json: bool, common: Common) -> None:
    """Runs the flow on a small sample site that comes with newsledger, into a warehouse of its own.

    Each further call finds the site's next edition, with new, revised and withdrawn articles.

    Example: newsledger demo
    """
    _demo(common, is_json=is_json)


def _demo(common: Common, *, is_json: bool) -> None:
    from flows.demo import DemoSite
    from flows.demo_site.content import EDITIONS
    from flows.settings import default_data_dir

    if common.config is not None:
        raise SettingsError("The demo has its own feeds file; leave --config away, or use `newsledger run`.")
    folder = Path(os.environ.get("NEWSLEDGER_DATA_DIR") or default_data_dir(os.environ)).absolute() / "demo"
    warehouse = (common.warehouse or folder / "demo.duckdb").absolute()
    edition = _next_edition(warehouse, EDITIONS)
    with DemoSite(edition=edition) as site, _environment(_demo_environment(site.proxy_url, folder)):
        feeds_file = Path(site.feeds_file)
        demo = Common(config=feeds_file, warehouse=warehouse, now=common.now)
        parameters = IngestParameters(
            config=feeds_file, warehouse=warehouse, force=True, now=common.now, trigger="demo"
        )
        click.echo(f"Edition {edition} of {EDITIONS} of the demo site.", err=True)
        summary = _run(demo.configuration(), parameters)
    _show(summary, warehouse, is_json=is_json, is_default=False)


def _next_edition(warehouse: Path, editions: int) -> int:
    """The edition after those that the demo's warehouse has seen; the last one stays."""
    from transforms.errors import WarehouseMissing
    from warehouse.connection import open_reader

    try:
        with open_reader(warehouse, wait_seconds=5) as connection:
            row = connection.execute(
                "select count(*) from runs where ended_at is not null and trigger = 'demo'"
            ).fetchone()
    except WarehouseMissing:
        return 1
    return min(int(row[0]) + 1, editions) if row else 1


def _demo_environment(proxy_url: str, folder: Path) -> dict[str, str | None]:
    """The demo's publishers live behind its own proxy on loopback; the user's settings do not reach them."""
    ours = {name: None for name in os.environ if name.startswith("NEWSLEDGER_")}
    return {
        **ours,
        "NEWSLEDGER_DATA_DIR": str(folder),
        "NEWSLEDGER_CONTACT": "https://newsledger.invalid/demo",
        "NEWSLEDGER_PER_HOST_INTERVAL": "0",
        "HTTP_PROXY": proxy_url,
        "http_proxy": proxy_url,
        "HTTPS_PROXY": proxy_url,
        "https_proxy": proxy_url,
        "NO_PROXY": None,
        "no_proxy": None,
    }


@contextmanager
def _environment(changes: dict[str, str | None]) -> Iterator[None]:
    before = dict(os.environ)
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _run(configuration: Configuration, parameters: IngestParameters) -> RunSummary:
    """Runs the flow in this process, with progress on stderr."""
    from flows.cli.live import showing_progress
    from flows.own_prefect import OwnPrefectServer
    from flows.prefect_server import prepare_prefect
    from flows.spool import prepare_warehouse

    settings = configuration.settings
    if parameters.wait:
        wait_until_free(settings.lock_file, _tell)
    else:
        refuse_if_held(settings.lock_file)
    # what cannot work is told at once, not after the seconds that Prefect takes to start
    prepare_warehouse(settings, now=clock_for(parameters.now)(), note=_tell)
    if settings.contact is None:
        click.echo(
            "newsledger: no contact is set. Publishers like to know whom to write to: set NEWSLEDGER_CONTACT or "
            '[settings] contact = "mailto:…" in the feeds file.',
            err=True,
        )
    with showing_progress("starting Prefect", is_terminal=is_terminal()) as progress:
        progress.note("Starting Prefect")
        server = None
        if prepare_prefect(settings.prefect_file, os.environ, is_quiet=True) is None:
            server = OwnPrefectServer(os.environ, has_page=False)
        from flows.ingest import ingest  # takes a second, in which the server starts

        if server is not None:
            server.wait_until_ready()
        gc.freeze()  # what Prefect brought with it stays; a run need not look through it for garbage
        try:
            return ingest(parameters)
        except BaseException as error:
            if _is_termination(error):
                raise KeyboardInterrupt from error
            raise


def _tell(sentence: str) -> None:
    click.echo(f"newsledger: {sentence}", err=True)


def _is_termination(error: BaseException) -> bool:
    """Whether it is Prefect's own word for SIGTERM, which it takes over while a flow runs."""
    from prefect.exceptions import TerminationSignal

    if isinstance(error, BaseExceptionGroup):
        return any(_is_termination(one) for one in error.exceptions)
    return isinstance(error, TerminationSignal)


def _show(summary: RunSummary, warehouse: Path, *, is_json: bool, is_default: bool) -> None:
    """Prints the summary; `is_default` says that the other commands find this warehouse without being told."""
    from flows.report import summary_as_dict

    if is_json:
        click.echo(as_json({"warehouse": str(warehouse), **summary_as_dict(summary)}))
        return
    from flows.cli.sql import answer_as_table
    from flows.cli.tables import summary_tables

    summary_tables(summary)
    click.echo(f"\nThe warehouse is {warehouse}\n")
    where = "" if is_default else f"--warehouse {shlex.quote(str(warehouse))} "
    click.echo(f'newsledger sql {where}"{EXAMPLE_QUESTION}"')
    answer_as_table(warehouse, EXAMPLE_QUESTION)


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path else None

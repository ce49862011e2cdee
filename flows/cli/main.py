"""The entry point: finds the command, runs it, and turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import signal
import sys

import click

from transforms.errors import NewsledgerError, RunInProgress, SettingsError, WarehouseBusy

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_LOADED = 3
EXIT_IN_PROGRESS = 4
EXIT_INTERRUPTED = 130

_EXIT_CODES: tuple[tuple[type[NewsledgerError], int], ...] = (
    (SettingsError, EXIT_USAGE),
    (WarehouseBusy, EXIT_NOT_LOADED),
    (RunInProgress, EXIT_IN_PROGRESS),
    (NewsledgerError, EXIT_FAILED),
)

_COMMANDS = {
    "run": ("flows.cli.runs", "One ingest run: poll, fetch, extract, load."),
    "demo": ("flows.cli.runs", "The same run on the bundled sample site."),
    "serve": ("flows.cli.serve", "Scheduled runs and manual triggers, through Prefect."),
    "sql": ("flows.cli.sql", "Ask the warehouse in SQL."),
    "why": ("flows.cli.why", "Every step that one address took, and where it stands."),
    "politeness": ("flows.cli.politeness", "What was asked of a server and how, for its publisher."),
    "show": ("flows.cli.documents", "Print one article in the document layout."),
    "import": ("flows.cli.documents", "Load documents, saved pages and WARC files."),
    "reextract": ("flows.cli.reextract", "What a newer extractor reads differently in the raw archive."),
    "forget": ("flows.cli.forget", "Drop the text of an article or a site, and keep it out."),
    "merge": ("flows.cli.identity", "Make two articles one, by hand."),
    "split": ("flows.cli.identity", "Undo a merge, or part an address from its article."),
    "extract": ("flows.cli.extract", "Extract the article of a page."),
    "feed": ("flows.cli.feed", "Read one feed and print what it says."),
    "config": ("flows.cli.config", "Print the settings in force and where they come from."),
    "version": ("flows.cli.config", "Print the version."),
}


class _LazyGroup(click.Group):
    """Imports a command's module when it is called, so that every command answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 the run failed; 2 usage or configuration; 3 work is safe on disk but not loaded; "
    "4 another run is in progress.",
)
def newsledger() -> None:
    """A newsroom's ledger: polls news feeds, extracts the articles, keeps them as facts in DuckDB."""


def main() -> None:
    """Runs the command line and exits with the documented code."""
    is_debug = "--debug" in sys.argv[1:]
    # a service manager's stop is an interrupt, too: whoever handles that one ends everything in its order
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        newsledger.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        _end("Interrupted; what was staged is safe and the next run goes on with it.", EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        _end("Interrupted; what was staged is safe and the next run goes on with it.", EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, and so has the reason to say anything
        sys.exit(0)
    except NewsledgerError as error:
        if is_debug:
            raise
        _end(str(error), next(code for kind, code in _EXIT_CODES if isinstance(error, kind)))
    except Exception as error:
        if is_debug:
            raise
        _end(
            f"Something unexpected went wrong: {type(error).__name__}: {error}. "
            "Run the command again with --debug for the whole story.",
            EXIT_FAILED,
        )


def _end(message: str, code: int) -> None:
    from flows.cli.common import printable

    click.echo(f"newsledger: {printable(message)}", err=True)
    sys.exit(code)

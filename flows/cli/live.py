"""What a run shows while it goes: bars on a terminal, quiet lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from flows.cli.common import printable
from flows.progress import Progress, listening


class _Lines:
    """One line when a stage begins; nothing in between, so that logs stay short."""

    def stage(self, name: str, total: int | None) -> None:
        click.echo(f"newsledger: {printable(name if total is None else f'{name}: {total}')}", err=True)

    def advance(self, count: int = 1) -> None:
        pass

    def note(self, sentence: str) -> None:
        click.echo(f"newsledger: {printable(sentence)}", err=True)


class _Bars:
    """One bar per stage, and one for what goes on before the first."""

    def __init__(self, opening: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._bars = RichProgress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<18}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._current = self._bars.add_task(opening, total=None)

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._bars.stop()

    def stage(self, name: str, total: int | None) -> None:
        self._finish()
        self._current = self._bars.add_task(printable(name), total=total)

    def advance(self, count: int = 1) -> None:
        self._bars.advance(self._current, count)

    def note(self, sentence: str) -> None:
        self._bars.console.print(printable(sentence), markup=False, highlight=False)

    def _finish(self) -> None:
        task = self._bars.tasks[-1]
        total = task.total if task.total is not None else task.completed or 1
        self._bars.update(self._current, total=total, completed=task.completed if task.total else total)


@contextmanager
def showing_progress(opening: str, *, is_terminal: bool) -> Iterator[Progress]:
    """Shows the run of this context on stderr; `opening` names what goes on before its first stage."""
    if is_terminal:
        with _Bars(opening) as bars, listening(bars):
            yield bars
        return
    lines = _Lines()
    with listening(lines):
        yield lines

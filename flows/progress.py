"""How a run tells what it is doing, without knowing who listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """A listener to one run."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` items are ahead, None when nobody knows how many."""

    def advance(self, count: int = 1) -> None:
        """So many items of the current stage are done."""

    def note(self, sentence: str) -> None:
        """Something that the user should read."""


class NoProgress:
    """Listens to nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Does nothing."""

    def advance(self, count: int = 1) -> None:
        """Does nothing."""

    def note(self, sentence: str) -> None:
        """Does nothing."""


_listener: ContextVar[Progress] = ContextVar("listener", default=NoProgress())  # noqa: B039 - stateless


def listener() -> Progress:
    """Who listens to the run of this context: flow parameters carry data only, and a listener is none."""
    return _listener.get()


@contextmanager
def listening(progress: Progress) -> Iterator[None]:
    """Lets `progress` listen to what runs inside."""
    token = _listener.set(progress)
    try:
        yield
    finally:
        _listener.reset(token)

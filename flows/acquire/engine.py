"""The one seam through which CPU work goes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Engine(Protocol):
    """Runs functions elsewhere; Dask's client has the same method, `flows.acquire.workers` the local one."""

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Runs `function(*arguments)`; the future raises WorkerError when the task, not the function, failed."""

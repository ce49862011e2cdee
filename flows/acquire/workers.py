"""Worker processes: where parsing and extraction run, and where they may hang or crash without harm.

A task that dies, hangs or eats its memory costs itself only.  Workers are forked from a small server process that has
the parsers loaded and nothing else: no Prefect, no HTTP client, no database.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from importlib.machinery import ModuleSpec
from multiprocessing import resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from transforms.errors import WorkerDied, WorkerTimedOut

PRELOADED = "flows.acquire.preloaded"
TIME_LIMIT_SECONDS = 30.0
MEMORY_LIMIT_BYTES = 2 * 1024**3
"""Address space of one worker: extraction of a page at the size cap stays far below."""
MAX_TASKS = 1000
"""Tasks after which a worker is replaced, so that what its libraries leak is bounded."""
_ORPHAN_SECONDS = 2.0

T = TypeVar("T")


class LocalEngine:
    """A pool of worker processes behind `submit`, the seam that a distributed engine can stand in for.

    A context manager: at its end all workers are gone, and what was still waiting is cancelled.
    """

    def __init__(
        self,
        workers: int,
        *,
        time_limit_seconds: float = TIME_LIMIT_SECONDS,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        max_tasks: int = MAX_TASKS,
    ) -> None:
        self._workers = workers
        self._time_limit = time_limit_seconds
        self._memory_limit = memory_limit_bytes
        self._max_tasks = max_tasks
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._waiting: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        # it takes a second to load the parsers, and the caller has other things to begin with
        with _interrupts_held_back():
            ensure_running()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Runs `function(*arguments)` in a worker; both must be picklable.

        The future raises WorkerTimedOut when the task took too long, WorkerDied when its process died or ran out of
        memory, else what the function raised.  The time limit counts from the task's start, not from here.
        """
        outer: Future[T] = Future()
        with self._lock:
            inner: Future[T] = self._running_pool().schedule(
                _within_limit, args=(self._time_limit, function, *arguments), timeout=self._time_limit
            )
            self._waiting.add(outer)
        outer.add_done_callback(self._waiting.discard)
        outer.add_done_callback(lambda done: inner.cancel() if done.cancelled() else None)
        inner.add_done_callback(lambda done: self._hand_on(done, outer))
        return outer

    def close(self) -> None:
        """Ends all workers at once; what they had not finished is cancelled."""
        with self._lock:
            pool, self._pool = self._pool, None
        for future in tuple(self._waiting):
            future.cancel()
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # Pebble has types in part
            pool.join()

    def _running_pool(self) -> ProcessPool:
        # Pebble gives a pool up when an idle worker is killed from outside; the next task gets a new one.
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=self._max_tasks,
                initializer=_prepare_worker,
                initargs=(self._memory_limit,),
                context=_CONTEXT,
            )
        return self._pool

    def _hand_on(self, inner: Future[T], outer: Future[T]) -> None:
        if not outer.set_running_or_notify_cancel():
            return
        try:
            outer.set_result(inner.result())
        except (Exception, CancelledError) as error:
            outer.set_exception(self._typed(error))

    def _typed(self, error: BaseException) -> BaseException:
        match error:
            # Pebble's own; a TimeoutError raised by the task carries the worker's traceback as its cause.
            case TimeoutError() if error.__cause__ is None:
                return WorkerTimedOut(f"the task did not end within {self._time_limit:g} seconds and was stopped")
            case MemoryError():
                limit = self._memory_limit // 1024**2
                return WorkerDied(f"the task needed more than the {limit} MiB of memory that a worker has")
            case ProcessExpired():
                return WorkerDied(f"the worker process died (exit code {error.exitcode}) and was replaced")
            case BrokenProcessPool() | CancelledError():
                return WorkerDied("the worker processes ended before the task was done")
        return error


def _within_limit(limit_seconds: float, function: Callable[..., T], *arguments: Any) -> T:
    # The pool ends a task that takes too long.  Should the pool itself be gone (killed), the kernel ends it: SIGALRM
    # has its default action here, which needs no cooperation of a hanging parser.
    signal.setitimer(signal.ITIMER_REAL, limit_seconds + _ORPHAN_SECONDS)
    try:
        return function(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _prepare_worker(memory_limit_bytes: int) -> None:
    # Pebble's handler of SIGTERM runs in Python and would wait for a parser that hangs in C.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):  # macOS takes no limit on the address space
        resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    # A Ctrl-C goes to all processes of a terminal, and would end the server process with a traceback while it loads;
    # what is blocked here is blocked there.  The tracker is started before: starting it would unblock them.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _WorkerProcess(ForkServerProcess):
    """A process that does not run the parent's main module again: it may import Prefect, and no task comes from it."""

    @staticmethod
    def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with _main_left_out():
            return ForkServerProcess._Popen(process)  # noqa: SLF001 - the hook that contexts are made of


class _WorkerContext(ForkServerContext):
    Process = _WorkerProcess


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    # multiprocessing leaves a main module alone whose spec is named "__main__".
    main = sys.modules["__main__"]
    spec, main.__spec__ = main.__spec__, ModuleSpec("__main__", None)
    try:
        yield
    finally:
        main.__spec__ = spec


_CONTEXT = _WorkerContext()
_CONTEXT.set_forkserver_preload([__name__, PRELOADED])

"""Work that runs at the same time and comes back in its order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from transforms.errors import InputError, WorkerError

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    items: Iterable[Item], submit: Callable[[Item], Future[Result]], *, places: int
) -> Iterator[tuple[Item, Result | WorkerError | InputError]]:
    """Results in the order of the items, with at most `places` items read and not yet given back.

    An InputError of `items` itself is raised when the results of the items before it have been given back.
    """
    waiting: deque[tuple[Item, Future[Result] | InputError]] = deque()

    def first() -> tuple[Item, Result | WorkerError | InputError]:
        item, future = waiting.popleft()
        if isinstance(future, InputError):
            return item, future
        try:
            return item, future.result()
        except (WorkerError, InputError) as error:
            return item, error
        except Exception as error:
            return item, InputError(f"{type(error).__name__}: {error}")

    fault: InputError | None = None
    source = iter(items)
    while True:
        try:
            item = next(source)
        except StopIteration:
            break
        except InputError as error:
            fault = error
            break
        try:
            waiting.append((item, submit(item)))
        except InputError as error:
            waiting.append((item, error))
        if len(waiting) >= places:
            yield first()
    while waiting:
        yield first()
    if fault is not None:
        raise fault

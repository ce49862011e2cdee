"""What a run knew and decided of a page, kept in the raw archive beside the page's bytes.

The bytes of a page do not say which entry of which feed led to it, through which redirects it was reached, nor what was
decided of a page that gave no article.  With this record they do, and the archive can be replayed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError

from transforms.errors import InputError
from transforms.records import DuePage, Fetch, PageResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """One page of one batch.

    `due` is what the plan wanted, `result` what came of it, without its article, which is extracted again.  `fetches`
    are all requests for it, `page_fetch_ids` those whose bodies are the article's pages in their order: none for a
    text taken from the feed, or where there is no article.  `is_partial` says that the article has more pages.
    """

    batch_id: str
    due: DuePage
    result: PageResult
    fetches: tuple[Fetch, ...] = ()
    page_fetch_ids: tuple[str, ...] = ()
    is_partial: bool = False


def context_as_json(context: PageContext) -> bytes:
    """The context as JSON in ASCII; half surrogate pairs, as feeds may hold them, are escaped."""
    return json.dumps(_adapter().dump_python(context, mode="json"), separators=(",", ":")).encode("ascii")


def context_from_json(text: bytes) -> PageContext:
    """The context that `context_as_json` wrote.  Raises InputError for anything else."""
    try:
        return _adapter().validate_python(json.loads(text))
    except (ValueError, ValidationError, RecursionError) as error:
        raise InputError(f"A page's context in the archive cannot be read: {str(error).splitlines()[0]}.") from error


@cache
def _adapter() -> TypeAdapter[PageContext]:
    return TypeAdapter(PageContext)

"""Which page of a run leads where, so that no page is fetched twice under two of its addresses."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.outcomes import Outcome

OUT_OF_TIME = "the run's time (max_run_minutes) ended before the page was asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a page ended: without an outcome it is an article; `same_as` is the taken key at which its fetch stopped."""

    outcome: Outcome | None = None
    reason: str = ""
    same_as: str | None = None


class Claims:
    """The strict keys that this run's pages ask for or are redirected to; each belongs to the page that came first.

    `known` are the keys of fetched addresses that led to an article in an earlier run.  A page is named by the strict
    key of the address that was planned.
    """

    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._owners: dict[str, str] = {}
        self._endings: dict[str, Ending] = {}

    def is_known(self, key: str) -> bool:
        """Whether the address led to an article in an earlier run."""
        return key in self._known

    def is_anothers(self, key: str, page: str) -> bool:
        """Whether another page of this run leads to `key` already; if none does, `page` does from now on."""
        return self._owners.setdefault(key, page) != page

    def end(self, page: str, ending: Ending) -> None:
        """Remembers how a page ended."""
        self._endings[page] = ending

    def ending_at(self, key: str) -> Ending:
        """How the page ended that `key` belongs to, over all pages that stopped at another one's address.

        A key of an earlier run's article ends in that article.  Pages that lead to each other end in a redirect loop,
        a page that was not asked for in time in `deferred`.
        """
        passed: set[str] = set()
        while key not in self._known and (page := self._owners.get(key)) is not None:
            if page in passed:
                return Ending(outcome=Outcome.REDIRECT_LOOP, reason="the addresses lead to each other")
            passed.add(page)
            ending = self._endings.get(page)
            if ending is None:
                return Ending(outcome=Outcome.DEFERRED, reason=OUT_OF_TIME)
            if ending.same_as is None:
                return ending
            key = ending.same_as
        return Ending()

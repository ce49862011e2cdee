"""What came of a page that was due: the record that is staged, and when a later run tries again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.acquire.exchange import Answer
from flows.acquire.further_pages import WholeArticle
from transforms.dates import believable
from transforms.outcomes import RETRIED, Outcome
from transforms.records import Article, DuePage, Fetch, PageResult
from transforms.text import as_sentence

RETRY_DELAYS = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(hours=24))
"""After the first, second, … failed try; the last one repeats until `TRIES` are used up."""
TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquiredPage:
    """A page that was due and what came of it.

    `fetches` are all requests for it, `page_fetch_ids` those whose bodies are the pages of its article, in their order.
    """

    due: DuePage
    result: PageResult
    fetches: tuple[Fetch, ...] = ()
    page_fetch_ids: tuple[str, ...] = ()


def page_result(
    page: DuePage,
    answer: Answer,
    *,
    run_id: str,
    now: datetime,
    outcome: Outcome | None,
    reason: str,
    article: Article | None = None,
    whole: WholeArticle | None = None,
) -> PageResult:
    """Return what came of a page, as it is staged; `now` is when that was decided, `whole` its further pages."""
    trouble = whole.trouble if whole is not None else None
    is_unfinished = trouble is not None and trouble.outcome in RETRIED
    if outcome is Outcome.DEFERRED:  # nobody tried
        failures, next_try_at = page.failures, None
    else:
        failures = page.failures + 1 if outcome in RETRIED or is_unfinished else 0
        next_try_at = next_try(failures, now, (trouble or answer).retry_after_until)
    return PageResult(
        run_id=run_id,
        url=page.url,
        url_key=page.url_key,
        purpose=page.purpose,
        stage="fetch" if answer.outcome or answer.same_as else "extract",
        at=now,
        outcome=outcome,
        reason=as_sentence(reason),
        hops=answer.hops,
        moved_permanently=_is_permanent(answer),
        same_as_key=answer.same_as,
        feed_url=page.feed_url,
        entry_key=page.entry.key if page.entry else None,
        guid_keys=page.guid_keys,
        fetch_id=answer.fetches[-1].fetch_id if answer.fetches else None,
        failures=failures,
        next_try_at=next_try_at,
        further_urls=tuple(whole.urls) if whole is not None else (),
        article=believed(article, now) if article else None,
    )


def next_try(failures: int, now: datetime, retry_after_until: datetime | None) -> datetime | None:
    """When a later run asks again; None when it does not, because it cannot help or was tried often enough."""
    if failures == 0 or failures >= TRIES:
        return None
    at = now + RETRY_DELAYS[min(failures, len(RETRY_DELAYS)) - 1]
    return max(at, retry_after_until) if retry_after_until else at


def _is_permanent(answer: Answer) -> bool:
    """Whether the answer was redirected, and for good each time."""
    redirects = {fetch.redirected_from for fetch in answer.fetches} - {None}
    statuses = {fetch.status for fetch in answer.fetches if fetch.fetch_id in redirects}
    return bool(statuses) and statuses <= {301, 308}


def believed(article: Article, now: datetime) -> Article:
    """The article without times that cannot be right when seen `now`."""
    return replace(
        article,
        published=believable(article.published, now=now),
        modified=believable(article.modified, now=now),
    )

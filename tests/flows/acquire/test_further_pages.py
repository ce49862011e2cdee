"""Articles of several pages: joined, or marked partial, whatever their further pages answer."""

from __future__ import annotations

import asyncio

import pytest

from flows.acquire.exchange import Answer
from flows.acquire.further_pages import MOST_PAGES, FurtherPages, WholeArticle, told
from tests.factories import a_fetch, an_article, paragraphs
from transforms.outcomes import Outcome
from transforms.records import Article, Extraction

FIRST = "https://gull.example/storm"


def a_page(number: int, following: int | None, **fields: object) -> Article:
    url = FIRST if number == 1 else f"{FIRST}?page={number}"
    next_page_url = f"{FIRST}?page={following}" if following else None
    return an_article(url, paragraphs=paragraphs(f"Part {number}."), next_page_url=next_page_url, **fields)


def joined(
    *pages: Article,
    troubles: dict[str, Outcome] | None = None,
    taken: frozenset[str] = frozenset(),
    deadline: float = float("inf"),
) -> WholeArticle:
    by_url = {page.url: page for page in pages}

    async def ask(url: str) -> Answer:
        outcome = (troubles or {}).get(url)
        return Answer(url=url, final_url=url, hops=(url,), fetches=(a_fetch(url),), outcome=outcome, reason="it failed")

    async def extract(answer: Answer) -> Extraction:
        page = by_url.get(answer.final_url)
        return Extraction(article=page) if page else Extraction(outcome=Outcome.TOO_SHORT, reason="nothing there")

    further = FurtherPages(ask=ask, extract=extract, is_taken=taken.__contains__, deadline=deadline)
    return asyncio.run(further.join(pages[0]))


def texts(whole: WholeArticle) -> list[str]:
    return [paragraph.text for paragraph in whole.article.paragraphs]


def test_pages_are_followed_to_the_last() -> None:
    whole = joined(a_page(1, 2), a_page(2, 3), a_page(3, None))
    assert texts(whole) == ["Part 1.", "Part 2.", "Part 3."]
    assert (whole.article.is_partial, whole.article.page_count) == (False, 3)
    assert whole.urls == [f"{FIRST}?page=2", f"{FIRST}?page=3"] == whole.fetch_ids
    assert told(whole) == ""


@pytest.mark.parametrize(
    ("pages", "options", "expected"),
    [
        pytest.param(
            (a_page(1, 2), a_page(2, None)),
            {"troubles": {f"{FIRST}?page=2": Outcome.TIMED_OUT}},
            (1, True, "Page 2 of the article could not be had: it failed."),
            id="a-page-that-cannot-be-had",
        ),
        pytest.param(
            (a_page(1, 2),),
            {},
            (1, True, "Page 2 of the article could not be had: nothing there."),
            id="a-page-without-text",
        ),
        pytest.param((a_page(1, 2), a_page(2, None, headline="Ferry stops")), {}, (1, False, ""), id="another-article"),
        pytest.param(
            (a_page(1, 2), a_page(2, None)),
            {"taken": frozenset({"gull.example/storm?page=2"})},
            (1, True, ""),
            id="a-page-that-another-entry-leads-to",
        ),
        pytest.param((a_page(1, 2), a_page(2, None)), {"deadline": 0.0}, (1, True, ""), id="the-runs-time-is-up"),
        pytest.param((a_page(1, 2), a_page(2, 2)), {}, (2, False, ""), id="a-page-that-leads-to-itself"),
    ],
)
def test_an_article_whose_further_pages_end_early(
    pages: tuple[Article, ...], options: dict[str, object], expected: tuple[int, bool, str]
) -> None:
    whole = joined(*pages, **options)  # type: ignore[arg-type]
    assert (whole.article.page_count, whole.article.is_partial, told(whole)) == expected


def test_a_calendar_is_not_followed_for_ever() -> None:
    whole = joined(*(a_page(number, number + 1) for number in range(1, 40)))
    assert (whole.article.page_count, whole.article.is_partial) == (MOST_PAGES, True)

"""The quality gate on pages of our own: the story and nothing of what stands around it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.transforms.article.page_habits import pages
from transforms.article.extract import extract_page
from transforms.records import Article, Page

FLOORS = tomllib.loads((Path(__file__).parents[3] / ".ci/floors.toml").read_text("utf-8"))["own_pages"]
PAGES = pages()
URL = "https://gull.example/2026/11/a-story"


def read(name: str) -> Article:
    html, _ = PAGES[name]
    extraction = extract_page(Page(url=URL, final_url=URL, body=html.encode(), content_type="text/html"))
    assert extraction.article is not None, extraction.reason
    return extraction.article


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def f1(name: str) -> float:
    """Of runs of four words, as the scorers of the shared corpora count them."""
    ours, theirs = shingles(read(name).body), shingles("\n".join(PAGES[name][1].paragraphs))
    return 2 * sum((ours & theirs).values()) / max(1, ours.total() + theirs.total())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gives_its_story(name: str) -> None:
    assert f1(name) >= FLOORS["each_body_f1"]
    assert read(name).headline == PAGES[name][1].headline


def test_all_pages_together_reach_the_floor() -> None:
    assert sum(map(f1, PAGES)) / len(PAGES) >= FLOORS["mean_body_f1"]

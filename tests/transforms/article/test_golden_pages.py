"""Pages written for the purpose, each saying in a comment what it shows; what is expected stands beside it in JSON.

A new case is a new pair of files.  The JSON names only the fields that the page is about; "kinds" are the kinds of
the paragraphs, "outcome" what a page ends in that is no article.  "asked" is the address that led to "url", "headers"
are those of the answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from transforms.article.as_dict import article_as_dict
from transforms.article.extract import extract_page
from transforms.records import Extraction, Page

PAGES = Path(__file__).parents[2] / "golden" / "pages"


def extracted(name: str, expected: dict[str, Any]) -> Extraction:
    url, headers = expected.get("url", f"https://gull.example/{name}"), expected.pop("headers", {})
    body = (PAGES / f"{name}.html").read_bytes()
    if (asked := expected.pop("asked", url)) != url:
        del expected["url"]
    return extract_page(Page(url=asked, final_url=url, body=body, content_type="text/html", headers=headers))


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_a_golden_page_reads_as_the_file_beside_it_says(name: str) -> None:
    expected = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    extraction = extracted(name, expected)
    if "outcome" in expected:
        assert (extraction.outcome, extraction.article) == (expected["outcome"], None)
        assert extraction.reason
        return
    assert extraction.article is not None, extraction.reason
    read = article_as_dict(extraction.article)
    read["kinds"] = [paragraph["kind"] for paragraph in read["paragraphs"]]
    read["body_witness"] = read["witnesses"]["paragraphs"]
    assert {key: read[key] for key in expected} == expected

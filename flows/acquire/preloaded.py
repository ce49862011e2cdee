"""What every worker process begins with: the parsers, imported and used once.

Imported by the server process that workers are forked from, and nowhere else.  What libraries load at their first use
(the language model, the public suffix list: half a second, 50 MiB) is loaded once and its memory is shared.
"""

from __future__ import annotations

import gc

import transforms.feeds.parse  # noqa: F401 - for the workers
from transforms.article.extract import extract_page
from transforms.records import Page

_SENTENCES = b"The harbour reopened on Monday after the storm. Two ferries left at noon, and the market was open. "
_PAGE = b"<title>The harbour reopened</title><article><p>" + 9 * _SENTENCES + b"</p></article>"
"""An article that does not say its language."""

extract_page(Page(url="https://news.example/harbour", final_url="https://news.example/harbour", body=_PAGE))
gc.collect()
gc.freeze()  # a collection in a worker would write to the shared pages

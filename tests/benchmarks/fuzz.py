"""Any bytes given to the feed and page parsers end as a result or a typed error, within their time.

    python -m tests.benchmarks.fuzz --minutes 10 --seed 1                      our own inputs, changed at random
    python -m tests.benchmarks.fuzz --minutes 10 --seed 1 --shared FOLDER      real feeds and pages as well

What comes of an input is made into the rows of a batch too.  A find is kept as a file, with what went wrong; the
program then ends with 1.  The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from flows.acquire.contexts import PageContext, context_as_json, context_from_json
from tests.factories import MONDAY, a_result
from transforms.article.extract import extract_page
from transforms.article.from_feed import stand_in
from transforms.errors import InputError
from transforms.feeds.parse import document_as_dict, entries_hash, parse_feed
from transforms.records import DuePage, ListedEntry, Page
from transforms.urls import url_strict
from warehouse.rows import article_row, entry_row, result_row
from warehouse.stage import as_table

URL = "https://gull.example/2026/03/02/storm"
LIMIT_SECONDS = 20
"""Of one input; a worker's own limit is longer."""
LARGEST = 2_000_000
CONTENT_TYPES = (
    None,
    "text/html",
    "application/xml; charset=utf-8",
    "text/html; charset=iso-8859-1",
    "text/html; charset=utf-16",
    "text/xml; charset=koi8-r",
    "application/json",
    "text/plain; charset=undefined",
    'text/html; charset="\xff"',
)
_WRITTEN = """
<![CDATA[
]]>
<!--
-->
<?xml version='1.0' encoding='utf-16'?>
<!DOCTYPE x [<!ENTITY a 'b'>]>
<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;
&#0;
&#xD800;
&#x110000;
&#99999999999;
&amp
&;
<a href='http://[::1'>
<a href='http://a@b:99999/'>
//
javascript:
<item>
</item>
<entry>
</channel>
<guid>
<link/>
<content:encoded>
xmlns:x='y'
<div>
</div>
<p>
<table><tr><td>
<script type='application/ld+json'>
</script>
<svg><math>
<base href='http://[' >
<meta charset='utf-7'>
<meta http-equiv=refresh content='0;url=//'>
<template>
<pubDate>Mon, 99 Foo 99999 99:99:99 +9999</pubDate>
<time datetime='0000-00-00T99:99Z'>
-1e999
{
}
[
]
"
'
{"@graph":[
"@type":"NewsArticle",
null
NaN
1e400
,
<plaintext>
<frameset>
<select><option>
<ttl>1e9</ttl>
<skipHours><hour>99</hour></skipHours>
"""
TOKENS = (
    *_WRITTEN.encode().split(b"\n")[1:-1],
    b"\\ud800",
    b"\\u0000",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x1b$B",
    b"\xc0\x80",
    b"http://\xe2\x80\xae/",
    b"9" * 400,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input and the parser it is for."""

    parser: str
    body: bytes
    content_type: str | None


def read_feed(case: Case) -> str:
    """The feed's entries as rows; how it ended in a word."""
    try:
        document = parse_feed(case.body, url=URL, content_type=case.content_type)
    except InputError as error:
        return type(error).__name__
    json.dumps(document_as_dict(document))
    entries_hash(document)
    listed = [
        ListedEntry(feed_url=URL, polled_at=MONDAY, url_key=url_strict(entry.link) if entry.link else None, entry=entry)
        for entry in document.entries
    ]
    as_table("entries", [entry_row(one) for one in listed])
    for entry in document.entries[:3]:
        stand_in(entry, feed_language=document.language)
        due = DuePage(url=URL, url_key=url_strict(URL), entry=entry)
        context_from_json(context_as_json(PageContext(batch_id="b", due=due, result=a_result(URL, article=None))))
    return document.kind.value


def read_page(case: Case) -> str:
    """The page's article as a row; how it ended in a word."""
    page = Page(url=URL, final_url=URL, body=case.body, content_type=case.content_type)
    extraction = extract_page(page)
    if extraction.article is None:
        assert extraction.outcome is not None
        assert extraction.reason
        return extraction.outcome.value
    result = a_result(URL, article=extraction.article, hops=(URL,))
    as_table("page_results", [result_row(0, result)])
    as_table("articles", [article_row(0, result, extraction.article)])
    return "article"


PARSERS: dict[str, Callable[[Case], str]] = {"feed": read_feed, "page": read_page}


def own_inputs() -> list[tuple[str, bytes]]:
    """Inputs that the project wrote."""
    golden = Path(__file__).parents[1] / "golden" / "pages"
    pages = [("page", path.read_bytes()) for path in sorted(golden.glob("*.html"))]
    text = "<p>The harbour board met on Monday, and the ferry sailed.</p>" * 12
    rss = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>The Gull</title><ttl>60</ttl>'
        "<sy:updatePeriod>hourly</sy:updatePeriod><link>https://gull.example/</link>"
        "<item><title>Storm &amp; lamps</title><link>https://gull.example/a?utm_source=x</link><guid>1</guid>"
        "<pubDate>Mon, 02 Mar 2026 08:00:00 +0100</pubDate><description>Short.</description>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item></channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Gull</title><entry><id>tag:gull,2026:1</id>'
        '<title type="html">Storm &lt;b&gt;lamps&lt;/b&gt;</title><link rel="alternate" href="/a"/>'
        f'<updated>2026-03-02T08:00:00Z</updated><content type="xhtml"><div>{text}</div></content></entry></feed>'
    )
    item = {
        "id": "1",
        "url": "https://gull.example/a",
        "title": "Storm",
        "content_html": text,
        "date_published": "2026-03-02",
    }
    json_feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Gull", "items": [item]})
    sitemap = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        "<url><loc>https://gull.example/a</loc><news:news><news:publication_date>2026-03-02</news:publication_date>"
        "<news:title>Storm</news:title></news:news></url></urlset>"
    )
    return pages + [("feed", feed.encode()) for feed in (rss, atom, json_feed, sitemap)]


def shared_inputs(shared: Path) -> list[tuple[str, bytes]]:
    """Real feeds and pages, up to some hundred of each."""
    feeds = [path for path in sorted((shared / "corpora/feeds").rglob("*")) if path.is_file() and path.suffix != ".md"]
    pages = sorted((shared / "corpora/extraction").glob("*/html/*.html.gz"))
    named = [("feed", path) for path in feeds[:: max(1, len(feeds) // 300)]]
    named += [("page", path) for path in pages[:: max(1, len(pages) // 300)]]
    bodies = [(parser, path.read_bytes()) for parser, path in named]
    inflated = [(parser, gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body) for parser, body in bodies]
    return [(parser, body) for parser, body in inflated if len(body) <= LARGEST // 4]


def cases(inputs: list[tuple[str, bytes]], seed: int) -> Iterator[Case]:
    """Inputs changed at random, for ever."""
    chance = random.Random(seed)
    while True:
        parser, body = chance.choice(inputs)
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            body = _changed(body, chance, inputs)[:LARGEST]
        if chance.random() < 0.02:
            parser = chance.choice(("feed", "page"))
        yield Case(parser=parser, body=body, content_type=chance.choice(CONTENT_TYPES))


def _changed(body: bytes, chance: random.Random, inputs: list[tuple[str, bytes]]) -> bytes:
    at, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
    match chance.randrange(10):
        case 0:
            return body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
        case 1:
            return body[:at] + body[min(end, at + 2000) :]
        case 2:
            return body[:end]
        case 3:
            return body[:end] + body[at : at + 2000] * chance.randrange(1, 5) + body[end:]
        case 4:
            return body[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 10, 300, 20_000)) + body[at:]
        case 5:
            other = chance.choice(inputs)[1]
            cut = chance.randrange(len(other) + 1)
            return body[:at] + other[cut : cut + 5000] + body[at:]
        case 6:
            return body[:at] + chance.randbytes(chance.randrange(1, 200)) + body[at:]
        case 7:
            encoding = chance.choice(("utf-16", "utf-32", "utf-16-le", "cp037", "shift_jis", "utf-7", "iso2022_jp"))
            return body.decode("utf-8", "replace").encode(encoding, "replace")
        case 8:
            return gzip.compress(body, 1)[: chance.choice((None, -1, 40))]
        case _:
            old, new = (chance.choice((b"<", b">", b'"', b"/", b"&", b" ", b"\n", b"p", b"item")) for _ in range(2))
            return body.replace(old, new, chance.choice((1, 5, -1)))


class TooSlowError(Exception):
    """An input took longer than it may."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Interrupts what takes longer; as far as C code lets it."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {seconds} s")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def main() -> int:
    """Fuzzes for a while and says what it found."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--shared", type=Path, help="folder with corpora of real feeds and pages")
    arguments.add_argument("--finds", type=Path, default=Path(tempfile.gettempdir()) / "newsledger-fuzz")
    given = arguments.parse_args()
    inputs = own_inputs() + (shared_inputs(given.shared) if given.shared else [])
    given.finds.mkdir(parents=True, exist_ok=True)
    latest = given.finds / f"latest-{given.seed}"
    ends: Counter[str] = Counter()
    found: set[str] = set()
    slowest = (0.0, 0)
    end = time.monotonic() + 60 * given.minutes
    for number, case in enumerate(cases(inputs, given.seed)):
        if time.monotonic() > end:
            break
        latest.write_bytes(case.body)  # what a crash of the interpreter leaves behind
        start = time.monotonic()
        try:
            with limited(LIMIT_SECONDS):
                ends[f"{case.parser}: {PARSERS[case.parser](case)}"] += 1
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{case.parser}: {type(error).__name__} at {where.filename}:{where.lineno}"
            if told not in found:
                found.add(told)
                kept = given.finds / f"find-{given.seed}-{number}"
                kept.write_bytes(case.body)
                kept.with_suffix(".txt").write_text(
                    f"{case.content_type}\n{traceback.format_exc()}", "utf-8", "replace"
                )
                print(f"{kept}: {told}: {str(error)[:200]}", flush=True)
            ends[told] += 1
        if (took := time.monotonic() - start) > slowest[0]:
            slowest = (took, number)
            latest.with_name(f"slowest-{given.seed}").write_bytes(case.body)
    latest.unlink()
    for told, count in ends.most_common():
        print(f"{count:8}  {told}")
    print(f"{sum(ends.values())} inputs, {len(found)} finds; the slowest took {slowest[0]:.1f} s", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

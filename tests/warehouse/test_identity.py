from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

import pytest

from tests.factories import BODY, FEED, a_listed_entry, a_poll, a_result, a_run, a_time, after, an_article, an_entry
from tests.factories import paragraphs as paragraphs_of
from tests.warehouse.conftest import Ledger
from transforms.records import PageResult

CRANE = "https://news.example/crane"
OTHER = paragraphs_of(
    "The old ferry will stop running in May, the county said, since the two bridges carry nearly all of the traffic.",
    "Islanders have asked for a summer service. The county wants to hear them again before it decides in the spring.",
)

NEXT_PART = paragraphs_of(
    "Rain will reach the coast by noon and leave it in the evening, the weather service said, and the night stays dry.",
    "On the market the price of herring fell for the third day, as boats that had waited out the storm came back full.",
)
EDITED = paragraphs_of(BODY[0], *(paragraph.text for paragraph in OTHER))
LONG = paragraphs_of(
    *(f"In the year {year} the crane lifted more freight than the year before." for year in range(1911, 1922))
)


def reading(url: str, *, at: float = 10, hops: tuple[str, ...] | None = None, **article: Any) -> PageResult:
    hops = hops or (url,)
    return a_result(url, hops=hops, at=after(at), article=an_article(hops[-1], **article))


@pytest.mark.parametrize(
    "in_one_batch", [pytest.param(True, id="in-one-batch"), pytest.param(False, id="in-two-loads")]
)
@pytest.mark.parametrize(
    ("first", "second", "article_count", "evidence"),
    [
        pytest.param(
            reading(CRANE),
            reading("https://go.example/1", hops=("https://go.example/1", CRANE)),
            1,
            "feed link",
            id="a-redirect-to-the-article-is-the-article",
        ),
        pytest.param(
            reading("https://go.example/1", hops=("https://go.example/1", CRANE)),
            reading("https://go.example/2", hops=("https://go.example/2", CRANE)),
            1,
            "feed link",
            id="two-redirects-to-one-address-are-one-article",
        ),
        pytest.param(
            reading(CRANE, hops=(CRANE, "https://news.example/cookies", "https://news.example/crane-2")),
            reading(
                "https://news.example/ferry",
                hops=("https://news.example/ferry", "https://news.example/cookies", "https://news.example/ferry-2"),
                headline="Ferry stops",
                paragraphs=OTHER,
            ),
            2,
            None,
            id="a-cookie-check-that-all-pass-through-joins-nothing",
        ),
        pytest.param(
            reading(CRANE, canonical_url=CRANE),
            reading("https://news.example/amp/crane", canonical_url=CRANE, paragraphs=EDITED),
            1,
            "canonical",
            id="a-canonical-url-confirmed-by-the-headline-and-some-of-the-text-is-believed",
        ),
        pytest.param(
            reading(CRANE, canonical_url=CRANE),
            reading("https://news.example/amp/crane", canonical_url=CRANE, paragraphs=OTHER[:1]),
            1,
            "canonical",
            id="a-canonical-url-confirmed-by-the-headline-of-a-stub-is-believed",
        ),
        pytest.param(
            reading(CRANE, canonical_url=CRANE, published=a_time()),
            reading("https://news.example/amp/crane", canonical_url=CRANE, paragraphs=OTHER, published=a_time()),
            1,
            "canonical",
            id="a-canonical-url-confirmed-by-headline-and-second-is-believed",
        ),
        pytest.param(
            reading(
                "https://news.example/amp/ferry",
                canonical_url=CRANE,
                headline="Ferry stops",
                paragraphs=paragraphs_of(*BODY[:2], "A new end."),
            ),
            reading(CRANE),
            2,
            None,
            id="a-template-may-put-an-address-and-much-of-the-text-on-two-articles",
        ),
        pytest.param(
            reading("https://news.example/2026/1", canonical_url="https://news.example/briefing", paragraphs=OTHER),
            reading("https://news.example/2026/2", canonical_url="https://news.example/briefing", paragraphs=NEXT_PART),
            2,
            None,
            id="two-parts-of-a-column-that-share-headline-and-canonical-url",
        ),
        pytest.param(
            reading("https://news.example/briefing", paragraphs=OTHER),
            reading("https://news.example/2026/2", canonical_url="https://news.example/briefing", paragraphs=NEXT_PART),
            2,
            None,
            id="a-part-of-a-column-that-states-the-address-of-the-latest",
        ),
        pytest.param(
            reading("https://news.example/amp/crane", canonical_url=CRANE),
            reading(CRANE, canonical_url=CRANE),
            1,
            "canonical",
            id="the-canonical-address-may-come-second",
        ),
        pytest.param(
            reading(CRANE, canonical_url=CRANE),
            reading("https://news.example/amp/1", canonical_url=CRANE, headline="Harbour crane saved"),
            1,
            "canonical",
            id="a-canonical-url-confirmed-by-the-body-is-believed",
        ),
        pytest.param(
            reading(CRANE, canonical_url="https://news.example/latest"),
            reading(
                "https://news.example/ferry",
                canonical_url="https://news.example/latest",
                headline="Ferry stops",
                paragraphs=OTHER,
            ),
            2,
            None,
            id="two-articles-that-state-one-canonical-url-stay-two",
        ),
        pytest.param(
            reading("https://news.example/ferry", canonical_url=CRANE, headline="Ferry stops", paragraphs=OTHER),
            reading(CRANE),
            2,
            None,
            id="an-article-is-not-swallowed-by-one-that-wrongly-claims-its-address",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://elsewhere.example/crane", canonical_url=CRANE),
            2,
            None,
            id="a-canonical-url-of-another-site-is-not-identity",
        ),
        pytest.param(
            reading(CRANE, canonical_url="https://news.example/"),
            reading("https://news.example/b", canonical_url="https://news.example/", paragraphs=OTHER),
            2,
            None,
            id="a-home-page-is-no-canonical-url",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://news.example/local/crane", at=60),
            1,
            "same text",
            id="the-same-text-on-the-same-site-within-two-days-is-one-article",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://elsewhere.example/crane"),
            2,
            None,
            id="the-same-text-on-another-site-is-another-article",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://news.example/other", headline="Landmark saved"),
            2,
            None,
            id="the-same-text-under-another-headline-is-another-article",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://news.example/crane-tuesday", paragraphs=OTHER),
            2,
            None,
            id="a-headline-is-never-identity",
        ),
        pytest.param(
            reading(CRANE, paragraphs=paragraphs_of("Rain today, sun tomorrow.")),
            reading("https://news.example/b", paragraphs=paragraphs_of("Rain today, sun tomorrow.")),
            2,
            None,
            id="a-short-text-is-no-evidence",
        ),
        pytest.param(
            reading(CRANE),
            reading("https://news.example/Crane/", at=9000, headline="Crane is saved"),
            1,
            "same page",
            id="another-spelling-of-the-address-with-the-same-text",
        ),
        pytest.param(
            reading(CRANE, paragraphs=LONG),
            reading(
                "https://news.example/crane/amp", at=9000, headline="Crane is saved", paragraphs=(*LONG[:-1], OTHER[0])
            ),
            1,
            "same page",
            id="another-spelling-of-the-address-with-nine-tenths-of-the-text",
        ),
        pytest.param(
            reading(CRANE, paragraphs=LONG),
            reading("https://news.example/crane/amp", headline="Crane is saved", paragraphs=(*LONG, *OTHER)),
            2,
            None,
            id="another-spelling-of-the-address-with-that-text-and-more",
        ),
        pytest.param(
            reading("https://news.example/s/xK9"),
            reading("https://news.example/s/Xk9", paragraphs=OTHER),
            2,
            None,
            id="another-spelling-of-the-address-with-another-text",
        ),
        pytest.param(
            reading("https://news.example/s/xK9", paragraphs=paragraphs_of("Rain today, sun tomorrow.")),
            reading("https://news.example/s/Xk9", paragraphs=paragraphs_of("Rain today, sun tomorrow.")),
            2,
            None,
            id="another-spelling-of-the-address-with-a-short-text",
        ),
        pytest.param(
            reading(CRANE, amp_url="https://news.example/amp?id=1"),
            reading("https://news.example/amp?id=1", paragraphs=EDITED),
            1,
            "amp",
            id="an-amp-page-that-the-article-names",
        ),
        pytest.param(
            reading("https://news.example/amp?id=1"),
            reading(CRANE, amp_url="https://news.example/amp?id=1", paragraphs=EDITED),
            1,
            "amp",
            id="an-amp-page-that-came-first",
        ),
        pytest.param(
            reading(CRANE, amp_url="https://news.example/amp"),
            reading("https://news.example/amp", headline="Ferry stops", paragraphs=OTHER),
            2,
            None,
            id="an-amp-page-with-another-headline-and-body",
        ),
        pytest.param(
            reading(CRANE, canonical_url="https://news.example/sport/"),
            reading("https://news.example/sport/", paragraphs=EDITED),
            1,
            "canonical",
            id="a-folder-elsewhere-on-the-site-may-be-an-article",
        ),
        pytest.param(
            reading("https://news.example/sport/crane", canonical_url="https://news.example/sport/"),
            reading("https://news.example/sport/", paragraphs=OTHER),
            2,
            None,
            id="a-section-that-the-page-is-in-is-no-canonical-url",
        ),
        pytest.param(
            reading("document:press/a", hops=(), site=None),
            reading("document:press/b", hops=(), site=None),
            2,
            None,
            id="two-documents-are-two-articles",
        ),
    ],
)
def test_two_readings_are_one_article_only_with_evidence(
    ledger: Ledger, first: PageResult, second: PageResult, article_count: int, evidence: str | None, in_one_batch: bool
) -> None:
    if in_one_batch:
        ledger.load(runs=[a_run()], page_results=[first, second])
    else:
        ledger.load(runs=[a_run()], page_results=[first])
        ledger.load(page_results=[second])

    assert len(ledger.rows("from articles")) == article_count
    found = "select url_key, evidence from aliases where is_fetched"
    if evidence and not in_one_batch:
        assert (second.url_key, evidence) in ledger.rows(found)
    if evidence in ("canonical", "amp", "same page", "same text"):
        assert evidence in dict(ledger.rows(found)).values()


def test_the_same_text_three_days_later_is_another_article(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE)])
    ledger.load(page_results=[reading("https://news.example/again", at=3 * 24 * 60)])

    assert len(ledger.rows("from articles")) == 2


@pytest.mark.parametrize(
    ("moved", "article_count"),
    [
        pytest.param({"headline": "Harbour crane is saved"}, 1, id="same-body"),
        pytest.param({"paragraphs": EDITED}, 1, id="same-headline-and-some-of-the-body"),
        pytest.param({"paragraphs": OTHER}, 2, id="same-headline-as-a-column-has"),
        pytest.param(
            {"headline": "Crane saved", "paragraphs": paragraphs_of(*BODY[:2], "A new end.")}, 1, id="most-of-the-body"
        ),
        pytest.param({"headline": "Ferry", "paragraphs": OTHER, "published": a_time()}, 1, id="same-published-second"),
        pytest.param({"headline": "Ferry", "paragraphs": OTHER}, 2, id="nothing-but-the-guid"),
    ],
)
def test_an_entry_that_keeps_its_guid_and_changes_its_link_is_the_article_moved_if_the_text_agrees(
    ledger: Ledger, moved: dict[str, Any], article_count: int
) -> None:
    """What the feed listed is not in the tables: the keys that the reading brings are the evidence."""
    new_url = "https://news.example/2026/crane-saved"
    ledger.load(page_results=[a_result(CRANE, entry_key="17", article=an_article(CRANE, published=a_time()))])
    article = an_article(new_url, **moved)
    again = a_result(new_url, entry_key="17", guid_keys=("news.example/crane",), at=after(65), article=article)
    ledger.load(page_results=[again])

    assert len(ledger.rows("from articles")) == article_count
    if article_count == 1:
        assert ledger.rows("select url, is_live from articles") == [(new_url, True)]
        assert ledger.values(
            "select evidence from ops.url_aliases where url_key = 'news.example/2026/crane-saved'"
        ) == ["moved"]


def test_an_entry_that_had_another_of_the_articles_addresses_under_its_guid_is_the_article(ledger: Ledger) -> None:
    link = "https://go.example/1"
    ledger.load(page_results=[reading(link, hops=(link, CRANE))])
    other = a_result("https://news.example/1", entry_key="17", guid_keys=("go.example/1",), at=after(9000))
    ledger.load(page_results=[other])

    assert ledger.rows("select evidence from aliases where url_key = 'news.example/1'") == [("guid",)]


@pytest.mark.parametrize(
    ("is_permanent", "evidence"),
    [pytest.param(True, "moved", id="for-good"), pytest.param(False, "redirect", id="for-now")],
)
def test_an_article_whose_own_address_redirects_for_good_has_moved(
    ledger: Ledger, is_permanent: bool, evidence: str
) -> None:
    ledger.load(page_results=[reading(CRANE)])
    new_url = "https://news.example/new/crane"
    ledger.load(page_results=[replace(reading(CRANE, at=60, hops=(CRANE, new_url)), moved_permanently=is_permanent)])

    assert ledger.rows(f"select evidence, first_seen_at from aliases where url = '{new_url}'") == [
        (evidence, after(60))
    ]
    assert ledger.values("select url from articles") == [new_url]


NOTICE = "https://news.example/archive-notice"


@pytest.mark.parametrize(
    ("article", "has_moved"),
    [
        pytest.param(
            {"headline": "Crane saved", "paragraphs": paragraphs_of(*BODY[:2], "A new end.")},
            True,
            id="much-of-the-text",
        ),
        pytest.param({"paragraphs": OTHER}, True, id="the-headline"),
        pytest.param({"headline": "Landmark saved"}, True, id="the-text"),
        pytest.param({"headline": "Landmark saved", "paragraphs": OTHER, "published": a_time()}, True, id="the-second"),
        pytest.param({"headline": "Our new site", "paragraphs": OTHER}, False, id="nothing"),
    ],
)
def test_an_article_is_found_behind_a_redirect_by_what_it_shares_with_what_is_there(
    ledger: Ledger, article: dict[str, Any], has_moved: bool
) -> None:
    ledger.load(page_results=[reading(CRANE, published=a_time())])
    (article_id,) = ledger.values("select article_id from articles")
    ledger.load(page_results=[replace(reading(CRANE, at=60, hops=(CRANE, NOTICE), **article), moved_permanently=True)])

    assert ledger.rows("select article_id, url, is_live from articles") == [
        (article_id, NOTICE if has_moved else CRANE, has_moved)
    ]
    (status,) = ledger.rows("select outcome, article_id, reason from url_status")
    if has_moved:
        assert status[:2] in {("unchanged", article_id), ("revised", article_id)}
    else:
        assert status == ("not_found", article_id, f"It leads to {NOTICE} now, where another text is.")


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_articles_whose_addresses_lead_to_one_notice_are_not_found_and_stay_apart(
    ledger: Ledger, in_one_batch: bool
) -> None:
    ferry = "https://news.example/ferry"
    ledger.load(page_results=[reading(CRANE), reading(ferry, headline="Ferry stops", paragraphs=OTHER)])
    before = ledger.rows("select url, article_id, headline from articles order by url")
    notice = reading(CRANE, at=60, hops=(CRANE, NOTICE), headline="Our new site", paragraphs=NEXT_PART)
    same = a_result(ferry, at=after(61), hops=(ferry, NOTICE), same_as_key="news.example/archive-notice", stage="fetch")
    for results in [[notice, same]] if in_one_batch else [[notice], [same]]:
        ledger.load(page_results=results)

    assert ledger.rows("select url, article_id, headline from articles order by url") == before
    found = "select s.url, a.article_id from url_status as s join aliases as a using (url_key, article_id)"
    assert ledger.rows(f"{found} where outcome = 'not_found' order by 1") == [row[:2] for row in before]


def test_a_link_to_whatever_is_newest_is_an_address_of_the_article_it_leads_to_now(ledger: Ledger) -> None:
    link, ferry = "https://news.example/newest", "https://news.example/ferry"
    ledger.load(page_results=[reading(link, hops=(link, CRANE))])
    ledger.load(page_results=[reading(link, at=60, hops=(link, ferry), headline="Ferry stops", paragraphs=OTHER)])

    assert ledger.rows("select url, headline, version_count from articles order by url") == [
        (CRANE, "Crane stays", 1),
        (ferry, "Ferry stops", 1),
    ]
    assert ledger.rows(
        """
        select d.url, a.ended_at, a.end_reason
        from aliases as a join articles as d using (article_id)
        where a.url_key = 'news.example/newest'
        order by a.first_seen_at
        """
    ) == [(CRANE, after(60), "Another article was read there."), (ferry, None, None)]
    status = "select d.url from url_status as u join articles as d using (article_id)"
    assert ledger.values(f"{status} where u.url_key = 'news.example/newest'") == [ferry]


def test_a_guid_of_one_feed_says_nothing_in_another(ledger: Ledger) -> None:
    other_feed = "https://news.example/sport.xml"
    other_url = "https://news.example/sport/1"
    ledger.load(
        runs=[a_run()],
        polls=[a_poll()],
        entries=[a_listed_entry(an_entry(CRANE, guid="17"))],
        page_results=[a_result(CRANE, entry_key="17")],
    )
    ledger.load(
        polls=[a_poll(feed_url=other_feed)],
        entries=[a_listed_entry(an_entry(other_url, guid="17"), feed_url=other_feed)],
        page_results=[
            a_result(other_url, feed_url=other_feed, entry_key="17", article=an_article(other_url, paragraphs=OTHER))
        ],
    )

    assert len(ledger.rows("from articles")) == 2


@pytest.mark.parametrize(
    ("sizes", "ended"),
    [
        pytest.param([7], [], id="in-one-batch"),
        pytest.param([1, 6], [(after(10), after(16), "canonical")], id="the-first-before-the-others"),
        pytest.param([1] * 7, [(after(10), after(13), "canonical")], id="one-by-one"),
    ],
)
def test_a_canonical_url_that_a_template_puts_on_all_pages_joins_none_of_them(
    ledger: Ledger, sizes: list[int], ended: list[Any]
) -> None:
    """Some of the pages have one headline, which would confirm the claim of either."""
    latest = "https://news.example/latest"
    headlines = ["Crane stays", "Ferry stops", "Quay opens", "Market closes", "Weather", "Weather", "Crane stays"]
    pages = [
        reading(
            f"https://news.example/{number}",
            at=10 + number,
            headline=headline,
            canonical_url=latest,
            paragraphs=paragraphs_of(f"Text of page {number}"),
        )
        for number, headline in enumerate(headlines)
    ]
    waiting = iter(pages)
    for size in sizes:
        ledger.load(page_results=list(islice(waiting, size)))

    assert len(ledger.rows("from articles")) == len(pages)
    assert ledger.rows(f"from aliases where url = '{latest}' and is_current") == []
    assert ledger.rows(f"select first_seen_at, ended_at, evidence from aliases where url = '{latest}'") == ended


def test_an_address_that_was_only_stated_ends_when_another_article_is_read_there(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE, amp_url="https://news.example/amp/1")])
    other = reading("https://news.example/amp/1", at=60, headline="Ferry stops", paragraphs=OTHER)
    ledger.load(page_results=[other])

    assert ledger.rows(
        """
        select d.headline, a.evidence, a.is_current, a.ended_at, a.end_reason
        from aliases as a join articles as d using (article_id)
        where a.url = 'https://news.example/amp/1'
        order by is_current
        """
    ) == [
        ("Crane stays", "amp", False, after(60), "Another article was read there."),
        ("Ferry stops", "feed link", True, None, None),
    ]


def test_an_address_is_the_articles_from_its_first_reading_and_was_last_seen_at_its_latest(ledger: Ledger) -> None:
    link, other_link = "https://go.example/1", "https://go.example/2"
    ledger.load(page_results=[reading(link, at=10, hops=(link, CRANE))])
    arrived = [
        a_result(url, hops=(url, CRANE), same_as_key="news.example/crane", stage="fetch", at=after(20))
        for url in (link, other_link)
    ]
    ledger.load(page_results=arrived)
    ledger.load(page_results=[reading(CRANE, at=60)])

    intervals = "select url_key, evidence, first_seen_at, last_seen_at from aliases order by url_key"
    assert ledger.rows(intervals) == [
        ("go.example/1", "feed link", after(10), after(20)),
        ("go.example/2", "redirect", after(20), after(20)),
        ("news.example/crane", "redirect", after(10), after(60)),
    ]


def test_a_long_chain_of_canonical_claims_in_one_batch_is_one_article(ledger: Ledger) -> None:
    addresses = [f"https://news.example/{number}" for number in range(12)]
    claims = [
        reading(address, canonical_url=following, paragraphs=paragraphs_of(f"Text {address}"))
        for address, following in pairwise(addresses)
    ]
    ledger.load(page_results=claims[::-2] + claims[::-1][1::2])

    assert len(ledger.rows("from articles")) == 1


def test_an_article_keeps_its_identifier_and_takes_the_address_of_its_latest_reading(ledger: Ledger) -> None:
    ledger.load(page_results=[reading(CRANE)])
    (article_id,) = ledger.values("select article_id from articles")
    ledger.load(page_results=[reading(CRANE, at=60, hops=(CRANE, "https://news.example/new/crane"))])

    assert ledger.rows("select article_id, url from articles") == [(article_id, "https://news.example/new/crane")]


def test_an_address_that_arrived_at_a_known_one_is_a_duplicate_even_if_the_article_comes_later(ledger: Ledger) -> None:
    link = "https://go.example/1"
    arrived = a_result(link, hops=(link, CRANE), same_as_key="news.example/crane", stage="fetch")
    ledger.load(page_results=[arrived, reading(CRANE)])
    late = a_result("https://go.example/2", same_as_key="news.example/ferry", stage="fetch")
    ledger.load(page_results=[late])
    assert ledger.values("select article_id from url_status where url_key = 'go.example/2'") == [None]
    ledger.load(page_results=[reading("https://news.example/ferry", headline="Ferry stops", paragraphs=OTHER)])

    assert ledger.rows(
        """
        select u.url_key, u.outcome, a.url
        from url_status as u join articles as a using (article_id)
        where u.url like 'https://go%'
        order by all
        """
    ) == [("go.example/1", "duplicate", CRANE), ("go.example/2", "duplicate", "https://news.example/ferry")]


def test_an_address_that_was_passed_on_the_way_is_found_and_gives_way_to_the_article_read_there(ledger: Ledger) -> None:
    hop = "https://news.example/hop"
    ledger.load(page_results=[reading("https://go.example/1", hops=("https://go.example/1", hop, CRANE))])
    ledger.load(page_results=[a_result("https://go.example/2", same_as_key="news.example/hop", stage="fetch")])
    found = "select a.url from url_status as u join articles as a using (article_id) where u.url_key = 'go.example/2'"
    assert ledger.values(found) == [CRANE]

    ledger.load(page_results=[reading(hop, headline="Ferry stops", paragraphs=OTHER)])
    assert len(ledger.rows("from articles")) == 2


def test_credentials_in_a_feeds_url_reach_no_table(ledger: Ledger) -> None:
    feed = FEED.replace("https://", "https://user:secret@")
    ledger.load(
        runs=[a_run()],
        polls=[a_poll(feed_url=feed)],
        entries=[a_listed_entry(an_entry(), feed_url=feed)],
        page_results=[a_result(feed_url=feed)],
    )

    assert ledger.values("select url from feeds") == [FEED]
    assert ledger.values("select feed_url from outcomes") == [FEED]
    assert ledger.values("select feed_url from sightings") == [FEED]

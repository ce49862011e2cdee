"""The records that move from stage to stage, one type per stage.

    FeedDocument, Entry      what a feed said
    DuePage                  a page that the plan wants
    Page                     what a URL answered, on its way to extraction
    Article                  what we make of a page or a document
    Extraction               an Article, or the reason why there is none
    Run, Poll, ListedEntry, Fetch, RobotsFile, PageResult
                             what happened, as rows for the warehouse

Frozen, keyword-only, plain data: they are pickled to worker processes and written to Parquet.
All datetimes are aware and in UTC; the publisher's own offset is kept beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from transforms.outcomes import Outcome


class Precision(StrEnum):
    """How exactly a publisher stated a time."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherTime:
    """A time as a publisher stated it.

    `at` is the instant in UTC; for `Precision.DAY` it is midnight UTC of the stated day.
    `offset_minutes` is the publisher's own offset from UTC, None when it named none (then `at` was read as UTC).
    `raw` is the string as it stood in the page or feed.
    """

    at: datetime
    precision: Precision
    offset_minutes: int | None
    raw: str


# ---------------------------------------------------------------- feeds


class FeedKind(StrEnum):
    """The format family of a feed document."""

    RSS = "rss"
    ATOM = "atom"
    JSON_FEED = "json_feed"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed document.

    `key` names the entry within its feed: the guid where it is unique in the document, else the link's strict URL
    key, else a hash of title and date.  `link` is absolute, http or https, otherwise as the feed gave it; None when
    the entry has no usable link.  `listed_link` is set where the feed links through a counting service and names the
    publisher's own address beside it (feedburner:origLink): it is the feed's link then, and `link` the publisher's.
    `title` and `summary` are plain text.  `content_html` is the feed's own full text (content:encoded, Atom content,
    JSON Feed content_html), never its summary.
    """

    key: str
    position: int
    guid: str | None = None
    link: str | None = None
    listed_link: str | None = None
    title: str | None = None
    summary: str | None = None
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: PublisherTime | None = None
    updated: PublisherTime | None = None
    published_raw: str | None = None
    updated_raw: str | None = None
    image_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHints:
    """What a feed says about how often it wants to be asked (RSS ttl, skipHours, skipDays; the syndication module).

    Hours are 0 to 23 in GMT; days are 0 (Monday) to 6 (Sunday).
    """

    ttl_minutes: float | None = None
    update_interval_minutes: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One feed, parsed.

    `problems` are sentences on what was wrong with it and did not stop the reading (broken XML after entry 12, …).
    """

    kind: FeedKind
    version: str
    title: str | None
    entries: tuple[Entry, ...]
    home_url: str | None = None
    language: str | None = None
    hints: FeedHints = field(default_factory=FeedHints)
    problems: tuple[str, ...] = ()


# ---------------------------------------------------------------- articles


class ParagraphKind(StrEnum):
    """What a paragraph is in the article."""

    BODY = "body"
    SUBHEADING = "subheading"
    QUOTE = "quote"
    LIST_ITEM = "list_item"


class Access(StrEnum):
    """What a reader without an account sees of the article."""

    FREE = "free"
    METERED = "metered"
    PAYWALLED = "paywalled"


class PageKind(StrEnum):
    """What sort of page carries the article."""

    ARTICLE = "article"
    LIVE = "live"
    GALLERY = "gallery"
    VIDEO = "video"


class BodySource(StrEnum):
    """Where the article's text was taken from."""

    PAGE = "page"
    FEED = "feed"
    DOCUMENT = "document"


class KeepText(StrEnum):
    """How much of an article's and an entry's text the warehouse keeps; hashes are always of the whole."""

    FULL = "full"
    """Everything."""
    FACTS = "facts"
    """No body, no paragraphs, no full text of a feed."""
    NONE = "none"
    """No words at all: addresses, hashes, times and counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of the body, in reading order."""

    text: str
    kind: ParagraphKind = ParagraphKind.BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImage:
    """The picture that opens the article."""

    url: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article, normalised to the document schema.

    `canonical_url` and `amp_url` are addresses that the page states, believed or not.
    `title` is the page's title, `headline` the article's own.  `reading_time_minutes` is stated by the page, or
    computed and then `reading_time_is_computed`.  `promotion` and `agency_credit` are no part of the body.
    `rights` holds flags the page sets: "noarchive", "tdm-reserved".  `witnesses` maps a field's name to what gave
    it: "json-ld", "meta", "microdata", "dom", "trafilatura", "feed", "document", "computed".
    `extractor` names what made the record, with its version.  `page_count` pages make up the text; `is_partial` says
    that the article goes on, before or after, on pages that are not in it, and `next_page_url` which page a single
    page names as its next.
    """

    url: str
    canonical_url: str | None = None
    amp_url: str | None = None
    site: str | None = None
    title: str | None = None
    headline: str | None = None
    standfirst: str | None = None
    reading_time_minutes: int | None = None
    reading_time_is_computed: bool = False
    lead_image: LeadImage | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    agency_credit: str | None = None
    promotion: str | None = None
    authors: tuple[str, ...] = ()
    published: PublisherTime | None = None
    modified: PublisherTime | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    access: Access = Access.FREE
    page_kind: PageKind = PageKind.ARTICLE
    rights: tuple[str, ...] = ()
    body_source: BodySource = BodySource.PAGE
    extractor: str = ""
    page_count: int = 1
    is_partial: bool = False
    next_page_url: str | None = None
    witnesses: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The paragraphs' texts, a blank line between two."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


# ---------------------------------------------------------------- from plan to extraction


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page that the plan wants fetched.

    `purpose` is "page" for the first reading and "recheck" for a page that is already an article.
    `failures` counts the attempts in earlier runs that ended in an outcome that is tried again.
    `guid_keys` are the strict keys of the other addresses that the feed listed under the entry's guid, while the feed's
    guids are trusted.
    """

    url: str
    url_key: str
    purpose: str = "page"
    failures: int = 0
    feed_url: str | None = None
    entry: Entry | None = None
    feed_language: str | None = None
    guid_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a URL answered: the decoded body (content encodings undone, bytes as the server's charset has them)."""

    url: str
    final_url: str
    body: bytes
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What extraction made of a page: an article, or an outcome that says why there is none.

    `reason` is a sentence that names the evidence.  Both are set where the article is a stand-in: the feed's own text,
    beside the outcome that the page had.
    """

    article: Article | None = None
    outcome: Outcome | None = None
    reason: str = ""


# ---------------------------------------------------------------- what happened


class ValidatorUse(StrEnum):
    """What a request made of the validators that were stored.

    SENT        the request was conditional
    NONE        there were none
    TESTED      left away to see whether the server's 304 were true, now and then (`transforms.validators`)
    DISTRUSTED  left away because a 304 had passed over entries
    """

    SENT = "sent"
    NONE = "none"
    TESTED = "tested"
    DISTRUSTED = "distrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One HTTP request and its answer.

    `purpose` is feed, page, recheck, robots, sitemap or discovery.  `redirected_from` is the fetch_id of the hop
    before.  `answered_at` is when the answer began, None when none did.  `bytes` counts the body on the wire.
    `error_class` is an Outcome's value, or None when an HTTP answer was read to its end.  `had_validators` says that
    the answer carried an ETag or a Last-Modified that can be sent back.  `content_hash` is of the decoded body.
    `raw_ref` is "file#offset" in the raw archive.
    """

    fetch_id: str
    run_id: str
    url: str
    host: str
    purpose: str
    attempt: int
    started_at: datetime
    ended_at: datetime
    answered_at: datetime | None = None
    redirected_from: str | None = None
    status: int | None = None
    bytes: int = 0
    error_class: str | None = None
    was_conditional: bool = False
    validator_use: ValidatorUse = ValidatorUse.NONE
    had_validators: bool = False
    retry_after_until: datetime | None = None
    robots_rule: str | None = None
    crawl_delay_seconds: float | None = None
    content_hash: str | None = None
    raw_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What one reading of an origin's robots.txt came to.

    `agent` is whom the group names that counts for us ("newsledger", "*", None), `rules` are its lines (Allow,
    Disallow, Crawl-delay), `sitemaps` those that the file names.  `reason` is None where it was read; else why there
    are no rules, and where that is trouble, `outcome` is its value.
    """

    origin: str
    read_at: datetime
    run_id: str = ""
    fetch_id: str = ""
    agent: str | None = None
    rules: tuple[str, ...] = ()
    crawl_delay_seconds: float | None = None
    sitemaps: tuple[str, ...] = ()
    outcome: str | None = None
    reason: str | None = None


class FeedHealth(StrEnum):
    """How a feed has been doing."""

    OK = "ok"
    SLOW = "slow"
    FAILING = "failing"
    GONE = "gone"


class GuidTrust(StrEnum):
    """Whether a feed's guids tell its entries apart; they never count beyond their feed.

    TRUSTED   nothing speaks against them: a guid names its entry, and is evidence that an article moved
    COLLIDES  one guid stands for several articles: re-used from day to day, or given to many entries at once
    CHURNS    known links come back under new guids: a counter, a time, or the scheme of the day is part of them

    A feed is trusted until the load finds evidence (load/28_guid_trust.sql), and then no more: its entries are named by
    their links, and its guids prove nothing.
    """

    TRUSTED = "trusted"
    COLLIDES = "collides"
    CHURNS = "churns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a feed's items arrive, as observed (`transforms.arrivals`).

    `hourly_rates` are items an hour, for 24 hours of a weekday and 24 of a day of the weekend, in UTC.
    `recent_items` and `recent_expected` are decayed counts of what came in the last hours and of what was usual.
    `dispersion` is the variance of counts over their mean, `window` the items that the document holds.
    """

    hourly_rates: tuple[float, ...]
    observed_hours: float
    recent_items: float
    recent_expected: float
    dispersion: float
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedGap:
    """Two polls whose documents share no entry: what came in between was likely missed, `missed` items or so.

    `since` is the time of the earlier poll.  `witness` is the site's news sitemap, if it was asked and answered, and
    `witnessed` the articles that it names for the time in between.
    """

    since: datetime
    missed: int
    witness: str | None = None
    witnessed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the next poll of a feed needs to know.

    `etag` and `last_modified` are byte-exact, from the last answer that parsed.  `failures` is a weighted count.
    `retry_after_until` is until when the last answer asked to wait, None when it did not; nobody asks before.
    `entry_marks` stand for the entries of the last document, `hints` are what it asked for.
    `gone_since` is the time of the first 410 since it was last read.
    `not_modified_count` are the answers 304 since the last whole document, which came at `full_answer_at`; until
    `distrusted_until` the validators are not sent (`transforms.validators`).
    `adopted_url` is the address that is asked instead of `feed_url`; `moved_to` is one that permanent redirects lead
    to since `moved_since`, for `moved_polls` polls (`transforms.moves`).
    """

    feed_url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries_hash: str | None = None
    health: FeedHealth = FeedHealth.OK
    failures: float = 0.0
    items_per_day: float | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = None
    retry_after_until: datetime | None = None
    guid_trust: GuidTrust = GuidTrust.TRUSTED
    habit: Habit | None = None
    entry_marks: tuple[int, ...] = ()
    hints: FeedHints = FeedHints()
    gone_since: datetime | None = None
    not_modified_count: int = 0
    full_answer_at: datetime | None = None
    distrusted_until: datetime | None = None
    adopted_url: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_polls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One asking of a feed, and the state it leaves.

    `result` is "listed" (a document was read: its entries, staged in the same batch, are the feed's whole listing
    now), "unchanged" (304, or the same document again: the listing stands) or "failed" (nothing is known of it).
    """

    run_id: str
    feed_url: str
    polled_at: datetime
    result: str
    reason: str
    state: FeedState
    status: int | None = None
    error_class: str | None = None
    name: str | None = None
    title: str | None = None
    home_url: str | None = None
    language: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None
    entry_count: int = 0
    gap: FeedGap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """An entry as one poll found it: the grain of a sighting before it becomes an interval.

    `url_key` is the strict key of the entry's link; None when it has none.
    """

    feed_url: str
    polled_at: datetime
    url_key: str | None
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One ingest run.  `ended_at` is None in the record staged at its start.

    `per_host_interval` (seconds) and `per_host_concurrency` are the settings of its pacing; None where nothing is asked
    for.
    """

    run_id: str
    started_at: datetime
    trigger: str
    code_version: str
    ended_at: datetime | None = None
    per_host_interval: float | None = None
    per_host_concurrency: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What one run did about one URL.

    `hops` are the addresses the answer passed through, first the requested one, last the final one;
    `moved_permanently` says that all redirects between them were permanent (301 or 308) and there was one.
    `guid_keys` are those of the page as it was planned (`DuePage`).
    `same_as_key` is set when a hop's strict key was known already and the fetch ended there.
    `outcome` is None when there is the page's article: the load decides between loaded, revised, unchanged and
    duplicate.  An article beside an outcome is the feed's own text, which stands in for a page that was not had.
    `further_urls` are the addresses of the article's second, third, … pages where it has several.
    """

    run_id: str
    url: str
    url_key: str
    purpose: str
    stage: str
    at: datetime
    outcome: Outcome | None
    reason: str
    hops: tuple[str, ...] = ()
    moved_permanently: bool = False
    same_as_key: str | None = None
    feed_url: str | None = None
    entry_key: str | None = None
    guid_keys: tuple[str, ...] = ()
    fetch_id: str | None = None
    failures: int = 0
    next_try_at: datetime | None = None
    further_urls: tuple[str, ...] = ()
    article: Article | None = None

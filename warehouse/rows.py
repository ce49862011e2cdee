"""Records of a run as rows of the staged files (`arrow_schemas`), with the keys and hashes that the load compares."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from transforms.history.versions import body_hash, content_hash, text_hash
from transforms.records import Article, Fetch, LeadImage, ListedEntry, PageResult, Poll, PublisherTime, RobotsFile, Run
from transforms.text import title_key
from transforms.urls import is_section_of, site_of, url_loose, url_strict

Row = dict[str, Any]

_DOCUMENT = "document:"
_FIELD_END = "\x1f"


def address_key(url: str) -> str:
    """Return the strict key of an address; a `document:` address is its own key."""
    return url if url.startswith(_DOCUMENT) else url_strict(url)


def loose_key(url: str) -> str:
    """Return the loose key of an address; a `document:` address is its own key."""
    return url if url.startswith(_DOCUMENT) else url_loose(url)


def without_credentials(url: str) -> str:
    """Return `url` without user name and password: no address in the spool or the warehouse carries them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def feed_id_of(feed_url: str) -> str:
    """Return the identifier of the feed configured with this URL: 16 hexadecimal digits."""
    return _digest(without_credentials(feed_url))


def run_row(run: Run) -> Row:
    """Return a row of runs.parquet."""
    return asdict(run)


def poll_row(poll: Poll) -> Row:
    """Return a row of polls.parquet: the poll, what is known of the feed, and the state that the poll leaves."""
    state = poll.state
    return {
        "run_id": poll.run_id,
        "feed_id": feed_id_of(poll.feed_url),
        "url": without_credentials(poll.feed_url),
        "site": site_of(poll.feed_url),
        "name": poll.name,
        "title": poll.title,
        "home_url": poll.home_url,
        "kind": poll.kind,
        "language": poll.language,
        "country": poll.country,
        "tags": poll.tags,
        "polled_at": poll.polled_at,
        "result": poll.result,
        "reason": poll.reason,
        "status": poll.status,
        "error_class": poll.error_class,
        "entry_count": poll.entry_count,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "entries_hash": state.entries_hash,
        "health": state.health.value,
        "failures": state.failures,
        "items_per_day": state.items_per_day,
        "last_polled_at": state.last_polled_at,
        "last_success_at": state.last_success_at,
        "next_poll_at": state.next_poll_at,
        "retry_after_until": state.retry_after_until,
        "habit": asdict(state.habit) if state.habit else None,
        "entry_marks": state.entry_marks,
        "hints": asdict(state.hints)
        | {"skip_hours": sorted(state.hints.skip_hours), "skip_days": sorted(state.hints.skip_days)},
        "gone_since": state.gone_since,
        "not_modified_count": state.not_modified_count,
        "full_answer_at": state.full_answer_at,
        "distrusted_until": state.distrusted_until,
        "adopted_url": state.adopted_url,
        "moved_to": state.moved_to,
        "moved_since": state.moved_since,
        "moved_polls": state.moved_polls,
        "gap_since": poll.gap.since if poll.gap else None,
        "gap_missed": poll.gap.missed if poll.gap else None,
        "gap_witness": poll.gap.witness if poll.gap else None,
        "gap_witnessed": poll.gap.witnessed if poll.gap else None,
    }


def entry_row(listed: ListedEntry) -> Row:
    """Return a row of entries.parquet."""
    entry = listed.entry
    link = without_credentials(entry.link) if entry.link is not None else None
    updated = entry.updated_raw or (entry.updated.raw if entry.updated else "")
    return {
        "feed_id": feed_id_of(listed.feed_url),
        "feed_url": without_credentials(listed.feed_url),
        "entry_key": entry.key,
        "wording_hash": _digest(entry.title or "", link or "", entry.summary or "", updated),
        "guid": entry.guid,
        "url": link,
        "url_key": listed.url_key,
        "listed_url": without_credentials(entry.listed_link) if entry.listed_link is not None else None,
        "polled_at": listed.polled_at,
        "position": entry.position,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
        "authors": entry.authors,
        "categories": entry.categories,
        **_time_columns("published", entry.published, entry.published_raw),
        **_time_columns("updated", entry.updated, entry.updated_raw),
        "image_url": entry.image_url,
        "language": entry.language,
    }


def fetch_row(fetch: Fetch) -> Row:
    """Return a row of fetches.parquet."""
    site = site_of(fetch.host) if fetch.host else ""
    return asdict(fetch) | {"url": without_credentials(fetch.url), "site": site}


def robots_row(file: RobotsFile) -> Row:
    """Return a row of robots_files.parquet."""
    return asdict(file) | {"site": site_of(file.origin)}


def result_row(result_number: int, result: PageResult) -> Row:
    """Return a row of page_results.parquet; `result_number` ties an article to it.

    The hops on the way to a page that was not had are no addresses of the stand-in: they may end at a wall.
    """
    hops = (result.url,) if _is_stand_in(result) else result.hops
    return {
        "result_number": result_number,
        "run_id": result.run_id,
        "url": without_credentials(result.url),
        "url_key": result.url_key,
        "purpose": result.purpose,
        "stage": result.stage,
        "decided_at": result.at,
        "outcome": result.outcome.value if result.outcome else None,
        "reason": result.reason,
        "hops": [without_credentials(hop) for hop in hops],
        "hop_keys": [address_key(hop) for hop in hops],
        "further_urls": [without_credentials(url) for url in result.further_urls],
        "further_keys": [address_key(url) for url in result.further_urls],
        "moved_permanently": result.moved_permanently and not _is_stand_in(result),
        "same_as_key": result.same_as_key,
        "feed_id": feed_id_of(result.feed_url) if result.feed_url else None,
        "entry_key": result.entry_key,
        "guid_keys": result.guid_keys,
        "loose_key": loose_key(result.url),
        "fetch_id": result.fetch_id,
        "failures": result.failures,
        "next_try_at": result.next_try_at,
    }


def article_row(result_number: int, result: PageResult, article: Article) -> Row:
    """Return a row of articles.parquet.

    The final address of a stand-in is the one that was asked for: where that led, the article was not.
    `site` is the registrable domain of the final address; a document has the one that it names.  `canonical_key`
    and `amp_key` are there only for addresses that can be believed: on the same site, and neither its home page nor,
    as a canonical URL, a section that the page is in.
    """
    read_at = result.hops[-1] if result.hops else article.url or result.url
    final_url = without_credentials(result.url if _is_stand_in(result) else read_at)
    site = article.site if final_url.startswith(_DOCUMENT) else site_of(final_url)
    image = article.lead_image or LeadImage()
    return {
        "result_number": result_number,
        "final_url": final_url,
        "final_key": address_key(final_url),
        "loose_key": loose_key(final_url),
        "canonical_url": article.canonical_url,
        "canonical_key": _canonical_key(article.canonical_url, site, final_url),
        "amp_url": article.amp_url,
        "amp_key": _key_on_site(article.amp_url, site),
        "site": site,
        "title": article.title,
        "headline": article.headline,
        "standfirst": article.standfirst,
        "title_key": title_key(article.headline or article.title or ""),
        "content_hash": content_hash(article),
        "body_hash": body_hash(article),
        "authors": article.authors,
        **_time_columns("published", article.published),
        **_time_columns("modified", article.modified),
        "language": article.language,
        "section": article.section,
        "tags": article.tags,
        "access": article.access.value,
        "page_kind": article.page_kind.value,
        "rights": article.rights,
        "reading_time_minutes": article.reading_time_minutes,
        "reading_time_is_computed": article.reading_time_is_computed,
        "image_url": image.url,
        "image_caption": image.caption,
        "image_credit": image.credit,
        "agency_credit": article.agency_credit,
        "promotion": article.promotion,
        "witnesses": sorted(article.witnesses.items()),
        "body_source": article.body_source.value,
        "extractor": article.extractor,
        "page_count": article.page_count,
        "is_partial": article.is_partial,
        "body": article.body,
        "word_count": len(article.body.split()),
        "paragraphs": [
            {"kind": paragraph.kind.value, "text": paragraph.text, "text_hash": text_hash(paragraph.text)}
            for paragraph in article.paragraphs
        ],
    }


def _is_stand_in(result: PageResult) -> bool:
    return result.article is not None and result.outcome is not None


def _canonical_key(canonical_url: str | None, site: str | None, final_url: str) -> str | None:
    key = _key_on_site(canonical_url, site)
    return None if canonical_url and is_section_of(canonical_url, final_url) else key


def _key_on_site(url: str | None, site: str | None) -> str | None:
    """The key of an address that a page states, if it is on the page's site and not the site's home page."""
    if not url or not site or site_of(url) != site:
        return None
    key = address_key(url)
    _, _, path_and_query = key.partition("/")
    return key if path_and_query else None


def _time_columns(name: str, time: PublisherTime | None, raw: str | None = None) -> Row:
    return {
        f"{name}_at": time.at if time else None,
        f"{name}_precision": time.precision.value if time else None,
        f"{name}_offset_minutes": time.offset_minutes if time else None,
        f"{name}_raw": time.raw if time else raw,
    }


def _digest(*texts: str) -> str:
    return blake2b(_FIELD_END.join(texts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

"""An article as plain data for JSON: what `newsledger extract --json` and `--batch` print."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from transforms.records import Article, LeadImage, Precision, PublisherTime


def article_as_dict(article: Article) -> dict[str, Any]:
    """The article's fields by name, None or empty where it has none.

    `title` is the headline (`page_title` the page's own), `description` the standfirst, `caption` the lead image's.
    Times are ISO 8601 in the publisher's offset: without an offset where none was stated, the day alone where only
    the day is known.
    """
    image = article.lead_image or LeadImage()
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "amp_url": article.amp_url,
        "site": article.site,
        "title": article.headline,
        "page_title": article.title,
        "description": article.standfirst,
        "body": article.body,
        "paragraphs": [{"kind": paragraph.kind.value, "text": paragraph.text} for paragraph in article.paragraphs],
        "authors": list(article.authors),
        "published": iso_time(article.published),
        "published_raw": article.published.raw if article.published else None,
        "modified": iso_time(article.modified),
        "lang": article.language,
        "image_url": image.url,
        "caption": image.caption,
        "image_credit": image.credit,
        "reading_time_minutes": article.reading_time_minutes,
        "reading_time_is_computed": article.reading_time_is_computed,
        "agency_credit": article.agency_credit,
        "promotion": article.promotion,
        "section": article.section,
        "tags": list(article.tags),
        "access": article.access.value,
        "page_kind": article.page_kind.value,
        "rights": list(article.rights),
        "page_count": article.page_count,
        "is_partial": article.is_partial,
        "next_page_url": article.next_page_url,
        "body_source": article.body_source.value,
        "extractor": article.extractor,
        "witnesses": dict(article.witnesses),
    }


def iso_time(time: PublisherTime | None) -> str | None:
    """A publisher's time as ISO 8601, no more exact than it was stated."""
    if time is None:
        return None
    if time.precision is Precision.DAY:
        return time.at.date().isoformat()
    timespec = "minutes" if time.precision is Precision.MINUTE else "seconds"
    if time.offset_minutes is None:
        return time.at.replace(tzinfo=None).isoformat(timespec=timespec)
    return time.at.astimezone(timezone(timedelta(minutes=time.offset_minutes))).isoformat(timespec=timespec)

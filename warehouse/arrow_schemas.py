"""The columns of a staged batch: one Arrow schema per Parquet file of its folder.

The load reads them into temporary tables with the same columns, named `stg_` and the file's name (load/00_arrive.sql).
"""

from __future__ import annotations

import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)

_HABIT = pa.struct(
    [
        ("hourly_rates", pa.list_(pa.float64())),
        ("observed_hours", pa.float64()),
        ("recent_items", pa.float64()),
        ("recent_expected", pa.float64()),
        ("dispersion", pa.float64()),
        ("window", pa.int32()),
    ]
)
_HINTS = pa.struct(
    [
        ("ttl_minutes", pa.float64()),
        ("update_interval_minutes", pa.float64()),
        ("skip_hours", pa.list_(pa.int32())),
        ("skip_days", pa.list_(pa.int32())),
    ]
)


def _publisher_time(name: str) -> list[tuple[str, pa.DataType]]:
    return [
        (f"{name}_at", _TIME),
        (f"{name}_precision", _TEXT),
        (f"{name}_offset_minutes", pa.int32()),
        (f"{name}_raw", _TEXT),
    ]


RUNS = pa.schema(
    [
        ("run_id", _TEXT),
        ("started_at", _TIME),
        ("ended_at", _TIME),
        ("trigger", _TEXT),
        ("code_version", _TEXT),
        ("per_host_interval", pa.float64()),
        ("per_host_concurrency", pa.int32()),
    ]
)

POLLS = pa.schema(
    [
        ("run_id", _TEXT),
        ("feed_id", _TEXT),
        ("url", _TEXT),
        ("site", _TEXT),
        ("name", _TEXT),
        ("title", _TEXT),
        ("home_url", _TEXT),
        ("kind", _TEXT),
        ("language", _TEXT),
        ("country", _TEXT),
        ("tags", _TEXTS),
        ("polled_at", _TIME),
        ("result", _TEXT),
        ("reason", _TEXT),
        ("status", pa.int32()),
        ("error_class", _TEXT),
        ("entry_count", pa.int32()),
        ("etag", _TEXT),
        ("last_modified", _TEXT),
        ("body_hash", _TEXT),
        ("entries_hash", _TEXT),
        ("health", _TEXT),
        ("failures", pa.float64()),
        ("items_per_day", pa.float64()),
        ("last_polled_at", _TIME),
        ("last_success_at", _TIME),
        ("next_poll_at", _TIME),
        ("retry_after_until", _TIME),
        ("habit", _HABIT),
        ("entry_marks", pa.list_(pa.int64())),
        ("hints", _HINTS),
        ("gone_since", _TIME),
        ("not_modified_count", pa.int32()),
        ("full_answer_at", _TIME),
        ("distrusted_until", _TIME),
        ("adopted_url", _TEXT),
        ("moved_to", _TEXT),
        ("moved_since", _TIME),
        ("moved_polls", pa.int32()),
        ("gap_since", _TIME),
        ("gap_missed", pa.int32()),
        ("gap_witness", _TEXT),
        ("gap_witnessed", pa.int32()),
    ]
)

ENTRIES = pa.schema(
    [
        ("feed_id", _TEXT),
        ("feed_url", _TEXT),
        ("entry_key", _TEXT),
        ("wording_hash", _TEXT),
        ("guid", _TEXT),
        ("url", _TEXT),
        ("url_key", _TEXT),
        ("listed_url", _TEXT),
        ("polled_at", _TIME),
        ("position", pa.int32()),
        ("title", _TEXT),
        ("summary", _TEXT),
        ("content_html", _TEXT),
        ("authors", _TEXTS),
        ("categories", _TEXTS),
        *_publisher_time("published"),
        *_publisher_time("updated"),
        ("image_url", _TEXT),
        ("language", _TEXT),
    ]
)

FETCHES = pa.schema(
    [
        ("fetch_id", _TEXT),
        ("run_id", _TEXT),
        ("url", _TEXT),
        ("host", _TEXT),
        ("site", _TEXT),
        ("purpose", _TEXT),
        ("attempt", pa.int32()),
        ("redirected_from", _TEXT),
        ("status", pa.int32()),
        ("started_at", _TIME),
        ("answered_at", _TIME),
        ("ended_at", _TIME),
        ("bytes", pa.int64()),
        ("error_class", _TEXT),
        ("was_conditional", pa.bool_()),
        ("validator_use", _TEXT),
        ("had_validators", pa.bool_()),
        ("retry_after_until", _TIME),
        ("robots_rule", _TEXT),
        ("crawl_delay_seconds", pa.float64()),
        ("content_hash", _TEXT),
        ("raw_ref", _TEXT),
    ]
)

ROBOTS_FILES = pa.schema(
    [
        ("origin", _TEXT),
        ("site", _TEXT),
        ("read_at", _TIME),
        ("run_id", _TEXT),
        ("fetch_id", _TEXT),
        ("agent", _TEXT),
        ("rules", _TEXTS),
        ("crawl_delay_seconds", pa.float64()),
        ("sitemaps", _TEXTS),
        ("outcome", _TEXT),
        ("reason", _TEXT),
    ]
)

PAGE_RESULTS = pa.schema(
    [
        ("result_number", pa.int32()),
        ("run_id", _TEXT),
        ("url", _TEXT),
        ("url_key", _TEXT),
        ("purpose", _TEXT),
        ("stage", _TEXT),
        ("decided_at", _TIME),
        ("outcome", _TEXT),
        ("reason", _TEXT),
        ("hops", _TEXTS),
        ("hop_keys", _TEXTS),
        ("further_urls", _TEXTS),
        ("further_keys", _TEXTS),
        ("moved_permanently", pa.bool_()),
        ("same_as_key", _TEXT),
        ("feed_id", _TEXT),
        ("entry_key", _TEXT),
        ("guid_keys", _TEXTS),
        ("loose_key", _TEXT),
        ("fetch_id", _TEXT),
        ("failures", pa.int32()),
        ("next_try_at", _TIME),
    ]
)

ARTICLES = pa.schema(
    [
        ("result_number", pa.int32()),
        ("final_url", _TEXT),
        ("final_key", _TEXT),
        ("loose_key", _TEXT),
        ("canonical_url", _TEXT),
        ("canonical_key", _TEXT),
        ("amp_url", _TEXT),
        ("amp_key", _TEXT),
        ("site", _TEXT),
        ("title", _TEXT),
        ("headline", _TEXT),
        ("standfirst", _TEXT),
        ("title_key", _TEXT),
        ("content_hash", _TEXT),
        ("body_hash", _TEXT),
        ("authors", _TEXTS),
        *_publisher_time("published"),
        *_publisher_time("modified"),
        ("language", _TEXT),
        ("section", _TEXT),
        ("tags", _TEXTS),
        ("access", _TEXT),
        ("page_kind", _TEXT),
        ("rights", _TEXTS),
        ("reading_time_minutes", pa.int32()),
        ("reading_time_is_computed", pa.bool_()),
        ("image_url", _TEXT),
        ("image_caption", _TEXT),
        ("image_credit", _TEXT),
        ("agency_credit", _TEXT),
        ("promotion", _TEXT),
        ("witnesses", pa.map_(_TEXT, _TEXT)),
        ("body_source", _TEXT),
        ("extractor", _TEXT),
        ("page_count", pa.int32()),
        ("is_partial", pa.bool_()),
        ("body", _TEXT),
        ("word_count", pa.int32()),
        ("paragraphs", pa.list_(pa.struct([("kind", _TEXT), ("text", _TEXT), ("text_hash", _TEXT)]))),
    ]
)

SCHEMAS = {
    "runs": RUNS,
    "polls": POLLS,
    "entries": ENTRIES,
    "fetches": FETCHES,
    "robots_files": ROBOTS_FILES,
    "page_results": PAGE_RESULTS,
    "articles": ARTICLES,
}
"""File name without suffix → its columns."""

"""What an answer's headers ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.acquire.server_hints import server_wants

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AN_HOUR_LATER = "Sun, 22 Nov 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"cache-control": "max-age=1800"}, 1800, id="max-age"),
        pytest.param({"cache-control": 'public, MAX-AGE="600"'}, 600, id="quoted-and-upper-case"),
        pytest.param({"cache-control": "s-maxage=900"}, None, id="for-shared-caches-only"),
        pytest.param({"cache-control": "max-age=1800", "age": "600"}, 1200, id="age-counts"),
        pytest.param({"cache-control": "max-age=600", "age": "900"}, None, id="older-than-it-may-be"),
        pytest.param({"cache-control": "max-age=600", "age": "-1 or so"}, 600, id="an-age-that-is-none"),
        pytest.param({"cache-control": "no-cache, max-age=1800"}, None, id="no-cache"),
        pytest.param({"cache-control": "no-store"}, None, id="no-store"),
        pytest.param({"expires": AN_HOUR_LATER}, 3600, id="expires"),
        pytest.param(
            {"expires": AN_HOUR_LATER, "date": "Sun, 22 Nov 2026 12:50:00 GMT"}, 600, id="by-the-servers-own-clock"
        ),
        pytest.param({"expires": "0"}, None, id="expires-at-once"),
        pytest.param({"expires": "Sun, 22 Nov 2026 11:00:00 GMT"}, None, id="expired"),
        pytest.param({"expires": "Sun, 99 Nov 2026 11:00:00 GMT"}, None, id="no-date"),
        pytest.param({"cache-control": "max-age=60", "expires": AN_HOUR_LATER}, 60, id="max-age-wins"),
    ],
)
def test_the_freshness_of_an_answer(headers: dict[str, str], expected: float | None) -> None:
    wanted = server_wants(headers, NOW)
    assert wanted == (None if expected is None else timedelta(seconds=expected))

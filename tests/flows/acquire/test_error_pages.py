"""Pages that come with an error: what they are told by, and what they must not cost."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from flows.acquire.archive import Archive
from flows.acquire.exchange import Answer, feed_request, page_request
from tests.factories import a_run
from tests.flows.acquire.clients import fetch
from tests.news_server import Behaviour, NewsServer, gzip_bomb

STORY = "http://paper.example/story"
CLOUDFLARE = b"<html><title>Just a moment...</title><script>window._cf_chl_opt={cType:'managed'}</script></html>"
AKAMAI = b"<h1>Access Denied</h1><p>Reference #18.1</p><p>https://errors.edgesuite.net/18.1</p>"
SORRY = b"<h1>Sorry</h1><p>Come back later.</p>"


def asked(server: NewsServer, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    server.add(STORY, status=status, body=body, headers=headers)
    return fetch(page_request(STORY), environment=server.environment)


@pytest.mark.parametrize(
    ("status", "body", "headers", "evidence"),
    [
        pytest.param(403, CLOUDFLARE, {}, "_cf_chl_opt", id="cloudflare-403"),
        pytest.param(503, CLOUDFLARE, {}, "_cf_chl_opt", id="cloudflare-503"),
        pytest.param(429, CLOUDFLARE, {"Retry-After": "60"}, "_cf_chl_opt", id="cloudflare-429"),
        pytest.param(404, CLOUDFLARE, {}, "_cf_chl_opt", id="cloudflare-404"),
        pytest.param(403, b"", {"cf-mitigated": "challenge"}, "cf-mitigated", id="cloudflare-by-its-header"),
        pytest.param(405, b"", {"x-amzn-waf-action": "captcha"}, "x-amzn-waf-action", id="aws-by-its-header"),
        pytest.param(403, AKAMAI, {"Server": "AkamaiGHost"}, "Akamai", id="akamai"),
        pytest.param(403, b"<div id='px-captcha'></div>", {}, "PerimeterX", id="perimeterx"),
        pytest.param(403, b"<script src=//ct.captcha-delivery.com/c.js></script>", {}, "DataDome", id="datadome"),
        pytest.param(403, b"<p>Incapsula incident ID: 1-2</p>", {}, "Imperva", id="imperva"),
        pytest.param(503, b"<form class='h-captcha'></form>", {}, "captcha", id="some-captcha"),
        pytest.param(
            503, b"<h1>Are you human?</h1><i class='g-recaptcha'></i>", {}, "captcha", id="captcha-with-words"
        ),
        pytest.param(503, gzip.compress(CLOUDFLARE), {"Content-Encoding": "gzip"}, "_cf_chl_opt", id="compressed"),
        pytest.param(503, CLOUDFLARE + b" " * 300_000, {}, "_cf_chl_opt", id="longer-than-what-is-read"),
    ],
)
def test_a_challenge_behind_an_error_is_blocked_with_its_evidence(
    server: NewsServer, status: int, body: bytes, headers: dict[str, str], evidence: str
) -> None:
    answer = asked(server, status, body, headers)
    assert (answer.outcome, answer.status, answer.is_transient) == ("blocked", status, False)
    assert evidence in answer.reason
    assert answer.fetches[0].error_class == "blocked"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(403, "blocked"), (404, "not_found"), (410, "gone"), (429, "rate_limited"), (500, "server_error")],
)
def test_an_error_without_a_challenge_is_what_its_status_says(server: NewsServer, status: int, outcome: str) -> None:
    answer = asked(server, status, SORRY, {"Server": "cloudflare"})
    assert (answer.outcome, answer.status, answer.body) == (outcome, status, b"")
    assert "human" not in answer.reason


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<script src='https://captcha.example/recaptcha/api.js'></script>", id="script-alone"),
        pytest.param(
            b"<script src='/recaptcha/api.js'></script><h1>Not here</h1><form><i class='g-recaptcha'></i></form>",
            id="newsletter",
        ),
    ],
)
@pytest.mark.parametrize(
    ("status", "outcome"), [(403, "blocked"), (404, "not_found"), (429, "rate_limited"), (503, "server_error")]
)
def test_an_error_whose_template_has_a_captcha_is_what_its_status_says(
    server: NewsServer, status: int, outcome: str, body: bytes
) -> None:
    answer = asked(server, status, body, {})
    assert (answer.outcome, answer.status) == (outcome, status)
    assert "human" not in answer.reason


@pytest.mark.parametrize(
    ("body", "headers", "behaviour"),
    [
        pytest.param(b"", {}, Behaviour.PLAIN, id="nothing"),
        pytest.param(gzip_bomb(5_000_000), {"Content-Encoding": "gzip"}, Behaviour.PLAIN, id="bomb"),
        pytest.param(SORRY, {"Content-Encoding": "zstd"}, Behaviour.PLAIN, id="unknown-encoding"),
        pytest.param(SORRY, {}, Behaviour.RESET_MID_BODY, id="reset"),
        pytest.param(SORRY, {}, Behaviour.TRUNCATED, id="cut"),
        pytest.param(SORRY * 1000, {}, Behaviour.ENDLESS, id="endless"),
    ],
)
def test_whatever_comes_with_an_error_its_status_holds(
    server: NewsServer, body: bytes, headers: dict[str, str], behaviour: Behaviour
) -> None:
    server.add(STORY, status=404, body=body, headers=headers, behaviour=behaviour)
    answer = fetch(page_request(STORY), environment=server.environment)
    assert (answer.outcome, answer.status, answer.body) == ("not_found", 404, b"")


def test_the_page_of_an_error_is_kept_where_it_was_read_whole(server: NewsServer, tmp_path: Path) -> None:
    server.add(STORY, status=403, body=CLOUDFLARE)
    with Archive(tmp_path, a_run()) as archive:
        fetch(page_request(STORY), environment=server.environment, archive=archive)
    (file,) = tmp_path.iterdir()
    assert CLOUDFLARE in gzip.decompress(file.read_bytes())


def test_the_page_that_comes_with_a_feeds_error_is_not_read(server: NewsServer) -> None:
    server.add(STORY, status=503, body=CLOUDFLARE)
    answer = fetch(feed_request(STORY), environment=server.environment)
    assert (answer.outcome, answer.fetches[0].bytes) == ("server_error", 0)


def test_a_page_that_takes_all_the_time_there_is_changes_nothing_about_the_status(server: NewsServer) -> None:
    server.add(STORY, status=404, behaviour=Behaviour.SLOW_DRIP)
    answer = fetch(page_request(STORY, total_seconds=0.2), environment=server.environment)
    assert (answer.outcome, answer.status) == ("not_found", 404)

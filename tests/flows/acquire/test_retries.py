from __future__ import annotations

from collections.abc import Sequence

import pytest

from flows.acquire.exchange import Answer, page_request
from flows.acquire.retries import RetryPolicy, fetch_with_retries
from tests.flows.acquire.clients import with_client
from tests.news_server import Behaviour, NewsServer, Resource
from transforms.outcomes import Outcome

PAGE = "http://paper.example/story"
STORY = Resource(body=b"<p>Word for word.</p>" * 100)
AT_ONCE = RetryPolicy(backoff_seconds=0.0)


def fetch_all(server: NewsServer, resources: Sequence[Resource], policy: RetryPolicy = AT_ONCE) -> Answer:
    server.add_in_turn(PAGE, resources)
    return with_client(
        lambda client: fetch_with_retries(client, page_request(PAGE, total_seconds=0.3), policy=policy),
        environment=server.environment,
    )


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Resource(status=500), id="500"),
        pytest.param(Resource(status=503), id="503-without-retry-after"),
        pytest.param(Resource(status=503, headers={"Retry-After": "0"}), id="503-with-a-short-retry-after"),
        pytest.param(Resource(status=429, headers={"Retry-After": "0"}), id="429-with-a-short-retry-after"),
        pytest.param(Resource(behaviour=Behaviour.RESET), id="reset"),
        pytest.param(Resource(body=STORY.body, behaviour=Behaviour.TRUNCATED), id="truncated"),
        pytest.param(Resource(body=STORY.body, behaviour=Behaviour.RESET_MID_BODY), id="reset-mid-body"),
    ],
)
def test_trouble_that_passes_is_tried_again(server: NewsServer, trouble: Resource) -> None:
    answer = fetch_all(server, [trouble, STORY])
    assert (answer.outcome, answer.body) == (None, STORY.body)
    assert [(row.attempt, row.error_class is None) for row in answer.fetches] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Resource(status=404), id="404"),
        pytest.param(Resource(status=403), id="403"),
        pytest.param(Resource(status=429), id="429-without-retry-after"),
        pytest.param(Resource(status=503, headers={"Retry-After": "11"}), id="503-with-a-long-retry-after"),
        pytest.param(Resource(status=302, headers={"Location": PAGE}), id="redirect-loop"),
        pytest.param(Resource(behaviour=Behaviour.NEVER_ANSWERS), id="time-out"),
    ],
)
def test_trouble_that_stays_is_left_to_a_later_run(server: NewsServer, trouble: Resource) -> None:
    answer = fetch_all(server, [trouble, STORY])
    assert answer.outcome is not None
    assert len(server.requests) == 1


def test_two_more_attempts_are_made_and_no_third(server: NewsServer) -> None:
    answer = fetch_all(server, [Resource(status=500)])
    assert (answer.outcome, [row.attempt for row in answer.fetches]) == (Outcome.SERVER_ERROR, [1, 2, 3])


def test_nothing_is_tried_again_when_the_budget_is_spent(server: NewsServer) -> None:
    answer = fetch_all(server, [Resource(status=500)], RetryPolicy(backoff_seconds=0.01, budget_seconds=0.0))
    assert len(answer.fetches) == 1


def test_waits_double_from_attempt_to_attempt_and_retry_after_goes_before_them() -> None:
    policy = RetryPolicy(backoff_seconds=2.0, max_attempts=4)
    failed = Answer(
        url=PAGE, final_url=PAGE, hops=(), fetches=(), status=500, outcome=Outcome.SERVER_ERROR, is_transient=True
    )
    busy = Answer(
        url=PAGE,
        final_url=PAGE,
        hops=(),
        fetches=(),
        status=503,
        outcome=Outcome.SERVER_ERROR,
        is_transient=True,
        retry_after_seconds=7.0,
    )
    assert [policy.wait_before_next(failed, attempt=n) for n in (1, 2, 3, 4)] == [2.0, 4.0, 8.0, None]
    assert policy.wait_before_next(busy, attempt=1) == 7.0

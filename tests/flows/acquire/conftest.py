from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.news_server import NewsServer


@pytest.fixture
def server() -> Iterator[NewsServer]:
    with NewsServer() as running:
        yield running

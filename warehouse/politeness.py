"""What we did to a server: the answer to a publisher who asks.

A publisher's hosts are one to the pacing, so the account is of a whole registrable domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from transforms.urls import site_of
from warehouse.rows import Row
from warehouse.sql import fetch_rows, sql_text
from warehouse.suppressions import read_suppressions

DAYS = 7
REFUSALS = 5
PLANNED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """All requests to one site.

    `hosts` are those that were asked, `totals` and `pacing` one row each, `days` the latest with requests, by whose
    runs `pacing` goes, `refusals` the latest answers 429 and 503, `robots_files` what each origin's robots.txt said
    last, `planned` what is asked for next.  `suppressed` says why nothing is asked any more; None where it is.
    """

    asked: str
    site: str
    hosts: Sequence[Row]
    totals: Row
    pacing: Row
    days: Sequence[Row]
    refusals: Sequence[Row]
    robots_files: Sequence[Row]
    planned: Sequence[Row]
    suppressed: str | None


def find_conduct(connection: DuckDBPyConnection, host: str) -> Conduct | None:
    """Return the account of the site of `host` (lower case, without port); None when nothing was asked of it."""
    site = site_of(host)
    hosts = fetch_rows(connection, sql_text("queries/politeness_hosts.sql"), {"site": site, "host": host})
    if not hosts:
        return None
    names = {"site": site, "hosts": [row["host"] for row in hosts]}

    def rows(name: str, **values: object) -> list[Row]:
        return fetch_rows(connection, sql_text(f"queries/politeness_{name}.sql"), values)

    return Conduct(
        asked=host,
        site=site,
        hosts=hosts,
        totals=rows("totals", **names)[0],
        pacing=rows("pacing", site=site, days=DAYS)[0],
        days=rows("days", **names, days=DAYS),
        refusals=rows("refusals", **names, count=REFUSALS),
        robots_files=rows("robots", site=site),
        planned=rows("planned", **names, count=PLANNED),
        suppressed=read_suppressions(connection).reason_for(f"https://{site}/"),
    )


def near_hosts(connection: DuckDBPyConnection, host: str) -> list[str]:
    """Return hosts that were asked and are named like one that was not."""
    rows = fetch_rows(connection, sql_text("queries/politeness_near.sql"), {"host": host})
    return [row["host"] for row in rows]

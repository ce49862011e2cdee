"""`newsledger politeness`: one page on what we did to a server, for its publisher, or as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.cli.common import Common, common_options, echo_json_line, printable, writing_to_stdout
from flows.cli.prose import moment, wrapped
from transforms.errors import InputError
from transforms.urls import host_of

if TYPE_CHECKING:
    from warehouse.politeness import Conduct

RULES = 12
"""Lines of a robots.txt that are shown; `--json` has all."""
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


@click.command("politeness")
@click.argument("host")
@click.option("--json", "is_json", is_flag=True, help="The account as one JSON object.")
@common_options
def politeness_command(host: str, is_json: bool, common: Common) -> None:
    """Tells what was asked of HOST and all hosts of its registrable domain, and how: a page for a publisher who asks.

    HOST may also be any address there.

    Example: newsledger politeness news.example
    """
    from flows.user_agent import user_agent
    from warehouse.connection import open_reader
    from warehouse.politeness import find_conduct, near_hosts

    name = _host(host)
    settings = common.configuration().settings
    with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
        conduct = find_conduct(connection, name)
        near = near_hosts(connection, name) if conduct is None else []
    if conduct is None:
        message = f"As far as this warehouse knows, nothing was ever asked of {printable(name)} or its other hosts."
        known = ", ".join(map(printable, near))
        message += f" Hosts named like it: {known}." if known else " The view fetches has all hosts."
        raise InputError(message)
    if is_json:
        account = asdict(conduct) | {"planned": _planned(conduct)}
        echo_json_line({"user_agent": user_agent(settings.contact), "contact": settings.contact, **account})
        return
    with writing_to_stdout():
        for line in conduct_lines(conduct, agent=user_agent(settings.contact), has_contact=bool(settings.contact)):
            click.echo(line)


def _host(text: str) -> str:
    """The host that is named, by itself or in an address.  Raises UsageError for what is neither."""
    named = text.strip()
    host = host_of(named if "://" in named else f"https://{named}")
    if not _HOST.fullmatch(host):
        raise click.UsageError(
            f"{printable(text)!r} is neither a host nor an address. Name one, like news.example or https://news.example/."
        )
    return host


def conduct_lines(conduct: Conduct, *, agent: str, has_contact: bool) -> Iterator[str]:
    """The account as lines of at most 80 columns, but for addresses and rules, which are left whole."""
    totals = conduct.totals
    yield from wrapped(f"What newsledger asked of {conduct.site} (times in UTC)", 0)
    hosts = ", ".join(f"{row['host']} ({row['request_count']:,})" for row in conduct.hosts)
    span = f"{moment(totals['first_at'])} to {moment(totals['last_at'])}"
    yield from wrapped(f"{_count(totals['request_count'], 'request')}, {span}, {_size(totals['bytes'])}: {hosts}", 2)
    yield from _section("Who asks", _who(agent, has_contact=has_contact))
    yield from _section("Pacing", _pacing(conduct))
    yield from _section("robots.txt", _robots(conduct))
    yield ""
    yield from _days(conduct)
    yield from _section("What was spared", _spared(totals))
    yield from _section("Refusals", _refusals(conduct))
    yield from _section("What comes next", _next(conduct))
    yield from _section("For more distance", _distance(conduct))


def _section(title: str, sentences: Iterator[str]) -> Iterator[str]:
    yield ""
    yield title
    for sentence in sentences:
        yield from wrapped(sentence, 2)


def _who(agent: str, *, has_contact: bool) -> Iterator[str]:
    yield f"User-Agent: {agent}"
    if not has_contact:
        yield "No contact is set, so the publisher cannot reach us: set contact in the feeds file."


def _pacing(conduct: Conduct) -> Iterator[str]:
    pacing = conduct.pacing
    if pacing["set_interval_seconds"] is not None:
        at_once = _count(pacing["set_concurrency"], "request")
        yield (
            f"Set by the latest run: {pacing['set_interval_seconds']:g} s between two requests to the domain, "
            f"{at_once} at once."
        )
        least, most = pacing["least_set_interval_seconds"], pacing["most_set_interval_seconds"]
        if least != most or pacing["most_set_concurrency"] != pacing["set_concurrency"]:
            at_once = _count(pacing["most_set_concurrency"], "request")
            yield f"Set by all runs of the days below: {least:g} to {most:g} s, {at_once} at once at most."
    if pacing["crawl_delay_seconds"]:
        since = moment(pacing["crawl_delay_since"])
        yield f"robots.txt asks for {pacing['crawl_delay_seconds']:g} s (Crawl-delay; it reads so since {since})."
    if pacing["smallest_seconds"] is None:
        yield "Kept on the days below: no run asked twice."
    else:
        at_once = _count(pacing["most_in_flight"], "request")
        yield (
            f"Kept on the days below: {pacing['smallest_seconds']:.2f} s from start to start at least, "
            f"{pacing['median_seconds']:.2f} s in the median; {at_once} at once at most."
        )


def _robots(conduct: Conduct) -> Iterator[str]:
    if not conduct.robots_files:
        yield "None was read yet."
    for file in conduct.robots_files:
        read = f"{file['origin']}, read {moment(file['last_read_at'])}"
        if file["reason"] is not None:
            what = "no page is asked for then" if file["outcome"] else "everything is allowed"
            yield f"{read}: {file['reason']}; {what}."
        elif file["agent"] is None:
            yield f"{read}: no group names newsledger or *; everything is allowed."
        else:
            who = "pages and feeds" if file["agent"] == "newsledger" else "pages; no group names newsledger"
            since = moment(file["first_read_at"])
            yield f"{read}, the same since {since}: obeyed is the group for {file['agent']} ({who})."
            yield from (f"  {rule}" for rule in file["rules"][:RULES])
            if len(file["rules"]) > RULES:
                yield f"  … and {_count(len(file['rules']) - RULES, 'line')} more (--json has all)"


_COLUMNS = {
    "feeds": "feed_count",
    "pages": "page_count",
    "again": "recheck_count",
    "other": "other_count",
    "2xx": "ok_count",
    "304": "not_modified_count",
    "3xx": "redirect_count",
    "4xx": "client_error_count",
    "5xx": "server_error_count",
    "none": "unanswered_count",
}


_PURPOSES = tuple(_COLUMNS.values())[:4]


def _days(conduct: Conduct) -> Iterator[str]:
    shown, all_of_them = (
        sum(day[column] for day in conduct.days for column in _PURPOSES),
        conduct.totals["request_count"],
    )
    which = f": the latest {len(conduct.days)} days with any, {shown:,} of {_count(all_of_them, 'request')}"
    yield "Requests by day" + (which if shown < all_of_them else "")
    yield "  day        " + "".join(f"{name:>6}" for name in _COLUMNS) + "     kB"
    for day in conduct.days:
        counts = "".join(f"{day[column]:>6}" for column in _COLUMNS.values())
        yield f"  {day['day']:%Y-%m-%d} {counts}{day['bytes'] / 1000:>7.0f}"
    yield "  again: pages read anew; other: robots.txt and sitemaps; none: no answer came"


def _spared(totals: dict[str, Any]) -> Iterator[str]:
    feeds = totals["feed_count"]
    if feeds:
        yield (
            f"{totals['conditional_count']:,} of {_count(feeds, 'feed request')} were conditional "
            f"({totals['conditional_count'] / feeds:.0%}), {totals['not_modified_count']:,} were answered 304. Of "
            f"the others {totals['without_validators_count']:,} had no validator to send, {totals['tested_count']:,} "
            f"tested whether the 304 are true, {totals['distrusted_count']:,} did not believe them."
        )
    unchanged, pages = totals["unchanged_page_count"], totals["page_answer_count"]
    yield f"{unchanged:,} of {_count(pages, 'page')} that came were read before and unchanged."


def _refusals(conduct: Conduct) -> Iterator[str]:
    totals = conduct.totals
    if not totals["rate_limited_count"] + totals["unavailable_count"]:
        yield "No answer was 429 or 503."
        return
    yield (
        f"429 came {_count(totals['rate_limited_count'], 'time')}, 503 {_count(totals['unavailable_count'], 'time')}; "
        f"{totals['asked_to_wait_count']:,} named a time (Retry-After). After each the domain was asked at half the "
        "pace for an hour. The latest:"
    )
    for row in conduct.refusals:
        then = moment(row["asked_next_at"], seconds=True) if row["asked_next_at"] else "not yet"
        said = f"{moment(row['answered_at'], seconds=True)}  {row['status']}{_wait(row)}; asked again {then}"
        yield f"{said}: {row['url']}"


def _wait(refusal: dict[str, Any]) -> str:
    """Until when the address was left alone, and what was asked for where that was longer."""
    named, kept = refusal["retry_after_until"], refusal["kept_until"]
    if named is None:
        return ""
    wait = f", wait until {moment(kept, seconds=True)}"
    return wait if named == kept else f"{wait} (named was {moment(named, seconds=True)}; kept is a day at most)"


def _next(conduct: Conduct) -> Iterator[str]:
    if conduct.suppressed is not None:
        yield f"Nothing is asked any more: {conduct.suppressed}"
    elif not conduct.planned:
        yield "Nothing is planned."
    else:
        yield "By the first run after each of these times:"
        for row in _planned(conduct):
            what, rule = f"{row['purpose']} {row['url']}", row["forbidden_by"]
            if rule is not None:
                what = f"only robots.txt: while it says “{rule}”, not {what}"
            yield f"{moment(row['planned_at'])}  {what}"


def _planned(conduct: Conduct) -> list[dict[str, Any]]:
    """What is planned, each with the line of robots.txt that keeps it from being asked, `forbidden_by`."""
    from flows.acquire.robots_rules import PRODUCT_TOKEN, forbidding_line, parser_of
    from flows.acquire.targets import parse_target

    files = {file["origin"]: file for file in conduct.robots_files}

    def forbidden_by(row: dict[str, Any]) -> str | None:
        file = files.get(parse_target(row["url"]).origin)
        if file is None or (row["purpose"] == "feed" and file["agent"] != PRODUCT_TOKEN):
            return None
        rules = tuple(file["rules"])
        is_allowed = parser_of(rules).can_fetch(row["url"], PRODUCT_TOKEN)
        return None if is_allowed else forbidding_line(rules, row["url"])

    return [{**row, "forbidden_by": forbidden_by(row)} for row in conduct.planned]


def _distance(conduct: Conduct) -> Iterator[str]:
    yield (
        "A Crawl-delay in robots.txt is kept (120 s at most), and so is a Retry-After with an answer 429 or 503 (a day "
        "at most). A robots.txt group that names newsledger also counts for feeds: “User-agent: newsledger” and "
        "“Disallow: /” end everything within a day."
    )
    yield (
        f"The operator can do as much: per_host_interval for the pause, and `newsledger forget {conduct.site}`, which "
        "drops all texts and ends all requests (`forget URL` for one article)."
    )


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"

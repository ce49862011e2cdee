"""`newsledger why`: the whole story of one address, for a terminal or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.cli.common import Common, common_options, echo_json_line, printable, writing_to_stdout
from flows.cli.prose import WIDTH, moment, wrapped
from transforms.errors import InputError
from transforms.text import counted

if TYPE_CHECKING:
    from warehouse.why import RunChapter, Story


@click.command("why")
@click.argument("url")
@click.option("--json", "is_json", is_flag=True, help="The story as one JSON object.")
@common_options
def why_command(url: str, is_json: bool, common: Common) -> None:
    """Tells what became of URL: who listed it, what was asked and answered, what was decided, and what comes next.

    URL may be any address of an article, in any spelling, with or without scheme; an article_id; or a feed's address.

    Example: newsledger why https://news.example/2026/11/22/harbour-reopens
    """
    from warehouse.connection import open_reader
    from warehouse.stage import pending_batches
    from warehouse.why import find_story, near_addresses

    settings = common.configuration().settings
    waiting = len(pending_batches(settings.spool))
    with open_reader(settings.warehouse, wait_seconds=settings.warehouse_wait) as connection:
        story = find_story(connection, url, now=common.clock())
        near = near_addresses(connection, url) if story is None else []
    if story is None:
        raise InputError(_unknown(url, near, waiting))
    if is_json:
        echo_json_line({**asdict(story), "batches_waiting": waiting})
        return
    with writing_to_stdout():
        for line in story_lines(story, waiting):
            click.echo(line)


def _unknown(url: str, near: list[str], waiting: int) -> str:
    """What to say of an address that the warehouse does not know."""
    message = f"Nothing is known of {printable(url)}: no feed that was polled ever listed it, and nobody asked for it. "
    if near:
        message += "Known addresses that are near it:" + "".join(f"\n  {printable(known)}" for known in near)
    else:
        message += "No address of its site is known either; follow a feed that lists it."
    return f"{message}\n{_waiting(waiting)}" if waiting else message


def _waiting(count: int) -> str:
    if count == 1:
        return "One batch of an earlier run waits in the spool and is no part of this yet; the next run loads it first."
    return (
        f"{count} batches of earlier runs wait in the spool and are no part of this yet; the next run loads them first."
    )


def story_lines(story: Story, waiting: int = 0) -> Iterator[str]:
    """The story as lines of at most 80 columns, but for addresses, which are left whole."""
    if story.feed:
        yield from _feed_lines(story.feed, story.polls)
    if story.relation:
        yield from wrapped(story.relation, 0)
    for status in story.statuses:
        yield printable(status["url"])
        yield from wrapped(f"{status['outcome']} since {moment(status['since'])}. {status['reason']}", 2)
        yield from wrapped(status["next"], 2)
    if waiting:
        yield from wrapped(_waiting(waiting), 0)
    for article in story.articles:
        yield ""
        yield from _article_lines(article, story)
    if story.runs:
        yield ""
        yield "What happened (times in UTC)"
    for chapter in story.runs:
        yield from _chapter_lines(chapter)
    if story.feeds:
        yield ""
        yield "Listed now by"
        for feed in story.feeds:
            due = f"due again {moment(feed['next_poll_at'])}" if feed["next_poll_at"] else "with no next poll"
            yield from wrapped(f"{feed['name'] or feed['url']} ({feed['state']}), {due}", 2)


def _feed_lines(feed: dict[str, Any], polls: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield printable(feed["url"])
    yield from wrapped(f"The feed {feed['name'] or 'without name'}, {feed['state']}. {feed['next']}", 2)
    if feed["adopted_url"]:
        yield from wrapped(f"It moved and is asked at {feed['adopted_url']}", 2)
    yield from wrapped(
        f"It listed {counted(feed['url_count'], 'address', 'addresses')}: {feed['loaded_count']} loaded, "
        f"{feed['duplicate_count']} duplicate, {feed['deferred_count']} deferred, {feed['refused_count']} refused.",
        2,
    )
    yield from wrapped(
        f"First asked {moment(feed['first_polled_at'])}, last read "
        f"{moment(feed['last_success_at']) if feed['last_success_at'] else 'never'}. Its last polls (times in UTC):",
        2,
    )
    for poll in polls:
        answer = f"status {poll['status']}" if poll["status"] else "no answer"
        facts = ", ".join(filter(None, (answer, poll["error_class"])))
        yield from wrapped(f"{moment(poll['polled_at'])}  {poll['result']} ({facts}): {poll['reason']}", 4)


def _article_lines(article: dict[str, Any], story: Story) -> Iterator[str]:
    yield from wrapped(f"Article {article['article_id']}: {article['headline'] or 'without headline'}", 0)
    if article["gone_at"]:
        yield from wrapped(f"gone since {moment(article['gone_at'])}; what was read stays", 2)
    for version in story.versions:
        if version["article_id"] == article["article_id"]:
            current = " (current)" if version["version"] == article["current_version"] else ""
            text = f"version {version['version']}{current}, read {moment(version['observed_at'])}: "
            text += f"{version['word_count']} words from the {version['body_source']}, {version['headline'] or '-'}"
            yield from wrapped(text, 2)
    for alias in story.aliases:
        if alias["article_id"] == article["article_id"]:
            yield from wrapped(f"address by {alias['evidence']}, {moment(alias['first_seen_at'])}: {alias['url']}", 2)


def _chapter_lines(chapter: RunChapter) -> Iterator[str]:
    started = moment(chapter.started_at) if chapter.started_at else "not loaded yet"
    yield from wrapped(f"Run {chapter.run_id}, {started}{f', {chapter.trigger}' if chapter.trigger else ''}", 2)
    for sighting in chapter.sightings:
        until = "still listed" if sighting["is_listed"] else f"until {moment(sighting['last_seen_at'])}"
        named = f"{sighting['title'] or 'without title'}, guid {sighting['guid'] or 'none'}"
        feed = sighting["feed_name"] or sighting["feed_url"]
        yield from _event(sighting["first_seen_at"], f"listed by {feed} ({until}): {named}; link {sighting['url']}")
        if sighting["listed_url"]:
            yield from _event(sighting["first_seen_at"], f"the feed links through {sighting['listed_url']}")
    for request in chapter.requests:
        yield from _event(request["started_at"], _request(request))
    for decision in chapter.decisions:
        text = f"{decision['stage']} decided {decision['outcome']}: {decision['reason']}"
        yield from _event(decision["decided_at"], f"{text} ({decision['url']})")


def _request(request: dict[str, Any]) -> str:
    """One request and its answer in words."""
    which = f", attempt {request['attempt']}" if request["attempt"] > 1 else ""
    how = "redirected to" if request["redirected_from"] else f"asked for ({request['purpose']}{which})"
    answer = f"status {request['status']}" if request["status"] else "no answer"
    facts = [answer, f"{request['bytes']:,} bytes"]
    if request["error_class"]:
        facts.append(request["error_class"])
    if request["robots_rule"]:
        facts.append(f"robots.txt: {request['robots_rule']}")
    if request["crawl_delay_seconds"]:
        facts.append(f"crawl delay {request['crawl_delay_seconds']:g} s")
    if request["retry_after_until"]:
        facts.append(f"asked us to wait until {moment(request['retry_after_until'])}")
    if request["raw_ref"]:
        facts.append(f"kept in {request['raw_ref']}")
    return f"{how} {request['url']}: {'; '.join(facts)}"


def _event(at: datetime, text: str) -> Iterator[str]:
    lines = list(wrapped(text, 0, WIDTH - 14))
    yield f"    {at:%H:%M:%S}  {lines[0]}"
    yield from (f"{'':14}{line}" for line in lines[1:])

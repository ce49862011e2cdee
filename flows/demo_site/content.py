"""The papers and their articles, as the files of this folder have them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from transforms.records import Paragraph, ParagraphKind

FOLDER = Path(__file__).parent
EDITIONS = 2

_MARKS = {"## ": ParagraphKind.SUBHEADING, "> ": ParagraphKind.QUOTE, "- ": ParagraphKind.LIST_ITEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """An article as one edition prints it.

    `entry_path` is the address its feed gives, which redirects to `path` where the two differ.  `published` and
    `modified` carry the paper's own offset.  `reading_time_minutes` is None when the page states none.
    """

    number: int
    path: str
    entry_path: str
    picture_path: str
    section: str
    published: datetime
    headline: str
    standfirst: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    caption: str
    credit: str
    paragraphs: tuple[Paragraph, ...]
    modified: datetime | None = None
    reading_time_minutes: int | None = None
    agency_credit: str | None = None

    @property
    def changed(self) -> datetime:
        """When the paper last touched it."""
        return self.modified or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A paper's habits: how it forms addresses, dates and phrases (the keys of publisher.toml)."""

    folder: Path
    name: str
    host: str
    language: str
    tagline: str
    article_path: str
    picture_path: str
    page_title: str
    byline: str
    last_author: str
    date_text: str
    months: Sequence[str]
    reading_time: str
    read_more: str
    promotion: str
    robots: str
    feeds: Sequence[dict[str, str]]
    entry_parameters: str = ""

    def url(self, path: str) -> str:
        """The absolute address of a path on this paper's host."""
        return f"http://{self.host}{path}"

    def articles(self, edition: int) -> tuple[DemoArticle, ...]:
        """What the edition lists, newest first, with its revisions applied."""
        listed = [
            self._article(name, table, edition)
            for name, table in self._tables()
            if table["edition"] <= edition < table.get("withdrawn", EDITIONS + 1)
        ]
        return tuple(sorted(listed, key=lambda article: article.published, reverse=True))

    def withdrawn_paths(self, edition: int) -> tuple[str, ...]:
        """Where articles stood that the edition has taken down."""
        return tuple(
            self._article(name, table, edition).path
            for name, table in self._tables()
            if table.get("withdrawn", EDITIONS + 1) <= edition
        )

    def _tables(self) -> list[tuple[str, dict[str, Any]]]:
        files = sorted((self.folder / "articles").glob("*.toml"))
        return [(file.stem, tomllib.loads(file.read_text("utf-8"))) for file in files]

    def _article(self, name: str, table: dict[str, Any], edition: int) -> DemoArticle:
        published: datetime = table["published"]
        names = {
            "name": name,
            "number": table["number"],
            "section": table["section"].lower(),
            "year": published.year,
            "month": published.month,
            "day": published.day,
        }
        path = self.article_path.format_map(names)
        article = DemoArticle(
            number=table["number"],
            path=path,
            entry_path=table.get("entry_path", path),
            picture_path=self.picture_path.format_map(names),
            section=table["section"],
            published=published,
            headline=table["headline"],
            standfirst=table["standfirst"],
            authors=tuple(table["authors"]),
            tags=tuple(table["tags"]),
            caption=table["image"]["caption"],
            credit=table["image"]["credit"],
            paragraphs=_paragraphs(table["body"]),
            reading_time_minutes=table.get("reading_time_minutes"),
            agency_credit=table.get("agency_credit"),
        )
        revision = table.get("revision")
        return _revised(article, revision) if revision and edition == EDITIONS else article


def read_publishers() -> tuple[Publisher, ...]:
    """All papers of the demo site."""
    files = sorted(FOLDER.glob("*/publisher.toml"))
    return tuple(Publisher(folder=file.parent, **tomllib.loads(file.read_text("utf-8"))) for file in files)


def _paragraphs(body: str) -> tuple[Paragraph, ...]:
    """Blocks between blank lines; a mark at a block's start names its kind, and each list item has its own mark."""
    blocks = body.strip().replace("\n- ", "\n\n- ").split("\n\n")
    return tuple(_paragraph(" ".join(block.split())) for block in blocks if block.strip())


def _paragraph(text: str) -> Paragraph:
    for mark, kind in _MARKS.items():
        if text.startswith(mark):
            return Paragraph(text=text.removeprefix(mark), kind=kind)
    return Paragraph(text=text)


def _revised(article: DemoArticle, revision: dict[str, Any]) -> DemoArticle:
    paragraphs = article.paragraphs
    for old, new in revision.get("replacements", ()):
        paragraphs = tuple(replace(paragraph, text=paragraph.text.replace(old, new)) for paragraph in paragraphs)
    return replace(
        article,
        modified=revision["modified"],
        headline=revision.get("headline", article.headline),
        paragraphs=(*paragraphs, Paragraph(text=revision["addition"])),
    )

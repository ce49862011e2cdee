"""Fingerprints of an article's text: equal when a reader would see the same words.

Texts are compared in NFC with white space folded, so a changed indentation or a decomposed accent is no new version.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from unicodedata import normalize

from transforms.records import Article, LeadImage

_FIELD_END = "\x1f"
"""Unit separator: stands in no folded text, so ("a", "b") and ("ab", "") differ."""


def content_hash(article: Article) -> str:
    """The hash of headline, standfirst, caption, credits and paragraphs with their kinds: 16 hexadecimal digits.

    What a publisher changes without changing the article is left out: the page's title, the section, the times, the
    reading time, the promotion.
    """
    image = article.lead_image or LeadImage()
    fields = (article.headline, article.standfirst, image.caption, image.credit, article.agency_credit)
    kinds_and_texts = (part for paragraph in article.paragraphs for part in (paragraph.kind.value, paragraph.text))
    return _digest((*(field or "" for field in fields), *kinds_and_texts))


def body_hash(article: Article) -> str:
    """The hash of the paragraphs' texts alone: 16 hexadecimal digits."""
    return _digest(paragraph.text for paragraph in article.paragraphs)


def text_hash(text: str) -> str:
    """The hash of one text: 16 hexadecimal digits."""
    return _digest((text,))


def _digest(texts: Iterable[str]) -> str:
    folded = _FIELD_END.join(" ".join(normalize("NFC", text).split()) for text in texts)
    return blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

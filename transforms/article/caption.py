"""The picture that opens the article: its address, its caption, and the credit split off the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from transforms.article.evidence import Evidence, Found, elements_of, subjects_of, text_content
from transforms.article.habits import rows
from transforms.article.structured_data import Node, address_of, text_of
from transforms.records import LeadImage
from transforms.urls import absolute_url

_LONGEST_CAPTION = 600

_following = XPath("following::*")

_credit = tuple(
    re.compile(rf"(?:^|(?P<stop>\.)|[\s,;|\u2013\u2014-])\s*{end}\s*\.?$", re.IGNORECASE)
    for end in rows("credit", "ends")
)


def find_lead_image(evidence: Evidence) -> Found[LeadImage] | None:
    """The lead image; its caption is taken from the figure that shows it, else from what the page states about it."""
    stated, witness = _stated_image(evidence)
    url = absolute_url(evidence.url, address_of(stated)) if stated else None
    if url is None and (social := evidence.meta("og:image", "og:image:url", "twitter:image", "twitter:image:src")):
        url, witness = absolute_url(evidence.url, social), "meta"
    figure = _lead_figure(evidence, url)
    caption, credit = _figure_caption(figure) if figure is not None else (None, None)
    if figure is not None and url is None:
        url, witness = next((address for address in _addresses(evidence, figure)), None), "dom"
    if caption is None and isinstance(stated, dict):
        caption = text_of(stated.get("caption") or stated.get("description")) or None
        if caption:
            caption, stated_credit = split_credit(caption)
            credit = credit or stated_credit
    if credit is None and isinstance(stated, dict):
        credit = (
            text_of(stated.get("creditText") or stated.get("copyrightNotice") or stated.get("copyrightHolder")) or None
        )
    if url is None and caption is None and credit is None:
        return None
    return Found(LeadImage(url=url, caption=caption, credit=credit), witness)


def split_credit(caption: str, marked: str | None = None) -> tuple[str | None, str | None]:
    """Part a caption from the credit at its end.

    `marked` is a piece of it that the page marks as the credit.  Words such as "Photo:" are no part of a credit.
    """
    if marked and caption.endswith(marked):
        text, credit = caption.removesuffix(marked), _without_label(marked)
    elif match := next((match for end in _credit if (match := end.search(caption))), None):
        text, credit = caption[: match.start()] + (match["stop"] or ""), match["credit"]
    else:
        text, credit = caption, _without_label(marked or "")
    return text.strip(" |/(\u2013\u2014-") or None, credit.strip(" .") or None


def _without_label(credit: str) -> str:
    match = next((match for end in _credit if (match := end.fullmatch(credit))), None)
    return match["credit"] if match else credit


def _stated_image(evidence: Evidence) -> tuple[Node | str | None, str]:
    """The image that the page's JSON-LD gives the article: a node, an address or nothing."""
    if evidence.node is None:
        return None, ""
    images = evidence.data.resolved(evidence.node.get("image"))
    described = [image for image in images if isinstance(image, dict) and (image.get("caption") or image.get("url"))]
    return next(iter(described or images), None), "json-ld"


def _lead_figure(evidence: Evidence, url: str | None) -> HtmlElement | None:
    """The figure that shows the lead image: the one with its file, else the first captioned one in the article."""
    captioned = [figure for figure in _figures(evidence) if _figure_caption(figure)[0] is not None]
    if url and (stem := _stem(url)):
        for figure in captioned:
            if any(_stem(address) == stem for address in _addresses(evidence, figure)):
                return figure
    heading = next(iter(evidence.elements.get("h1", ())), None)
    if heading is not None and len(captioned) > 1:
        below = set(elements_of(_following, heading))
        return next((figure for figure in captioned if figure in below), captioned[0])
    return next(iter(captioned), None)


def _figures(evidence: Evidence) -> Iterator[HtmlElement]:
    """Figures, and what stands for them in older pages: an element that holds an img and a marked caption."""
    yield from evidence.elements.get("figure", ())
    for element in evidence.marked.get("caption", ()):
        parent = element.getparent()
        if (
            element.tag != "figcaption"
            and parent is not None
            and parent.tag != "figure"
            and next(parent.iter("img"), None) is not None
        ):
            yield parent


def _figure_caption(figure: HtmlElement) -> tuple[str | None, str | None]:
    element = next(figure.iter("figcaption"), None)
    if element is None:
        element = next(filter(_is_caption, figure.iterdescendants()), None)
    if element is None:
        return None, None
    caption = text_content(element)
    if len(caption) > _LONGEST_CAPTION:
        return None, None
    credited = (part for part in element.iterdescendants() if "credit" in subjects_of(part.get("class") or ""))
    return split_credit(caption, next((shown for part in credited if (shown := text_content(part))), None))


def _is_caption(element: HtmlElement) -> bool:
    return "caption" in subjects_of(element.get("class") or "")


def _addresses(evidence: Evidence, figure: HtmlElement) -> Iterator[str]:
    """Addresses of the pictures in a figure, lazy-loading attributes included."""
    for picture in figure.iter("img", "source", "a"):
        for name in ("src", "data-src", "data-original", "data-lazy-src", "srcset", "data-srcset", "href"):
            value = (picture.get(name) or "").strip().partition(" ")[0]
            if value and not value.startswith("data:") and (address := absolute_url(evidence.url, value.rstrip(","))):
                yield address


def _stem(url: str) -> str:
    """A picture's file name without size and extension: the same picture is served in many sizes."""
    name = PurePosixPath(urlsplit(url).path).stem
    return re.sub(
        r"(?:[-_]\d{2,4}x\d{2,4}|[-_]\d{2,4}w?|@\dx|[-_](?:scaled|large|medium|small|thumb))+$", "", name
    ).lower()

"""Signs that a page is an article's own: what it states of itself, and a story under its headline."""

from __future__ import annotations

from lxml.etree import XPath

from transforms.article.evidence import Evidence, elements_of, text_content

_SHORTEST_STORY = 120
"""Characters of running text, outside of links, in the element that has the headline."""

BESIDE = frozenset({"aside", "nav", "header", "footer"})
"""Elements that stand beside a page's content."""

STORIES = XPath("//body//*[self::article or self::main or @role='main'][.//h1]")
"""The article or main elements that have the headline."""
_running = XPath(".//p | .//blockquote | .//li[not(.//a)]")
_links = XPath(".//a")
_items = XPath("//*[@itemscope][contains(@itemtype, 'schema.org/') and contains(@itemtype, 'Article')]")


def states_an_article(evidence: Evidence) -> bool:
    """Whether the page states an article of its own: walls that replace the article's page do not.

    Sections mark up each of their teasers, so that microdata count where there is one article of it.
    """
    return (
        evidence.node is not None
        or (evidence.meta("og:type") or "").lower() == "article"
        or evidence.meta("article:published_time", "og:article:published_time") is not None
        or len(elements_of(_items, evidence.tree)) == 1
    )


def tells_a_story(evidence: Evidence) -> bool:
    """Whether the article or main element that has the headline holds running text, and more of it than of links."""
    for story in elements_of(STORIES, evidence.tree):
        linked = sum(len(text_content(link)) for link in elements_of(_links, story))
        text = sum(len(text_content(part)) for part in elements_of(_running, story))
        if text >= _SHORTEST_STORY and text > 2 * linked:
            return True
    return False

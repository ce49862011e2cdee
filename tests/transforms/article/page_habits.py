"""Pages as content systems build them: the same stories among what stands around stories, and what of it is theirs."""

# ruff: noqa: E501 - HTML reads better in one piece

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STORIES = Path(__file__).parents[2] / "golden/stories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story of our own: its language, headline, standfirst, byline and paragraphs."""

    language: str
    headline: str
    standfirst: str
    author: str
    paragraphs: tuple[str, ...]


def stories() -> dict[str, Story]:
    """The stories of tests/golden/stories, by language: a line for each field, and one for each paragraph."""
    read = {path.stem: path.read_text("utf-8").splitlines() for path in sorted(STORIES.glob("*.txt"))}
    return {
        name: Story(
            language=lines[0], headline=lines[1], standfirst=lines[2], author=lines[3], paragraphs=tuple(lines[4:])
        )
        for name, lines in read.items()
    }


NAVIGATION = (
    '<header><nav><ul><li><a href="/">Home</a></li><li><a href="/politics">Politics</a></li><li><a href="/sport">Sport'
    "</a></li></ul></nav></header>"
)
FOOTER = '<footer><p>© The Northern Gull. All rights reserved.</p><a href="/imprint">Imprint</a></footer>'
TEASERS = (
    ("Harbour master resigns after eleven years", "He leaves at the end of the month and names no reason for it."),
    (
        "Why the lighthouse went dark for a night",
        "A fuse, a storm and a keeper on leave: how one thing led to another.",
    ),
    (
        "Cinema on the quay to close in spring",
        "The owners say that they found nobody to take over the lease this year.",
    ),
)
CONSENT = (
    '<div id="onetrust-consent-sdk"><div class="ot-pc-content"><h2>Privacy preference centre</h2><p>When you visit our '
    "website, we store cookies on your browser to collect information. The information collected might relate to you, "
    "your preferences or your device.</p><p>We do not allow you to opt out of certain cookies, as they are necessary to "
    "ensure the proper functioning of our website and to remember your choices.</p><p>Targeting cookies may be set "
    "through our site by our advertising partners. They may be used by those companies to build a profile of your "
    "interests.</p></div></div>"
)
COMMENTS = (
    '<section id="comments" class="comments-area"><h3>2 comments</h3><ol class="comment-list"><li class="comment"><p>About '
    "time that somebody wrote about this. I have been saying it for years and nobody would listen to me.</p></li>"
    '<li class="comment"><p>And who is going to pay for all of it in the end? The same people as always, I am sure of '
    "that.</p></li></ol></section>"
)
OFFER = (
    '<div class="newsletter-signup"><h4>The morning letter</h4><p>Sign up for our newsletter and get the news of the '
    "harbour every morning. You can unsubscribe at any time.</p></div>"
)
BIO = (
    '<div class="author-bio"><p>{author} writes about the coast. Before joining the paper she worked at sea for three '
    "years. Follow her on social media.</p></div>"
)


def _paragraphs(story: Story) -> str:
    return "".join(f"<p>{text}</p>" for text in story.paragraphs)


def _cards(name: str) -> str:
    return "".join(
        f'<div class="{name}"><a href="/{number}"><h3>{title}</h3><p>{text}</p></a></div>'
        for number, (title, text) in enumerate(TEASERS)
    )


def _page(story: Story, body: str) -> str:
    return (
        f'<!doctype html><html lang="{story.language}"><head><title>{story.headline} | The Northern Gull</title>'
        f'<meta property="og:title" content="{story.headline}"><meta property="og:description" '
        f'content="{story.standfirst}"></head><body>{body}</body></html>'
    )


def _head(story: Story) -> str:
    return f'<h1>{story.headline}</h1><p class="standfirst">{story.standfirst}</p><p class="byline">{story.author}</p>'


def plain(story: Story) -> str:
    """An article element and nothing in it but the article."""
    return f"{NAVIGATION}<main><article>{_head(story)}{_paragraphs(story)}</article></main>{FOOTER}"


def weblog(story: Story) -> str:
    """The most common content system: share bar, tags, related posts and comments after the text."""
    return (
        f'{NAVIGATION}<div id="content"><article class="post hentry"><header class="entry-header">{_head(story)}</header>'
        f'<div class="entry-content">{_paragraphs(story)}<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="#">'
        'Facebook</a></li><li><a href="#">Email</a></li></ul></div></div><footer class="entry-meta">Tagged <a href="/t">'
        f'harbour</a></footer></article><div class="related-posts"><h3>You may also like</h3>{_cards("related-post")}</div>'
        f"{COMMENTS}</div>{FOOTER}"
    )


def hashed_classes(story: Story) -> str:
    """Built by scripts: every element is a div with a class that says nothing, and each paragraph has its own box."""
    text = "".join(
        f'<div class="sc-f4a1"><div class="sc-9be2"><p class="css-77x">{t}</p></div></div>' for t in story.paragraphs
    )
    return (
        f'<div id="__next"><div class="css-1"><div class="css-2">{NAVIGATION}</div><div class="css-3">{_head(story)}{text}</div>'
        f'<div class="css-4">{_cards("css-5")}</div></div></div>'
    )


def box_in_the_text(story: Story) -> str:
    """A newsletter box after the second paragraph, and links to other stories after the third."""
    texts = [f"<p>{text}</p>" for text in story.paragraphs]
    links = "".join(f'<li><a href="/{n}">{title}</a></li>' for n, (title, _) in enumerate(TEASERS))
    texts[2:2] = [OFFER]
    texts[4:4] = [f'<aside class="read-more"><h4>Read more</h4><ul>{links}</ul></aside>']
    body = f'<div class="story-body">{_head(story)}{"".join(texts)}</div>'
    return f'{NAVIGATION}<article class="story">{body}</article>{FOOTER}'


def consent_dialog(story: Story) -> str:
    """A consent tool that writes its texts into every page."""
    return f'{NAVIGATION}<div class="article-body">{_head(story)}{_paragraphs(story)}</div>{FOOTER}{CONSENT}'


def author_below(story: Story) -> str:
    """The writer's biography and a newsletter right below the text, in the same container."""
    return f"{NAVIGATION}<article>{_head(story)}{_paragraphs(story)}{BIO.format(author=story.author)}{OFFER}</article>{FOOTER}"


def old_table(story: Story) -> str:
    """Older than style sheets: a table for the layout, and line breaks for paragraphs."""
    text = "<br><br>".join(story.paragraphs)
    return (
        '<table width="760"><tr><td width="160"><a href="/">Home</a><br><a href="/news">News</a><br><a href="/sport">'
        f'Sport</a></td><td><font size="5">{story.headline}</font><br><br>{text}</td></tr></table>'
    )


def pictures(story: Story) -> str:
    """Pictures with captions between the paragraphs."""
    figure = '<figure><img src="/p.jpg"><figcaption>The quay in the evening. Photo: Ada Brook</figcaption></figure>'
    texts = "".join(
        f"<p>{text}</p>{figure if number in (0, 2) else ''}" for number, text in enumerate(story.paragraphs)
    )
    return f'{NAVIGATION}<article>{_head(story)}<div itemprop="articleBody">{texts}</div></article>{FOOTER}'


def long_teasers(story: Story) -> str:
    """A column of other stories with whole sentences, in a container like the article's."""
    return (
        f'{NAVIGATION}<div class="row"><div class="col-8 content">{_head(story)}{_paragraphs(story)}</div><div class="col-4 '
        f'content"><h2>Most read</h2>{_cards("teaser")}{_cards("teaser")}</div></div>{FOOTER}'
    )


def subheadings(story: Story) -> str:
    """Subheadings, a quotation of its own and a list."""
    first, second, third, *rest = story.paragraphs
    return (
        f"{NAVIGATION}<article>{_head(story)}<p>{first}</p><h2>{story.headline.split()[0]}</h2><p>{second}</p><blockquote>"
        f"<p>{third}</p></blockquote>{''.join(f'<p>{text}</p>' for text in rest)}</article>{FOOTER}"
    )


HABITS = (
    plain, weblog, hashed_classes, box_in_the_text, consent_dialog, author_below, old_table, pictures, long_teasers,
    subheadings,
)  # fmt: skip


def pages() -> Mapping[str, tuple[str, Story]]:
    """Every story in every habit, by name: the page and its story."""
    return {
        f"{habit.__name__}-{name}": (_page(story, habit(story)), story)
        for habit in HABITS
        for name, story in stories().items()
    }

"""Which pages are articles and which are walls, errors and lists: words that both have do not decide it."""

from __future__ import annotations

import pytest

from transforms.article.extract import extract_page
from transforms.outcomes import Outcome
from transforms.records import Page

ASKED = "http://gull.example/2026/10/quay-story-number-12"
SEARCH = (
    "Volunteers looked for six hours on Thursday, in the hills above the village and along the river, the police said.",
    "Two dogs and a helicopter were out with them. The family has been told, and more is to be done at first light.",
    "Whoever saw something is asked to call the station in the old mill, a speaker added late in the evening.",
)
STATED = '<meta property="og:type" content="article">'
MARKED_UP = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle", '
    '"headline": "A headline", "datePublished": "2026-10-16T07:00:00Z"}</script>'
)
PASSWORD = "<form><input name='user'><input type='password'><button>Sign in</button></form>"
MAIL = "<form><input type='email'><button>Next</button></form>"
LINKS = "".join(
    f"<li><a href='/2026/n-{n}'>The board of ward {n} decides on the new quay after a long night</a></li>"
    for n in range(40)
)


def page(title: str, *text: str, head: str = "", h1: str | None = None, inside: str = "", after: str = "") -> str:
    """A page with the text in the element that has the headline, `inside` below it, and `after` behind the element."""
    shown = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f"<html lang='en'><head><title>{title}</title>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<main><article><h1>{h1 or title}</h1>{shown}{inside}</article></main>{after}</body></html>"
    )


def outcome_of(html: str, reached: str = ASKED, asked: str = ASKED) -> Outcome | None:
    given = Page(url=asked, final_url=reached, body=html.encode(), content_type="text/html; charset=utf-8")
    extraction = extract_page(given)
    assert (extraction.outcome is None) == (extraction.article is not None)
    return extraction.outcome


HEADLINES = [
    "Missing hiker still not found",
    "Vermisste Wanderin noch immer nicht gefunden",
    "Sorry England found wanting in the rain",
    "404 new homes approved after error in planning",
    "Oops: minister reads wrong page in parliament",
    "Page does not exist, says court in forgery trial",
    "Wrack noch nicht gefunden | Küstenblatt",
    "Security check closes airport terminal",
    "Access denied: asylum seekers turned back at border",
    "Are you a robot? Village bank asks its customers",
    "Request blocked: council refuses stadium plan",
    "Attention required on the A9 after storm",
]


@pytest.mark.parametrize("head", ["", STATED, MARKED_UP], ids=["plain", "open-graph", "json-ld"])
@pytest.mark.parametrize("headline", HEADLINES)
def test_a_headline_with_the_words_of_an_error_is_a_headline(headline: str, head: str) -> None:
    assert outcome_of(page(headline, *SEARCH, head=head)) is None


@pytest.mark.parametrize("title", ["Page not found", "Access denied"])
def test_a_page_that_states_an_article_is_believed_whatever_its_title(title: str) -> None:
    assert outcome_of(page(title, *SEARCH, head=MARKED_UP)) is None


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("Page not found | The Gull", Outcome.NOT_FOUND),
        ("Error 404 (Not Found)!", Outcome.NOT_FOUND),
        ("404: This page could not be found", Outcome.NOT_FOUND),
        ("Oops! That page can’t be found.", Outcome.NOT_FOUND),
        ("Sorry, the page you were looking for doesn't exist", Outcome.NOT_FOUND),
        ("Die Seite wurde leider nicht gefunden - Küstenblatt", Outcome.NOT_FOUND),
        ("Just a moment...", Outcome.BLOCKED),
        ("Attention Required! | Guard", Outcome.BLOCKED),
        ("The Gull - Are you a robot?", Outcome.BLOCKED),
        ("Access to this page has been denied", Outcome.BLOCKED),
    ],
)
def test_a_title_that_is_nothing_but_an_error_is_one(title: str, outcome: Outcome) -> None:
    text = "What you asked for is not here. Go back to where you came from, or write to us and name the number 8812."
    assert outcome_of(page(title, text, h1="The Gull")) is outcome


BRIEFS = {
    "account-above-comments": page(
        "Farmers open account for flood victims",
        "The farmers' union has opened an account for the victims of the flood.",
        *SEARCH,
        inside=f"<section id='comments'><h2>Comments</h2>{PASSWORD}</section>",
    ),
    "account-beside-a-dialog": page(
        "Bank closes last branch in the valley",
        "The bank closes its last branch. Whoever has an account there is to go to the town from May on, or register.",
        "The mayor said that it was a bad day for the old, and that the town would look for another bank.",
        after=f"<div id='modal'>{PASSWORD}</div>",
    ),
    "account-of-an-eyewitness": page(
        "Eyewitness account of the storm",
        "An eyewitness gave this account: the roof flew over the street and came down in the pond at noon.",
        *SEARCH,
        after=PASSWORD,
    ),
    "anmelden": page(
        "Polizei sucht Zeugen",
        "Nach einem Unfall sucht die Polizei Zeugen. Hinweise nimmt die Wache auf, anmelden muss sich dafür niemand.",
        "Der Fahrer eines blauen Wagens entfernte sich. Der Schaden beträgt 2000 Euro, verletzt wurde niemand.",
        inside="<div class='comments'>Kommentare<form><input type='password'><button>Einloggen</button></form></div>",
    ),
    "register-to-vote": page(
        "Voters may register until Friday", "Voters may register at the town hall.", *SEARCH, inside=PASSWORD
    ),
    "cookies-above-a-banner": page(
        "Regulator fines shop over cookies",
        "The regulator fined a shop for cookies that were set without consent. Privacy groups had complained.",
        *SEARCH,
        inside="<div id='cmp'>We use cookies <button>Accept all</button></div>",
    ),
}


@pytest.mark.parametrize("html", BRIEFS.values(), ids=BRIEFS)
def test_a_brief_with_the_words_of_a_wall_is_an_article(html: str) -> None:
    assert outcome_of(html) is None


WELCOME = page(
    "The Gull",
    "Sign in with your e-mail address or one of the services below to go on reading. New here? It takes a minute.",
    h1="Welcome back",
    inside=MAIL,
)
LINK_BY_MAIL = page(
    "Sign in | The Gull",
    "Enter your e-mail address, and a link that lets you in is sent to it. The terms of use apply from then on.",
    h1="Sign in or create an account to continue",
    inside=MAIL,
)


@pytest.mark.parametrize(
    ("html", "reached"),
    [
        pytest.param(WELCOME, "http://sso.example/signin", id="another-sites-sign-in"),
        pytest.param(WELCOME, "https://login.other.example/start?return=x", id="another-sites-sign-in-host"),
        pytest.param(WELCOME, "http://gull.example/signin", id="own-sign-in"),
        pytest.param(LINK_BY_MAIL, ASKED, id="by-e-mail-in-place-of-the-article"),
        pytest.param(
            page(
                "The Gull",
                "To go on reading, please log in. It is free, and you may stop at any time.",
                inside=PASSWORD,
            ),
            ASKED,
            id="password-in-the-midst",
        ),
        pytest.param(
            page("Subscribe | The Gull", *SEARCH, *SEARCH, *SEARCH, h1="Subscribe to the Gull", inside=PASSWORD),
            ASKED,
            id="wordy",
        ),
    ],
)
def test_a_sign_in_page_is_a_login_wall(html: str, reached: str) -> None:
    assert outcome_of(html, reached) is Outcome.LOGIN_WALL


def test_a_redirect_to_another_sites_story_is_no_wall() -> None:
    assert outcome_of(page("Search goes on", *SEARCH), "http://other.example/2026/search-goes-on") is None


ASIDE = f"<aside><h3>Most read</h3><ul>{LINKS}</ul></aside>"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("Search called off", *SEARCH, after=ASIDE), id="three-sentences"),
        pytest.param(page("Search called off", SEARCH[0] + SEARCH[1], after=ASIDE), id="one-paragraph"),
        pytest.param(
            page(
                "Search called off",
                SEARCH[0],
                head='<meta property="article:published_time" content="2026-10-16T07:00:00Z">',
                after=f"<ul>{LINKS}</ul>",
            ),
            id="published-time",
        ),
        pytest.param(
            f"<div itemscope itemtype='https://schema.org/NewsArticle'><h1>Search</h1><p>{SEARCH[0]}</p></div>{LINKS}",
            id="microdata",
        ),
    ],
)
def test_a_brief_beside_many_links_is_an_article(html: str) -> None:
    assert outcome_of(html) is None


TEASERS = "".join(
    f"<h2><a href='/n/{n}'>The board of ward {n} votes on the quay</a></h2>"
    f"<p>Ward {n} voted on Tuesday, with {n} for the plan and none against it, the mayor said in the evening.</p>"
    for n in range(20)
)


def test_a_section_of_teasers_is_no_article() -> None:
    html = f"<html><head><title>News</title></head><body><main><h1>News</h1>{TEASERS}</main></body></html>"
    assert outcome_of(html) is Outcome.NOT_ARTICLE


def test_an_article_above_teasers_is_one() -> None:
    assert outcome_of(page("Search called off", *SEARCH, after=TEASERS)) is None


CONSENT = (
    "We and our partners keep and read personal data on your device, such as cookies. With I Accept you let us do so.",
    "We show what you may like, and measure with our partners what you read. You can withdraw your consent below.",
    "Some partners do not ask for your consent and rely on their own interest instead. You may object to that.",
)
EINWILLIGUNG = (
    "Wenn Sie auf Annehmen klicken, erlauben Sie uns und unseren Partnern, personenbezogene Daten zu verarbeiten. "
)
BUTTONS = "<button>I Accept</button><button>Manage options</button>"


@pytest.mark.parametrize(
    ("html", "reached"),
    [
        pytest.param(page("The Gull", *CONSENT, h1="Your choice", inside=BUTTONS), ASKED, id="short"),
        pytest.param(page("The Gull", *CONSENT * 4, h1="Your choice", inside=BUTTONS), ASKED, id="wordy"),
        pytest.param(
            page("Küstenblatt", EINWILLIGUNG * 6, h1="Bevor Sie fortfahren", inside="<button>Annehmen</button>"),
            "http://consent.example/v2/collectConsent?sessionId=1",
            id="led-to-another-site",
        ),
    ],
)
def test_a_page_that_asks_for_consent_is_a_consent_wall(html: str, reached: str) -> None:
    assert outcome_of(html, reached) is Outcome.CONSENT_WALL


NOWHERE = "What you asked for is not here. Perhaps the search below helps you on, or you start again at the front page."


@pytest.mark.parametrize(
    ("html", "reached", "outcome"),
    [
        pytest.param(
            page("The Gull", "Please enable JavaScript and cookies. We want to know that it is you, and not a robot."),
            ASKED,
            Outcome.BLOCKED,
            id="javascript-and-cookies",
        ),
        pytest.param(
            page(
                "The Gull",
                "There was unusual activity from your address. To go on, solve what is shown below. " + SEARCH[2],
                inside="<div class='g-recaptcha'></div>",
            ),
            ASKED,
            Outcome.BLOCKED,
            id="captcha-with-words",
        ),
        pytest.param(
            page(
                "Unavailable",
                "Unfortunately, our website is currently unavailable in most European countries. We look for options.",
            ),
            ASKED,
            Outcome.BLOCKED,
            id="elsewhere",
        ),
        pytest.param(
            page("The Gull", "Our website is mended at the moment. Thank you for waiting.", h1="Down for maintenance"),
            ASKED,
            Outcome.SERVER_ERROR,
            id="maintenance",
        ),
        pytest.param(
            f"<title>The Gull</title><body><main><h2>404 - Page not found</h2><p>{NOWHERE}</p></main></body>",
            ASKED,
            Outcome.NOT_FOUND,
            id="error-in-a-second-heading",
        ),
        pytest.param(
            page("Error", NOWHERE, h1="Sorry"), "http://gull.example/not-found", Outcome.NOT_FOUND, id="led-to-an-error"
        ),
    ],
)
def test_an_error_served_as_if_nothing_were_wrong_is_one(html: str, reached: str, outcome: Outcome) -> None:
    assert outcome_of(html, reached) is outcome


def test_a_bridge_that_is_down_for_maintenance_is_news() -> None:
    assert outcome_of(page("Down for maintenance", *SEARCH)) is None

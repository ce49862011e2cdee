from __future__ import annotations

from tests.factories import FEED, a_listed_entry, a_poll, a_result, after, an_entry
from tests.warehouse.conftest import Ledger
from transforms.outcomes import Outcome

OTHER = "https://other.example/feed.xml"
SITE = "https://news.example"


def test_the_accounts_of_a_feed_add_up_over_all_outcomes(ledger: Ledger) -> None:
    names = ("crane", "moved", "closed", "slow", "waits")
    entries = [a_listed_entry(an_entry(f"{SITE}/{name}", guid=name)) for name in names]
    entries.append(a_listed_entry(an_entry(f"{SITE}/crane", guid="crane again")))
    entries.append(a_listed_entry(an_entry(None, guid="no link", title="Unlinked")))
    elsewhere = a_listed_entry(an_entry(f"{SITE}/closed", guid="closed"), feed_url=OTHER)
    results = [
        a_result(f"{SITE}/crane"),
        a_result(f"{SITE}/moved", hops=(f"{SITE}/moved", f"{SITE}/crane"), same_as_key="news.example/crane"),
        a_result(f"{SITE}/closed", outcome=Outcome.ROBOTS, reason="Disallow: /closed"),
        a_result(f"{SITE}/slow", outcome=Outcome.TIMED_OUT, failures=1, next_try_at=after(60)),
    ]
    ledger.load(polls=[a_poll(), a_poll(feed_url=OTHER)], entries=[*entries, elsewhere], page_results=results)
    ledger.load(polls=[a_poll(after(60))], entries=entries[1:])

    accounts = {row["feed_url"]: row for row in ledger.dicts("from feed_accounts")}
    assert {name: accounts[FEED][name] for name in accounts[FEED] if name.endswith("count")} == {
        "entry_count": 7,
        "unlinked_count": 1,
        "url_count": 5,
        "loaded_count": 1,
        "duplicate_count": 1,
        "deferred_count": 1,
        "refused_count": 2,
    }
    assert accounts[FEED]["refusals"] == {"robots": 1, "timed_out": 1}
    assert (accounts[OTHER]["url_count"], accounts[OTHER]["refused_count"]) == (1, 1)


def test_a_feed_that_listed_nothing_has_an_account_of_noughts(ledger: Ledger) -> None:
    ledger.load(polls=[a_poll(result="failed")])
    assert ledger.rows("select entry_count, url_count, refused_count, refusals from feed_accounts") == [(0, 0, 0, {})]

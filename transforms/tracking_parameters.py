"""Query parameters that say how a reader came, never which article is meant: one row each.

A parameter belongs here only when no site is known to name an article by it: `id`, `cid`, `sid`, `uid`, `p`, `page`,
`story`, `source` and their like do, and stay.  Names are compared whole and in lower case; patterns that match parts
of names are how other libraries came to drop `gallery` for beginning with `ga`.
"""

from __future__ import annotations

PREFIXES = (
    "utm_",  # Urchin, Google Analytics
    "mtm_",  # Matomo
    "pk_",  # Matomo, under its earlier name
    "piwik_",
    "matomo_",
    "hsa_",  # HubSpot ads
    "at_",  # Piano, formerly AT Internet
    "_hs",  # HubSpot mail: _hsenc, _hsmi
    "__hs",
)
"""Beginnings of names that one vendor reserves."""

NAMES = frozenset(
    {
        # Click identifiers of advertising networks
        "dclid",
        "epik",
        "fbclid",
        "gad_source",
        "gbraid",
        "gclid",
        "gclsrc",
        "igsh",
        "igshid",
        "irclickid",
        "li_fat_id",
        "msclkid",
        "rb_clickid",
        "rdt_cid",
        "s_kwcid",
        "srsltid",
        "ttclid",
        "twclid",
        "wbraid",
        "wickedid",
        "yclid",
        "ysclid",
        # Analytics
        "_ga",
        "_gl",
        "_openstat",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "ns_campaign",
        "ns_fee",
        "ns_linkname",
        "ns_mchannel",
        "ns_source",
        "wt.mc_ev",
        "wt.mc_id",
        "wt_mc",
        "wt_zmc",
        "xtor",
        # Newsletters and marketing mail
        "hsctatracking",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "ml_subscriber",
        "ml_subscriber_hash",
        "oly_anon_id",
        "oly_enc_id",
        "vero_conv",
        "vero_id",
        # Sharing
        "__twitter_impression",
        "action_object_map",
        "action_ref_map",
        "action_type_map",
        "cmpid",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "ref_src",
        "ref_url",
        "smid",
        # Sessions
        "aspsessionid",
        "jsessionid",
        "phpsessid",
    }
)
"""Whole names."""

NAMES_BY_VALUE = frozenset({"from", "origin", "ref", "source", "src", "via"})
"""Names that track only with one of `TELLING_VALUES`; with any other value they may choose the article."""

TELLING_VALUES = frozenset(
    {"atom", "facebook", "feed", "feedburner", "newsletter", "rss", "rss2", "rssfeed", "twitter"}
)

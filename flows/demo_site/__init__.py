"""Three invented newspapers, for the demo, the README and the tests.

Each folder is one paper: `publisher.toml` (its habits), `article.html` (its page), `articles/*.toml` (its news; the
values that stand there are those that extraction must find).  `content` reads them, `pages` and `feeds` print them,
`site` says what stands at which address.  The region, its people and its companies do not exist.
"""

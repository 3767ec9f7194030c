"""The line below a page's title: for whom it is, how long it takes to read, and when its sources were last read."""

import re
from collections.abc import Mapping
from datetime import date
from html import unescape

from afterswipe.claims.sources import Claim
from guide.claims import words
from guide.claims.data import NAME
from guide.errors import BuildError
from guide.templating import render

AUDIENCES = {
    "product managers": "For product managers",
    "developers": "For developers",
    "both": "For developers and product managers",
}
"""What `audience` may be in a page's front matter, and how that is said."""

WORDS_PER_MINUTE = 200
"""The speed of a reader of prose that has to be understood. Code and output are not counted: they are looked at, not read."""

_TITLE = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
_ARTICLE = re.compile(r"<article\b[^>]*>(.*?)</article>", re.DOTALL)
_NOT_READ = re.compile(
    r"<(run-snippet|svg|pre|script|style|nav|form)\b.*?</\1>|<a class=\"claim .*?</a>|<!--.*?-->", re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")
_CLAIM = re.compile(r'href="claim:([^"]+)"')


def marked(text: str, audience: str, read: date, address: str = "") -> str:
    """A page's HTML with the line below its title; without an audience the line has its date alone. `address` is for paper.

    Raises BuildError for an unknown audience, and where a page for somebody has no title.
    """
    if audience and audience not in AUDIENCES:
        raise BuildError(
            f"A page's front matter has `audience: {audience}`. Write one of: {', '.join(AUDIENCES)}."
        )
    title = _TITLE.search(text)
    if title is None:
        if audience:
            raise BuildError(
                f"A page for {audience} has no title, so it cannot be marked. Begin it with `# `."
            )
        return text
    line = render(
        "page_mark.html",
        audience=AUDIENCES.get(audience, ""),
        minutes=minutes(text),
        date=read,
        day=words.day(read),
        name=NAME,
        address=address,
    )
    return text[: title.end()] + line + text[title.end() :]


def last_read(text: str, claims: Mapping[str, Claim]) -> date:
    """When the newest source of a page's claims was read; of all claims, where the page has none."""
    ids = {claim_id for marker in _CLAIM.findall(text) for claim_id in marker.split(",")}
    named = [claims[claim_id] for claim_id in ids if claim_id in claims]
    return max(source.retrieved for claim in named or claims.values() for source in claim.source)


def minutes(text: str) -> int:
    """Whole minutes to read a page's words, at least one."""
    article = _ARTICLE.search(text)
    read = unescape(_TAG.sub(" ", _NOT_READ.sub(" ", article[1] if article else text))).split()
    return max(1, round(len(read) / WORDS_PER_MINUTE))

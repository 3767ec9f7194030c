"""The line below a page's title: for whom it is, how long it takes to read, and when its sources were last read. And what is on the page."""

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

LOOKED_UP = 20
"""Minutes of a page that nobody reads from end to end: it says so, and not how long that would take."""

FEW = 6
"""Sections of a page that are enough for a list; of a page with fewer the sections below them are listed too."""

SHORT = 10
"""Minutes of a page that is read and not searched through: it needs no list."""

_TITLE = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
_ARTICLE = re.compile(r"<article\b[^>]*>(.*?)</article>", re.DOTALL)
_NOT_READ = re.compile(
    r"<(run-snippet|svg|pre|script|style|nav|form|section)\b.*?</\1>|<a class=\"claim .*?</a>|<!--.*?-->",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]+>")
_LEAD = re.compile(r'<p class="page-mark".*?</p>\s*(?:<p\b.*?</p>)?', re.DOTALL)
_HEADING = re.compile(r'<h([23])\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_NO_NAME = re.compile(r'<span class="also">.*?</span>|<a class="(?:headerlink|claim)\b.*?</a>', re.DOTALL)
_LISTS_ITSELF = re.compile(r'class="(?:question-list|choosing-tree|claim-filter)\b')
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
        time=f"{whole} min" if (whole := minutes(text)) <= LOOKED_UP else "To look things up in",
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


def with_contents(text: str) -> str:
    """A page's HTML with its sections in a fold behind its first answer, if it is long, for phones, where nothing stands beside the words."""
    article = _ARTICLE.search(text)
    if article is None or minutes(text) < SHORT or _LISTS_ITSELF.search(article[1]):
        return text
    found = [(level, anchor, _name(words)) for level, anchor, words in _HEADING.findall(article[1])]
    parts = [part for part in found if part[0] == "2"]
    listed = parts if len(parts) >= FEW else found
    if len(listed) < FEW:
        return text
    return _LEAD.sub(lambda lead: lead[0] + render("contents.html", parts=listed), text, count=1)


def _name(words: str) -> str:
    return unescape(_TAG.sub("", _NO_NAME.sub("", words))).strip().rstrip(":")

"""The line below a page's title: for whom it is, and how long it takes to read."""

import re
from html import unescape

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


def marked(text: str, audience: str) -> str:
    """A page's HTML with the line below its title; the page itself where it names no audience. Raises BuildError for an unknown one."""
    if not audience:
        return text
    if audience not in AUDIENCES:
        raise BuildError(
            f"A page's front matter has `audience: {audience}`. Write one of: {', '.join(AUDIENCES)}."
        )
    title = _TITLE.search(text)
    if title is None:
        raise BuildError(f"A page for {audience} has no title, so it cannot be marked. Begin it with `# `.")
    line = render("page_mark.html", audience=AUDIENCES[audience], minutes=minutes(text))
    return text[: title.end()] + line + text[title.end() :]


def minutes(text: str) -> int:
    """Whole minutes to read a page's words, at least one."""
    article = _ARTICLE.search(text)
    words = unescape(_TAG.sub(" ", _NOT_READ.sub(" ", article[1] if article else text))).split()
    return max(1, round(len(words) / WORDS_PER_MINUTE))

"""The page for an address that is not there: search, the doors of the guide, and what to do about a broken link."""

import re

from guide.errors import BuildError
from guide.templating import render

DOORS = (
    ("the-swoop/", "The confusion", "what a Live Activity is, and what it is not"),
    ("thirty-seconds/", "What can run", "every way to get work done after the swipe"),
    ("the-upload-recipe/", "Building it", "uploads and syncs that survive"),
    ("the-brief/", "For product managers", "what to promise, on one page"),
    ("claims/", "Claims", "every sentence with its source"),
)
"""Address, name and a few words for the five doors."""

_ARTICLE = re.compile(r"(<article\b[^>]*>).*?(</article>)", re.DOTALL)


def lost_page(text: str, up: str) -> str:
    """The builder's page for a missing address with words of ours. `up` is the absolute path of the site's root."""
    article = render("lost_page.html", up=up, doors=DOORS)
    made, count = _ARTICLE.subn(lambda found: f"{found[1]}{article}{found[2]}", text, count=1)
    if not count:
        raise BuildError("The builder's 404.html has no <article>, so its words cannot be put there.")
    return made

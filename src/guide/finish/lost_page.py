"""The page for an address that is not there: search, the doors of the guide, and what to do about a broken link."""

import re

from guide.errors import BuildError

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
    doors = "".join(
        f'<li><p><a href="{up}{path}"><strong>{name}</strong></a></p><p>{words}</p></li>'
        for path, name, words in DOORS
    )
    article = (
        "<h1>This page is not here</h1>"
        '<p class="lead">The address is wrong, or the page has moved. A claim never moves: '
        f'if its link is broken, look for it in <a href="{up}claims/">the list of claims</a>.</p>'
        '<p><label class="md-button md-button--primary" for="__search">Search the guide</label></p>'
        f'<ul class="doors">{doors}</ul>'
    )
    made, count = _ARTICLE.subn(lambda found: f"{found[1]}{article}{found[2]}", text, count=1)
    if not count:
        raise BuildError("The builder's 404.html has no <article>, so its words cannot be put there.")
    return made

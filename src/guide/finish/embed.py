"""What stands alone for other people's pages, below `embed/`: a part of a page without header, search and runtime.

The part is cut from the built page and keeps its style sheets, so that it looks the same with either builder.
"""

import re
from collections.abc import Mapping

from markupsafe import Markup

from guide.errors import BuildError
from guide.templating import render

FOLDER = "embed/"

PARTS = {"ways/": re.compile(r'<div class="ways">.*?</table>.*?</div>', re.DOTALL)}
"""The page, by its address, and the part of it that stands alone."""

_STYLES = re.compile(
    r'<link[^>]*rel="stylesheet"[^>]*href="([^":]+)"[^>]*>|<link[^>]*href="([^":]+)"[^>]*rel="stylesheet"[^>]*>'
)
_TITLE = re.compile(r"<h1\b[^>]*>(.*?)(?:<a\b|</h1>)", re.DOTALL)


def pages(texts: Mapping[str, str], site_url: str) -> dict[str, str]:
    """The pages below `embed/`, by address. Raises BuildError where a page has lost its part."""
    return {f"{FOLDER}{path}": _alone(path, texts[path], site_url) for path in PARTS if path in texts}


def _alone(path: str, text: str, site_url: str) -> str:
    part, title = PARTS[path].search(text), _TITLE.search(text)
    if part is None or title is None:
        raise BuildError(f"{path} of the builder has no part that could stand alone under {FOLDER}{path}.")
    up = "../" * f"{FOLDER}{path}".count("/")
    return render(
        "embed.html",
        title=title[1].strip(),
        styles=["../" + (found[1] or found[2]) for found in _STYLES.finditer(text)],
        part=Markup(part[0].replace('href="#', f'href="{up}{path}#')),  # noqa: S704 - the builder's own page
        page=up + path,
        canonical=f"{site_url.rstrip('/')}/{path}",
    )

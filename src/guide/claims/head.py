"""What a page says about itself to those who show a preview of it: Open Graph and Twitter tags, and the canonical address."""

import html
import re
from collections.abc import Mapping

from afterswipe.claims.sources import Claim
from guide.templating import render

from .data import NAME, address
from .links import successor
from .schema import EVIDENCE

CARD_SIZE = 1200, 630
"""Width and height of the card images in pixels."""

_CANONICAL = re.compile(r'<link rel="canonical" href="[^"]*"\s*/?>')
_CHARSET = re.compile(r"<meta charset=[^>]*>")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
_STATEMENT = re.compile(r'<article class="claim-page" data-claim="([^"]+)"')


def head_tags(*, title: str, description: str, url: str, image: str, article: bool) -> str:
    """The Open Graph and Twitter tags of one page. Addresses are absolute; `image` is a card of CARD_SIZE pixels."""
    properties = {
        "og:type": "article" if article else "website",
        "og:site_name": NAME,
        "og:title": title,
        "og:description": description,
        "og:url": url,
        "og:image": image,
        "og:image:width": str(CARD_SIZE[0]),
        "og:image:height": str(CARD_SIZE[1]),
        "og:image:alt": title,
    }
    names = {"twitter:card": "summary_large_image"}
    groups = (("property", properties), ("name", names))
    tags = [(kind, name, content) for kind, group in groups for name, content in group.items()]
    return render("head.html", tags=tags)


def card_name(path: str) -> str:
    """The name of a page's card below cards/, without .png. `path` is the page's address below the site's root.

    `c/<id>/` has the card of its claim, `reference/api/` has `reference-api`, the start page and `404.html` have `index`.
    """
    name = "" if path.endswith(".html") else path.strip("/")
    if name.startswith("c/"):
        return name.removeprefix("c/")
    return name.replace("/", "-") or "index"


def with_head(text: str, path: str, claims: Mapping[str, Claim], site_url: str) -> str:
    """A page's HTML with its preview tags. `path` is its address below the root, such as `c/<id>/`, or empty.

    The page of a superseded claim names its successor as canonical and stays readable: who follows an old citation
    must find the sentence that was cited, so nothing sends the reader away by itself.
    """
    base = site_url if site_url.endswith("/") else f"{site_url}/"
    title = _found(_TITLE, text).removesuffix(f" - {NAME}")
    description = _found(_DESCRIPTION, text) or title
    marked = _STATEMENT.search(text)
    if marked:
        description = _about(claims[marked[1]], description)
    tags = head_tags(
        title=title,
        description=description,
        url=base + path,
        image=f"{base}cards/{card_name(path)}.png",
        article=bool(marked),
    )
    if marked and (last := successor(claims, marked[1])) != marked[1]:
        text = _CANONICAL.sub("", text)
        tags = f'<link rel="canonical" href="{address(last, site_url)}">' + tags
    charset = _CHARSET.search(text)
    place = charset.end() if charset else text.index("<head>") + len("<head>")
    return text[:place] + tags + text[place:]


def _about(claim: Claim, description: str) -> str:
    """Below the sentence, a preview shows how well it is known, instead of the sentence again."""
    if claim.status == "refuted":
        return description
    publishers = ", ".join(dict.fromkeys(source.publisher for source in claim.source))
    return f"Evidence: {EVIDENCE[claim.evidence]}. " + (f"Sources: {publishers}." if publishers else "")


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return html.unescape(found[1]).strip() if found else ""

"""The linter of links, on the built site: no link or anchor inside of it is dead, and addresses elsewhere have a sound form.

Addresses elsewhere are not asked for: a test must not depend on somebody's server. The day on which a source was last read
stands at its claim.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?")
_TRACKING = re.compile(r"[?&](utm_\w+|fbclid|gclid|mc_cid)=")
_HEADINGS = {"h2", "h3"}


@dataclass
class Page:
    """What a page offers and what it asks for. `headings` are those of its article that have no id."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    headings: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.in_article = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.in_article += tag == "article"
        for key in ("id", "name"):
            if (value := given.get(key)) and (key == "id" or tag == "a"):
                self.page.ids.add(value)
        if tag in {"a", "area"} and given.get("href") is not None:
            self.page.links.append(given["href"] or "")
        if tag in {"img", "script", "source", "iframe"} and given.get("src"):
            self.page.links.append(given["src"] or "")
        if tag == "link" and given.get("href") and given.get("rel") != "canonical":
            self.page.links.append(given["href"] or "")
        if tag in _HEADINGS and self.in_article and not given.get("id"):
            self.page.headings += 1

    def handle_endtag(self, tag: str) -> None:
        self.in_article -= tag == "article"


def read(text: str) -> Page:
    """The links and ids of a page's HTML."""
    reader = _Reader()
    reader.feed(text)
    return reader.page


def check(site: Path, site_url: str) -> list[str]:
    """Every dead link of the built site as `page: link: what is wrong`; also headings that nobody can link to."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    pages = {
        name: read((site / name).read_text(encoding="utf-8"))
        for name in sorted(files)
        if name.endswith(".html")
    }
    base = urlsplit(site_url).path
    wrong = []
    for name, page in pages.items():
        for link in dict.fromkeys(page.links):
            wrong += [f"{name}: {link}: {reason}" for reason in _wrong(link, name, files, base, pages)]
        if page.headings:
            wrong.append(
                f"{name}: {page.headings} heading(s) have no id, so nobody can link to them. Give each one."
            )
    return wrong


def _wrong(link: str, page: str, files: set[str], base: str, pages: dict[str, Page]) -> Iterator[str]:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        yield from form(link)
        return
    path = unquote(parts.path)
    if not path:
        target = page
    elif path.startswith("/"):
        target = normpath(path.removeprefix(base if base.endswith("/") else f"{base}/"))
    else:
        target = normpath(join(dirname(page), path))
    target = target if target in files else normpath(f"{target}/index.html")
    if target not in files:
        yield "there is nothing at this address. Correct the link."
    elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        yield "the page is there, and has no such anchor. Correct what follows the #."


def form(link: str) -> Iterator[str]:
    """What is wrong with the form of an address elsewhere."""
    parts = urlsplit(link)
    if parts.scheme in {"mailto", "data"}:
        return
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        yield "an address elsewhere begins with https://."
    elif not _HOST.fullmatch(parts.netloc):
        yield "this is no host's name."
    elif re.search(r"[\s<>\"{}|\\^`]", link):
        yield "it has characters that an address cannot have. Write them as %xx."
    elif _TRACKING.search(link):
        yield "it carries somebody's tracking parameter. Take it out."
    elif link.endswith((".", ",", ";", "…")):
        yield "it ends with a sign of the sentence. Take that out of the link."

"""Ids that a page once had: whoever linked to one is still led to the right place, for links from elsewhere must not break.

`fragments.toml` has them by page. An old id stands before the element that has the new one; where that is gone too, before
the nearest thing that it was a part of; and else at the top of the page's words.

A page that was *split* leads on: whoever comes with the id of a place that is on a page below it is there before anything is drawn,
and without scripts at the link that leads there.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

from guide.templating import render

FILE = Path(__file__).with_suffix(".toml")

_ANCHOR = Markup('<a id="{}"></a>')
_ELEMENT = re.compile(r'<[a-z][a-z0-9-]*\b[^<>]*?\sid="([^"]+)"[^<>]*>')
_TOP = re.compile(r"<article\b[^>]*>")
_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
_LINK = re.compile(r'<a (?:[^<>]*?\s)?href="([^"]+)"')


@cache
def _listed() -> dict[str, dict[str, str]]:
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {path: moves(table) for path, table in tables.items() if path != "split"}


@cache
def _split() -> list[str]:
    return list(tomllib.loads(FILE.read_text(encoding="utf-8"))["split"])


def moves(table: dict[str, dict[str, object]]) -> dict[str, str]:
    """Old id -> new id, from a page's table: `prefix = { to = "new prefix", names = ["rest", …] }`."""
    moved: dict[str, str] = {}
    for old, row in table.items():
        to, names = row["to"], row["names"]
        assert isinstance(names, list)
        moved |= {f"{old}{name}": f"{to}{name}" for name in names}
    return moved


def kept(text: str, path: str, moved: dict[str, str] | None = None) -> str:
    """A page's HTML in which every old id is found, beside those that it has. A page below a split one has those of its own places."""
    above = next((one for one in _split() if path.startswith(one) and path != one), None)
    wanted = _listed().get(above or path, {}) if moved is None else moved
    return _with_old(text, wanted, only_near=above is not None) if wanted else text


def _with_old(text: str, wanted: Mapping[str, str], only_near: bool) -> str:
    places = {found[1]: found.start() for found in reversed(list(_ELEMENT.finditer(text)))}
    top = _TOP.search(text)
    anchors: dict[int, list[str]] = {}
    for old, new in wanted.items():
        name = _nearest(new, places)
        if old in places or (only_near and not name):
            continue
        at = places[name] if name else top.end() if top else 0
        anchors.setdefault(at, []).append(str(_ANCHOR.format(old)))
    return _with(text, {at: "".join(those) for at, those in anchors.items()})


def led_on(
    texts: Mapping[str, str],
    split: Iterable[str] | None = None,
    moved: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, str]:
    """The pages with those that were split leading on to the places on the pages below them."""
    made = dict(texts)
    for path in split or _split():
        old = (_listed() if moved is None else moved).get(path, {})
        below = {
            page.removeprefix(path): _ids(_with_old(_words(text), old, only_near=True))
            for page, text in texts.items()
            if page.startswith(path) and page != path
        }
        if path in texts and below:
            made[path] = _leading(texts[path], below, old)
    return made


def _leading(text: str, below: Mapping[str, set[str]], old: Mapping[str, str]) -> str:
    """A split page: before each link to a place below it stand the ids of that place and of its parts, and its head has a script."""
    has = _ids(text)
    top = _TOP.search(text)
    start = top.end() if top else 0
    links = {found[1]: found.start() for found in reversed(list(_LINK.finditer(text, start)))}
    anchors: dict[int, list[str]] = {}
    leads: dict[str, list[str]] = {}
    for page, ids in below.items():
        named = {link.partition("#")[2]: at for link, at in links.items() if link.partition("#")[0] == page}
        for one in sorted(ids - has):
            at = named.get(_nearest(old.get(one, one), named), start)
            anchors.setdefault(at, []).append(str(_ANCHOR.format(one)))
        leads[page] = _heads(ids - has)
    text = _with(text, {at: "".join(those) for at, those in anchors.items()})
    script = render("led_on.html", leads=Markup(json.dumps(leads, separators=(",", ":"))))  # noqa: S704 - ids have no "<"
    return text.replace("</title>", f"</title>{script}", 1)


def _ids(text: str) -> set[str]:
    return {name for name in _ELEMENT.findall(text) if not name.startswith("__")}


def _heads(ids: Iterable[str]) -> list[str]:
    """Of ids in order those that are no part of one before: `A.b` goes where `A` goes."""
    heads: list[str] = []
    for one in sorted(ids):
        if not any(one.startswith(f"{head}.") for head in heads):
            heads.append(one)
    return heads


def _words(text: str) -> str:
    found = _ARTICLE.search(text)
    return found[0] if found else ""


def _with(text: str, parts: Mapping[int, str]) -> str:
    for at in sorted(parts, reverse=True):
        text = text[:at] + parts[at] + text[at:]
    return text


def _nearest(name: str, places: Mapping[str, int]) -> str:
    """The name of what is there, or what it is a part of: `A.b` where there is no `A.b.c`. Else nothing."""
    while name and name not in places:
        name = name.rpartition(".")[0]
    return name

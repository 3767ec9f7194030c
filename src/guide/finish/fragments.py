"""Ids that a page once had: whoever linked to one is still led to the right place, for links from elsewhere must not break.

`fragments.toml` has them by page. An old id stands before the element that has the new one; where that is gone too, before
the nearest thing that it was a part of; and else at the top of the page's words.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from markupsafe import Markup

FILE = Path(__file__).with_suffix(".toml")

_ANCHOR = Markup('<a id="{}"></a>')
_ELEMENT = re.compile(r'<[a-z][a-z0-9-]*\b[^<>]*?\sid="([^"]+)"[^<>]*>')
_TOP = re.compile(r"<article\b[^>]*>")


@cache
def _moved() -> dict[str, dict[str, str]]:
    return {path: moves(table) for path, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


def moves(table: dict[str, dict[str, object]]) -> dict[str, str]:
    """Old id -> new id, from a page's table: `prefix = { to = "new prefix", names = ["rest", …] }`."""
    moved: dict[str, str] = {}
    for old, row in table.items():
        to, names = row["to"], row["names"]
        assert isinstance(names, list)
        moved |= {f"{old}{name}": f"{to}{name}" for name in names}
    return moved


def kept(text: str, path: str, moved: dict[str, str] | None = None) -> str:
    """A page's HTML in which every old id is found, beside those that it has."""
    wanted = _moved().get(path, {}) if moved is None else moved
    if not wanted:
        return text
    places = {found[1]: found.start() for found in reversed(list(_ELEMENT.finditer(text)))}
    top = _TOP.search(text)
    anchors: dict[int, list[str]] = {}
    for old, new in wanted.items():
        if old in places:
            continue
        at = _nearest(new, places, top.end() if top else 0)
        anchors.setdefault(at, []).append(str(_ANCHOR.format(old)))
    for at in sorted(anchors, reverse=True):
        text = text[:at] + "".join(anchors[at]) + text[at:]
    return text


def _nearest(name: str, places: dict[str, int], otherwise: int) -> int:
    """Where a name stands, or what it is a part of: `A.b` where there is no `A.b.c`."""
    while name and name not in places:
        name = name.rpartition(".")[0]
    return places.get(name, otherwise)

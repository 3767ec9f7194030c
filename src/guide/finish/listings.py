"""What the builder lists of its pages, completed with those of the claims: the index of the search, and the sitemap."""

import gzip
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from guide.claims.pages import SEARCH

_URL = re.compile(r"[ \t]*<url>(?:(?!</url>).)*?</url>\s*?\n?", re.DOTALL)
_BUILT_ON = re.compile(r"<lastmod>[^<]*</lastmod>")
"""The day of the build, for every page alike: no news of any of them, and every visit fetches the list."""
_PADDING = re.compile(r">\s+<")


def complete(site: Path, claims: Mapping[str, str], shell: str) -> None:
    """Put every claim (address -> title) where the builder had the shell."""
    for name, key in (("search/search_index.json", "docs"), ("search.json", "items")):
        if (site / name).is_file():
            _complete_search(site / name, key, claims, shell)
    if (site / "sitemap.xml").is_file():
        _complete_sitemap(site / "sitemap.xml", claims, shell)


def _complete_search(file: Path, key: str, claims: Mapping[str, str], shell: str) -> None:
    index = json.loads(file.read_text(encoding="utf-8"))
    entries = [entry for entry in index[key] if not entry["location"].startswith(shell)]
    entries += [_entry(key, address, title) for address, title in claims.items()]
    index[key] = entries
    file.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _entry(key: str, address: str, title: str) -> dict[str, Any]:
    """An entry in the form of the one builder or of the other. The page's text is left out: people search for the sentence."""
    shown = escape(title, quote=False)
    if key == "docs":
        return {"location": address, "title": shown, "text": "", "boost": SEARCH}
    return {"location": address, "level": 1, "title": shown, "text": "", "path": [shown], "tags": []}


def _complete_sitemap(file: Path, claims: Mapping[str, str], shell: str) -> None:
    text = file.read_text(encoding="utf-8")
    entry = next((found[0] for found in _URL.finditer(text) if f"/{shell}<" in found[0]), "")
    if entry:
        text = text.replace(entry, "".join(entry.replace(shell, address) for address in claims))
    text = _PADDING.sub("><", _BUILT_ON.sub("", text))
    file.write_text(text, encoding="utf-8")
    zipped = file.with_suffix(".xml.gz")
    if zipped.is_file():
        zipped.write_bytes(gzip.compress(text.encode(), mtime=0))

"""What the builder lists of its pages, completed with those of the claims: the index of the search, and the sitemap."""

import gzip
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from guide.claims.pages import SEARCH
from guide.errors import BuildError

_SAME_HOST = re.compile(r"\b(\w+)\.hostname=(\w+)\.hostname,(?:\2\.port&&\(\1\.port=\2\.port\),)?\1\}")
_URL = re.compile(r"[ \t]*<url>(?:(?!</url>).)*?</url>\s*?\n?", re.DOTALL)


def complete(site: Path, claims: Mapping[str, str], shell: str) -> None:
    """Put every claim (address -> title) where the builder had the shell."""
    for name, key in (("search/search_index.json", "docs"), ("search.json", "items")):
        if (site / name).is_file():
            _complete_search(site / name, key, claims, shell)
    if (site / "sitemap.xml").is_file():
        _complete_sitemap(site / "sitemap.xml", claims, shell)


def of_any_host(site: Path, site_url: str) -> None:
    """Let the builder's script exchange pages wherever the site stands.

    It takes a listed address for one of the host that the reader is on, but not for one of another port or folder than the site was built
    for. Raises BuildError where that line of it is not found.
    """
    for bundle in (site / "assets" / "javascripts").glob("bundle.*.js"):
        text = bundle.read_text(encoding="utf-8")
        if "sitemap.xml" not in text:
            continue
        below = len(urlsplit(site_url).path)
        text, found = _SAME_HOST.subn(
            rf"\g<1>.host=\g<2>.host,\g<1>.pathname=\g<2>.pathname+\g<1>.pathname.slice({below}),\g<1>}}",
            text,
        )
        if found != 1:
            raise BuildError(
                f"{bundle.name} has another way now to compare addresses with the sitemap: look for `hostname` in it, and mend {__name__}."
            )
        bundle.write_text(text, encoding="utf-8")


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
    file.write_text(text, encoding="utf-8")
    zipped = file.with_suffix(".xml.gz")
    if zipped.is_file():
        zipped.write_bytes(gzip.compress(text.encode(), mtime=0))

"""What a page says about itself before its words: the few keys that the stages other than the builder need."""

import re
from pathlib import Path

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def split(text: str) -> tuple[dict[str, str], str]:
    """The keys with a value on their line, and the page's words. Nested values are the builder's alone and left out."""
    found = _FRONT.match(text)
    if not found:
        return {}, text
    pairs = (line.partition(":") for line in found[1].splitlines() if re.match(r"\w+:", line))
    return {key: value.strip().strip("\"'") for key, _, value in pairs}, text[found.end() :]


def pages(docs: Path) -> dict[str, dict[str, str]]:
    """The keys of every page below docs/, by its address below the site's root, such as `reference/api/`."""
    return {
        address(path.relative_to(docs).as_posix()): split(path.read_text(encoding="utf-8"))[0]
        for path in sorted(docs.rglob("*.md"))
    }


def address(name: str) -> str:
    """The address of a page: `reference/api.md` is at `reference/api/`, `index.md` at the root."""
    stem = name.removesuffix(".md")
    return "" if stem == "index" else f"{stem.removesuffix('/index')}/"

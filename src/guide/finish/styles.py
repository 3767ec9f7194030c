"""One stylesheet for all pages: of the theme's rules those that one of them or a script uses, and all of ours."""

import hashlib
import json
import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from guide.errors import BuildError

_LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_WORD = re.compile(r"[\w-]+")
_DATASET = re.compile(r"dataset\.(\w+)")
_CAPITAL = re.compile(r"[A-Z]")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)"|=([^\s">]+))?')
_TOLD = {"type", "role", "for", "name", "dir", "lang", "rel", "open", "popover"}
"""Attributes whose values stand in selectors, beside those that begin with "data-"."""
_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
_THEMES = re.compile(
    r"(?:md-|data-md-)(?!annotation|code|source|tag|tooltip|version)[\w-]+|js|hidden|open|checked"
)
"""What the theme's script may add to a page. The parts that are left out are those that mkdocs.yml does not switch on."""


def links(text: str) -> list[str]:
    """The addresses of a page's stylesheets, in order."""
    return _LINK.findall(text)


def one_sheet(site: Path, pages: Mapping[str, str], cache: Path) -> str:
    """Write the stylesheet of what is used into the site and return its address below the root. Raises BuildError with the tool's words.

    A sheet that only some pages name is put where the first of them has it.
    """
    named = (posixpath.normpath(path + address) for path, text in pages.items() for address in links(text))
    sheets = [
        site / name for name in dict.fromkeys(named) if (site / name).is_file() and not name.startswith("/")
    ]
    own_words = _words_of_scripts(
        path for path in site.glob("_run/*.js") if not path.name.startswith("editor.")
    )
    theme_words = _words_of_scripts(site.glob("assets/javascripts/*.js"))
    added = own_words | {word for word in theme_words if _THEMES.fullmatch(word)}
    listed = json.dumps({"elements": sorted(_elements(pages.values())), "added": sorted(added)})
    content = listed + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    digest = hashlib.sha256(content.encode() + Path(__file__).with_suffix(".mjs").read_bytes()).hexdigest()[
        :10
    ]
    made = cache / f"style.{digest}.css"
    if not made.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        found = cache / "found.json"
        found.write_text(listed, encoding="utf-8")
        theme = [
            str(sheet) for sheet in sheets if sheet.parent.name == "stylesheets" or sheet.name.startswith("_")
        ]
        own = [str(sheet) for sheet in sheets if str(sheet) not in theme]
        request = {"theme": theme, "own": own, "found": str(found), "out": str(made)}
        command = ["node", str(Path(__file__).with_suffix(".mjs")), json.dumps(request)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise BuildError(f"The stylesheet could not be made:\n{result.stderr}")
    shutil.copyfile(made, site / "assets" / made.name)
    return f"assets/{made.name}"


def with_one_sheet(text: str, address: str) -> str:
    """The page with this stylesheet in the place of all that it had."""
    found = _LINK.search(text)
    if found is None:
        return text
    rest = _LINK.sub("", text[found.end() :])
    return f'{text[: found.start()]}<link rel="stylesheet" href="{address}">{rest}'


def _elements(pages: Iterable[str]) -> set[str]:
    """Every kind of element, as the parts of a selector that it meets: `a .claim [href] [rel] [rel=external]`."""
    found: set[str] = set()
    for tag, attributes in {match for text in pages for match in _TAG.findall(text)}:
        parts = {tag.lower()}
        for name, quoted, bare in _ATTRIBUTE.findall(attributes):
            value = quoted or bare
            parts.add(f"[{name}]")
            if name == "class":
                parts.update(f".{word}" for word in value.split())
            elif name == "id":
                parts.update([f"#{value}"] if value.startswith("__") else [])
            elif name in _TOLD or name.startswith("data-md-"):
                parts.add(f"[{name}={value}]")
        found.add(" ".join(sorted(parts)))
    return found


def _words_of_scripts(scripts: Iterable[Path]) -> set[str]:
    """All words, and what `dataset.mdState` is called in a selector."""
    texts = [script.read_text(encoding="utf-8") for script in scripts]
    named = {name for text in texts for name in _DATASET.findall(text)}
    data = {"data-" + _CAPITAL.sub(lambda letter: "-" + letter[0].lower(), name) for name in named}
    return data | {word for text in texts for word in _WORD.findall(text)}

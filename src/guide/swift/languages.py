"""Python and Swift beside each other: the HTML of a Swift file, and the choice between it and the snippet of that name.

The choice is two radio buttons and a few lines of CSS, so it works without JavaScript; without CSS both are readable one
after the other. The page script remembers it. Only the code is exchanged: bar and tested output stay.
"""

import re
import tomllib
from functools import cache
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SwiftLexer

from guide import snippets
from guide.templating import render

from . import code as swift_code

SYMBOLS = Path(__file__).parent / "symbols.toml"
"""Apple's symbols in the Swift files and in the mechanism table, and the oldest iOS that each file is for."""

CHECKED = Path(__file__).parent / "checked.toml"
"""The files that a compiler has accepted, by the SHA-256 of their bytes; written by `make swift`."""

_AVAILABLE = re.compile(r"available\(iOS (\d+(?:\.\d+)*)")


def swift_html(name: str) -> str:
    """The inside of a Swift panel: what it is, then the code. Raises BuildError for an unknown name."""
    code = highlight(snippets.swift(name), SwiftLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return render(
        "swift.html",
        name=name,
        systems=systems(name),
        how_checked=how_checked(name),
        code=Markup(code),  # noqa: S704 - highlighted
    )


@cache
def _oldest() -> tuple[str, dict[str, str]]:
    table = tomllib.loads(SYMBOLS.read_text(encoding="utf-8"))
    return table["oldest"], table["files"]


def how_checked(name: str) -> str:
    """How far a Swift file was checked, as a sentence: compiled only where these very bytes were."""
    checked = tomllib.loads(CHECKED.read_text(encoding="utf-8"))
    digest = sha256((snippets.FOLDER / "swift" / f"{name}.swift").read_bytes()).hexdigest()
    if checked["files"].get(f"{name}.swift") != digest:
        return "Parsed by a test, not compiled."
    against = "stubs of Apple's interfaces" if checked["against"] == "stubs" else f"the {checked['against']}"
    return f"Compiled by {checked['compiler'].replace('version ', '')} against {against} ({', '.join(checked['settings'])})."


def oldest(name: str) -> str:
    """The oldest iOS that a Swift file is written for, such as "17.0": code for a newer one is guarded in it."""
    default, files = _oldest()
    return files.get(name, default)


def systems(name: str) -> str:
    """For which iOS a Swift file is, and for which newer ones it checks, as a sentence."""
    asked = {swift_code.version(found) for found in _AVAILABLE.findall(snippets.swift(name))}
    words = [".".join(map(str, one)) for one in sorted(asked) if one > swift_code.version(oldest(name))]
    checks = (
        f"; it checks for {' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))}" if words else ""
    )
    return f"For apps from iOS {oldest(name).removesuffix('.0')} on{checks}."


class BesideEachOther(Treeprocessor):
    """Puts a Swift panel into one frame with the snippet of its name, where the page has that snippet."""

    def run(self, root: ElementTree.Element) -> None:
        """Wrap every snippet that has a panel. A panel without a snippet stays where it is, and open."""
        parents = {child: parent for parent in root.iter() for child in parent}
        panels = {panel.get("data-swift"): panel for panel in root.iter("div") if panel.get("data-swift")}
        for number, snippet in enumerate(list(root.iter("run-snippet")), 1):
            panel = panels.pop(snippet.get("source", "").removesuffix(".py"), None)
            if panel is None:
                continue
            parents[panel].remove(panel)
            parent = parents[snippet]
            place = list(parent).index(snippet)
            parent.remove(snippet)
            parent.insert(place, _frame(f"language-{number}", panel, snippet))


def _frame(group: str, panel: ElementTree.Element, snippet: ElementTree.Element) -> ElementTree.Element:
    frame = ElementTree.Element(
        "div", {"class": "languages", "role": "group", "aria-label": "Python or Swift"}
    )
    for value, word in (("python", "Python"), ("swift", "Swift")):
        button = {"type": "radio", "name": group, "id": f"{group}-{value}", "value": value}
        ElementTree.SubElement(frame, "input", button | ({"checked": "checked"} if value == "python" else {}))
        ElementTree.SubElement(frame, "label", {"for": f"{group}-{value}"}).text = word
    frame.tail, panel.tail = snippet.tail, None
    snippet.tail = None
    frame.extend([panel, snippet])
    return frame

"""The way into the reference of the package: every public name with one line, by the pages that have the rest.

Which page has which names stands in docs/reference/api/; the order of the pages is that of the navigation.
"""

import re
from pathlib import Path

import griffe

from guide import ROOT, front_matter

FOLDER = "reference/api"
_IN_NAV = re.compile(rf"^ +- .*: {FOLDER}/([\w-]+)\.md$", re.MULTILINE)
_NAMED = re.compile(r"^::: (\S+)$", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_CLAIM = re.compile(r" \(claims? [\w., -]+\)")
_SENTENCE_END = re.compile(r"(?<=\.)\s(?=[A-Z`])")

_PLAIN = {
    "afterswipe.CAUSES": "What each cause leaves behind, and the claim that it comes from.",
    "afterswipe.HOUR": "Milliseconds in an hour.",
    "afterswipe.TRANSITIONS": "The table of the life cycle: a step for every state and every event.",
}
"""Of tables and numbers that have a comment and no docstring."""


def rooms(docs: Path = ROOT / "docs") -> dict[str, str]:
    """The pages of the reference as Markdown, by name, in the order of the navigation."""
    names = _IN_NAV.findall((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    return {name: (docs / FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in names}


def names(room: str) -> list[str]:
    """What a page of the reference has, such as `afterswipe.Phone`."""
    return _NAMED.findall(room)


def page() -> str:
    """The page as Markdown."""
    lines = [
        "---",
        "description: Every public name of afterswipe, the Python package that models the phone, with one line each and the way to the rest.",
        "search:",
        "  boost: 0.2",
        "---",
        "",
        "# Python API",
        "",
        (
            "Everything that an example imports from `afterswipe` stands here in one line each; behind a name stands the rest.\n\n"
            "Times are seconds where a person or an app gives them, and whole milliseconds in what the phone reports. The names of an app's code are Apple's in snake_case; "
            "[mechanisms](mechanisms.md) has the pairs."
        ),
        "",
    ]
    packages = {name: griffe.load(name, search_paths=[ROOT / "src"]) for name in ("afterswipe", "faultlab")}
    for room, text in rooms().items():
        keys, words = front_matter.split(text)
        title = _TITLE.search(words)
        assert title is not None
        lines += [f"## [{title[1]}](api/{room}.md)", "", keys["description"], ""]
        for name in names(words):
            package, _, rest = name.partition(".")
            shown = rest if package == "afterswipe" else name
            lines.append(
                f"- [`{shown}`](api/{room}.md#{name}): {first_sentence(name, packages[package][rest])}"
            )
        lines.append("")
    return "\n".join(lines)


def first_sentence(name: str, found: griffe.Object | griffe.Alias) -> str:
    """What a docstring says first, without the claim that it comes from: the whole has that."""
    if found.docstring is None:
        return _PLAIN[name]
    words = " ".join(found.docstring.value.split("\n\n")[0].split())
    return _CLAIM.sub("", _SENTENCE_END.split(words)[0]).removesuffix(":")

"""How hard a page is to read: the automated readability index (Senter and Smith, 1967).

    4.71 * letters and digits / words + 0.5 * words / sentences - 21.43
    return index

The result is about a school grade in the United States. It counts only lengths, so it cannot see whether a word is known; it
needs no dictionary, and the same page gives the same number everywhere.
"""

import re

from guide.claims.links import MARKER

from .sentences import sentences

HIGHEST = 9.5
"""The grade that a page for product managers may have: what a person reads between two meetings."""

_NOISE = re.compile(r"\{[^}]*\}|<!--.*?-->|<[^>]+>|(?<=\])\([^)]*\)|[\[\]*_`|]")
_WORD = re.compile(r"[\w\u2019'-]*\w[\w\u2019'-]*")


def grade(text: str) -> float:
    """The index of a page in Markdown: its prose, without code, headings, tables and markers. 0.0 for a page without prose."""
    said = [
        _NOISE.sub("", one.text) for one in sentences(MARKER.sub("", text)) if not one.text.startswith("|")
    ]
    said = [one for one in said if len(_WORD.findall(one)) > 2]  # a label is no sentence
    words = [word for one in said for word in _WORD.findall(one)]
    if not words:
        return 0.0
    letters = sum(character.isalnum() for word in words for character in word)
    index: float = 4.71 * letters / len(words) + 0.5 * len(words) / len(said) - 21.43
    return index

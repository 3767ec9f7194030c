"""Text on a card: which font file has a character, how wide a line is, and the largest size at which a text fits.

Text is set without the optional shaping library of Pillow: it is not on every machine, and the same card must give the
same bytes everywhere.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

from guide.errors import BuildError

LINE = 1.2
MOST_LINES = 6
_THUMBNAIL = 44
"""The smallest size that is still legible where a preview is 300 pixels wide."""

_INSTEAD = {"≤": "at most", "≥": "at least", "≈": "about", "→": "to", "✓": "yes", "\u202f": "\u00a0"}
"""Words for signs that Inter's Latin files do not have."""


class Fonts:
    """Inter in three weights, from the files of its npm package. Raises BuildError where one is missing."""

    SUBSETS = "latin", "latin-ext"

    def __init__(self, folder: Path) -> None:
        self.files = {
            (subset, weight): folder / f"inter-{subset}-{weight}-normal.woff"
            for weight in (400, 600, 700)
            for subset in self.SUBSETS
        }
        for file in self.files.values():
            if not file.is_file():
                raise BuildError(f"The font {file.name} for the card images is missing. Run: make")
        self.face = lru_cache(maxsize=None)(self._face)
        self._has = lru_cache(maxsize=None)(self._glyph)
        self.width = lru_cache(maxsize=None)(self._width)

    def _face(self, subset: str, weight: int, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.files[subset, weight], size, layout_engine=ImageFont.Layout.BASIC)

    def _glyph(self, subset: str, character: str) -> bool:
        face = self.face(subset, 400, 40)
        return bytes(face.getmask(character)) != bytes(face.getmask("\U0010fffe"))

    def subset(self, character: str) -> str:
        """The file that has a character; empty where none has."""
        return next(
            (subset for subset in self.SUBSETS if character == " " or self._has(subset, character)), ""
        )

    def spell(self, text: str) -> str:
        """The text in characters that can be shown: signs as words, rare letters as what they are made of."""
        shown = ""
        for character in text:
            plain = _INSTEAD.get(character) or unicodedata.normalize("NFKD", character)[0]
            spelled = character if self.subset(character) else plain
            if not all(map(self.subset, spelled)):
                raise BuildError(
                    f"Inter has no sign for {character!r} (U+{ord(character[0]):04X}) in {text!r}. Write it in words."
                )
            shown += spelled
        return shown

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text in pieces with the file of each."""
        return [(subset, "".join(group)) for subset, group in groupby(text, self.subset)]

    def _width(self, text: str, size: int, weight: int) -> float:
        """The width of a line in pixels."""
        return sum(self.face(subset, weight, size).getlength(part) for subset, part in self.runs(text))


def fit(
    text: str, fonts: Fonts, *, weight: int, largest: int, width: int, height: int
) -> tuple[int, list[str]]:
    """The largest size at which a text fits its place, and its lines, of about equal length.

    Words stay whole as long as the text is legible as a thumbnail; then long identifiers break at their humps and dots.
    """
    whole = [(word, " ") for word in text.split()]
    parts = [
        (part, " " if place == 0 else "")
        for word in text.split()
        for place, part in enumerate(
            re.findall(r".+?(?:[./](?=\w)|(?<=[a-z])(?=[A-Z])|$)", word) if len(word) > 16 else [word]
        )
    ]
    for words, smallest in ((whole, _THUMBNAIL), (parts, 28)):
        for size in range(largest, smallest - 1, -2):
            most = min(MOST_LINES, height // round(size * LINE))
            lines = _balanced(words, most, width, partial(fonts.width, size=size, weight=weight))
            if lines:
                return size, lines
    raise BuildError(f"{text!r} is too long for a card. Shorten it.")


def _balanced(
    words: Sequence[tuple[str, str]], most: int, room: int, width: Callable[[str], float]
) -> list[str]:
    """The words in as few lines as they need, made about equally long; empty where that is more than `most`."""
    lines = _wrapped(words, room, width)
    if not 0 < len(lines) <= most:
        return []
    low, high = room // 3, room
    while high - low > 4:
        middle = (low + high) // 2
        narrower = _wrapped(words, middle, width)
        if len(narrower) == len(lines):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def _wrapped(words: Sequence[tuple[str, str]], room: int, width: Callable[[str], float]) -> list[str]:
    """The words in lines of at most `room` pixels; empty where one word alone is wider."""
    lines, taken = [""], 0.0
    for word, glue in words:
        longer = taken + width(glue + word) if lines[-1] else width(word)
        if longer <= room:
            lines[-1] += glue + word if lines[-1] else word
            taken = longer
        elif not lines[-1] or width(word) > room:
            return []
        else:
            lines.append(word)
            taken = width(word)
    return lines

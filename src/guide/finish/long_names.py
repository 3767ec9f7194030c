"""Where a long name in a table's cell may be broken on a phone: between its words, and not one letter before its end."""

import re

_CELL = re.compile(r"<(t[dh])\b.*?</\1>", re.DOTALL)
_NAME = re.compile(r"(?<=<code>)[^<\s]{12,}(?=[<\s])")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z][:(._])(?=\w)")


def breakable(text: str) -> str:
    """The page with a `<wbr>` between the words of each long name in a cell. It is neither copied nor searched."""
    return _CELL.sub(lambda cell: _NAME.sub(lambda name: _BETWEEN_WORDS.sub("<wbr>", name[0]), cell[0]), text)

"""Where a long name may be broken on a phone: between its words, and not one letter before its end."""

import re

_CELL = re.compile(r"<(t[dh])\b.*?</\1>", re.DOTALL)
_NAME = re.compile(r"(?<=<code>)[^<\s]{12,}(?=[<\s])")
#: Words of a page's text that hold a name as long as a phone's line, or what is no text.
_TEXT = re.compile(r"<(pre|script|style|svg|title|textarea)\b.*?</\1>|(?<=>)[^<]*[^<\s]{22}[^<]*", re.DOTALL)
_LONG = re.compile(r"[^<\s]{22,}")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9]{2})(?=[A-Z])|(?<=[A-Za-z0-9][:(._/])(?=[^\W\d])")


def breakable(text: str) -> str:
    """The page with a `<wbr>` between the words of each long name, in a cell of shorter ones too. It is neither copied nor searched."""
    head, article, rest = text.partition("<article")
    article = _CELL.sub(lambda cell: _NAME.sub(_broken, cell[0]), article + rest)
    return head + _TEXT.sub(lambda part: part[0] if part[1] else _LONG.sub(_broken, part[0]), article)


def _broken(name: re.Match[str]) -> str:
    return name[0] if "://" in name[0] else _BETWEEN_WORDS.sub("<wbr>", name[0])

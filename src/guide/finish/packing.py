"""What a page says twice, or to nobody, is taken out of it: a reader fetches less, and sees and finds the same."""

import re

_KEPT = re.compile(r"<(pre|textarea|script|style)\b.*?</\1>", re.DOTALL)
_BETWEEN = re.compile(r">[ \t]*\n\s*<")
_NAMED = re.compile(r'<span title="[^"]*">([^<]*)</span>')
"""A name in a signature that leads nowhere."""
_REFERENCE = re.compile(r'<a class="autorefs [^"]*"(?: title="[^"]*")?')
_UNCOLOURED = re.compile(r'<span class="[nw]">([^<]*|<a [^<>]*>[^<]*</a>)</span>')
_CONTENTS = '<nav class="md-nav md-nav--secondary"'
_NAV = re.compile(r"<nav\b|</nav>")
_LONG = 200
"""A table of contents with more entries than this stops at the second level."""
_OWN_LIST = 'class="question-list"'
"""A page that lists its questions itself, by group: its table of contents has the groups alone."""


def packed(text: str) -> str:
    """The page with one line's end between its tags, without marks that show nothing, and with a list of contents that can be read."""
    parts: list[str] = []
    end = 0
    for kept in _KEPT.finditer(text):
        parts += [_BETWEEN.sub(">\n<", text[end : kept.start()]), kept[0]]
        end = kept.end()
    text = "".join([*parts, _BETWEEN.sub(">\n<", text[end:])])
    text = _UNCOLOURED.sub(r"\1", _REFERENCE.sub("<a", _NAMED.sub(r"\1", text))).replace(
        "<pre><span></span>", "<pre>"
    )
    if _OWN_LIST in text:
        return _shorter_contents(text, 1)
    return _shorter_contents(text, 2) if text.count("md-nav__link") > _LONG else text


def _shorter_contents(text: str, levels: int) -> str:
    """What is below so many levels is left out of the table of contents, wherever the theme has put it."""
    parts: list[str] = []
    end = depth = 0
    for found in _NAV.finditer(text):
        if found[0] == "</nav>":
            depth -= depth > 0
            if depth == levels:
                end = found.end()
        elif depth or text.startswith(_CONTENTS, found.start()):
            if depth == levels:
                parts.append(text[end : found.start()])
            depth += 1
    return "".join([*parts, text[end:]])

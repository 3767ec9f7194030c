"""A picture of moments: what one snippet shows, one picture after the other, in one place of a page.

The page has the last one, and the file of all of them comes when somebody wants to see another (runner/claims/moments.ts).
The snippet prints the words of a moment in the line before its picture.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import unescape

from markupsafe import Markup

from guide import snippets
from guide.errors import BuildError
from guide.templating import markup

FOLDER = "assets/moments"
"""Where the files are, below the site's root."""

_BLOCK = re.compile(r"^/// moments \| (\w+)", re.MULTILINE)
_HEIGHT = re.compile(r' height="([\d.]+)"')
_DESCRIBED = re.compile(r"<desc>(.*?)</desc>", re.DOTALL)


@dataclass(frozen=True)
class Moment:
    """The words of a moment, the sentence of its picture, and the picture."""

    words: str
    said: str
    svg: str


def of(name: str) -> list[Moment]:
    """The moments of a snippet, from its tested output. Raises BuildError where it does not show words and a picture in turn."""
    parts = snippets.accepted(name).parts()
    words, pictures = parts[::2], parts[1::2]
    if [kind for kind, _ in parts] != ["text", "picture"] * len(pictures) or len(pictures) < 2:
        raise BuildError(
            f"`/// moments | {name}`: {name} does not show words and a picture in turn. Print one line before each picture."
        )
    return [
        Moment(line.strip(), _sentence(svg), svg.strip())
        for (_, line), (_, svg) in zip(words, pictures, strict=True)
    ]


def _sentence(svg: str) -> str:
    """The last line of a picture's description: for a pair, its label."""
    found = _DESCRIBED.search(svg)
    return unescape(found[1]).strip().rpartition("\n")[2] if found else ""


def frames(name: str) -> bytes:
    """All moments of a snippet, as the page fetches them."""
    return json.dumps([asdict(moment) for moment in of(name)], ensure_ascii=False).encode()


def file(name: str) -> str:
    """The name of their file, which changes with them: a page never shows those of another build."""
    return f"{name}.{hashlib.sha256(frames(name)).hexdigest()[:10]}.json"


def files(pages: Iterable[str]) -> dict[str, bytes]:
    """The files that these pages need, by their path below the site's root. What cannot be is said where the page is built."""
    names = {name for text in pages for name in _BLOCK.findall(text)} & set(snippets.names())
    return {f"{FOLDER}/{file(name)}": frames(name) for name in sorted(names)}


def html(name: str) -> Markup:
    """The last moment, and below it the slider, as high as the highest: nothing moves when another one is shown."""
    moments = of(name)
    height = max(float(found[1]) for moment in moments if (found := _HEIGHT.search(moment.svg)))
    picture = Markup(moments[-1].svg)  # noqa: S704 - our own drawing
    return markup(
        "moments.html", shown=moments[-1], picture=picture, height=f"{height:g}", last=len(moments) - 1
    )

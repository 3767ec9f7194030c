"""Snippets: run one as the page would, and compare with the tested output beside it.

The output of a snippet is a list of parts, text and pictures, in the order in which they came. In
`NAME.out` a picture is a line `[picture: TITLE]`; the pictures are `NAME.1.svg`, `NAME.2.svg` and so on.
"""

import io
import re
import runpy
import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from types import ModuleType

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from . import ROOT
from .errors import BuildError
from .templating import markup

FOLDER = ROOT / "snippets"

FOLDED_FROM = 20
"""Lines of code that are never folded on a phone; the runner has the same number (code.ts)."""

_USES_THE_FEED = "feed_url"
_BLOCK = re.compile(r"^/// (snippet|swift|picture|moments) \| (\w+)")
_UNCOLOURED = re.compile(r'<span class="(?:n|p|o|w|nb|nn|ne|nv|bp)">([^<]*)</span>')
"""Parts of Python that have the colour of the code in snippet.css."""
_PLACEHOLDER = re.compile(r"^\[picture: .*\]$", re.MULTILINE)
_COLUMNS = re.compile(r"\w {2,}\w.* {2,}\w")


@dataclass(frozen=True)
class Output:
    """What a snippet printed, with a placeholder line for each picture, and the pictures."""

    text: str
    pictures: tuple[str, ...]

    def parts(self) -> list[tuple[str, str]]:
        """The parts in order: ("text", words) or ("picture", SVG)."""
        texts = _PLACEHOLDER.split(self.text)
        parts: list[tuple[str, str]] = []
        for index, words in enumerate(texts):
            if words.strip("\n"):
                parts.append(("text", words.strip("\n") + "\n"))
            if index < len(self.pictures):
                parts.append(("picture", self.pictures[index]))
        return parts


def names() -> list[str]:
    """The names of all snippets, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def source(name: str) -> str:
    """The text of a snippet. Raises BuildError where there is none."""
    path = FOLDER / f"{name}.py"
    if not path.is_file():
        raise BuildError(f"There is no snippet snippets/{name}.py. There are: {', '.join(names())}.")
    return path.read_text(encoding="utf-8")


def swift(name: str) -> str:
    """The text of a snippet's Swift counterpart. Raises BuildError where there is none."""
    path = FOLDER / "swift" / f"{name}.swift"
    if not path.is_file():
        raise BuildError(
            f"There is no snippets/swift/{name}.swift. Write it, or take the block out of the page."
        )
    return path.read_text(encoding="utf-8")


def check_pages(docs: Path) -> list[str]:
    """Blocks in pages that name a snippet which is not there, as `file:line: what is wrong and what to do`."""
    wrong = []
    for page in sorted(docs.rglob("*.md")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            if block := _BLOCK.match(line):
                try:
                    (swift if block[1] == "swift" else source)(block[2])
                    if block[1] != "swift":
                        accepted(block[2])
                except BuildError as missing:
                    wrong.append(f"{page.relative_to(docs.parent)}:{number}: {missing}")
    return wrong


def run(path: Path) -> Output:
    """Run a snippet's file in this Python and return what it showed."""
    text = io.StringIO()
    pictures: list[str] = []

    def svg(markup: str) -> None:
        pictures.append(markup)
        text.write(f"[picture: {picture_title(markup)}]\n")

    def sound(_data: bytes, title: str) -> None:
        text.write(f"[sound: {title}]\n")

    display = ModuleType("_display")
    display.svg = svg  # type: ignore[attr-defined]
    display.sound = sound  # type: ignore[attr-defined]
    page = ModuleType("_page")
    site = _hosted_feed() if _USES_THE_FEED in path.read_text(encoding="utf-8") else nullcontext("")
    harness = {"_display": display, "_page": page}
    sys.modules.update(harness)
    try:
        with site as root, redirect_stdout(text):
            page.root = root  # type: ignore[attr-defined]
            runpy.run_path(str(path), run_name="__main__")
    finally:
        # Only these: whatever else a snippet imported stays, or a second copy of it would come with other exceptions.
        for name in harness:
            del sys.modules[name]
    return Output(text.getvalue(), tuple(pictures))


def _hosted_feed() -> AbstractContextManager[str]:
    """The site's own feed on the loopback, for the snippets that sync for real. In the page the site itself serves it."""
    from starlette.staticfiles import StaticFiles

    from .hosting import hosted
    from .sample_feed import write

    write(ROOT / "build" / "feed")
    return hosted(StaticFiles(directory=ROOT / "build" / "feed"))


def picture_title(markup: str) -> str:
    """The text of an SVG's title element."""
    found = re.search(r"<title>(.*?)</title>", markup)
    return unescape(found[1]) if found else "without a title"


def accepted(name: str) -> Output:
    """The tested output of a snippet, from the files beside it. Raises BuildError where it is missing or incomplete."""
    path = FOLDER / f"{name}.out"
    if not path.is_file():
        raise BuildError(
            f"snippets/{name}.out is missing. Read what the snippet prints, then accept it: make accept"
        )
    text = path.read_text(encoding="utf-8")
    count = len(_PLACEHOLDER.findall(text))
    files = [FOLDER / f"{name}.{number}.svg" for number in range(1, count + 1)]
    if missing := [file.name for file in files if not file.is_file()]:
        raise BuildError(
            f"snippets/{missing[0]} is missing, and snippets/{name}.out has a place for it. Run: make accept"
        )
    return Output(text, tuple(file.read_text(encoding="utf-8") for file in files))


def has_columns(text: str) -> bool:
    """Whether three lines or more have three columns: they must stay below each other. The same in output.ts."""
    return len(_COLUMNS.findall(text)) >= 3


def html(name: str) -> Markup:
    """The inside of a `<run-snippet>`: bar, code, tested output. Raises BuildError for an unknown name."""
    code = _coloured(source(name))
    parts = [
        (kind, part if kind == "text" else Markup(part.strip()), has_columns(part))  # noqa: S704 - our own drawing
        for kind, part in accepted(name).parts()
    ]
    long = len(source(name).splitlines()) > FOLDED_FROM
    return markup("snippet.html", file=f"{name}.py", code=Markup(code), parts=parts, long=long)  # noqa: S704 - highlighted


@cache
def _coloured(code: str) -> str:
    """Code as HTML: most snippets stand on several pages."""
    # Pygments wraps by default and strips blank lines at both ends; the page must show the file as it is.
    return _UNCOLOURED.sub(r"\1", highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def element(name: str) -> Markup:
    """The whole `<run-snippet>`, as the block `/// snippet | NAME` makes it."""
    opening = Markup('<run-snippet name="{}" source="{}.py">').format(name.replace("_", "-"), name)
    return opening + html(name) + Markup("</run-snippet>")


def accept(name: str, output: Output) -> list[str]:
    """Write an output as the tested one and return the names of the files that changed."""
    wanted = {f"{name}.out": output.text}
    wanted |= {f"{name}.{number}.svg": picture for number, picture in enumerate(output.pictures, 1)}
    changed = [
        file
        for file, text in wanted.items()
        if not (FOLDER / file).is_file() or (FOLDER / file).read_text(encoding="utf-8") != text
    ]
    for file in changed:
        (FOLDER / file).write_text(wanted[file], encoding="utf-8")
    for left in FOLDER.glob(f"{name}.[0-9]*.svg"):
        if left.name not in wanted:
            left.unlink()
            changed.append(f"{left.name} (removed)")
    return changed

"""The page "How it came to be": what happened when, drawn and listed, from `history.toml`.

The drawing runs from top to bottom, so that it fits a phone: what is long is the history, not the line. A mark's shape and
colour say what an entry gives; the same words stand in the key and in the list, so neither is needed alone.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from afterswipe import claims
from afterswipe.seen.svg import CARD, INK, LINE, MUTED, PAPER, RUN, SYSTEM, Drawing
from guide.claims.links import MARKER
from guide.claims.words import number
from guide.errors import BuildError

FILE = Path(__file__).with_suffix(".toml")

GIVES = {
    "run": "time for the app",
    "system": "work by the system",
    "card": "something to look at",
    "rule": "a limit or a duty",
    "talk": "what people wrote",
}
"""What an entry can be about, in the words of the key."""

MAX_TITLE = 27
"""Letters: what fits beside the years on a phone of 360 pixels."""

_LINE, _TEXT = 68, 84  # pixels: where the line stands, where the titles begin
_ROW, _GROUP, _BAR = 25, 16, 20  # pixels: height of an entry, more above a version, more for a bar
_KEY = 22  # pixels: a line of the key
_WIDTH_OF_LONGEST = 24.0  # per cent: its number stands behind it

HEAD = """---
description: From iOS 4 to iOS 27, drawn and listed. How apps got and lost time in the background, and how the card came to be.
audience: both
---

<!-- Made by guide.pages.history from history.toml. Change that file, not this page. -->

# How it came to be

**The time after leaving an app fell from 10 minutes to about 30 seconds; instead came work that the system does or allows.**{claim:background-assertion.duration}

Advice from different years is still around, and each piece may have been right once. Before you look: in which year did it fall to 30 seconds, and how old is the card?

"""

MIDDLE = """
The drawing shows what an app may use since when. The years are those in which the versions came out.

## The same as a list
"""

TAIL = """
## Key points

1. The extra time after leaving fell from 10 minutes to about 30 seconds.{claim:background-assertion.duration-ios-4,background-assertion.duration}
2. The card came with iOS 16.1.{claim:live-activity.surfaces} It gives an app no time to run.{claim:live-activity.gives-no-run-time}
3. Since iOS 26 there is work that brings its own card, the other way round.{claim:continued-processing.process-brings-its-picture}

**Check yourself:** a blog post of 2018 says that an app has three minutes after it is left. Was it right, and what would you ask about any such post?
"""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `minutes` is the claim that says how long the extra time was from then on."""

    when: str
    system: str
    title: str
    gives: str
    text: str
    minutes: str = ""
    source: str = ""
    publisher: str = ""
    known: str = ""

    @property
    def seconds(self) -> float:
        """The extra time in seconds, 0 where the entry is not about it."""
        value = claims.get(self.minutes).value if self.minutes else None
        return value.quantity if value else 0


def read(text: str) -> tuple[Entry, ...]:
    """The entries of a TOML text. Raises BuildError for one without a claim or a source, or with words too long to draw."""
    try:
        entries = tuple(Entry(**entry) for entry in tomllib.loads(text)["entry"])
    except (KeyError, TypeError) as wrong:
        raise BuildError(f"history.toml: {wrong}. Compare with the entries beside it.") from wrong
    for entry in entries:
        if not MARKER.search(entry.text) and not (entry.source and entry.publisher and entry.known):
            raise BuildError(
                f"history.toml: {entry.title!r} has neither a claim nor a source with a publisher and how it is known. Add one."
            )
        if entry.gives not in GIVES:
            raise BuildError(
                f"history.toml: {entry.title!r} gives {entry.gives!r}. Choose one of: {', '.join(GIVES)}."
            )
        if len(entry.title) > MAX_TITLE:
            raise BuildError(
                f"history.toml: {entry.title!r} has {len(entry.title)} letters; a phone has room for {MAX_TITLE}."
            )
    return entries


def entries() -> tuple[Entry, ...]:
    """The entries of the page."""
    return read(FILE.read_text(encoding="utf-8"))


def page() -> str:
    """The page as Markdown, with the drawing in it."""
    every = entries()
    lines = []
    before = ("", "")
    for entry in every:
        if (entry.when, entry.system) != before:
            before = (entry.when, entry.system)
            heading = f"{entry.when}, {entry.system}" if entry.system else entry.when
            lines += ["", f"### {heading}", ""]
        source = f" [{entry.publisher}]({entry.source}): {entry.known}." if entry.source else ""
        lines.append(f"- **{entry.title}** ({GIVES[entry.gives]}): {entry.text}{source}")
    figure = f'<figure class="picture"><div class="snippet-picture">{draw(every).strip()}</div></figure>\n'
    return HEAD + figure + MIDDLE + "\n".join(lines) + "\n" + TAIL


def draw(every: tuple[Entry, ...]) -> str:
    """The history as an SVG for any width from a phone's on."""
    svg = Drawing()
    y = _key(svg)
    reached = y + _GROUP
    longest = max((entry.seconds for entry in every), default=0) or 1
    before = ("", "")
    for entry in every:
        if (entry.when, entry.system) != before:
            y += _GROUP
            _label(svg, entry, y, new_year=entry.when != before[0])
            before = (entry.when, entry.system)
        middle = y + 14
        svg.raw(
            f'<line x1="{_LINE}" y1="{reached:g}" x2="{_LINE}" y2="{middle:g}" stroke="{LINE}" stroke-width="2"/>'
        )
        _row(svg, entry, middle, longest)
        reached = middle + 8
        y += _ROW + (_BAR if entry.seconds else 0)
    described = "; ".join(f"{_date(entry)}: {entry.title} ({GIVES[entry.gives]})" for entry in every)
    return svg.finish(y + _GROUP, "From iOS 4 to iOS 27: what an app gets after it is left", described)


def _label(svg: Drawing, entry: Entry, y: float, *, new_year: bool) -> None:
    """The year and the version at the left, two lines that a single entry has room for; a year that goes on is not said again."""
    if new_year:
        svg.line(0, y, 100, y, stroke=LINE)
        svg.text(0, y + 19, entry.when, fill=INK, font_weight=600)
    if entry.system:
        svg.text(0, y + (34 if new_year else 19), entry.system, fill=MUTED, font_size=12)


def _date(entry: Entry) -> str:
    return f"{entry.when} {entry.system}".strip()


def _row(svg: Drawing, entry: Entry, y: float, longest: float) -> None:
    """A mark on the line, the title beside it, and where it is about the extra time a bar under it."""
    svg.raw(_MARKS[entry.gives](_LINE, y))
    svg.text(0, y + 5, entry.title, fill=INK, dx=_TEXT)
    if entry.seconds:
        width = max(_WIDTH_OF_LONGEST * entry.seconds / longest, 1.2)
        value = claims.get(entry.minutes).value
        assert value is not None  # it has seconds
        svg.raw(f'<svg x="{_TEXT}" y="{y + 12:g}" width="100%" height="12" overflow="visible">')
        svg.rect(0, 0, width, 10, fill=RUN, rx=2)
        svg.text(width, 10, number(value), fill=MUTED, font_size=12, dx=6)
        svg.raw("</svg>")


def _key(svg: Drawing) -> float:
    """The key above the drawing, one line for each mark; returns where it ends."""
    y = 10.0
    for gives, words in GIVES.items():
        svg.raw(_MARKS[gives](9, y))
        svg.text(0, y + 4.5, words, fill=MUTED, font_size=12, dx=24)
        y += _KEY
    return y


def _square(x: float, y: float) -> str:
    return f'<rect x="{x - 6:g}" y="{y - 6:g}" width="12" height="12" rx="2" fill="{RUN}"/>'


def _diamond(x: float, y: float) -> str:
    return (
        f'<polygon points="{x:g},{y - 8:g} {x + 8:g},{y:g} {x:g},{y + 8:g} {x - 8:g},{y:g}" fill="{SYSTEM}"/>'
    )


def _card(x: float, y: float) -> str:
    return f'<rect x="{x - 9:g}" y="{y - 6:g}" width="18" height="12" rx="4" fill="{CARD}" stroke="{MUTED}" stroke-width="1.5"/>'


def _bar(x: float, y: float) -> str:
    return (
        f'<rect x="{x - 8:g}" y="{y - 4:g}" width="16" height="8" fill="{PAPER}"/>'
        f'<line x1="{x - 8:g}" y1="{y:g}" x2="{x + 8:g}" y2="{y:g}" stroke="{INK}" stroke-width="4"/>'
    )


def _circle(x: float, y: float) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="6" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'


_MARKS: dict[str, Callable[[float, float], str]] = {
    "run": _square,
    "system": _diamond,
    "card": _card,
    "rule": _bar,
    "talk": _circle,
}

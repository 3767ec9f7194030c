"""A writer of SVG that fits any width: positions in per cent across, in pixels down; text keeps its size.

Colours are custom properties of the page with one of their own to fall back on; no style element, no script,
nothing from elsewhere. A picture on which a belief is supposed is marked, or it would go around as ours.
"""

import re
import sys
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Protocol

from afterswipe.errors import must
from afterswipe.kernel.record import Record, Supposed

INK = "var(--as-ink, #1c1f26)"
MUTED = "var(--as-muted, #5d6470)"
PAPER = "var(--as-paper, #ffffff)"
LINE = "var(--as-line, #d8dce3)"
RUN = "var(--as-run, #14735a)"
SYSTEM = "var(--as-system, #5a4fcf)"
SAYS = "var(--as-says, #2358c9)"
CARD = "var(--as-card, #e8effc)"
GAP = "var(--as-gap, #d6402b)"
FONT = "-apple-system, system-ui, 'Segoe UI', Roboto, sans-serif"


class Drawing:
    """An SVG picture in the making. `x` and `width` are per cent, everything else is pixels."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.raw = self._parts.append  # adds finished markup

    def rect(self, x: float, y: float, width: float, height: float, **attributes: str | float) -> None:
        """Add a rectangle."""
        place = f'x="{_pc(x)}" y="{y:g}" width="{_pc(width)}" height="{height:g}"'
        self.raw(f"<rect {place}{_written(attributes)}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> None:
        """Add a line."""
        self.raw(f'<line x1="{_pc(x1)}" y1="{y1:g}" x2="{_pc(x2)}" y2="{y2:g}"{_written(attributes)}/>')

    def text(self, x: float, y: float, words: str, **attributes: str | float) -> None:
        """Add a line of text; `dx` moves it by pixels."""
        self.raw(f'<text x="{_pc(x)}" y="{y:g}"{_written(attributes)}>{escape(words)}</text>')

    def finish(self, height: float, title: str, description: str) -> str:
        """The whole picture as one SVG element, `height` pixels high and as wide as its place."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height:g}" role="img" font-family="{FONT}" font-size="13">'
        about = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        return f"{head}{about}{''.join(self._parts)}</svg>\n"


def in_lines(text: str, width: int) -> list[str]:
    """The text in as few lines of at most `width` letters as it needs, all as short as that allows."""
    fewest = len(textwrap.wrap(text, width))
    return next(said for less in range(1, width + 1) if len(said := textwrap.wrap(text, less)) <= fewest)


def _pc(value: float) -> str:
    return f"{round(value, 2):g}%"


def _written(attributes: dict[str, str | float]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{escape(value) if isinstance(value, str) else format(value, "g")}"'
        for name, value in attributes.items()
    )


class Picture(Protocol):
    """Something that draws itself as SVG and has a text form."""

    def _repr_svg_(self) -> str: ...


def show(picture: Picture) -> None:
    """Show a picture, such as a timeline: drawn in the page or by a notebook, as text elsewhere."""
    must(hasattr(picture, "_repr_svg_"), f"{picture!r:.60} is no picture. Show phone.timeline(), for one.")
    if (display := sys.modules.get("_display")) is None:
        print(picture)
    else:
        display.svg(picture._repr_svg_())


_LINE = 20


def beliefs(record: Record) -> tuple[str, ...]:
    """What is supposed in a run, in words."""
    return tuple(entry.statement for entry in record.of(Supposed))


def marked_text(shown: str, supposed: Sequence[str]) -> str:
    """A text form, with its mark in front."""
    return "\n".join([*map(_words, supposed), shown])


def marked_svg(markup: str, supposed: Sequence[str]) -> str:
    """A picture, with its mark above it and in its title and description."""
    if not supposed:
        return markup
    above = _LINE * len(supposed)
    found = re.search(r'height="([\d.]+)".*?<title>(.*?)</title>', markup)
    assert found is not None
    drawing = Drawing()
    for number, belief in enumerate(supposed):
        drawing.text(0, _LINE * (number + 0.7), _words(belief), fill=GAP, font_weight=700)
    drawing.raw(markup.replace("<svg ", f'<svg y="{above}" ', 1).rstrip())
    marked = " ".join(map(_words, supposed))
    return drawing.finish(float(found[1]) + above, f"{marked} {found[2]}", marked)


def _words(belief: str) -> str:
    return f"Supposed, and not so: {belief}"

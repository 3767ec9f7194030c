"""The mark on all that a phone shows on which a belief is supposed: without it, a picture of what is not so would go around as ours."""

import re
from collections.abc import Sequence

from afterswipe.kernel.record import Record, Supposed

from .svg import GAP, Drawing

_LINE = 20


def beliefs(record: Record) -> tuple[str, ...]:
    """What is supposed in a run, in words."""
    return tuple(entry.statement for entry in record.of(Supposed))


def text(shown: str, supposed: Sequence[str]) -> str:
    """A text form, with its mark in front."""
    return "\n".join([*map(_words, supposed), shown])


def svg(markup: str, supposed: Sequence[str]) -> str:
    """A picture, with its mark above it and in its title and description."""
    if not supposed:
        return markup
    above = _LINE * len(supposed)
    height = re.search(r'height="([\d.]+)"', markup)
    title = re.search(r"<title>(.*?)</title>", markup)
    assert height is not None
    assert title is not None
    drawing = Drawing()
    for number, belief in enumerate(supposed):
        drawing.text(0, _LINE * (number + 0.7), _words(belief), fill=GAP, font_weight=700)
    drawing.raw(markup.replace("<svg ", f'<svg y="{above}" ', 1).rstrip())
    marked = " ".join(map(_words, supposed))
    return drawing.finish(float(height[1]) + above, f"{marked} {title[1]}", marked)


def _words(belief: str) -> str:
    return f"Supposed, and not so: {belief}"

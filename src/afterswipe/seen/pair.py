"""The pair: what a card says, and what is so, side by side, as text and as a picture for narrow places."""

import textwrap
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

from afterswipe.frameworks.activitykit.card import Card
from afterswipe.units import percent, size

from .gaps import NOT_JUDGED, Gap, IsSo, covered
from .lock_screen import LockScreen, bar, cells
from .svg import CARD, GAP, INK, LINE, MUTED, PAPER, RUN, SAYS, Drawing, in_lines, marked_svg, marked_text
from .truth import Truth, sentence
from .words import GOES_ON, STOPPED, WAITS

_COLUMN = 32
_BAR = 20


@dataclass(frozen=True)
class Pair:
    """What a card says, and what is so of its work. `print` or `show` it.

    Of several it is the one that has said what is not so for longest, else the first.
    """

    lock_screen: LockScreen
    truth: Truth

    @property
    def card(self) -> Card | None:
        """The card that it is about, or None where there is none on the Lock Screen."""
        return max(self.lock_screen.cards, key=lambda card: covered(self._gaps_of(card)), default=None)

    @property
    def is_so(self) -> IsSo | None:
        """What is so of the card's work."""
        return None if self.card is None else self.truth.is_so(self.card.number)

    @property
    def differs(self) -> bool:
        """Whether the card says something now that is not so."""
        return bool(self.is_so and self.is_so.differs)

    @property
    def label(self) -> str:
        """The difference in one sentence, or that there is none."""
        if self.card is None:
            return "There is no card."
        if gaps := self._gaps_of(self.card):
            return f"{sentence(gaps)}."
        so = self.truth.works[self.card.number]
        if ": " in so.word:
            return f"{so.word.capitalize()}{' to the card' * (so.word == NOT_JUDGED)}."
        return self.truth.amiss(self.card.title, so) if so.differs else "The card says what is so."

    def says(self) -> list[str]:
        """What the card says, line by line."""
        if (card := self.card) is None:
            return ["nothing: there is no card"]
        note = ["out of date"] if card.out_of_date else []
        return [card.title, *filter(None, [card.says(self.lock_screen.now)]), *note]

    def so(self) -> list[str]:
        """What is so, line by line: the word, since when, and how much has arrived."""
        if (is_so := self.is_so) is None:
            return []
        if ": " in is_so.word:
            return is_so.word.split(": ")
        lines = self.truth.in_words(is_so).split(", ", 1)
        if is_so.size:
            lines += [f"{size(is_so.sent)} of {size(is_so.size)}", f"{percent(self.share)} arrived"]
        return lines

    @property
    def share(self) -> float:
        """The share of the work's bytes that has arrived, 0.0 to 1.0."""
        is_so = self.is_so
        return is_so.sent / is_so.size if is_so is not None and is_so.size else 0.0

    def _gaps_of(self, card: Card) -> list[Gap]:
        return [gap for gap in self.truth.gaps if gap.activity == card.number]

    def __str__(self) -> str:
        left, right = ["It says", *self.says()], ["It is so", *self.so()]
        progress = None if self.card is None else self.card.progress(self.lock_screen.now)
        if progress is not None:
            left.append(bar(progress, _BAR))
            if self.is_so is not None and self.is_so.size:
                right += [""] * (len(left) - 1 - len(right)) + [bar(self.share, _BAR)]
        rows = zip_longest([cell for line in left for cell in cells(line, _COLUMN - 2)], right, fillvalue="")
        lines = [f"{says:<{_COLUMN - 2}}  {so}".rstrip() for says, so in rows]
        return marked_text("\n".join([*lines, self.label]), self.truth.supposed)

    def _repr_svg_(self) -> str:
        return marked_svg(_drawn(self), self.truth.supposed)


_TOP, _HEIGHT = 28, 176
_LETTERS = 17  # that fit into a half at its narrowest
_LABEL = 35  # letters of the label on a phone of 360 pixels
_MIDDLE = "50%"


def _drawn(pair: Pair) -> str:
    drawing = Drawing()
    drawing.text(0, 16, "It says", fill=SAYS, font_weight=700, font_size=15)
    drawing.text(53, 16, "It is so", fill=RUN, font_weight=700, font_size=15)
    if pair.card is not None:
        drawing.raw(_sign(47, SAYS, GOES_ON))
    if pair.is_so is not None:
        drawing.raw(_sign(100, RUN, pair.is_so.word))
    drawing.raw(_half(0, SAYS, _says(pair)))
    drawing.raw(_half(53, RUN, _so(pair)))
    sign, colour = ("≠", GAP) if pair.differs else ("=", MUTED)
    middle = _TOP + 50
    drawing.raw(f'<circle cx="50%" cy="{middle:g}" r="15" fill="{colour}"/>')
    drawing.text(50, middle + 7, sign, fill=PAPER, font_size=22, font_weight=700, text_anchor="middle")
    y = _TOP + _HEIGHT + 6
    for line in in_lines(pair.label, _LABEL):
        y += 19
        drawing.text(0, y, line, fill=GAP if pair.differs else INK, font_weight=600, font_size=14)
    return drawing.finish(y + 10, "What the card says, and what is so", str(pair))


_SHAPES = {
    GOES_ON: '<path d="M-14 2l14 8-14 8z"/>',
    WAITS: '<path d="M-14 3h5v14h-5zM-5 3h5v14h-5z"/>',
    STOPPED: '<path d="M-14 3h14v14h-14z"/>',
}
"""The signs of a player: it goes on, it pauses, it has stopped."""


def _sign(x: int, colour: str, word: str) -> str:
    return f'<svg x="{x}%" y="0" overflow="visible"><g fill="{colour}">{_SHAPES.get(word, "")}</g></svg>'


def _half(x: int, edge: str, inside: list[str]) -> str:
    frame = f'<rect x="1" y="1" width="99%" height="{_HEIGHT - 2}" rx="22" fill="{PAPER}" stroke="{edge}" stroke-width="2"/>'
    return f'<svg x="{x}%" y="{_TOP}" width="47%" height="{_HEIGHT}">{frame}{"".join(inside)}</svg>'


def _says(pair: Pair) -> list[str]:
    card, now = pair.card, pair.lock_screen.now
    parts = [
        _text(_MIDDLE, 24, "Lock Screen", MUTED, pixels=12),
        _text(_MIDDLE, 62, pair.lock_screen.time, INK, pixels=34, weight=600),
    ]
    if card is None:
        return [*parts, _text(_MIDDLE, 118, "no card", MUTED, pixels=13)]
    dash = ' stroke-dasharray="4 3"' if card.out_of_date else ""
    parts.append(f'<rect x="5%" y="80" width="90%" height="84" rx="14" fill="{CARD}" stroke="{SAYS}"{dash}/>')
    lines = textwrap.wrap(card.title, _LETTERS, max_lines=2, placeholder=" …")
    parts += [_text("10%", 100 + 16 * at, line, INK, pixels=13, weight=600) for at, line in enumerate(lines)]
    note = "out of date" if card.out_of_date else card.says(now)
    says = textwrap.wrap(note, _LETTERS + 1, max_lines=2 if len(lines) == 1 else 1, placeholder=" …")
    parts += [_text("10%", 100 + 16 * row, line, INK, pixels=13) for row, line in enumerate(says, len(lines))]
    progress = card.progress(now)
    return parts if progress is None else [*parts, *_svg_bar(150, progress, SAYS)]


def _so(pair: Pair) -> list[str]:
    is_so = pair.is_so
    parts = [_text(_MIDDLE, 24, "Server" if is_so and is_so.size else "The app", MUTED, pixels=12)]
    word, *rest = pair.so() or ["not known"]
    parts.append(_text(_MIDDLE, 62, word, INK, pixels=22 if len(word) < 10 else 15, weight=700))
    lines = [line for piece in rest for line in textwrap.wrap(piece, _LETTERS + 2)]
    parts += [_text(_MIDDLE, 88 + 17 * row, line, INK, pixels=13) for row, line in enumerate(lines)]
    return [*parts, *_svg_bar(150, pair.share, RUN)] if is_so is not None and is_so.size else parts


def _svg_bar(y: int, share: float, colour: str) -> list[str]:
    return [
        f'<rect x="10%" y="{y}" width="80%" height="8" rx="4" fill="{LINE}"/>',
        f'<rect x="10%" y="{y}" width="{max(3, 80 * share):.3g}%" height="8" rx="4" fill="{colour}"/>',
    ]


def _text(x: str, y: int, words: str, colour: str, *, pixels: int, weight: int = 400) -> str:
    anchor = ' text-anchor="middle"' if x == _MIDDLE else ""
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{pixels}" font-weight="{weight}"{anchor}>{escape(words)}</text>'

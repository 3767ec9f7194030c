"""A timeline as a picture. One visual language: run time is solid, no run time is empty, the gap is the one loud colour."""

import hashlib
from typing import TYPE_CHECKING

from ..units import HOUR, MINUTE, SECOND, duration, size, stopwatch
from .svg import CARD, GAP, INK, LINE, MUTED, PAPER, RUN, Drawing

if TYPE_CHECKING:
    from ..timeline import Timeline

_BAR, _ROW, _MARK = 22, 52, 18
_NARROW = 330  # pixels: what labels have to fit into on a phone
_STEPS = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
]
_STEPS += [HOUR, 2 * HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR]


def draw(timeline: "Timeline") -> str:
    """Draw the rows: run time, bytes, card, gap; marks above for what the person did, an axis below."""
    return _Picture(timeline).draw()


class _Picture:
    def __init__(self, timeline: "Timeline") -> None:
        self.timeline = timeline
        self.end = max(timeline.end, 1)
        self.svg = Drawing()
        self.y = 0.0

    def x(self, at: int) -> float:
        return 100 * at / self.end

    def draw(self) -> str:
        marks = self._placed_marks()
        self.y = _MARK * (1 + max((level for *_, level in marks), default=-1)) + 6
        self._run_time()
        self._bytes()
        self._cards()
        self._gaps()
        self._axis()
        for at, what, level in marks:
            self._mark(at, what, level)
        words = str(self.timeline)
        return self.svg.finish(self.y, f"Timeline of {duration(self.timeline.end)}", words)

    def _row(self, label: str, value: str = "", colour: str = MUTED) -> float:
        """Start a row: its label on the left, its outcome on the right. Returns the top of its bar."""
        self.svg.text(0, self.y + 14, label, fill=INK, font_weight=600)
        if value:
            self.svg.text(100, self.y + 14, value, fill=colour, text_anchor="end")
        bar = self.y + 21
        self.svg.line(0, bar + _BAR, 100, bar + _BAR, stroke=LINE)
        self.y += _ROW
        return bar

    def _bar(self, start: int, end: int, y: float, height: float = _BAR, **attributes: str | float) -> None:
        width = max(self.x(end) - self.x(start), 100 * 3 / _NARROW)  # never thinner than can be seen
        self.svg.rect(min(self.x(start), 100 - width), y, width, height, **attributes)

    def _run_time(self) -> None:
        total = sum(span.length for span in self.timeline.runs)
        bar = self._row("Run time of the app", duration(total))
        for span in self.timeline.runs:
            self._bar(
                span.start, span.end, bar, fill=RUN, fill_opacity=0.6 if span.what == "background" else 1
            )
        for span in self.timeline.runs + self.timeline.rests:
            if self._fits(span.what, span.length):
                colour = PAPER if span in self.timeline.runs else MUTED
                middle = self.x((span.start + span.end) // 2)
                self.svg.text(middle, bar + 15, span.what, fill=colour, text_anchor="middle", font_size=12)

    def _bytes(self) -> None:
        for transfer in self.timeline.transfers:
            bar = self._row(f"Bytes of {transfer.name}", f"{size(transfer.sent)} of {size(transfer.size)}")
            end = self.timeline.end if transfer.stopped is None else transfer.stopped
            self._bar(transfer.started, end, bar + 8, _BAR - 8, fill=RUN)

    def _cards(self) -> None:
        titles = dict.fromkeys(card.title for card in self.timeline.cards)
        for title in titles:
            spans = [card for card in self.timeline.cards if card.title == title]
            bar = self._row(f"Card: {title}", f"says “{spans[-1].what}”" if spans[-1].what else "")
            start, until = spans[0].start, spans[-1].end
            self._bar(start, until, bar, fill=CARD, stroke=LINE)
            for card in spans:
                if card.state != "active":
                    self._bar(card.start, card.end, bar, fill=PAPER, stroke=MUTED, stroke_dasharray="4 3")
                    word = {"stale": "out of date", "ended": "ended"}[card.state]
                    if self._fits(word, card.length):
                        self.svg.text(
                            self.x((card.start + card.end) // 2),
                            bar + 15,
                            word,
                            fill=MUTED,
                            text_anchor="middle",
                            font_size=12,
                        )
                elif card.what and self._fits(card.what, card.length):
                    self.svg.text(self.x(card.start), bar + 15, card.what, dx=6, fill=INK, font_size=12)

    def _gaps(self) -> None:
        if not self.timeline.gaps:
            return
        total = duration(sum(span.length for span in self.timeline.gaps))
        bar = self._row("The card is wrong", total, GAP)
        name = "gap-" + hashlib.sha256(str(self.timeline).encode()).hexdigest()[:8]
        self.svg.raw(
            f'<defs><pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="8" height="8" fill="{GAP}"/><line x1="0" y1="0" x2="0" y2="8" stroke="{PAPER}" stroke-width="3" stroke-opacity="0.35"/>'
            "</pattern></defs>"
        )
        for span in self.timeline.gaps:
            self._bar(span.start, span.end, bar, fill=f"url(#{name})")

    def _axis(self) -> None:
        step = next((step for step in _STEPS if self.end / step <= 7), _STEPS[-1])
        for at in range(0, self.timeline.end + 1, step):
            x = self.x(at)
            anchor = "start" if x < 4 else "end" if x > 96 else "middle"
            self.svg.text(x, self.y + 12, stopwatch(at), fill=MUTED, font_size=12, text_anchor=anchor)
        self.y += 18

    def _placed_marks(self) -> list[tuple[int, str, int]]:
        """The marks with a level each, so that no two labels overlap on a phone. The first launch needs no mark."""
        placed: list[tuple[int, str, int]] = []
        taken: list[float] = []
        for at, what in self.timeline.marks:
            if at == 0:
                continue
            wide = 100 * (8 * len(what) + 12) / _NARROW
            x = self.x(at)
            left, right = (x, x + wide) if x < 60 else (x - wide, x)
            level = next((level for level, until in enumerate(taken) if until <= left), len(taken))
            taken[level : level + 1] = [right]
            placed.append((at, what, level))
        return placed

    def _mark(self, at: int, what: str, level: int) -> None:
        x, y = self.x(at), _MARK * level
        self.svg.line(x, y, x, self.y - 18, stroke=INK, stroke_dasharray="2 3", stroke_opacity=0.7)
        side, dx = ("start", 5) if x < 60 else ("end", -5)
        self.svg.text(x, y + 12, what, fill=INK, font_size=12, text_anchor=side, dx=dx)

    def _fits(self, words: str, length: int) -> bool:
        return self.x(length) * _NARROW / 100 > 7 * len(words) + 10

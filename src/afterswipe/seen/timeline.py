"""A run as rows over time, as text and as a picture: what is so, what the cards say, where the two differ.

What is so has one colour, what the card says another, the gap the loud one; what the system's processes do is
named. Run time is solid, none is empty. Marks of the person cross bars only. All fits a phone's width.
"""

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise

from afterswipe.kernel import State
from afterswipe.kernel.record import AssertionChanged, CardChanged, PersonDid, Record, TaskChanged, frozen
from afterswipe.units import HOUR, MINUTE, SECOND, duration, size, stopwatch

from . import svg
from .gaps import Gap, Span, Transfer, covered, judge
from .svg import CARD, GAP, INK, LINE, MUTED, PAPER, RUN, SAYS, SYSTEM, Drawing, in_lines
from .truth import sentence, states
from .words import GOES_ON

_RUNS = {state.value for state in State if state.runs}
_LABEL, _COLUMNS = 14, 60
_CARD_LINE = {"active": "─", "stale": "┄", "ended": "┄", "pending": "·"}
_BAR, _ROW, _MARK = 22, 52, 18
_NARROW = 268  # pixels: what labels have to fit into on a phone
_THIN = 100 * 4 / _NARROW  # per cent: never thinner than can be seen
_LETTER, _BOLD = 6.8, 8.2  # pixels: a letter at the sizes in use, of a broad face
_TICKS = 5
_OWN_ROWS = 3  # so many transfers have a row each; more of one process share one
_STEPS = [
    *(step * SECOND for step in (1, 2, 5, 10, 20, 30)),
    *(step * MINUTE for step in (1, 2, 5, 10, 15, 30)),
    *(step * HOUR for step in (1, 2, 4, 6, 12, 24, 48)),
]
_WORDS = {"stale": "out of date", "ended": "ended", "pending": "scheduled"}

MOVES = "moves by the time"
"""What stands for the text of a card that the system moves."""


@frozen
class CardSpan(Span):
    """A stretch of time in which a card said one thing, `what`, or moved; `state` is Apple's name."""

    state: str
    moves: bool = False


@dataclass(frozen=True)
class CardRow:
    """One card over time. `kind` is `app` or `system`; `pushes` are when (milliseconds) one changed it."""

    title: str
    kind: str
    spans: list[CardSpan] = field(default_factory=list)
    pushes: list[int] = field(default_factory=list)


class Timeline:
    """The rows of a run up to `end` (milliseconds). `print` it for text, `show` it for a picture."""

    def __init__(self, record: Record, end: int, tolerance: float) -> None:
        self.end = end
        self.supposed = svg.beliefs(record)
        """The beliefs that are supposed in the run, in words."""
        spans = states(record, end)
        self.runs: list[Span] = [span for span in spans if span.what in _RUNS]
        """When the app's process had run time, and in which state."""
        self.rests: list[Span] = [span for span in spans if span.what not in _RUNS]
        """When it had none."""
        self.cards: list[CardRow] = _card_rows(record, end)
        """What the cards said, and when."""
        judgement = judge(record, end, tolerance)
        self.transfers: list[Transfer] = judgement.transfers
        """The transfers."""
        self.gaps: list[Gap] = judgement.gaps
        """When a card said something that was not so."""
        self.not_judged: list[Span] = judgement.not_judged
        """When two works went on and nothing tied one of them to a card."""
        self.label: str = sentence(self.gaps) if self.gaps else ""
        """What was not so, in one sentence."""
        self.wrong: int = covered(self.gaps)
        """For how long, in milliseconds and in all."""
        marks = [(did.at, did.what) for did in record.of(PersonDid)]
        held, tasks = record.of(AssertionChanged), record.of(TaskChanged)
        marks += [(entry.at, "background time runs out") for entry in held if entry.change == "expires"]
        marks += [(entry.at, "task expires") for entry in tasks if entry.change == "expires"]
        self.marks: list[tuple[int, str]] = sorted(marks, key=lambda mark: mark[0])
        """What the person did, and when the system's patience ended."""

    def __str__(self) -> str:
        return svg.marked_text(_text(self), self.supposed)

    def _repr_svg_(self) -> str:
        return svg.marked_svg(_Picture(self).draw(), self.supposed)


def _card_rows(record: Record, end: int) -> list[CardRow]:
    by_card: dict[int, list[CardChanged]] = {}
    for entry in record.of(CardChanged):
        by_card.setdefault(entry.activity, []).append(entry)
    rows = []
    for entries in by_card.values():
        row = CardRow(entries[-1].title, entries[-1].kind)
        for entry, until in zip(entries, [*(later.at for later in entries[1:]), end], strict=True):
            if entry.by == "push":
                row.pushes.append(entry.at)
            if entry.state != "dismissed":
                state = "active" if entry.claims else entry.state
                says = MOVES if entry.moves else entry.text
                row.spans.append(CardSpan(entry.at, until, says, state, entry.moves))
        rows.append(row)
    return rows


def _text(timeline: Timeline) -> str:
    """Write one line for each row; every column is the same length of time. A push to a card is a `▾`."""
    end = max(timeline.end, 1)
    left, right = stopwatch(0), stopwatch(timeline.end)
    lines = ["".ljust(_LABEL) + left + right.rjust(_COLUMNS - len(left))]
    lines.append(_line("app runs", end, [(span.start, span.end, "█") for span in timeline.runs]))
    for by in dict.fromkeys(transfer.by for transfer in timeline.transfers):
        moved = [transfer for transfer in timeline.transfers if transfer.by == by]
        who, mark = _who(moved), "▬" if by == "app" else "▰"
        spans = [(one.started, one.until(timeline.end), "▱" if one.edges else mark) for one in moved]
        spans += [(*piece, mark) for one in moved if one.edges for piece in one.moving(timeline.end)]
        lines.append(_line(who, end, spans))
    for card in timeline.cards:
        spans = [(span.start, span.end, _CARD_LINE[span.state]) for span in card.spans]
        spans += [(at, at, "▾") for at in card.pushes]
        title = f"{card.title}: " * (len(timeline.cards) > 1)
        says = f"  {title}{card.spans[-1].what}" if card.spans else ""
        lines.append(_line("card" if card.kind == "app" else "system's card", end, spans) + says)
    if timeline.gaps:
        reasons = ", ".join(dict.fromkeys(gap.what for gap in timeline.gaps))
        spans = [(gap.start, gap.end, "░" if GOES_ON in gap.work else "▒") for gap in timeline.gaps]
        lines.append(_line("not so", end, spans) + f"  {reasons}")
        lines.append(f"{'':{_LABEL}}{timeline.label}")
    if timeline.not_judged:
        spans = [(span.start, span.end, "?") for span in timeline.not_judged]
        lines.append(_line("not judged", end, spans) + "  two works, nothing ties them")
    lines += [f"{'':{_LABEL}}{stopwatch(at)} {what}" for at, what in timeline.marks]
    return "\n".join(lines)


def _who(moved: list[Transfer]) -> str:
    """Whose process moves these, and which way."""
    way = "gets" if all(one.down for one in moved) else "moves" if any(one.down for one in moved) else "sends"
    return f"{'app' if moved[0].by == 'app' else 'system'} {way}"


def _line(label: str, end: int, spans: list[tuple[int, int, str]]) -> str:
    cells = [" "] * _COLUMNS
    for start, until, mark in spans:
        first = min(start * _COLUMNS // end, _COLUMNS - 1)
        last = max(first + 1, -(-until * _COLUMNS // end))
        cells[first:last] = mark * (min(last, _COLUMNS) - first)
    return label.ljust(_LABEL) + "".join(cells)


class _Picture:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.end = max(timeline.end, 1)
        self.svg = Drawing()
        self.y = 0.0
        self.bars: list[float] = []
        # The first launch needs no mark.
        self.marks = [(at, what) for at, what in timeline.marks if at > 0]

    def x(self, at: float) -> float:
        return 100 * at / self.end

    def draw(self) -> str:
        self._mark_labels()
        self._run_time()
        self._bytes()
        for card in self.timeline.cards:
            if card.spans:
                self._card(card)
        if self.timeline.gaps:
            self._gaps()
        if self.timeline.not_judged:
            bar = self._row("Not judged", "two works, nothing ties them", "two works, untied")
            for span in self.timeline.not_judged:
                self._bar(span.start, span.end, bar, fill="none", stroke=MUTED, stroke_dasharray="2 4")
        self._axis()
        for at, _ in self.marks:
            for bar in self.bars:
                self.svg.line(self.x(at), bar, self.x(at), bar + _BAR, stroke=INK, stroke_dasharray="2 3")
        self._label()
        return self.svg.finish(self.y, f"Timeline of {duration(self.timeline.end)}", str(self.timeline))

    def _row(self, label: str, *values: str, colour: str = MUTED) -> float:
        """Start a row: label on the left, on the right the first value with room. Returns its bar's top."""
        rooms = [(int((_NARROW - _LETTER * len(value) - 8) / _BOLD), value) for value in values]
        room, value = next((each for each in rooms if each[0] >= len(label)), rooms[-1])
        if len(label) > room:
            label = label[: max(room - 1, 8)].rstrip() + "…"
        self.svg.text(0, self.y + 14, label, fill=INK, font_weight=600)
        self.svg.text(100, self.y + 14, value, fill=colour, font_size=12, text_anchor="end")
        bar = self.y + 21
        self.svg.line(0, bar + _BAR, 100, bar + _BAR, stroke=LINE)
        self.bars.append(bar)
        self.y += _ROW
        return bar

    def _bar(self, start: int, end: int, y: float, height: float = _BAR, **attributes: str | float) -> None:
        width = max(self.x(end) - self.x(start), _THIN)
        self.svg.rect(min(self.x(start), 100 - width), y, width, height, **attributes)

    def _inside(self, span: Span, bar: float, words: str, colour: str, *, middle: bool = False) -> bool:
        """Write words into a stretch of a row, beside the marks across it; False where there is no room."""
        cuts = [span.start, *sorted(at for at, _ in self.marks if span.start < at < span.end), span.end]
        left, right = max(pairwise(cuts), key=lambda part: part[1] - part[0])
        if self.x(right - left) * _NARROW / 100 < _LETTER * len(words) + 12:
            return False
        at, place = ((left + right) / 2, {"text_anchor": "middle"}) if middle else (left, {"dx": "6"})
        self.svg.text(self.x(at), bar + 15, words, fill=colour, font_size=12, **place)
        return True

    def _run_time(self) -> None:
        runs, rests = self.timeline.runs, self.timeline.rests
        total = duration(sum(span.length for span in runs))
        bar = self._row("Run time of the app", f"{total} of {duration(self.timeline.end)}", total)
        for span in runs:
            background = span.what == "background"
            self._bar(span.start, span.end, bar, fill=RUN, fill_opacity=0.55 if background else 1)
            # The lighter bar is too light for the paper's colour to be read on it.
            self._inside(span, bar, span.what, INK if background else PAPER, middle=True)
        for span in rests:
            if not self._inside(span, bar, f"{span.what} for {duration(span.length)}", MUTED, middle=True):
                self._inside(span, bar, span.what, MUTED, middle=True)

    def _bytes(self) -> None:
        for by in dict.fromkeys(transfer.by for transfer in self.timeline.transfers):
            moved = [transfer for transfer in self.timeline.transfers if transfer.by == by]
            colour = RUN if by == "app" else SYSTEM
            each = [(transfer.name, [transfer]) for transfer in moved]
            for what, some in each if len(moved) <= _OWN_ROWS else [(f"{len(moved)} files", moved)]:
                self._transfers(f"{_who(some).capitalize()} {what}", some, colour)

    def _transfers(self, label: str, moved: "list[Transfer]", colour: str) -> None:
        sent, all_of_it = sum(transfer.sent for transfer in moved), sum(transfer.size for transfer in moved)
        bar = self._row(label, *[f"{size(sent)} of {size(all_of_it)}", size(sent)][: 1 + (sent == all_of_it)])
        full, empty = {"fill": colour}, {"fill": "none", "stroke": colour, "stroke_dasharray": "2 3"}
        for one in moved:
            end = one.until(self.timeline.end)
            self._bar(one.started, end, bar + 8, _BAR - 8, **(empty if one.edges or not one.sent else full))
            for piece in one.moving(end) if one.sent and one.edges else ():
                self._bar(*piece, bar + 8, _BAR - 8, fill=colour)

    def _card(self, card: CardRow) -> None:
        last = card.spans[-1]
        says = f"“{last.what}”" if last.what and last.state != "pending" else ""
        if last.state == "stale":
            says = _WORDS["stale"]
        elif last.moves:
            says = "moves"
        pushed = f"{len(card.pushes)} push{'es' * (len(card.pushes) > 1)}, " if card.pushes else ""
        verb = "says " if says.startswith("“") and not pushed else ""
        label = f"Card: {card.title}" if card.kind == "app" else f"System's card: {card.title}"
        bar = self._row(label, (pushed + verb + says).removesuffix(", "), says)
        edge = SAYS if card.kind == "app" else SYSTEM
        if shown := [span for span in card.spans if span.state != "pending"]:
            self._bar(shown[0].start, shown[-1].end, bar, fill=CARD, stroke=edge)
        for span in card.spans:
            if span.state != "active":
                self._bar(span.start, span.end, bar, fill=PAPER, stroke=MUTED, stroke_dasharray="4 3")
                self._inside(span, bar, _WORDS[span.state], MUTED, middle=True)
            elif span.what:
                self._inside(span, bar, span.what, INK)
        for at in card.pushes:
            mark = f'<path d="M-5 -1h10l-5 8z" fill="{SYSTEM}"/>'
            self.svg.raw(f'<svg x="{round(self.x(at), 2):g}%" y="{bar:g}" overflow="visible">{mark}</svg>')

    def _gaps(self) -> None:
        reasons = ", ".join(dict.fromkeys(gap.what for gap in self.timeline.gaps))
        bar = self._row("Not so", f"{duration(self.timeline.wrong)}: {reasons}", colour=GAP)
        name = "gap-" + hashlib.sha256(str(self.timeline).encode()).hexdigest()[:8]
        # A full and a light hatch: nothing goes on, and something goes on that the card does not show.
        for suffix, ground, line, opacity in (("", GAP, PAPER, 0.35), ("-light", PAPER, GAP, 0.8)):
            self.svg.raw(
                f'<defs><pattern id="{name}{suffix}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                f'<rect width="8" height="8" fill="{ground}"/>'
                f'<line x1="0" y1="0" x2="0" y2="8" stroke="{line}" stroke-width="3" stroke-opacity="{opacity}"/></pattern></defs>'
            )
        for gap in self.timeline.gaps:
            light = "-light" * (GOES_ON in gap.work)
            self._bar(gap.start, gap.end, bar, fill=f"url(#{name}{light})", stroke=GAP)
        if all(GOES_ON in gap.work for gap in self.timeline.gaps):
            afterwards = Span(self.timeline.gaps[-1].end, self.timeline.end, "the work went on")
            self._inside(afterwards, bar, afterwards.what, MUTED)

    def _label(self) -> None:
        for line in in_lines(self.timeline.label, int(0.9 * _NARROW / _BOLD)):
            self.y += 18
            self.svg.text(0, self.y, line, fill=GAP, font_weight=600)
        if self.timeline.label:
            self.y += 8

    def _axis(self) -> None:
        hours = -(-self.end // (_TICKS * HOUR)) * HOUR
        step = next((step for step in _STEPS if self.end / step < _TICKS), hours)
        for at in range(0, self.timeline.end + 1, step):
            x = self.x(at)
            anchor = "start" if x < 4 else "end" if x > 94 else "middle"
            self.svg.line(x, self.y - _ROW + 21 + _BAR, x, self.y - _ROW + 26 + _BAR, stroke=MUTED)
            self.svg.text(x, self.y + 10, stopwatch(at), fill=MUTED, font_size=12, text_anchor=anchor)
        self.y += 16

    def _mark_labels(self) -> None:
        """Write what the person did above the rows, at levels where no two labels overlap on a phone."""
        taken: list[float] = []
        for at, what in self.marks:
            wide = 100 * (_LETTER * len(what) + 16) / _NARROW
            x = self.x(at)
            left, right = (x, x + wide) if x < 60 else (x - wide, x)
            level = next((level for level, until in enumerate(taken) if until <= left), len(taken))
            taken[level : level + 1] = [right]
            side, dx = ("start", 5) if x < 60 else ("end", -5)
            y = _MARK * level
            self.svg.line(x, y + 3, x, y + 15, stroke=INK)
            self.svg.text(x, y + 13, what, fill=INK, font_size=12, text_anchor=side, dx=dx)
        self.y = _MARK * len(taken) + 6

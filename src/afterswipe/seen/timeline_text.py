"""A timeline as text, for a terminal."""

from afterswipe.units import stopwatch

from .rows import Rows

_LABEL, _COLUMNS = 14, 60
_CARD = {"active": "─", "stale": "┄", "ended": "┄", "pending": "·"}


def draw(timeline: Rows) -> str:
    """Write one line for each row; every column is the same length of time. A push to a card is a `▾`."""
    end = max(timeline.end, 1)
    left, right = stopwatch(0), stopwatch(timeline.end)
    lines = ["".ljust(_LABEL) + left + right.rjust(_COLUMNS - len(left))]
    lines.append(_row("app runs", end, [(span.start, span.end, "█") for span in timeline.runs]))
    for by in dict.fromkeys(transfer.by for transfer in timeline.transfers):
        who, mark = ("app sends", "▬") if by == "app" else ("system sends", "▰")
        moved = [transfer for transfer in timeline.transfers if transfer.by == by]
        ends = [timeline.end if transfer.stopped is None else transfer.stopped for transfer in moved]
        spans = [(transfer.started, until, mark) for transfer, until in zip(moved, ends, strict=True)]
        lines.append(_row(who, end, spans))
    for card in timeline.cards:
        spans = [(span.start, span.end, _CARD[span.state]) for span in card.spans]
        spans += [(at, at, "▾") for at in card.pushes]
        says = f"  {card.spans[-1].what}" if card.spans else ""
        lines.append(_row("card" if card.kind == "app" else "system's card", end, spans) + says)
    if timeline.gaps:
        reasons = ", ".join(dict.fromkeys(gap.what for gap in timeline.gaps))
        spans = [(gap.start, gap.end, "░" if gap.work == "goes on" else "▒") for gap in timeline.gaps]
        lines.append(_row("not so", end, spans) + f"  {reasons}")
        lines.append(f"{'':{_LABEL}}{timeline.label}")
    if timeline.not_judged:
        spans = [(span.start, span.end, "?") for span in timeline.not_judged]
        lines.append(_row("not judged", end, spans) + "  two works, nothing ties them")
    lines += [f"{'':{_LABEL}}{stopwatch(at)} {what}" for at, what in timeline.marks]
    return "\n".join(lines)


def _row(label: str, end: int, spans: list[tuple[int, int, str]]) -> str:
    cells = [" "] * _COLUMNS
    for start, until, mark in spans:
        first = min(start * _COLUMNS // end, _COLUMNS - 1)
        last = max(first + 1, -(-until * _COLUMNS // end))
        cells[first:last] = mark * (min(last, _COLUMNS) - first)
    return label.ljust(_LABEL) + "".join(cells)

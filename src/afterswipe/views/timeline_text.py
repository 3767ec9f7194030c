"""A timeline as text, for a terminal."""

from typing import TYPE_CHECKING

from ..units import duration, stopwatch

if TYPE_CHECKING:
    from ..timeline import Timeline

_LABEL, _COLUMNS = 12, 60


def draw(timeline: "Timeline") -> str:
    """Write one line for each row; every column is the same length of time."""
    end = max(timeline.end, 1)
    left, right = stopwatch(0), stopwatch(timeline.end)
    lines = ["".ljust(_LABEL) + left + right.rjust(_COLUMNS - len(left))]
    lines.append(_row("app runs", end, [(span.start, span.end, "█") for span in timeline.runs]))
    for transfer in timeline.transfers:
        until = timeline.end if transfer.stopped is None else transfer.stopped
        lines.append(_row("bytes move", end, [(transfer.started, until, "▬")]))
    by_title: dict[str, list[tuple[int, int, str]]] = {}
    for card in timeline.cards:
        by_title.setdefault(card.title, []).append(
            (card.start, card.end, "─" if card.state == "active" else "┄")
        )
    for title, spans in by_title.items():
        last = [card.what for card in timeline.cards if card.title == title][-1]
        lines.append(_row("card", end, spans) + f"  {last}")
    if timeline.gaps:
        total = duration(sum(span.length for span in timeline.gaps))
        lines.append(
            _row("not so", end, [(span.start, span.end, "▒") for span in timeline.gaps]) + f"  {total}"
        )
    lines += [f"{'':{_LABEL}}{stopwatch(at)} {what}" for at, what in timeline.marks]
    return "\n".join(lines)


def _row(label: str, end: int, spans: list[tuple[int, int, str]]) -> str:
    cells = [" "] * _COLUMNS
    for start, until, mark in spans:
        first = start * _COLUMNS // end
        last = max(first + 1, -(-until * _COLUMNS // end))
        cells[first:last] = mark * (min(last, _COLUMNS) - first)
    return label.ljust(_LABEL) + "".join(cells)

"""A run as rows over time: what is so (run time, transfers), what the cards say, and where the two differ."""

from afterswipe.kernel.life_cycle import State
from afterswipe.kernel.record import AssertionChanged, CardChanged, PersonDid, Record, TaskChanged

from . import supposed, timeline_svg, timeline_text
from .gaps import Gap, Span, judge, together
from .rows import MOVES, CardRow, CardSpan
from .truth import sentence, states
from .works import Transfer

_RUNS = {state.value for state in State if state.runs}


class Timeline:
    """The rows of a run up to `end` (milliseconds). `print` it for text, `show` it for a picture.

    `tolerance` is the value of claim model.card-tolerance.
    """

    def __init__(self, record: Record, end: int, tolerance: float) -> None:
        self.end = end
        self.supposed = supposed.beliefs(record)
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
        self.label: str = sentence(self.gaps, end) if self.gaps else ""
        """What was not so, in one sentence."""
        self.wrong: int = sum(until - start for start, until in together(self.gaps))
        """For how long, in milliseconds and in all."""
        self.marks: list[tuple[int, str]] = sorted(
            [(did.at, did.what) for did in record.of(PersonDid)]
            + [
                (held.at, "background time runs out")
                for held in record.of(AssertionChanged)
                if held.change == "expires"
            ]
            + [(task.at, "task expires") for task in record.of(TaskChanged) if task.change == "expires"]
        )
        """What the person did, and when the system's patience ended."""

    def __str__(self) -> str:
        return supposed.text(timeline_text.draw(self), self.supposed)

    def _repr_svg_(self) -> str:
        return supposed.svg(timeline_svg.draw(self), self.supposed)


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
                row.spans.append(
                    CardSpan(entry.at, until, MOVES if entry.moves else entry.text, state, entry.moves)
                )
        rows.append(row)
    return rows

"""A run as rows over time: run time, transfers, what the card says, and the gap between card and truth."""

from dataclasses import dataclass

from .life_cycle import State
from .record import AssertionChanged, CardChanged, PersonDid, Record
from .truth import Span, Transfer, gaps, states, transfers
from .views import timeline_svg, timeline_text

_RUNS = {state.value for state in State if state.runs}


@dataclass(frozen=True)
class CardSpan(Span):
    """A stretch of time in which a card said one thing. `what` is the text, `state` Apple's activity state."""

    title: str
    state: str


class Timeline:
    """The rows of a run up to `end` (milliseconds). `print` it for text, `show` it for a picture."""

    def __init__(self, record: Record, end: int) -> None:
        self.end = end
        spans = states(record, end)
        self.runs: list[Span] = [span for span in spans if span.what in _RUNS]
        """When the app's process had run time, and in which state."""
        self.rests: list[Span] = [span for span in spans if span.what not in _RUNS]
        """When it had none."""
        self.transfers: list[Transfer] = transfers(record)
        """The transfers."""
        self.cards: list[CardSpan] = _card_spans(record, end)
        """What the cards said, and when."""
        self.gaps: list[Span] = gaps(record, end)
        """When a card said something that was not so."""
        self.marks: list[tuple[int, str]] = sorted(
            [(did.at, did.what) for did in record.of(PersonDid)]
            + [
                (held.at, "background time runs out")
                for held in record.of(AssertionChanged)
                if held.change == "expires"
            ]
        )
        """What the person did, and when the system's patience ended."""

    def __str__(self) -> str:
        return timeline_text.draw(self)

    def _repr_svg_(self) -> str:
        return timeline_svg.draw(self)


def _card_spans(record: Record, end: int) -> list[CardSpan]:
    by_card: dict[int, list[CardChanged]] = {}
    for entry in record.of(CardChanged):
        by_card.setdefault(entry.activity, []).append(entry)
    return [
        CardSpan(
            entry.at, until, "moves by the time" if entry.moves else entry.text, entry.title, entry.state
        )
        for entries in by_card.values()
        for entry, until in zip(entries, [*(later.at for later in entries[1:]), end], strict=True)
        if entry.state != "dismissed"
    ]

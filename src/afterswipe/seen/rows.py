"""What a drawing of a run is handed: rows over time, and what stands in the row of a card."""

from dataclasses import dataclass, field
from typing import Protocol

from .gaps import Gap, Span
from .works import Transfer

MOVES = "moves by the time"
"""What stands for the text of a card that the system moves."""


@dataclass(frozen=True)
class CardSpan(Span):
    """A stretch of time in which a card said one thing. `what` is the text, `state` Apple's activity state.

    `moves` says that the system moves what the card shows.
    """

    state: str
    moves: bool = False


@dataclass(frozen=True)
class CardRow:
    """One card over time. `kind` is `app` or `system`; `pushes` are the moments, in milliseconds, at which a push changed it."""

    title: str
    kind: str
    spans: list[CardSpan] = field(default_factory=list)
    pushes: list[int] = field(default_factory=list)


class Rows(Protocol):
    """A run as rows up to `end` (milliseconds); `timeline.Timeline` says what each row has."""

    end: int
    runs: list[Span]
    rests: list[Span]
    transfers: list[Transfer]
    cards: list[CardRow]
    gaps: list[Gap]
    not_judged: list[Span]
    label: str
    wrong: int
    marks: list[tuple[int, str]]

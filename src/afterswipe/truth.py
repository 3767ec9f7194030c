"""What is the case, and the gap: for how long a card said something that was not so.

Both are read from the record alone. A gap opens when the app loses its run time while its card claims that
something is going on; nobody is left who could correct the card. It closes when the app runs again, or when the
card stops claiming it: ended, off the screen, or marked as out of date.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .life_cycle import State
from .record import CardChanged, Record, StateChanged, TransferEnded, TransferMoved
from .units import duration, percent, size

WHY = {State.SUSPENDED: "stale", State.NOT_RUNNING: "orphaned"}
"""Why a card and the truth differ: `stale` (its app is suspended) or `orphaned` (its app is gone).

A card whose bar the system moves by time is `projected` in either case.
"""


@dataclass(frozen=True)
class Span:
    """A stretch of time in milliseconds, with a word for what was so."""

    start: int
    end: int
    what: str

    @property
    def length(self) -> int:
        """Its length in milliseconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Transfer:
    """What became of one transfer: `sent` of `size` bytes at the server; `stopped` is when it stopped moving, if it did.

    `by` is whose process moves the bytes: `app` or `nsurlsessiond`.
    """

    by: str
    name: str
    sent: int
    size: int
    started: int
    stopped: int | None
    outcome: str

    def __str__(self) -> str:
        return f"{self.name}: {size(self.sent)} of {size(self.size)} ({percent(self.sent / self.size)}) reached the server"


def states(record: Record, end: int) -> list[Span]:
    """The states of the app, in order, without the time before its first launch."""
    changes = [entry for entry in record.of(StateChanged) if entry.before is not entry.after]
    ends = [entry.at for entry in changes[1:]] + [end]
    return [Span(entry.at, until, entry.after.value) for entry, until in zip(changes, ends, strict=True)]


def transfers(record: Record) -> list[Transfer]:
    """Every transfer, in order of its start. One that runs in the app's process stops when the process does."""
    found: dict[tuple[str, int, int], Transfer] = {}
    launches = 0
    for entry in record:
        match entry:
            case StateChanged(before=State.NOT_RUNNING, after=later) if later.runs:
                launches += 1
            case StateChanged(at=at, after=later) if not later.runs:
                for key, transfer in found.items():
                    if transfer.stopped is None and transfer.by == "app":
                        lost = "suspended" if later is State.SUSPENDED else "ended"
                        found[key] = replace(transfer, stopped=at, outcome=f"stopped when the app was {lost}")
            case TransferMoved(at=at, by=by, sent=sent):
                key = (by, launches if by == "app" else 0, entry.transfer)
                started = found[key].started if key in found else at
                found[key] = Transfer(by, entry.name, sent, entry.size, started, None, "under way")
            case TransferEnded(at=at, by=by, outcome=outcome):
                key = (by, launches if by == "app" else 0, entry.transfer)
                if found[key].stopped is None:
                    found[key] = replace(found[key], stopped=at, outcome=outcome)
            case _:
                pass
    return list(found.values())


def gaps(record: Record, end: int) -> list[Span]:
    """The times in which a card on the Lock Screen claimed something that was not so, and why."""
    found: list[Span] = []
    state = State.NOT_RUNNING
    cards: dict[int, CardChanged] = {}
    since: int | None = None
    why = ""

    def look(at: int, now: State) -> None:
        nonlocal since, state, why
        claims = any(card.state == "active" for card in cards.values())
        if since is not None and (not claims or now is not state):
            found.append(Span(since, at, why))
            since = None
        state = now
        if since is None and claims and not state.runs:
            since, why = at, _why(cards.values(), state)

    for entry in record:
        if isinstance(entry, CardChanged):
            cards[entry.activity] = entry
            look(entry.at, state)
        elif isinstance(entry, StateChanged):
            look(entry.at, entry.after)
    if since is not None:
        found.append(Span(since, end, why))
    return found


def _why(cards: Iterable[CardChanged], state: State) -> str:
    moves = any(card.moves for card in cards if card.state == "active")
    return "projected" if moves else WHY[state]


@dataclass(frozen=True)
class Truth:
    """What is the case at one moment. `print` it, or read its parts. All times are milliseconds."""

    now: int
    state: State
    since: int
    transfers: list[Transfer] = field(default_factory=list)
    cards: list[CardChanged] = field(default_factory=list)
    gaps: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, record: Record, now: int) -> "Truth":
        """Read the truth at `now` from a record."""
        spans = states(record, now)
        last = {entry.activity: entry for entry in record.of(CardChanged)}
        return cls(
            now,
            State(spans[-1].what) if spans else State.NOT_RUNNING,
            spans[-1].start if spans else 0,
            transfers(record),
            list(last.values()),
            gaps(record, now),
        )

    @property
    def gap(self) -> int:
        """For how long, in milliseconds and in all, a card said something that was not so."""
        return sum(span.length for span in self.gaps)

    def __str__(self) -> str:
        lasts = duration(self.now - self.since)
        lines = [
            f"The app is {self.state.value} and has run time."
            if self.state.runs
            else f"No code of the app runs: it has been {self.state.value} for {lasts}."
        ]
        for transfer in self.transfers:
            when = "" if transfer.stopped is None else f" {duration(self.now - transfer.stopped)} ago"
            lines.append(f"{transfer}; {transfer.outcome}{when}.")
        lines += [
            f"The card {card.title!r} {_shows(card)}; last changed by the {card.by} {duration(self.now - card.at)} ago."
            for card in self.cards
            if card.state != "dismissed"
        ]
        if self.gap:
            reasons = " and ".join(dict.fromkeys(span.what for span in self.gaps))
            lines.append(f"The card said something that was not so for {duration(self.gap)} ({reasons}).")
        else:
            lines.append("The card said nothing that was not so." if self.cards else "There is no card.")
        return "\n".join(lines)


def _shows(card: CardChanged) -> str:
    return "shows a bar that the system moves by the time" if card.moves else f"says {card.text!r}"

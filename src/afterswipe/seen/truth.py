"""What is the case, beside what a card says. Read from the record alone; `gaps.py` has the rules for where the two differ."""

from dataclasses import dataclass, field, replace

from afterswipe.kernel.life_cycle import State
from afterswipe.kernel.record import CardChanged, Record, StateChanged, TransferEnded, TransferMoved
from afterswipe.units import duration, percent, size

from .gaps import REASONS, Gap, Span, by_reason, covered, gaps, together
from .supposed import beliefs, text

__all__ = ["REASONS", "Gap", "Span", "Transfer", "Truth", "gaps", "states", "together", "transfers"]


@dataclass(frozen=True)
class Transfer:
    """What became of one transfer: `sent` of `size` bytes have arrived; `stopped` is when it stopped moving, if it did.

    They arrive at the server, or with `down` at the phone. `by` is whose process moves the bytes: `app` or `nsurlsessiond`.
    """

    by: str
    name: str
    sent: int
    size: int
    started: int
    stopped: int | None
    outcome: str
    down: bool = False

    def __str__(self) -> str:
        share = percent(self.sent / max(1, self.size))
        place = "phone" if self.down else "server"
        return f"{self.name}: {size(self.sent)} of {size(self.size)} ({share}) reached the {place}"


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
                found[key] = Transfer(
                    by, entry.name, sent, entry.size, started, None, "under way", entry.down
                )
            case TransferEnded(at=at, by=by, outcome=outcome):
                key = (by, launches if by == "app" else 0, entry.transfer)
                if found[key].stopped is None:
                    found[key] = replace(found[key], stopped=at, outcome=outcome)
            case _:
                pass
    return list(found.values())


@dataclass(frozen=True)
class Truth:
    """What is the case at one moment. `print` it, or read its parts. All times are milliseconds."""

    now: int
    state: State
    since: int
    transfers: list[Transfer] = field(default_factory=list)
    cards: list[CardChanged] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    supposed: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Record, now: int, tolerance: float) -> "Truth":
        """Read the truth at `now` from a record. `tolerance` is the value of claim model.card-tolerance."""
        spans = states(record, now)
        last = {entry.activity: entry for entry in record.of(CardChanged)}
        return cls(
            now,
            State(spans[-1].what) if spans else State.NOT_RUNNING,
            spans[-1].start if spans else 0,
            transfers(record),
            list(last.values()),
            gaps(record, now, tolerance),
            beliefs(record),
        )

    @property
    def gap(self) -> int:
        """For how long, in milliseconds and in all, some card said something that was not so."""
        return covered(self.gaps)

    def by_reason(self) -> dict[str, int]:
        """For how long, in milliseconds, a card was wrong for each of the reasons that occurred."""
        return by_reason(self.gaps)

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
        lines += [self._of_card(card) for card in self.cards if card.state != "dismissed"]
        lines.append(self._of_gaps())
        return text("\n".join(lines), self.supposed)

    def _of_card(self, card: CardChanged) -> str:
        shows = "shows a view that the system moves by the time" if card.moves else f"says {card.text!r}"
        if card.state == "pending":
            return f"The card {card.title!r} is scheduled and not yet there."
        if card.state == "stale" and card.redrawn:
            shows += " and that it is out of date"
        return f"The card {card.title!r} {shows}; last changed by the {card.by} {duration(self.now - card.at)} ago."

    def _of_gaps(self) -> str:
        if not self.gap:
            return "The card said nothing that was not so." if self.cards else "There is no card."
        reasons = self.by_reason()
        if len(reasons) == 1:
            why = next(iter(reasons))
            if all(gap.work == "goes on" for gap in self.gaps):
                why += ", but the work went on"
        else:
            why = ", ".join(f"{reason} for {duration(length)}" for reason, length in reasons.items())
        return f"The card said something that was not so for {duration(self.gap)} ({why})."

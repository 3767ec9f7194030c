"""Which work a card speaks of, and how far that work is. Read from the record alone.

`activity.follows(task)` names it. A continued task's or an intent's card speaks of that task by its nature. Else all transfers are one
work where they are of one session, or of one file that is sent again by other means; else it is the one work that began while the card
was up. Where that leaves two, nothing ties them to the card, and nobody can say.
"""

from dataclasses import dataclass, field

from afterswipe.kernel import State
from afterswipe.kernel.record import CardChanged, StateChanged, TransferEnded, TransferMoved, TransferWaits
from afterswipe.units import percent, size

GOES_ON, WAITS, STOPPED = "goes on", "waits", "stopped"
"""What can be so of the work that a card speaks of."""

Key = tuple[str, int, int]
"""A transfer: whose process moves it, in which launch of the app where it is the app's, and its number."""


@dataclass
class Transfer:
    """What became of one transfer: `sent` of `size` bytes have arrived; `stopped` is when it stopped moving, if it did.

    They arrive at the server, or with `down` at the phone. `by` is whose process moves the bytes: `app` or `nsurlsessiond`. All times are
    milliseconds.
    """

    by: str
    name: str
    sent: int
    size: int
    started: int
    session: str
    down: bool = False
    stopped: int | None = None
    outcome: str = "under way"
    waits: str = ""
    came: bool = False
    """Whether a byte of it ever arrived, also where it has to start over."""

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.stopped is None

    @property
    def died(self) -> bool:
        """Whether it is over, and badly."""
        return not self.open and self.outcome != "done"

    def stop(self, at: int, outcome: str) -> None:
        """It moves no more. What stopped it first is the outcome."""
        if self.open:
            self.stopped, self.outcome = at, outcome

    def __str__(self) -> str:
        share = percent(self.sent / max(1, self.size))
        place = "phone" if self.down else "server"
        return f"{self.name}: {size(self.sent)} of {size(self.size)} ({share}) reached the {place}"


@dataclass
class Told:
    """A card as far as the record has been read, with what had arrived when it was last told."""

    card: CardChanged
    first: int
    told_at: int
    by: str
    ran: bool = False
    sent: dict[Key, int] = field(default_factory=dict)
    older: set[Key] = field(default_factory=set)
    tied: set[Key] = field(default_factory=set)
    known: tuple[int, dict[Key, Transfer] | None] = (-1, None)

    @property
    def says_it_waits(self) -> bool:
        """Whether the text tells that the work waits for something."""
        text = self.card.text.lower()
        return "waiting" in text or "waits" in text


class Works:
    """The transfers of a run, and which of them a card speaks of."""

    def __init__(self) -> None:
        self.state = State.NOT_RUNNING
        self.moved: dict[Key, Transfer] = {}
        self._launches = 0
        self._version = 0

    def changed(self) -> None:
        """Something new could belong to a card."""
        self._version += 1

    def app_changed(self, entry: StateChanged) -> None:
        """What runs in the app's process stops with it."""
        self._launches += entry.before is State.NOT_RUNNING and entry.after.runs
        self.state = entry.after
        if not entry.after.runs:
            lost = "suspended" if entry.after is State.SUSPENDED else "ended"
            for moved in self.moved.values():
                if moved.by == "app":
                    moved.stop(entry.at, f"stopped when the app was {lost}")
            self.changed()

    def key(self, by: str, transfer: int) -> Key:
        """The transfer that the record means by this number now."""
        return (by, self._launches if by == "app" else 0, transfer)

    def take(self, entry: TransferMoved | TransferWaits | TransferEnded) -> None:
        """Note what became of a transfer."""
        key = self.key(entry.by, entry.transfer)
        known = self.moved.get(key)
        match entry:
            case TransferMoved(sent=sent, size=size):
                if known is not None and known.open:
                    known.sent, known.size, known.came = sent, size, known.came or sent > 0
                else:
                    begun = Transfer(entry.by, entry.name, sent, size, entry.at, entry.session, entry.down)
                    begun.came = sent > 0
                    self.moved[key] = begun
                    self.changed()
            case TransferWaits(why=why) if known is not None:
                known.waits = why
            case TransferEnded(outcome=outcome) if known is not None:
                known.stop(entry.at, outcome)
                self.changed()
            case _:
                pass

    def of(self, told: Told) -> dict[Key, Transfer] | None:
        """The transfers that a card speaks of; None where two works are there and nothing ties one of them to it."""
        if told.known[0] != self._version:
            told.known = (self._version, self._of(told))
        return told.known[1]

    def _of(self, told: Told) -> dict[Key, Transfer] | None:
        if told.card.kind == "system":
            return {}
        candidates = {key: moved for key, moved in self.moved.items() if key not in told.older}
        if told.tied:
            return self._tied(told)
        works = _joined(candidates)
        if len(works) > 1:
            works = [work for work in works if all(moved.started >= told.first for moved in work.values())]
        if not candidates:
            return {}
        return works[0] if len(works) == 1 else None

    def _tied(self, told: Told) -> dict[Key, Transfer]:
        """What the app's code named, and where that failed, what sent the same file afterwards."""
        tied = {key: moved for key, moved in self.moved.items() if key in told.tied}
        failed = {moved.name: moved.started for moved in tied.values() if moved.died}
        again = {
            key: moved
            for key, moved in self.moved.items()
            if moved.name in failed and moved.started >= failed[moved.name]
        }
        return tied | again

    def word(self, mine: dict[Key, Transfer]) -> tuple[str, str]:
        """What is so of a work, in one word, and what it waits for. Without a transfer it is the app's own code."""
        if not mine:
            return (GOES_ON if self.state.runs else STOPPED), ""
        going = [moved for moved in mine.values() if moved.open and (moved.by != "app" or self.state.runs)]
        if not going:
            return STOPPED, ""
        waits = [moved.waits for moved in going]
        return (WAITS, waits[0]) if all(waits) else (GOES_ON, "")


def alive(mine: dict[Key, Transfer]) -> dict[Key, Transfer]:
    """The transfers of a work that did not fail."""
    return {key: moved for key, moved in mine.items() if not moved.died}


def arrived(mine: dict[Key, Transfer]) -> tuple[int, int]:
    """How many bytes have arrived, of how many. An attempt that failed counts where there is no later one."""
    last = {moved.name: moved for moved in mine.values()}
    return sum(moved.sent for moved in last.values()), sum(moved.size for moved in last.values())


def _joined(candidates: dict[Key, Transfer]) -> list[dict[Key, Transfer]]:
    """One work for each group of transfers that share a session or a file."""
    works: list[dict[Key, Transfer]] = []
    for key, one in candidates.items():
        session = (one.by, key[1], one.session)
        same = [
            work
            for work in works
            if any(
                one.name == other.name or session == (other.by, other_key[1], other.session)
                for other_key, other in work.items()
            )
        ]
        joined = {key: one}
        for work in same:
            joined = work | joined
            works.remove(work)
        works.append(joined)
    return works

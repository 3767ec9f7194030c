"""The gap between a card and the truth: for each moment what the card says, what is so, and why they differ.

Read from the record alone. A card that is active claims that something is going on. What is so is judged in this order:

1. Nothing of it ever began: no byte of a transfer has arrived, or the app has had no run time since the card is there: `never started`.
2. Nothing goes on: the app has no run time, and no other process moves its bytes. The card is wrong from the moment when that
   became so: `projected` where the system moves the card by the time, else `orphaned` (the app's process is gone) or `stale`
   (it is suspended). A card that says 100 % is right where everything has arrived.
3. Something goes on, in the app or in nsurlsessiond, and the card shows a figure. What was told is taken as true when it was told. The
   card is wrong from the moment when the bytes that arrived since then differ from what the card moved since then by more than claim
   model.card-tolerance, a share of the whole: `projected`, else `stale`. The work is not lost: `Gap.work` is `goes on`.

So a gap ends when the app or a push tells what is so, and when the card stops claiming: ended, off the screen, or marked as out of date.
A push that keeps a card active although nothing goes on ends no gap; an honest server ends the card or marks it as stale.
While the app has run time it can correct a card without a figure, so that one is not judged. Neither is one that a push last changed,
that shows no figure, and that belongs to no transfer: it reports what the server knows, such as a score.

Not modelled: whether what was told was true when it was told, and what a text means.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from afterswipe.kernel.life_cycle import State
from afterswipe.kernel.record import CardChanged, Record, StateChanged, TransferEnded, TransferMoved
from afterswipe.units import size

REASONS = ("stale", "projected", "orphaned", "never started")
"""Why a card and the truth can differ."""

_TELLS = (CardChanged, StateChanged, TransferMoved, TransferEnded)
"""The entries of a record that tell something about it."""


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
class Gap(Span):
    """A stretch of time in which a card said something that was not so. `what` is the reason, one of REASONS.

    `activity` is the card's number, `says` what it said and `so` what was so when the gap began. `work` is `goes on`, `stopped` or
    `never began`.
    """

    activity: int
    title: str
    says: str
    so: str
    work: str


@dataclass
class _Bytes:
    """A transfer as far as the record has been read."""

    by: str
    sent: int
    size: int
    open: bool = True
    outcome: str = ""
    died: bool = False


@dataclass
class _Told:
    """A card as far as the record has been read, with what had arrived when it was last told."""

    card: CardChanged
    first: int
    told_at: int
    by: str
    ran: bool = False
    sent: dict[tuple[str, int, int], int] = field(default_factory=dict)
    older: set[tuple[str, int, int]] = field(default_factory=set)


class _Wrong(NamedTuple):
    """A piece of a gap: from, until, the reason, and what became of the work."""

    start: int
    end: int
    what: str
    work: str


def gaps(record: Record, end: int, tolerance: float) -> list[Gap]:
    """The times up to `end` in which a card claimed something that was not so, by card and in order. `tolerance` is a share."""
    return _Reader(tolerance).read(record, end)


def together(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The times that are covered by any of the spans, each counted once."""
    found: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], span.end))
        else:
            found.append((span.start, span.end))
    return found


def covered(spans: Iterable[Span]) -> int:
    """How much time the spans cover, in milliseconds."""
    return sum(end - start for start, end in together(spans))


def by_reason(wrong: Iterable[Gap]) -> dict[str, int]:
    """For how long, in milliseconds, a card was wrong for each of the reasons that occurred."""
    found: dict[str, list[Gap]] = {reason: [] for reason in REASONS}
    for gap in wrong:
        found[gap.what].append(gap)
    return {reason: covered(spans) for reason, spans in found.items() if spans}


class _Reader:
    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._state = State.NOT_RUNNING
        self._launches = 0
        self._transfers: dict[tuple[str, int, int], _Bytes] = {}
        self._cards: dict[int, _Told] = {}
        self._found: dict[int, list[Gap]] = {}

    def read(self, record: Record, end: int) -> list[Gap]:
        since = 0
        for entry in record:
            if isinstance(entry, _TELLS):
                if entry.at > since:
                    self._judge_all(since, entry.at)
                    since = entry.at
                self._take(entry)
        self._judge_all(since, end)
        return sorted(
            (gap for found in self._found.values() for gap in found),
            key=lambda gap: (gap.start, gap.activity),
        )

    # Reading.

    def _take(self, entry: CardChanged | StateChanged | TransferMoved | TransferEnded) -> None:
        match entry:
            case StateChanged(before=before, after=state):
                self._launches += before is State.NOT_RUNNING and state.runs
                self._state = state
                if not state.runs:
                    for transfer in self._transfers.values():
                        if transfer.by == "app" and transfer.open:
                            transfer.open, transfer.died = False, True
                self._may_have_run()
            case TransferMoved(by=by, sent=sent, size=size):
                key = (by, self._launches if by == "app" else 0, entry.transfer)
                under_way = self._transfers.get(key)
                if under_way is not None and under_way.open:
                    under_way.sent, under_way.size = sent, size
                else:
                    self._transfers[key] = _Bytes(by, sent, size)
            case TransferEnded(by=by, outcome=outcome):
                key = (by, self._launches if by == "app" else 0, entry.transfer)
                if key in self._transfers:
                    transfer = self._transfers[key]
                    transfer.open, transfer.outcome, transfer.died = False, outcome, outcome != "done"
            case CardChanged():
                self._take_card(entry)
                self._may_have_run()

    def _may_have_run(self) -> None:
        if self._state.runs:
            for told in self._cards.values():
                told.ran = told.ran or told.card.state != "pending"

    def _take_card(self, entry: CardChanged) -> None:
        old = self._cards.get(entry.activity)
        starts = old is None or old.card.state == "pending"
        if old is None or starts:
            older = {key for key, transfer in self._transfers.items() if not transfer.open}
            old = _Told(entry, entry.at, entry.at, entry.by, older=older)
            self._cards[entry.activity] = old
        old.card = entry
        if starts or entry.by in ("app", "push") or entry.kind == "system":
            old.told_at = entry.at
            old.by = old.by if entry.by == "system" else entry.by
            old.sent = {key: transfer.sent for key, transfer in self._transfers.items()}

    # Judging.

    def _judge_all(self, start: int, end: int) -> None:
        for told in self._cards.values():
            if told.card.claims:
                for wrong in self._judge(told, start, end):
                    if wrong.end > wrong.start:
                        self._add(told, wrong)

    def _add(self, told: _Told, wrong: _Wrong) -> None:
        found = self._found.setdefault(told.card.activity, [])
        last = found[-1] if found else None
        if last and last.end == wrong.start and (last.what, last.work) == (wrong.what, wrong.work):
            found[-1] = replace(last, end=wrong.end)
        else:
            found.append(self._gap(told, wrong))

    def _mine(self, told: _Told) -> list[_Bytes]:
        return [transfer for key, transfer in self._transfers.items() if key not in told.older]

    def _judge(self, told: _Told, start: int, end: int) -> Iterator[_Wrong]:
        figure = told.card.progress is not None
        if not self._state.runs:
            mine = self._mine(told)
            if told.by == "push" and not mine and not figure and told.card.timer is None:
                return
            began = any(transfer.sent for transfer in mine) if mine else told.ran
            if not began:
                yield _Wrong(start, end, "never started", "never began")
                return
            if not any(transfer.open and transfer.by != "app" for transfer in mine):
                yield from self._nothing_goes_on(told, start, end, mine)
                return
        if figure:
            yield from self._drift(told, start, end)

    def _nothing_goes_on(self, told: _Told, start: int, end: int, mine: list[_Bytes]) -> Iterator[_Wrong]:
        card = told.card
        complete = all(transfer.outcome == "done" for transfer in mine)
        if complete and card.timer is None and card.progress is not None and card.progress >= 1:
            return
        if complete and mine and card.timer is not None and card.progress is not None:
            end = min(end, card.timer[1])  # from then on it says 100 %, and that is so
        reason = "stale" if self._state is State.SUSPENDED else "orphaned"
        yield _Wrong(start, end, "projected" if card.moves else reason, "stopped")

    def _drift(self, told: _Told, start: int, end: int) -> Iterator[_Wrong]:
        """What has arrived since the card was told, against what the card has moved since then."""
        whole = arrived = 0
        for key, transfer in self._transfers.items():
            if not transfer.died and key not in told.older:
                whole += transfer.size
                arrived += transfer.sent - told.sent.get(key, 0)
        if not whole:
            return
        moved = arrived / whole
        if told.card.timer is None:
            if moved > self._tolerance:
                yield _Wrong(start, end, "stale", "goes on")
            return
        begins, until = told.card.timer

        def reaches(share: float) -> int:
            """When the bar has moved by this share since it was told."""
            before = min(1.0, max(0.0, (told.told_at - begins) / (until - begins)))
            return round(begins + (before + share) * (until - begins)) if before + share <= 1 else end

        behind = min(reaches(moved - self._tolerance), end)
        ahead = max(start, reaches(moved + self._tolerance))
        if behind > start:
            yield _Wrong(start, behind, "projected", "goes on")
        if ahead < end:
            yield _Wrong(max(ahead, behind), end, "projected", "goes on")

    def _gap(self, told: _Told, wrong: _Wrong) -> Gap:
        says = "a view that the system moves" if told.card.moves else told.card.text
        start, end, what, work = wrong
        mine = self._mine(told)
        if work == "goes on":
            so = "the work goes on"
        else:
            so = "nothing ever began" if work == "never began" else "nothing goes on"
            so += f", the app is {self._state.value}"
        if mine:
            arrived = sum(transfer.sent for transfer in mine)
            whole = sum(transfer.size for transfer in mine)
            so += f"; {size(arrived)} of {size(whole)} arrived"
        return Gap(start, end, what, told.card.activity, told.card.title, says, so, work)

"""What is the case, beside what a card says, by the record alone; `gaps.py` says where the two differ."""

from dataclasses import dataclass

from afterswipe.kernel import State
from afterswipe.kernel.record import CardChanged, Record, StateChanged
from afterswipe.units import duration, percent

from .gaps import NOT_JUDGED, SERVERS, Gap, IsSo, Span, Transfer, by_reason, covered, judge
from .svg import beliefs, marked_text
from .words import AGAIN, GOES_ON, STOPPED, WAITS


def states(record: Record, end: int) -> list[Span]:
    """The states of the app, in order, without the time before its first launch."""
    changes = [entry for entry in record.of(StateChanged) if entry.before is not entry.after]
    ends = [*(entry.at for entry in changes[1:]), end]
    return [Span(entry.at, until, entry.after.value) for entry, until in zip(changes, ends, strict=False)]


@dataclass(frozen=True)
class Truth:
    """What is so at one moment, beside what the cards say. `print` it, or read it. Times are milliseconds."""

    now: int
    state: State
    since: int
    cards: list[CardChanged]
    transfers: list[Transfer]
    """Every transfer, by its start. One that runs in the app's process stops when the process does."""
    gaps: list[Gap]
    """When a card said something that was not so, by time."""
    not_judged: list[Span]
    works: dict[int, IsSo]
    tolerance: float
    supposed: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Record, now: int, tolerance: float) -> "Truth":
        """Read the truth at `now` from a record. `tolerance` is the value of claim model.card-tolerance."""
        spans = states(record, now)
        last = {entry.activity: entry for entry in record.of(CardChanged)}
        state, since = (State(spans[-1].what), spans[-1].start) if spans else (State.NOT_RUNNING, 0)
        found, cards = judge(record, now, tolerance), list(last.values())
        of = (found.transfers, found.gaps, found.not_judged, found.now)
        return cls(now, state, since, cards, *of, tolerance, beliefs(record))

    @property
    def gap(self) -> int:
        """For how long, in milliseconds and in all, some card said something that was not so."""
        return covered(self.gaps)

    def by_reason(self) -> dict[str, int]:
        """For how long, in milliseconds, a card was wrong for each of the reasons that occurred."""
        return by_reason(self.gaps)

    def is_so(self, activity: int) -> IsSo | None:
        """What is so of the work that this card speaks of, or None where there is no such card."""
        return self.works.get(activity)

    def __str__(self) -> str:
        state, lasts = self.state.value, duration(self.now - self.since)
        rests = f"No code of the app runs: it has been {state} for {lasts}."
        lines = [f"The app is {state} and has run time." if self.state.runs else rests]
        for transfer in self.transfers:
            when = "" if transfer.stopped is None else f" {duration(self.now - transfer.stopped)} ago"
            waits = f"waits: {transfer.waits}" if transfer.open and transfer.waits else ""
            lines.append(f"{transfer}; {waits or transfer.outcome}{when}.")
        for card in self.cards:
            if card.state != "dismissed":
                lines += self._of_card(card)
        lines.append(self._of_gaps())
        return marked_text("\n".join(lines), self.supposed)

    def _of_card(self, card: CardChanged) -> list[str]:
        if card.state == "pending":
            return [f"The card {card.title!r} is scheduled and not yet there."]
        ago = duration(self.now - card.at)
        lines = [f"The card says: {said(card)}; last changed by the {card.by} {ago} ago."]
        if card.claims and (is_so := self.is_so(card.activity)) is not None:
            lines.append(f"Is so: {self.in_words(is_so)}.")
            if is_so.tolerated:
                off = f"The card differs from what has arrived by {percent(is_so.tolerated)} of the whole"
                most = f"up to {percent(self.tolerance)} is not counted (claim model.card-tolerance)."
                lines.append(f"{off}; {most}")
        return lines

    def in_words(self, is_so: IsSo) -> str:
        """What is so, since when, and what it waits for: `stopped, for 3 min`."""
        if ": " in is_so.word:
            return is_so.word + " to the card (activity.follows does)" * (is_so.word == NOT_JUDGED)
        words = f"{is_so.word}, for {duration(self.now - is_so.since)}"
        return f"{words}: {is_so.waits_for}" if is_so.waits_for else words

    def amiss(self, title: str, is_so: IsSo) -> str:
        """That a card says something else than what is so, where that is no gap."""
        corrects = "; the app runs and can still correct it" * self.state.runs
        return f"It says “{title}”, and {_SO[is_so.word][0]}{corrects}."

    def _of_gaps(self) -> str:
        if not self.cards:
            return "There is no card."
        if not self.gap and (self.not_judged or any(so.word == SERVERS for so in self.works.values())):
            return "Whether the card said what was not so is not judged."
        if not self.gap:
            if amiss := [card for card in self.cards if self.works[card.activity].differs]:
                return self.amiss(amiss[0].title, self.works[amiss[0].activity])
            return "The card said nothing that was not so."
        reasons = self.by_reason()
        lengths = [f"{reason} for {duration(length)}" for reason, length in reasons.items()]
        return f"{sentence(self.gaps)} ({', '.join(lengths if len(reasons) > 1 else reasons)})."


def said(card: CardChanged) -> str:
    """What a card says, in one line: that something goes on, and how far it is."""
    if card.moves:
        return f"{card.title!r}, in a view that the system moves by the time"
    words = f"{card.title!r}, {card.text!r}" if card.text else f"{card.title!r}"
    return f"{words}, and that it is out of date" if card.state == "stale" and card.redrawn else words


_SO = {
    STOPPED: ("nothing goes on", "nothing went on"),
    WAITS: ("it only waits", "it only waited"),
    GOES_ON: ("more has arrived", "more had arrived"),
    AGAIN: ("less has arrived", "less had arrived"),
}
"""What stands beside what a card says, while it does and afterwards."""


def sentence(gaps: list[Gap]) -> str:
    """The gaps in one sentence, without its full stop: for how long a card says what, the longest first."""
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.title, gap.work), []).append(gap)
    parts, many = [], len({gap.title for gap in gaps}) > 1
    for (title, work), some in sorted(alike.items(), key=lambda item: -covered(item[1])):
        over = some[-1].over
        so, says, who = _SO[work][over], f"“{title}”", "it"
        if work == GOES_ON and some[-1].what == "projected":
            says, so = "by its bar what the time makes of it", f"the bytes differ{'ed' * over}"
        elif work in (GOES_ON, AGAIN):
            says, who = f"“{some[-1].says}”", says if many else who
        elif work == STOPPED and all(gap.what == "never started" for gap in some):
            so = "nothing ever began"
        parts.append(f"for {duration(covered(some))} {who} {'said' if over else 'says'} {says}, and {so}")
    words = "; ".join(parts)
    return words[0].upper() + words[1:]

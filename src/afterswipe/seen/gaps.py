"""The pair for each moment: what a card says, what is so, and why the two differ. Read from the record alone.

A card says that something goes on, and how far it is; either can be wrong. The work **goes on**, **waits**
(for something), or has **stopped**. A card is wrong, in this order:

1. Nothing of the work ever began: no byte of a transfer has arrived and none moves, or the app has had no run
   time since the card is there: `never started`.
2. Nothing goes on: the app has no run time, and no other process moves its bytes. `projected` where the
   system moves the card by the time, else `orphaned` (the process that could correct it is gone) or `frozen`
   (nobody marked it, and the app is suspended). A card that says 100 % is right where everything has arrived.
3. The work only waits, and the card does not say so: `frozen`, or `projected`. A card whose text says that it
   waits, or that it has stopped, is right while that is so, and wrong (`frozen`) when the work goes on.
4. The work goes on, and the card shows another figure. What was told is taken as true when it was told. The
   card is wrong from the moment when the bytes that arrived since then differ from what the card moved since
   then by more than claim model.card-tolerance, a share of the whole: `projected`, else `frozen`. A
   difference that is tolerated is stated, not hidden.

Which work a card speaks of: `activity.follows(task)` names it. A continued task's or an intent's card speaks
of that task by its nature. Else all transfers are one work where they are of one session, or of one file that
is sent again by other means; else it is the one work that began while the card was up. Where that leaves two,
nothing ties them to the card, and it is not judged. Without any transfer the work is the app's own code.

So a gap ends when the app or a push tells what is so, and when the card stops claiming: off the screen, ended
(if not as done where the work failed), or marked as stale, which is ActivityKit's word for "out of date" and
is used for nothing else. A push that keeps a card active although nothing goes on ends no gap. While the app
has run time it can correct a card without a figure, so that one is not judged; nor is one with a figure whose
work has failed, unless it says 100 %. Neither is one that a push last changed and that belongs to no
transfer: a score, or a delivery whose app ran beside it.

Not modelled: whether what was told was true when it was told, and what a text means beyond `words`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, get_args

from afterswipe.kernel import State
from afterswipe.kernel import record as kept
from afterswipe.kernel.record import CardChanged, CardFollows, Entry, Record, StateChanged, frozen
from afterswipe.units import percent, size

from .words import AGAIN, GOES_ON, STOPPED, WAITS, figure, told_by

Key = tuple[str, int, int]
"""A transfer: whose process moves it, in which launch of the app where it is the app's, and its number."""

OfTransfer = kept.TransferMoved | kept.TransferWaits | kept.TransferEnded

NOT_JUDGED = "not judged: two works, nothing ties them"
SERVERS, OWN = "not judged: what a push told is the server's", "not judged: the app's own code runs"

type Work = dict[Key, "Transfer"]
"""Transfers that are one work."""


@dataclass
class Transfer:
    """What became of a transfer: `sent` of `size` bytes have arrived; `stopped` is when it stopped, if so.

    At the server, or with `down` at the phone. `by` is `app` or `nsurlsessiond`. Times are milliseconds.
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
    open: bool = True
    """Whether it is not over."""
    died: bool = False
    """Whether it is over, and badly."""
    edges: list[int] = field(default_factory=list)
    """When it began to wait, when it went on, and so on."""

    def until(self, end: int) -> int:
        """When it stopped, or `end`."""
        return end if self.stopped is None else self.stopped

    def moving(self, end: int) -> list[tuple[int, int]]:
        """When it moved, from and to, up to `end`: not while it waited."""
        edges = [self.started, *self.edges, self.until(end)]
        return [pair for pair in zip(edges[::2], edges[1::2], strict=False) if pair[0] < pair[1]]

    def stop(self, at: int, outcome: str) -> None:
        """It moves no more. What stopped it first is the outcome."""
        if self.open:
            self.stopped, self.outcome = at, outcome
            self.open, self.died = False, outcome != "done"

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
    version: int = -1
    """Of the transfers, for which the next three were found."""
    mine: Work | None = None
    living: Work = field(default_factory=dict)
    word: tuple[str, str] = (NOT_JUDGED, "")
    says: list[str] = field(default_factory=list)
    """What the card tells instead of that the work goes on: by the app's word, its text or its title."""
    shows: tuple[float, float] | None = None
    """The figure on the card, as its progress or in its text, and how much that leaves open."""

    def read(self, known: dict[str, str]) -> None:
        """Read the card, whenever it has changed; `known` is what the app's code said of its texts."""
        card, text = self.card, self.card.text
        meant = [[word] for means, word in known.items() if text.startswith(means)] if known else ()
        self.says = meant[0] if meant else told_by(text) or told_by(card.title)
        self.shows = figure(text) if card.progress is None else (card.progress, 0.0)


def arrived(mine: Work) -> tuple[int, int]:
    """How many bytes have arrived, of how many. An attempt that failed counts where there is no later one."""
    last = {moved.name: moved for moved in mine.values()}
    return sum(moved.sent for moved in last.values()), sum(moved.size for moved in last.values())


def _joined(candidates: Work) -> list[Work]:
    works: list[Work] = []
    tags = {key: {one.name, (one.by, key[1], one.session)} for key, one in candidates.items()}
    for key, one in candidates.items():
        joined = {key: one}
        for work in [work for work in works if any(tags[key] & tags[other] for other in work)]:
            joined = work | joined
            works.remove(work)
        works.append(joined)
    return works


REASONS = ("frozen", "projected", "orphaned", "never started")
"""Why a card and what is so can differ."""


@frozen
class Span:
    """A stretch of time in milliseconds, with a word for what was so."""

    start: int
    end: int
    what: str

    @property
    def length(self) -> int:
        """Its length in milliseconds."""
        return self.end - self.start


@frozen
class Gap(Span):
    """A stretch of time in which a card said something that was not so. `what` is the reason, one of REASONS.

    `activity` is the card's number, `says` what it said and `so` what was so when the gap began. `work` is
    what is so of the work in one word: `goes on`, `waits` or `stopped`, or `goes on again` where less has
    arrived than the card says; `waits_for` says for what. `over`: it has ended.
    """

    activity: int
    title: str
    says: str
    so: str
    work: str
    waits_for: str = ""
    over: bool = False


@frozen
class IsSo:
    """What is so of the work that a card speaks of: `word`, since when (milliseconds), and what it waits for.

    `word` is `goes on`, `waits`, `stopped`, or, where that is not known, NOT_JUDGED, SERVERS or OWN. `sent`
    of `size` bytes of its transfers have arrived; `tolerated` is the card's difference from that, a share.
    `differs`: the card tells something else, from now on too, or while the app can correct it.
    """

    word: str
    since: int
    waits_for: str = ""
    sent: int = 0
    size: int = 0
    tolerated: float = 0.0
    differs: bool = False


@dataclass(frozen=True)
class Judgement:
    """All gaps and transfers up to a moment, in order; what is so then, by card; when none was judged."""

    gaps: list[Gap]
    now: dict[int, IsSo]
    not_judged: list[Span]
    transfers: list[Transfer]


_Wrong = tuple[int, int, str, str]
"""A piece of a gap: from, until, the reason, and what is so of the work."""


def covered(spans: Iterable[Span]) -> int:
    """How much time the spans cover, in milliseconds: what several cover is counted once."""
    total = until = 0
    for span in sorted(spans, key=lambda span: span.start):
        total += max(0, span.end - max(span.start, until))
        until = max(until, span.end)
    return total


def by_reason(wrong: list[Gap]) -> dict[str, int]:
    """For how long, in milliseconds, a card was wrong for each of the reasons that occurred."""
    found = {reason: [gap for gap in wrong if gap.what == reason] for reason in REASONS}
    return {reason: covered(spans) for reason, spans in found.items() if spans}


def judge(record: Record, end: int, tolerance: float) -> Judgement:
    """What the cards said and what was so, up to `end`. `tolerance`: claim model.card-tolerance, a share."""
    reader, since = _Reader(tolerance), 0
    for entry in record:
        if (take := _TAKES.get(type(entry))) is not None:
            if (at := entry.at) > since:
                reader.judge_all(since, at)
                since = at
            take(reader, entry)
    reader.judge_all(since, end)
    reader.look_at_now(end)
    unjudged = list(reader.not_judged)
    reader.judge_all(end, end + 1)  # what is still so, or from now on
    gaps = sorted(chain.from_iterable(reader.found.values()), key=lambda gap: (gap.start, gap.activity))
    for still in [gap.activity for gap in gaps if gap.end > end]:
        reader.now[still] = replace(reader.now[still], differs=True)
    gaps = [replace(gap, end=min(gap.end, end), over=gap.end <= end) for gap in gaps if gap.start < end]
    return Judgement(gaps, reader.now, unjudged, list(reader.moved.values()))


class _Reader:
    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._state = State.NOT_RUNNING
        self.moved: Work = {}
        """All transfers of the run."""
        self._launches = self._version = 0
        self._cards: dict[int, Told] = {}
        self._meant: dict[str, str] = {}
        self.found: dict[int, list[Gap]] = {}
        self.now: dict[int, IsSo] = {}
        self.not_judged: list[Span] = []

    def follows(self, entry: CardFollows) -> None:
        if entry.activity in self._cards:
            launch = self._launches if entry.by == "app" else 0
            self._cards[entry.activity].tied.add((entry.by, launch, entry.transfer))
            self._version += 1

    def means(self, entry: kept.CardMeans) -> None:
        self._meant[entry.text] = entry.word
        for told in self._cards.values():
            told.read(self._meant)

    def card_changed(self, entry: CardChanged) -> None:
        at, old = entry.at, self._cards.get(entry.activity)
        if starts := old is None or old.card.state == "pending":
            older = {key for key, moved in self.moved.items() if not moved.open}
            tied = set() if old is None else old.tied
            old = self._cards[entry.activity] = Told(entry, at, at, entry.by, older=older, tied=tied)
        old.card = entry
        old.version = -1 if entry.by == "push" else old.version
        if starts or entry.by in ("app", "push") or entry.kind == "system":
            old.told_at = at
            old.by = old.by if entry.by == "system" else entry.by
            old.sent = {key: moved.sent for key, moved in self.moved.items()}
        old.read(self._meant)
        old.ran = old.ran or (self._state.runs and entry.state != "pending")

    def app_changed(self, entry: StateChanged) -> None:
        self._version += 1
        self._launches += entry.before is State.NOT_RUNNING and entry.after.runs
        self._state = entry.after
        if entry.after.runs:
            for told in self._cards.values():
                told.ran = told.ran or told.card.state != "pending"
            return
        lost = "suspended" if entry.after is State.SUSPENDED else "ended"
        for moved in self.moved.values():  # what runs in the app's process stops with it
            if moved.by == "app":
                moved.stop(entry.at, f"stopped when the app was {lost}")

    def moves(self, entry: OfTransfer) -> None:
        key = (entry.by, self._launches if entry.by == "app" else 0, entry.transfer)
        known = self.moved.get(key)
        if isinstance(entry, kept.TransferMoved):
            sent, whole = entry.sent, entry.size
            if known is not None and known.open:
                known.sent, known.size, known.came = sent, whole, known.came or sent > 0
                return
            begun = (entry.by, entry.name, sent, whole, entry.at, entry.session, entry.down)
            self.moved[key] = Transfer(*begun, came=sent > 0)
        elif known is not None and isinstance(entry, kept.TransferEnded):
            known.stop(entry.at, entry.outcome)
        elif known is not None and isinstance(entry, kept.TransferWaits):
            known.edges += [entry.at] * (bool(known.waits) is not bool(entry.why))
            known.waits = entry.why
        self._version += 1

    def _find(self, told: Told) -> None:
        """Find the transfers of a card: None where there are two works and nothing ties one to it."""
        told.version, told.mine = self._version, self._of(told)
        told.living = {key: moved for key, moved in (told.mine or {}).items() if not moved.died}
        told.word = (NOT_JUDGED, "") if told.mine is None else self._word(told.mine)
        if told.by == "push" and told.mine == {} and (told.ran or told.shows is None):
            told.word = SERVERS, ""

    def _of(self, told: Told) -> Work | None:
        if told.card.kind == "system":
            return {}
        candidates = {key: moved for key, moved in self.moved.items() if key not in told.older}
        if told.tied:  # what the app's code named, and where that failed, what sent the same file afterwards
            tied = {key: moved for key, moved in self.moved.items() if key in told.tied}
            failed = {moved.name: moved.started for moved in tied.values() if moved.died}
            later = {key: moved for key, moved in self.moved.items() if moved.name in failed}
            return tied | {key: moved for key, moved in later.items() if moved.started >= failed[moved.name]}
        works = _joined(candidates)
        if len(works) > 1:
            works = [work for work in works if all(moved.started >= told.first for moved in work.values())]
        return {} if not candidates else works[0] if len(works) == 1 else None

    def _word(self, mine: Work) -> tuple[str, str]:
        """What is so of a work, in one word, and what it waits for. Without a transfer: of the app's code."""
        if not mine:
            return (GOES_ON if self._state.runs else STOPPED), ""
        going = [moved for moved in mine.values() if moved.open and (moved.by != "app" or self._state.runs)]
        if not going:
            return STOPPED, ""
        waits = [moved.waits for moved in going]
        return (WAITS, waits[0]) if all(waits) else (GOES_ON, "")

    def judge_all(self, start: int, end: int) -> None:
        for number, told in self._cards.items():
            mine = self._work(number, told, start)
            done = told.card.state == "ended" and told.shows is not None and told.shows[0] >= 1
            if not (told.card.claims or (done and mine and not told.living)):
                continue
            if mine is None:
                last = self.not_judged[-1] if self.not_judged else Span(0, 0, NOT_JUDGED)
                if self.not_judged and last.end == start:
                    self.not_judged[-1] = replace(last, end=end)
                elif last.end < end:
                    self.not_judged.append(Span(max(start, last.end), end, NOT_JUDGED))
                continue
            for wrong in self._judge(told, mine, start, end):
                if wrong[1] > wrong[0]:
                    self._add(told, mine, wrong)

    def _work(self, number: int, told: Told, at: int) -> Work | None:
        """What a card speaks of; found anew, with what is so of it, after news in the record."""
        if told.version != self._version:
            self._find(told)
            if (last := self.now.get(number)) is None or (last.word, last.waits_for) != told.word:
                self.now[number] = IsSo(told.word[0], at, told.word[1])
        return told.mine

    def look_at_now(self, end: int) -> None:
        """Fill in what has arrived, and how much of a difference the tolerance hides."""
        for number, told in self._cards.items():
            sent, whole = arrived((mine := self._work(number, told, end)) or {})
            off, now, claims = self._off(told, end), self.now[number], told.card.claims
            hidden = off if claims and self._tolerance >= off >= 0.01 else 0.0
            full = told.shows is not None and told.shows[0] >= 1 and sent == whole
            differs = claims and now.word in (STOPPED, WAITS) and now.word not in told.says and not full
            word = OWN if mine == {} and told.says and now.word == GOES_ON else now.word
            self.now[number] = IsSo(word, now.since, now.waits_for, sent, whole, hidden, differs)

    def _off(self, told: Told, at: int) -> float:
        """By what share of the whole the card's figure differs from what has arrived since it was told."""
        card = told.card
        share = _came(told)
        if told.shows is None or share is None:
            return 0.0
        if card.timer is None:
            return abs(share)
        begins, until = card.timer
        shown = min(max(at, begins), until) - min(max(told.told_at, begins), until)
        return abs(share - shown / (until - begins))

    def _add(self, told: Told, mine: Work, wrong: _Wrong) -> None:
        start, end, what, work = wrong
        waits_for = told.word[1] if work == WAITS else ""
        found = self.found.setdefault(told.card.activity, [])
        last = found[-1] if found else None
        if last and (last.end, last.what, last.work, last.waits_for) == (start, what, work, waits_for):
            object.__setattr__(last, "end", end)  # nobody has it yet, and to make another takes long
            return
        if work in (GOES_ON, AGAIN):
            so = f"the work {work}"
        elif work == WAITS:
            so = f"the work waits: {waits_for}"
        else:
            so = "nothing ever began" if what == "never started" else "nothing goes on"
            so += f", the app is {self._state.value}"
        sent, whole = arrived(mine)
        if whole:
            so += f"; {size(sent)} of {size(whole)} arrived"
        says = "a view that the system moves" if told.card.moves else told.card.text
        found.append(Gap(start, end, what, told.card.activity, told.card.title, says, so, work, waits_for))

    def _judge(self, told: Told, mine: Work, start: int, end: int) -> Sequence[_Wrong]:
        card = told.card
        shows = None if card.kind == "system" else told.shows
        if not self._state.runs:
            word, _ = told.word
            began = any(moved.came for moved in mine.values()) if mine or told.tied else told.ran
            if word == SERVERS or word in told.says:
                return ()
            if not began and word != GOES_ON:
                return [(start, end, "never started", word)]
            if word == STOPPED:
                return self._nothing_goes_on(told, mine, start, end)
            if word == WAITS or told.says:
                return [(start, end, "projected" if card.moves else "frozen", word)]
        if shows and mine and not told.living:
            return [(start, end, "frozen", STOPPED)] if shows[0] >= 1 and STOPPED not in told.says else ()
        return self._drift(told, start, end, self._tolerance + shows[1]) if shows else ()

    def _nothing_goes_on(self, told: Told, mine: Work, start: int, end: int) -> Sequence[_Wrong]:
        card = told.card
        done = all(moved.outcome == "done" for moved in told.living.values())
        complete = done and bool(told.living or not mine)
        if complete and card.timer is None and told.shows and told.shows[0] >= 1:
            return ()
        if complete and mine and card.timer is not None and card.progress is not None:
            end = min(end, card.timer[1])  # from then on it says 100 %, and that is so
        reason = "frozen" if self._state is State.SUSPENDED else "orphaned"
        return [(start, end, "projected" if card.moves else reason, STOPPED)]

    def _drift(self, told: Told, start: int, end: int, tolerance: float) -> Sequence[_Wrong]:
        """What has arrived since the card was told, against what the card has moved since then."""
        if (share := _came(told)) is None:
            return ()
        if told.card.timer is None:
            if abs(share) <= tolerance:
                return ()
            sent, whole = arrived(told.living)
            less = share < 0 or (told.shows or (0, 0))[0] > sent / max(1, whole)
            return [(start, end, "frozen", AGAIN if less else GOES_ON)]
        begins, until = told.card.timer

        def reaches(more: float) -> int:
            """When the bar has moved by this share since it was told."""
            before = min(1.0, max(0.0, (told.told_at - begins) / (until - begins)))
            return round(begins + (before + more) * (until - begins)) if before + more <= 1 else end

        behind = min(reaches(share - tolerance), end)
        ahead = max(start, reaches(share + tolerance))
        return [(start, behind, "projected", GOES_ON), (max(ahead, behind), end, "projected", GOES_ON)]


_TAKES: dict[type[Entry], Callable[[_Reader, Any], None]] = {
    **dict.fromkeys(get_args(OfTransfer), _Reader.moves),
    StateChanged: _Reader.app_changed,
    CardFollows: _Reader.follows,
    kept.CardMeans: _Reader.means,
    CardChanged: _Reader.card_changed,
}
"""What to do with the entries of a record that tell something about a card or its work."""


def _came(told: Told) -> float | None:
    """The share of the whole that has arrived since the card was told; None without a whole."""
    before = told.sent
    whole = came = 0.0
    for key, moved in told.living.items():
        whole += moved.size
        came += moved.sent - before.get(key, 0)
    if told.shows and (left_open := told.shows[1]):  # of so many files, of which some have not begun
        whole /= min(1, left_open * len({moved.name for moved in told.living.values()})) or 1
    return came / whole if whole else None

"""The record of a run: everything that happened, in order. Pictures and truth are made from it alone."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import dataclass_transform

from afterswipe.units import stopwatch

from .given import Checked
from .life_cycle import Event, State


@dataclass_transform(frozen_default=True)
def frozen[T](kind: type[T]) -> type[T]:
    """A dataclass that is frozen for the type checker only: at run time that takes five times as long."""
    return dataclass(slots=True, unsafe_hash=True)(kind)


@frozen
class Entry:
    """Something that happened at `at` (milliseconds since the start), told by `_words` with its fields."""

    _words = ""
    at: int

    def __str__(self) -> str:
        return self._words.format(self)


@frozen
class Supposed(Entry):
    """A belief is taken for true in this run, although it is refuted. `belief` is the claim's id."""

    _words = "supposed, and not so: {0.statement}"
    belief: str
    statement: str


@frozen
class StateChanged(Entry):
    """An event of the life cycle reached the app. `before` and `after` can be the same."""

    event: Event
    before: State
    after: State
    note: str = ""

    def __str__(self) -> str:
        change = self.after.value if self.before is not self.after else f"still {self.after.value}"
        return f"{self.event.value}: {change}" + (f" ({self.note})" if self.note else "")


@frozen
class AssertionChanged(Entry):
    """A background assertion was begun, expired (its handler was called) or was ended."""

    _words = "background task assertion {0.name!r} {0.change}"
    name: str
    change: str


@frozen
class TransferMoved(Entry):
    """`sent` of `size` bytes have arrived, `down` or up; `by` is whose process: `app` or `nsurlsessiond`."""

    by: str
    transfer: int
    name: str
    sent: int
    size: int
    down: bool = False
    session: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.sent} of {self.size} bytes {'received' if self.down else 'sent'}"


@frozen
class TransferWaits(Entry):
    """Something keeps a transfer from moving: `why`, in words. An empty `why`: nothing does any more."""

    by: str
    transfer: int
    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: waits, {self.why}" if self.why else f"{self.name}: goes on"


@frozen
class TransferEnded(Entry):
    """A transfer ended; `outcome` is `done` or what went wrong."""

    _words = "{0.name}: {0.outcome}"
    by: str
    transfer: int
    name: str
    outcome: str


@frozen
class CardChanged(Entry):
    """A Live Activity changed. `by` is who did it: the `app`, a `push`, the `person` or the `system`.

    `timer`, from and until in milliseconds, says that the system moves the card by itself. `kind` is `app`,
    or `system` for the card of a task that the system draws. `redrawn` is False where only the state changed.
    """

    _words = "card {0.title!r} {0.state} by the {0.by}: {0.text}"
    activity: int
    by: str
    state: str
    title: str
    text: str
    progress: float | None
    timer: tuple[int, int] | None = None
    kind: str = "app"
    redrawn: bool = True

    @property
    def moves(self) -> bool:
        """Whether the system moves what the card shows."""
        return self.timer is not None

    @property
    def claims(self) -> bool:
        """Whether it tells that something goes on: on the screen, not ended, not marked as out of date."""
        return self.state == "active" or (self.state == "stale" and not self.redrawn)


@frozen
class CardFollows(Entry):
    """The app's code said which transfer a card speaks of: a word of this guide's, no API of Apple's."""

    _words = "card {0.activity} speaks of {0.name}"
    activity: int
    by: str
    transfer: int
    name: str


@frozen
class CardMeans(Entry):
    """The app's code said what a text of a card tells: a word of this guide's, no API of Apple's."""

    _words = "by {0.text!r} a card says: {0.word}"
    text: str
    word: str


@frozen
class CardUpdateHeld(Entry):
    """An update of a card, by the `app` or a `push`, did not get through: `why` says what became of it."""

    activity: int
    by: str
    why: str

    def __str__(self) -> str:
        what = f"update of card {self.activity}" if self.activity > 0 else "start of a card"
        return f"{what} by the {self.by}: {self.why}"


@frozen
class Alerted(Entry):
    """The screen lit up for a card: `text` is the alert."""

    _words = "alert of card {0.title!r}: {0.text}"
    activity: int
    title: str
    text: str


@frozen
class ConditionChanged(Entry):
    """A condition of the device or of its network changed, such as `charging` or `network`."""

    name: str
    value: bool | float | str

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')}: {self.value}"


@frozen
class PersonDid(Entry):
    """What the person did, in words; for the marks on a timeline."""

    _words = "the person {0.what}"
    what: str


@frozen
class ProcessChanged(Entry):
    """Another process than the app's own main work was started or ended: an extension, or an app intent's."""

    _words = "{0.process} {0.change}"
    process: str
    change: str


@frozen
class PushArrived(Entry):
    """A push reached the phone. `outcome` says what became of it: who was woken, or why nobody was."""

    _words = "{0.kind} push: {0.outcome}"
    kind: str
    outcome: str


@frozen
class TaskChanged(Entry):
    """A task of BackgroundTasks was launched, expired, was completed, or else. `kind` is Apple's class."""

    _words = "{0.kind} {0.identifier!r}: {0.change}"
    kind: str
    identifier: str
    change: str


class Cause(Enum):
    """Why a process ended."""

    CRASH = "crash"
    FORCE_QUIT = "force quit"
    JETSAM = "memory pressure"
    WATCHDOG = "watchdog"
    BACKGROUND_TASK = "background task not ended"
    TOO_MANY_BACKGROUND_TASKS = "too many background tasks"
    FILE_LOCK = "file lock held at suspension"
    CPU = "too much processor time"
    RESTART = "restart of the phone"
    SYSTEM = "the system"


@dataclass(frozen=True)
class CauseKind:
    """What is known of a cause: the termination code, what it leaves behind, and the claim."""

    report: str
    code: str = ""
    claim: str = ""


_CRASH = "a crash report"
CAUSES: dict[Cause, CauseKind] = {
    Cause.CRASH: CauseKind(_CRASH),
    Cause.FORCE_QUIT: CauseKind("nothing"),
    Cause.JETSAM: CauseKind("a jetsam event report, which is no crash report", "", "life-cycle.jetsam"),
    Cause.WATCHDOG: CauseKind(_CRASH, "0x8badf00d", "life-cycle.watchdog"),
    # Apple's list of codes has one for this, which is taken; an Apple engineer says it is the watchdog's.
    Cause.BACKGROUND_TASK: CauseKind(_CRASH, "0x2182bad2", "background-assertion.must-be-ended"),
    Cause.TOO_MANY_BACKGROUND_TASKS: CauseKind(_CRASH, "0xbada5e47", "background-assertion.leak-limit"),
    Cause.FILE_LOCK: CauseKind(_CRASH, "0xdead10cc", "life-cycle.file-lock-at-suspension"),
    Cause.CPU: CauseKind("not covered by a claim", "", "life-cycle.cpu-monitor"),
    Cause.RESTART: CauseKind("nothing"),
    Cause.SYSTEM: CauseKind("nothing that is documented"),
}


@frozen
class ProcessEnded(Entry):
    """The app's process ended. `why` is the reason in words, `code` Apple's termination code, if any."""

    cause: Cause
    why: str
    code: str

    def __str__(self) -> str:
        code, why = f", {self.code}" if self.code else "", f" ({self.why})" if self.why else ""
        return f"the process ended: {self.cause.value}{code}{why}"


class Record:
    """Everything that happened to one phone, in order. Time never goes back in it."""

    __setattr__ = Checked.__setattr__

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Append what happened."""
        if (entries := self._entries) and entry.at < entries[-1].at:
            raise AssertionError(f"time went back: {entry!r} after {entries[-1]!r}")
        entries.append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def of[T: Entry](self, kind: type[T]) -> list[T]:
        """The entries of one kind, in order."""
        return [entry for entry in self._entries if isinstance(entry, kind)]

    def digest(self) -> str:
        """A SHA-256 over all entries: two runs are the same run if and only if their digests are equal."""
        return hashlib.sha256("\n".join(map(repr, self._entries)).encode()).hexdigest()

    def __str__(self) -> str:
        return "\n".join(f"{stopwatch(entry.at):>7}  {entry}" for entry in self._entries)

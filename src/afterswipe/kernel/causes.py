"""Why an app's process ended, with which termination code, and what is left of it in a report: the codes that Apple lists."""

from dataclasses import dataclass
from enum import Enum

from .frozen import frozen
from .record import Entry


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


CAUSES: dict[Cause, CauseKind] = {
    Cause.CRASH: CauseKind("a crash report"),
    Cause.FORCE_QUIT: CauseKind("nothing"),
    Cause.JETSAM: CauseKind("a jetsam event report, which is no crash report", "", "life-cycle.jetsam"),
    Cause.WATCHDOG: CauseKind("a crash report", "0x8badf00d", "life-cycle.watchdog"),
    # Apple's list of codes has one for this; an Apple engineer calls the killer the watchdog. The list is taken here.
    Cause.BACKGROUND_TASK: CauseKind("a crash report", "0x2182bad2", "background-assertion.must-be-ended"),
    Cause.TOO_MANY_BACKGROUND_TASKS: CauseKind(
        "a crash report", "0xbada5e47", "background-assertion.leak-limit"
    ),
    Cause.FILE_LOCK: CauseKind("a crash report", "0xdead10cc", "life-cycle.file-lock-at-suspension"),
    Cause.CPU: CauseKind("not covered by a claim", "", "life-cycle.cpu-monitor"),
    Cause.RESTART: CauseKind("nothing"),
    Cause.SYSTEM: CauseKind("nothing that is documented"),
}


@frozen
class ProcessEnded(Entry):
    """The app's process ended. `why` is the reason in words, `code` Apple's termination code where there is one."""

    cause: Cause
    why: str
    code: str

    def __str__(self) -> str:
        return (
            f"the process ended: {self.cause.value}"
            + (f", {self.code}" if self.code else "")
            + (f" ({self.why})" if self.why else "")
        )

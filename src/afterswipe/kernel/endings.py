"""How an app's process ends: who ended it, with which termination code, and what is left of it in a report.

The table `CAUSES` has the codes that Apple lists. `Endings` reads from the record how the processes of a run ended, and
makes one crash. That a process ended tells nobody: not the app, not its card (claims live-activity.survives-its-process).

The system may call `applicationWillTerminate` before it ends an app that runs in the background, and need not: `announce` is an end
with that call. A suspended app is not told, and no work should depend on it.

Not modelled: the memory limit of one process, thermal termination (0xc00010ff), a crash in an extension,
the reports' own text, and MetricKit's counts. An exception that leaves the app's main coroutine is no crash here: it ends
your script's run, so that you see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from afterswipe.errors import UsageError
from afterswipe.units import duration

from .frozen import frozen
from .life_cycle import State
from .record import Entry

if TYPE_CHECKING:
    from afterswipe.machine import Machine


_TOLD = "life-cycle.will-terminate-only-while-running"


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
class Kind:
    """What is known of a cause: the termination code, what it leaves behind, and the claim."""

    report: str
    code: str = ""
    claim: str = ""


CAUSES: dict[Cause, Kind] = {
    Cause.CRASH: Kind("a crash report"),
    Cause.FORCE_QUIT: Kind("nothing"),
    Cause.JETSAM: Kind("a jetsam event report, which is no crash report", "", "life-cycle.jetsam"),
    Cause.WATCHDOG: Kind("a crash report", "0x8badf00d", "life-cycle.watchdog"),
    # Apple's list of codes has one for this; an Apple engineer calls the killer the watchdog. The list is taken here.
    Cause.BACKGROUND_TASK: Kind("a crash report", "0x2182bad2", "background-assertion.must-be-ended"),
    Cause.TOO_MANY_BACKGROUND_TASKS: Kind("a crash report", "0xbada5e47", "background-assertion.leak-limit"),
    Cause.FILE_LOCK: Kind("a crash report", "0xdead10cc", "life-cycle.file-lock-at-suspension"),
    Cause.CPU: Kind("not covered by a claim", "", "life-cycle.cpu-monitor"),
    Cause.RESTART: Kind("nothing"),
    Cause.SYSTEM: Kind("nothing that is documented"),
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


class Endings:
    """How the app's processes ended, in order: iterate over it, or look at the `last`."""

    def __init__(self, machine: "Machine") -> None:
        self._machine = machine

    def __iter__(self) -> Iterator[ProcessEnded]:
        return iter(self._machine.record.of(ProcessEnded))

    @property
    def last(self) -> ProcessEnded | None:
        """How the last process ended, or None where none has ended yet."""
        return next(reversed(list(self)), None)

    def crash(self, why: str = "a bug in the app's code") -> None:
        """Let the app crash now. Raises UsageError where no code of the app runs that could crash."""
        if not self._machine.app_state.runs:
            raise UsageError(
                f"The app is {self._machine.app_state.value}: no code of it runs, so none can crash. Open the app first."
            )
        self._machine.crashed(why)

    def announce(self, why: str = "the system needed what it had") -> None:
        """Let the system end an app that runs in the background, and call its `applicationWillTerminate` before.

        It ends when that has returned, or when the time for it is over (claim life-cycle.will-terminate-limit). Raises UsageError where no
        code of the app runs in the background: then nobody is told (claim life-cycle.will-terminate-only-while-running).
        """
        machine, app = self._machine, self._machine.app
        if app is None or app.state is not State.BACKGROUND:
            raise UsageError(
                f"The app is {machine.app_state.value}, so it is not told of its end (claim {_TOLD}). Use phone.terminate(why) to end it."
            )
        if not machine.rules.holds(_TOLD):
            machine.terminate(why)
            return
        limit = machine.rules.milliseconds("life-cycle.will-terminate-limit")

        def end(how: str) -> None:
            if machine.app is app:
                machine.terminate(f"{why}; applicationWillTerminate {how}")

        def returned() -> None:
            late.cancel()
            machine.clock.after(0, lambda: end("had returned"))

        app.run_time.hold("applicationWillTerminate has not returned")
        late = machine.clock.after(limit, lambda: end(f"had not returned after {duration(limit)}"))
        app.tell("applicationWillTerminate")
        app.call(returned)

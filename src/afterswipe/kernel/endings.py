"""How an app's process ends, and by which termination code (`record.CAUSES`). It tells neither app nor card.

The system may call `applicationWillTerminate` before it ends an app that runs in the background, and need
not: `announce` is an end with that call. A force quit tells an app that runs, unless the script says
`phone.force_quit(told=False)`. A suspended app is not told.

Not modelled: the memory limit of one process, thermal termination, a crash in an extension, the reports' own
text, MetricKit's counts. An exception that leaves the app's main coroutine is no crash: it ends your script.
"""

from collections.abc import Callable, Iterator

from afterswipe.errors import UsageError, must
from afterswipe.units import duration

from .given import Checked
from .host import Host
from .life_cycle import Event, State
from .process import Process
from .record import ProcessEnded

_TOLD = "life-cycle.will-terminate-only-while-running"


class Endings(Checked):
    """How the app's processes ended, in order: iterate over it, or look at the `last`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._quitting: Process | None = None

    def __iter__(self) -> Iterator[ProcessEnded]:
        return iter(self._host.record.of(ProcessEnded))

    @property
    def last(self) -> ProcessEnded | None:
        """How the last process ended, or None where none has ended yet."""
        return next(reversed(list(self)), None)

    def crash(self, why: str = "a bug in the app's code") -> None:
        """Let the app crash now. Raises UsageError where no code of the app runs that could crash."""
        now = self._host.state
        must(now.runs, f"The app is {now.value}: no code of it runs, so none can crash. Open the app first.")
        self._host.happen(Event.CRASH, why)

    def announce(self, why: str = "the system needed what it had") -> None:
        """Let the system end an app in the background after `applicationWillTerminate`, or its time for that.

        Claim life-cycle.will-terminate-limit. Raises UsageError where no code of the app runs in the
        background: then nobody is told (claim life-cycle.will-terminate-only-while-running).
        """
        host, process = self._host, self._host.process
        if process is None or process.state is not State.BACKGROUND:
            remedy = f"The app is {host.state.value}, so it is not told of its end (claim {_TOLD})."
            raise UsageError(f"{remedy} Use phone.terminate(why) to end it.")
        host.rules.cite(_TOLD)
        self._tell(process, lambda how: host.terminate(f"{why}; applicationWillTerminate {how}"))

    def force_quit(self, process: Process) -> None:
        """For the phone: an app that runs is told of its force quit, and ends after that, or its time."""
        host = self._host
        host.rules.cite("life-cycle.running-app-may-be-told-of-force-quit")
        self._quitting = process
        self._tell(process, lambda _how: host.happen(Event.FORCE_QUIT))
        host.run_until(host.clock.now)

    def hurry(self) -> None:
        """For the phone: an app that is opened again while it is still told of its force quit ends first."""
        if self._quitting is not None and self._host.process is self._quitting:
            self._host.happen(Event.FORCE_QUIT)

    def _tell(self, process: Process, end: Callable[[str], None]) -> None:
        host, limit = self._host, self._host.rules.milliseconds("life-cycle.will-terminate-limit")

        def after(delay: int, how: str) -> None:
            host.clock.after(delay, lambda: end(how) if host.process is process else None)

        process.run_time.hold("applicationWillTerminate has not returned")
        after(limit, f"had not returned after {duration(limit)}")
        process.tell("applicationWillTerminate")
        process.call(lambda: after(0, "had returned"))

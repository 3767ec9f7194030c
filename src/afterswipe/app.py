"""What an app's code holds: Apple's names over the phone's machinery. Passed to the app's main coroutine as `app`."""

import asyncio
from collections.abc import Callable

from .device.network import Connections
from .errors import UsageError
from .frameworks.activitykit.app import Activities
from .frameworks.backgroundtasks.app import BGTaskScheduler
from .frameworks.modes.background_modes import Audio, Bluetooth, Location
from .frameworks.photos.photos_upload import PhotoLibrary
from .frameworks.uikit.assertion import BackgroundTime, ExpiringBlock
from .frameworks.uikit.cpu_monitor import CPUMonitor
from .frameworks.uikit.file_locks import FileLock, FileLocks
from .frameworks.uikit.watchdog import Watchdog
from .frameworks.urlsession.app import URLSession
from .frameworks.urlsession.background import BackgroundURLSession
from .frameworks.usernotifications.notifications import LocalNotifications
from .frameworks.usernotifications.pushes import AppPushes
from .frameworks.widgetkit.widgets import WidgetCenter
from .kernel.life_cycle import SCENES, SceneState, State, callbacks
from .kernel.loop import ProcessLoop
from .kernel.run_time import RunTime
from .system import System
from .units import SECOND


class Application:
    """One process of an app on the phone.

    `activities` is ActivityKit, `url_session` the default URLSession, `background_url_session` the one whose bytes the
    system moves. `launch_reason` is "person", or what the system launched the app for. The other attributes are the phone's
    machinery that those are built on.
    """

    def __init__(self, system: System, loop: ProcessLoop, launch_reason: str) -> None:
        self.system = system
        self.loop = loop
        self.launch_reason = launch_reason
        self.clock = system.clock
        self.rules = system.rules
        self.cards = system.cards
        self.note = system.record.add
        self.state = State.NOT_RUNNING
        self.scene_state = SceneState.UNATTACHED
        self.watchdog = Watchdog(system, self)
        self.cpu_monitor = CPUMonitor(system, self)
        self.file_locks = FileLocks(self)
        self.connections = Connections(system.network, loop)
        self.run_time = RunTime(system)
        self.background_time = BackgroundTime(system, self)
        self.activities = Activities(self)
        self.url_session = URLSession(self)
        self.background_url_session = BackgroundURLSession(self)
        self.pushes = AppPushes(self)
        self.audio, self.location, self.bluetooth = Audio(self), Location(self), Bluetooth(self)
        self.photo_library = PhotoLibrary(self)
        self.widget_center = WidgetCenter(self)
        self.notifications = LocalNotifications(self)
        self.task_scheduler = BGTaskScheduler(self)
        self.taps: asyncio.Queue[str] = asyncio.Queue()
        self._observers: list[Callable[[str], None]] = []
        self._wakes: list[int] = []

    @property
    def now(self) -> float:
        """The time on the phone's clock, in seconds since it was switched on."""
        return self.clock.now / SECOND

    @property
    def background_time_remaining(self) -> float:
        """Apple's `backgroundTimeRemaining`, in seconds; infinite in the foreground. For logging, not for logic."""
        return self.background_time.remaining()

    def begin_background_task(self, name: str, expiration_handler: Callable[[], None] | None = None) -> int:
        """Ask not to be suspended yet, and return the identifier for `end_background_task`.

        The system calls `expiration_handler` shortly before the time is up (claim background-assertion.expiration-handler);
        an app that does not end its tasks then is terminated (claim background-assertion.must-be-ended).
        """
        self.must_run("begin a background task", "life-cycle.suspended-runs-no-code")
        return self.background_time.begin(name, expiration_handler)

    def end_background_task(self, identifier: int) -> None:
        """Say that the work is done, or given up. Raises UsageError for an identifier that is not held."""
        self.must_run("end a background task", "life-cycle.suspended-runs-no-code")
        self.background_time.end(identifier)

    def perform_expiring_activity(self, reason: str, block: ExpiringBlock) -> None:
        """Apple's `performExpiringActivity`: run `block(False)` without being suspended, and `block(True)` when time runs out.

        It shares the app's background time (claim background-assertion.time-is-shared), and lasts until the block returns; a block may be
        a coroutine function. Raises UnavailableError before iOS 8.2 (claim background-assertion.expiring-activity-warns).
        """
        self.must_run("perform an expiring activity", "life-cycle.suspended-runs-no-code")
        self.background_time.perform(reason, block)

    async def tapped(self) -> str:
        """Wait until the person taps something, and return which button it was."""
        return await self.taps.get()

    def observe(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with the name of every life-cycle callback that the app is given, such as `sceneDidEnterBackground`."""
        self._observers.append(handler)

    def file_lock(self, name: str) -> FileLock:
        """Lock a file in the app group's shared container; suspended with it, the app is ended (claim life-cycle.file-lock-at-suspension)."""
        return self.file_locks.lock(name)

    def block_main_thread(self, seconds: float) -> asyncio.Future[None]:
        """Keep the main thread busy for so long with one thing: no other code of the app runs meanwhile.

        In a coroutine, await it; in an `observe` handler, call it last. The watchdog ends an app whose launch, or whose
        `sceneDidEnterBackground`, takes too long (claim life-cycle.watchdog). Raises UsageError without run time or for a time below zero.
        """
        self.must_run("use its main thread", "life-cycle.suspended-runs-no-code")
        if not seconds >= 0:
            raise UsageError(f"A main thread cannot be busy for {seconds} seconds. Give zero or more.")
        until = max(self.clock.now, self.loop.blocked_until) + round(seconds * SECOND)
        self.loop.blocked_until = until
        self.watchdog.blocked()
        self.cpu_monitor.busy()
        free = self.loop.create_future()
        self.loop.call_at(until / SECOND, _resolve, free)
        return free

    def complete_wake(self) -> None:
        """Call the completion handler that came with a wake-up: the app is done and may be suspended."""
        for hold in self._wakes:
            self.run_time.release(hold)
        self._wakes.clear()

    # What the phone and the frameworks use.

    def tell(self, told: str) -> None:
        """Hand the app its life-cycle callbacks; they run when the process is turned."""
        for callback in callbacks(told, scenes=self.rules.holds("model.scene-callbacks")):
            self.loop.call_soon(self._told, callback)
            self.watchdog.told(callback)

    def _told(self, callback: str) -> None:
        for observer in self._observers:
            observer(callback)

    def call(self, action: Callable[[], None]) -> None:
        """Let the app's main thread do something when the process is next turned."""
        self.loop.call_soon(action)

    def woken(self, limit: int) -> None:
        """Keep the process running for a wake-up, for at most `limit` milliseconds."""
        hold = self.run_time.hold("wake-up")
        self._wakes.append(hold)
        self.clock.after(limit, lambda: self.run_time.release(hold))

    def change(self, state: State) -> None:
        """Enter a state, with what follows from it for the process's time and connections."""
        before, self.state = self.state, state
        self.scene_state = SCENES[self.scene_state][state]
        self.loop.halted = not state.runs
        if state is State.NOT_RUNNING:
            self.watchdog.stop()
        if before is State.SUSPENDED and not self.rules.holds("life-cycle.timers-wait-for-resume"):
            self.loop.forget_due_timers()
        if state is State.BACKGROUND:
            self.run_time.entered_background()
            self.background_time.entered_background()
            self.cpu_monitor.entered_background()
        elif before is State.BACKGROUND:
            self.run_time.left_background()
            self.background_time.left_background()
            self.cpu_monitor.left_background()
        if state.foreground:
            self.system.daemon.rate_limiter.in_front()
        if before.runs and not state.runs and self.rules.holds("life-cycle.suspension-closes-sockets"):
            self.connections.die()

    def must_run(self, what: str, claim: str) -> None:
        """Raise UsageError unless this process has run time: from outside of the app's code nobody can act for it."""
        if not self.state.runs and self.rules.holds(claim):
            raise UsageError(
                f"The app is {self.state.value}, so its code cannot {what} (claim {claim}). Do it in the app's coroutine."
            )


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)

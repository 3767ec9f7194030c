"""What an app's code, its main coroutine, holds as `app`: Apple's names over the phone's machinery."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from .errors import must
from .frameworks.activitykit.app import Activities
from .frameworks.uikit.assertion import BackgroundTime, ExpiringBlock
from .frameworks.uikit.watchdog import CPUMonitor, FileLock, FileLocks, Watchdog
from .kernel import Action, Checked, Process, State
from .kernel.life_cycle import SceneState
from .system import Part, System
from .units import SECOND

# ruff: noqa: F401  # it does not see the names in Part["Network"]
if TYPE_CHECKING:
    from .frameworks.avfaudio.system import Audio
    from .frameworks.backgroundtasks.app import BGTaskScheduler
    from .frameworks.corebluetooth.system import Bluetooth
    from .frameworks.corelocation.system import Location
    from .frameworks.photos.system import PhotoLibrary
    from .frameworks.urlsession.app import URLSession
    from .frameworks.urlsession.background import BackgroundURLSession
    from .frameworks.usernotifications.system import AppPushes, LocalNotifications
    from .frameworks.widgetkit.system import WidgetCenter


class Application(Checked):
    """One process of an app on the phone.

    `launch_reason` is "person", or what the system launched the app for. The rest is the phone's machinery.
    """

    def __init__(self, process: Process, system: "System[Application]") -> None:
        self.process, self.system = process, system
        self.launch_reason = process.launch_reason
        self.clock, self.rules = process.clock, process.rules
        self.watchdog = Watchdog(process, system.host)
        self.cpu_monitor = CPUMonitor(process, system.host, lambda: system.task_scheduler.runs_on_power)
        self.file_locks = FileLocks(process, system.host)
        self.background_time = BackgroundTime(process, system.host)
        self.taps: asyncio.Queue[str] = asyncio.Queue()

    @cached_property
    def activities(self) -> Activities:
        """ActivityKit."""
        return Activities(self.process, self.system.cards)

    url_session = Part["URLSession"]("URLSession", "process system.network")
    """The default URLSession, whose transfers run in the app's process."""
    background_url_session = Part["BackgroundURLSession"]("BackgroundURLSession", "process system.daemon")
    """The URLSession whose bytes the system moves."""
    pushes = Part["AppPushes"]("AppPushes", "process system.pushes")
    """What the app does when a push wakes it."""
    audio = Part["Audio"]("Audio", "process system.background_modes")
    """Sound."""
    location = Part["Location"]("Location", "process system.background_modes system.cards")
    """Live location updates."""
    bluetooth = Part["Bluetooth"]("Bluetooth", "process system.background_modes")
    """Core Bluetooth with state restoration."""
    photo_library = Part["PhotoLibrary"]("PhotoLibrary", "process system.photos")
    """PhotoKit: whether the system may upload from the library."""
    widget_center = Part["WidgetCenter"]("WidgetCenter", "process system.widgets audio")
    """WidgetKit: reload the widgets."""
    notifications = Part["LocalNotifications"]("LocalNotifications", "process system.notifications")
    """Local notifications."""

    @cached_property
    def task_scheduler(self) -> "BGTaskScheduler":
        """BackgroundTasks."""
        from .frameworks.backgroundtasks.app import BGTaskScheduler

        return BGTaskScheduler(self.process, self.system.task_scheduler, self.system.continued_processing)

    @property
    def state(self) -> State:
        """The state as code sees it: a *will* callback is in the one before, a *did* in the one it names."""
        process, unattached = self.process, self.process.scene_state is SceneState.UNATTACHED
        if process.state.runs and unattached and process.rules.holds("model.scene-callbacks"):
            return State.BACKGROUND  # until a scene comes: Apple's page of `applicationState`
        return process.application_state if process.state.runs else process.state

    @property
    def scene_state(self) -> SceneState:
        """Apple's `activationState` of the app's scene. Raises UnavailableError before iOS 13."""
        self.rules.require("life-cycle.scene-disconnection", "scenes")
        return self.process.scene_state

    @property
    def now(self) -> float:
        """The time on the phone's clock, in seconds since it was switched on."""
        return self.clock.now / SECOND

    @property
    def background_time_remaining(self) -> float:
        """Apple's `backgroundTimeRemaining`, in seconds: for logging, not for logic.

        It is infinite in the foreground, and while no assertion counts.
        """
        time = self.background_time
        return float("inf") if time.is_endless else max(0, (time.ends_at or 0) - self.clock.now) / SECOND

    def begin_background_task(self, name: str, expiration_handler: Action | None = None) -> int:
        """Ask not to be suspended yet; returns an identifier to end it with, or 0 (`.invalid`) without time.

        The system calls `expiration_handler` shortly before the time is up (claim
        background-assertion.expiration-handler), and ends an app that still holds on (claim
        background-assertion.must-be-ended).
        """
        self.process.must_run("begin a background task", "life-cycle.suspended-runs-no-code")
        return self.background_time.begin(name, expiration_handler)

    def end_background_task(self, identifier: int) -> None:
        """Say that the work is done, or given up. Raises UsageError for an identifier that is not held."""
        self.process.must_run("end a background task", "life-cycle.suspended-runs-no-code")
        self.background_time.end(identifier)

    def perform_expiring_activity(self, reason: str, block: ExpiringBlock) -> None:
        """Apple's `performExpiringActivity`: run `block(False)`, and `block(True)` when the time runs out.

        It shares the app's background time (claim background-assertion.time-is-shared), and lasts until the
        block returns; a block may be a coroutine function. Raises UnavailableError before iOS 8.2 (claim
        background-assertion.expiring-activity-warns).
        """
        self.process.must_run("perform an expiring activity", "life-cycle.suspended-runs-no-code")
        self.background_time.perform(reason, block)

    async def tapped(self) -> str:
        """Wait until the person taps something, and return which button it was."""
        self.process.loop.must_be_the_one()
        return await self.taps.get()

    def observe(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with the name of every life-cycle callback, such as `sceneDidEnterBackground`."""
        self.process.observers.append(handler)

    def file_lock(self, name: str) -> FileLock:
        """Lock a shared file; an app suspended with it ends (claim life-cycle.file-lock-at-suspension)."""
        self.process.must_run("lock a file", "life-cycle.suspended-runs-no-code")
        return FileLock(self.process, self.file_locks.held, name)

    def block_main_thread(self, seconds: float) -> asyncio.Future[None]:
        """Keep the main thread busy for so long with one thing: no other code of the app runs meanwhile.

        In a coroutine, await it; in an `observe` handler, call it last. The watchdog ends an app whose
        launch, or whose `sceneDidEnterBackground`, takes too long (claim life-cycle.watchdog).
        """
        self.process.must_run("use its main thread", "life-cycle.suspended-runs-no-code")
        must(seconds >= 0, f"A main thread cannot be busy for {seconds} seconds. Give zero or more.")
        loop = self.process.loop
        loop.blocked_until = until = max(self.clock.now, loop.blocked_until) + round(seconds * SECOND)
        free = loop.create_future()
        loop.call_at(until / SECOND, lambda: None if free.done() else free.set_result(None))
        self.watchdog.blocked()
        self.cpu_monitor.busy()
        return free

    def complete_wake(self) -> None:
        """Call the completion handler that came with a wake-up: the app is done and may be suspended."""
        self.process.complete_wake()

"""What a framework may ask of the phone. Every mechanism is one file and is handed this, and no more."""

import random
from typing import TYPE_CHECKING, Protocol

from .claims.rules import Rules
from .device.conditions import Conditions
from .kernel.causes import Cause
from .kernel.clock import Clock
from .kernel.life_cycle import State
from .kernel.record import Record

if TYPE_CHECKING:
    from .app import Application
    from .device.network import Network
    from .device.power import Power
    from .frameworks.activitykit.system import ActivityStore
    from .frameworks.backgroundtasks.continued_scheduler import ContinuedProcessing
    from .frameworks.backgroundtasks.system import TaskScheduler
    from .frameworks.extensions.extensions import Extensions
    from .frameworks.modes.background_modes import BackgroundModes
    from .frameworks.photos.photos_upload import Photos
    from .frameworks.urlsession.system import TransferDaemon
    from .frameworks.usernotifications.notifications import Notifications
    from .frameworks.usernotifications.pushes import Pushes
    from .frameworks.widgetkit.widgets import Widgets


class System(Protocol):
    """The phone as a framework sees it."""

    clock: Clock
    rules: Rules
    record: Record
    conditions: Conditions
    rng: random.Random
    network: "Network"
    cards: "ActivityStore"
    daemon: "TransferDaemon"
    power: "Power"
    extensions: "Extensions"
    pushes: "Pushes"
    background_modes: "BackgroundModes"
    photos: "Photos"
    widgets: "Widgets"
    notifications: "Notifications"
    task_scheduler: "TaskScheduler"
    continued_processing: "ContinuedProcessing"

    @property
    def app(self) -> "Application | None":
        """The app's process, or None where there is none."""

    @property
    def app_state(self) -> State:
        """The state of the app's process."""

    @property
    def was_force_quit(self) -> bool:
        """Whether the person force quit the app and has not opened it since."""

    def wake(
        self, reason: str, limit: str, unless_force_quit: str = "force-quit.no-background-launch"
    ) -> bool:
        """Give the app run time in the background for the time that claim `limit` names, launching it where needed.

        With an empty `limit` the caller holds the time itself (`app.run_time.hold`).
        False where it may not: the person force quit it (claim `unless_force_quit`), or it is in front already.
        """

    def open(self) -> None:
        """Bring the app to the front, as a person does."""

    def suspend(self) -> None:
        """Suspend the app: nothing holds it."""

    def terminate(self, why: str, cause: Cause = Cause.SYSTEM) -> None:
        """End the app's process; `why` in words, `cause` for the termination code."""

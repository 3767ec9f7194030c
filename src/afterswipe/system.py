"""What a framework may ask of the phone. Every mechanism is one file and is handed this, and no more."""

import random
from typing import TYPE_CHECKING, Protocol

from .clock import Clock
from .conditions import Conditions
from .endings import Cause
from .life_cycle import State
from .parameters import Parameters
from .record import Record

if TYPE_CHECKING:
    from .activity_store import ActivityStore
    from .application import Application
    from .background_modes import BackgroundModes
    from .continued_scheduler import ContinuedProcessing
    from .extensions import Extensions
    from .network import Network
    from .notifications import Notifications
    from .photos_upload import Photos
    from .power import Power
    from .pushes import Pushes
    from .task_scheduler import TaskScheduler
    from .transfer_daemon import TransferDaemon
    from .widgets import Widgets


class System(Protocol):
    """The phone as a framework sees it."""

    clock: Clock
    parameters: Parameters
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

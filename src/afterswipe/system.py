"""What a framework may ask of the phone. Every mechanism is one file and is handed this, and no more."""

import random
from typing import TYPE_CHECKING, Protocol

from .clock import Clock
from .conditions import Conditions
from .life_cycle import State
from .parameters import Parameters
from .record import Record

if TYPE_CHECKING:
    from .activity_store import ActivityStore
    from .application import Application
    from .background_urlsession import TransferDaemon
    from .network import Network


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

    @property
    def app(self) -> "Application | None":
        """The app's process, or None where there is none."""

    @property
    def app_state(self) -> State:
        """The state of the app's process."""

    def wake(
        self, reason: str, limit: str, unless_force_quit: str = "force-quit.no-background-launch"
    ) -> bool:
        """Give the app run time in the background for the time that claim `limit` names, launching it where needed.

        False where it may not: the person force quit it (claim `unless_force_quit`), or it is in front already.
        """

    def suspend(self) -> None:
        """Suspend the app: nothing holds it."""

    def terminate(self, why: str) -> None:
        """End the app's process."""

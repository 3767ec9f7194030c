"""What the phone keeps: the system's side of every framework, each built when it is first used.

Built early or late, a part is the same: it reads from the record what was before it.
"""

import random
from functools import cached_property
from operator import attrgetter
from sys import modules
from typing import TYPE_CHECKING

from .claims.rules import Rules
from .device.conditions import Conditions, Power
from .errors import must
from .frameworks.activitykit.system import ActivityStore, LiveActivities
from .kernel import Cause, Checked, Clock, Host, State
from .kernel.endings import Endings
from .kernel.record import Record

# ruff: noqa: F401  # it does not see the names in Part["Network"]
if TYPE_CHECKING:
    from .background_modes import BackgroundModes
    from .device.network import Network
    from .frameworks.activitykit.pushes import APNs, LiveActivityPushes
    from .frameworks.appintents.system import Intents
    from .frameworks.backgroundassets.system import BackgroundAssets
    from .frameworks.backgroundtasks.continued import ContinuedProcessing
    from .frameworks.backgroundtasks.system import TaskScheduler
    from .frameworks.extensions.system import Extensions
    from .frameworks.photos.system import Photos
    from .frameworks.urlsession.system import TransferDaemon
    from .frameworks.usernotifications.system import Notifications, Pushes
    from .frameworks.widgetkit.system import Widgets


class Part[T](cached_property[T]):
    """A part that is imported and built at its first use: a public `kind`, from what its owner has."""

    def __init__(self, kind: str, named: str) -> None:
        read = [attrgetter(name) for name in named.split()]
        super().__init__(lambda own: getattr(modules[__package__], kind)(*(one(own) for one in read)))


class System[App](Checked):
    """The phone's side of things, without a person. `App` is what an app's code holds in one process."""

    def __init__(self, rules: Rules, seed: int, uplink: float | None) -> None:
        carries = uplink is None or uplink > 0
        must(carries, f"uplink={uplink} lets nothing through. Give Mbit/s above 0, for instance uplink=12.")
        self._uplink, self.rules = uplink, rules
        self.rng, self._seed = random.Random(seed), seed
        self.clock = Clock()
        self.record = Record()
        self.host = Host(self.clock, self.rules, self.record)
        self.endings = Endings(self.host)
        self.conditions = Conditions(self.clock, self.rules, self.record)
        self.power = Power()
        self._app: App | None = None

    cards = cached_property(lambda own: ActivityStore(own.host, conditions=own.conditions, seed=own._seed))
    """The Live Activities, as the system keeps them."""
    live_activities = cached_property(lambda own: LiveActivities(own.rules, own.cards))
    """What a person allows Live Activities to do."""

    network = Part["Network"]("Network", "clock rng rules _uplink record")
    """The link between phone and server, and the servers at its end."""
    live_activity_pushes = Part["LiveActivityPushes"]("LiveActivityPushes", "host network cards")
    """What the app's server sends to its Live Activities."""
    apns = Part["APNs"]("APNs", "cards live_activity_pushes")
    """Apple's push service for Live Activities: what a server gets for a token that it was sent."""
    daemon = Part["TransferDaemon"]("TransferDaemon", "host network conditions rng")
    """nsurlsessiond: the process that moves the bytes of background sessions."""
    extensions = Part["Extensions"]("Extensions", "host network")
    """The processes of the app's extensions."""
    pushes = Part["Pushes"]("Pushes", "host conditions network extensions")
    """Pushes to the app from its server."""

    intents = Part["Intents[App]"]("Intents", "host conditions cards")
    """What a person, Siri or Shortcuts lets run of the app."""
    background_modes = Part["BackgroundModes"]("BackgroundModes", "host conditions power")
    """What the surroundings do: speaker, accessories, places."""
    photos = Part["Photos"]("Photos", "host network extensions")
    """The photo library, and the system that uploads from it."""
    background_assets = Part["BackgroundAssets"]("BackgroundAssets", "host network extensions")
    """Background Assets: what the system downloads for the app."""
    widgets = Part["Widgets"]("Widgets", "host network extensions")
    """The widgets on the Home Screen."""
    notifications = Part["Notifications"]("Notifications", "host")
    """Local notifications, as the system keeps them."""
    task_scheduler = Part["TaskScheduler"]("TaskScheduler", "host network conditions power")
    """BackgroundTasks: which requests wait, and when the app is launched for them."""
    continued_processing = Part["ContinuedProcessing"]("ContinuedProcessing", "host cards network")
    """Continued tasks, and what a person does with the system's card."""

    @property
    def app(self) -> App | None:
        """What the app's code holds, or None where there is no process."""
        return None if self.host.process is None else self._app

    @property
    def app_state(self) -> State:
        """The state of the app's process."""
        return self.host.state

    def terminate(self, why: str, cause: Cause = Cause.SYSTEM) -> None:
        """End the app's process without telling it (claim life-cycle.terminated-without-notice)."""
        self.host.terminate(why, cause)

"""What the phone keeps: the system's side of every framework, each built when it is first used. Here the parts are put together.

Built early or late, a part is the same: it reads from the record what was before it.
"""

import random
from functools import cached_property
from typing import Protocol

from .background_modes import BackgroundModes
from .claims.rules import Rules
from .device.conditions import Conditions, Power
from .device.network import Network
from .errors import must
from .frameworks.activitykit.pushes import APNs, LiveActivityPushes
from .frameworks.activitykit.system import ActivityStore, LiveActivities
from .frameworks.appintents.system import InProcess, Intents
from .frameworks.backgroundassets.system import BackgroundAssets
from .frameworks.backgroundtasks.app import BGTaskScheduler
from .frameworks.backgroundtasks.continued import ContinuedProcessing
from .frameworks.backgroundtasks.system import TaskScheduler
from .frameworks.extensions.system import Extensions
from .frameworks.photos.system import Photos
from .frameworks.urlsession.system import TransferDaemon
from .frameworks.usernotifications.system import Notifications, Pushes
from .frameworks.widgetkit.system import Widgets
from .kernel import Cause, Checked, Clock, Host, State
from .kernel.endings import Endings
from .kernel.record import Record


class InTheApp(InProcess, Protocol):
    """What the system reaches in the app's process: the app, as far as the frameworks' system sides care."""

    @property
    def task_scheduler(self) -> BGTaskScheduler:
        """Its BackgroundTasks."""


class System[App: InTheApp](metaclass=Checked):
    """The phone's side of things, without a person. `App` is what an app's code holds in one process."""

    def __init__(self, rules: Rules, seed: int, uplink: float | None) -> None:
        carries = uplink is None or uplink > 0
        must(carries, f"uplink={uplink} lets nothing through. Give Mbit/s above 0, for instance uplink=12.")
        self._uplink = uplink
        self.rules = rules
        self.rng = random.Random(seed)
        self.clock = Clock()
        self.record = Record()
        self.host = Host(self.clock, self.rules, self.record)
        self.endings = Endings(self.host)
        self.conditions = Conditions(self.clock, self.rules, self.record)
        self.power = Power()
        self._app: App | None = None

    network = cached_property(lambda own: Network(own.clock, own.rng, own.rules, own._uplink, own.record))
    """The link between phone and server, and the servers at its end."""
    cards = cached_property(lambda own: ActivityStore(own.host, conditions=own.conditions))
    """The Live Activities, as the system keeps them."""
    live_activities = cached_property(lambda own: LiveActivities(own.rules, own.cards))
    """What a person allows Live Activities to do."""
    live_activity_pushes = cached_property(lambda own: LiveActivityPushes(own.host, own.network, own.cards))
    """What the app's server sends to its Live Activities."""
    apns = cached_property(lambda own: APNs(own.cards, own.live_activity_pushes))
    """Apple's push service for Live Activities: what a server gets for a token that the app's code sent to it."""
    daemon = cached_property(lambda own: TransferDaemon(own.host, own.network, own.conditions, own.rng))
    """nsurlsessiond: the process that moves the bytes of background sessions."""
    extensions = cached_property(lambda own: Extensions(own.host))
    """The processes of the app's extensions."""
    pushes = cached_property(lambda own: Pushes(own.host, own.conditions, own.network, own.extensions))
    """Pushes to the app from its server."""
    intents = cached_property(lambda own: Intents(own.host, own.conditions, own.cards, lambda: own.app))
    """What a person, Siri or Shortcuts lets run of the app."""
    background_modes = cached_property(lambda own: BackgroundModes(own.host))
    """What the surroundings do: speaker, accessories, places."""
    photos = cached_property(lambda own: Photos(own.host, own.network, own.extensions))
    """The photo library, and the system that uploads from it."""
    background_assets = cached_property(lambda own: BackgroundAssets(own.host, own.network, own.extensions))
    """Background Assets: what the system downloads for the app."""
    widgets = cached_property(lambda own: Widgets(own.host, own.network, own.extensions))
    """The widgets on the Home Screen."""
    notifications = cached_property(lambda own: Notifications(own.host))
    """Local notifications, as the system keeps them."""
    task_scheduler = cached_property(
        lambda own: TaskScheduler(own.host, own.network, own.conditions, own.power, own._handlers)
    )
    """BackgroundTasks: which requests wait, and when the app is launched for them."""
    continued_processing = cached_property(
        lambda own: ContinuedProcessing(own.host, own.cards, own.network, own._handlers)
    )
    """Continued tasks, and what a person does with the system's card."""

    def _handlers(self) -> BGTaskScheduler | None:
        return None if self.app is None else self.app.task_scheduler

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

"""What the phone keeps: the system's side of every framework, each built when it is first used. Here the parts are put together.

Built early or late, a part is the same: it reads from the record what was before it.
"""

import random
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from .claims.rules import Rules
from .device.conditions import Conditions, Power
from .errors import must
from .frameworks.activitykit.app import InProcess
from .frameworks.activitykit.system import ActivityStore, LiveActivities
from .kernel import Cause, Checked, Clock, Host, State
from .kernel.endings import Endings
from .kernel.record import Record

if TYPE_CHECKING:
    from .background_modes import BackgroundModes
    from .device.network import Network
    from .frameworks.activitykit.pushes import APNs, LiveActivityPushes
    from .frameworks.appintents.system import Intents
    from .frameworks.backgroundassets.system import BackgroundAssets
    from .frameworks.backgroundtasks.app import BGTaskScheduler
    from .frameworks.backgroundtasks.continued import ContinuedProcessing
    from .frameworks.backgroundtasks.system import TaskScheduler
    from .frameworks.extensions.system import Extensions
    from .frameworks.photos.system import Photos
    from .frameworks.urlsession.system import TransferDaemon
    from .frameworks.usernotifications.system import Notifications, Pushes
    from .frameworks.widgetkit.system import Widgets


class InTheApp(InProcess, Protocol):
    """What the system reaches in the app's process: the app, as far as the frameworks' system sides care."""

    @property
    def task_scheduler(self) -> "BGTaskScheduler":
        """Its BackgroundTasks."""


class System[App: InTheApp](Checked):
    """The phone's side of things, without a person. `App` is what an app's code holds in one process."""

    def __init__(self, rules: Rules, seed: int, uplink: float | None) -> None:
        carries = uplink is None or uplink > 0
        must(carries, f"uplink={uplink} lets nothing through. Give Mbit/s above 0, for instance uplink=12.")
        self._uplink = uplink
        self.rules = rules
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

    @cached_property
    def network(self) -> "Network":
        """The link between phone and server, and the servers at its end."""
        from .device.network import Network

        return Network(self.clock, self.rng, self.rules, self._uplink, self.record)

    @cached_property
    def live_activity_pushes(self) -> "LiveActivityPushes":
        """What the app's server sends to its Live Activities."""
        from .frameworks.activitykit.pushes import LiveActivityPushes

        return LiveActivityPushes(self.host, self.network, self.cards)

    @cached_property
    def apns(self) -> "APNs":
        """Apple's push service for Live Activities: what a server gets for a token that the app's code sent to it."""
        from .frameworks.activitykit.pushes import APNs

        return APNs(self.cards, self.live_activity_pushes)

    @cached_property
    def daemon(self) -> "TransferDaemon":
        """nsurlsessiond: the process that moves the bytes of background sessions."""
        from .frameworks.urlsession.system import TransferDaemon

        return TransferDaemon(self.host, self.network, self.conditions, self.rng)

    @cached_property
    def extensions(self) -> "Extensions":
        """The processes of the app's extensions."""
        from .frameworks.extensions.system import Extensions

        return Extensions(self.host)

    @cached_property
    def pushes(self) -> "Pushes":
        """Pushes to the app from its server."""
        from .frameworks.usernotifications.system import Pushes

        return Pushes(self.host, self.conditions, self.network, self.extensions)

    @cached_property
    def intents(self) -> "Intents[App]":
        """What a person, Siri or Shortcuts lets run of the app."""
        from .frameworks.appintents.system import Intents

        return Intents(self.host, self.conditions, self.cards, lambda: self.app)

    @cached_property
    def background_modes(self) -> "BackgroundModes":
        """What the surroundings do: speaker, accessories, places."""
        from .background_modes import BackgroundModes

        return BackgroundModes(self.host, self.conditions, self.power)

    @cached_property
    def photos(self) -> "Photos":
        """The photo library, and the system that uploads from it."""
        from .frameworks.photos.system import Photos

        return Photos(self.host, self.network, self.extensions)

    @cached_property
    def background_assets(self) -> "BackgroundAssets":
        """Background Assets: what the system downloads for the app."""
        from .frameworks.backgroundassets.system import BackgroundAssets

        return BackgroundAssets(self.host, self.network, self.extensions)

    @cached_property
    def widgets(self) -> "Widgets":
        """The widgets on the Home Screen."""
        from .frameworks.widgetkit.system import Widgets

        return Widgets(self.host, self.network, self.extensions)

    @cached_property
    def notifications(self) -> "Notifications":
        """Local notifications, as the system keeps them."""
        from .frameworks.usernotifications.system import Notifications

        return Notifications(self.host)

    @cached_property
    def task_scheduler(self) -> "TaskScheduler":
        """BackgroundTasks: which requests wait, and when the app is launched for them."""
        from .frameworks.backgroundtasks.system import TaskScheduler

        return TaskScheduler(self.host, self.network, self.conditions, self.power, self._handlers)

    @cached_property
    def continued_processing(self) -> "ContinuedProcessing":
        """Continued tasks, and what a person does with the system's card."""
        from .frameworks.backgroundtasks.continued import ContinuedProcessing

        return ContinuedProcessing(self.host, self.cards, self.network, self._handlers)

    def _handlers(self) -> "BGTaskScheduler | None":
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

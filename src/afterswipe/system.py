"""What the phone keeps: the system's side of every framework, each built when it is first used.

This is where the parts are put together, and the only place that knows all of them. Built early or late, a part is the same: it reads
from the record what was before it.
"""

import random
from functools import cached_property
from typing import TYPE_CHECKING

from .claims.rules import Rules
from .device.conditions import Conditions
from .device.power import Power
from .errors import NotKnownError, UsageError
from .kernel.causes import Cause
from .kernel.clock import Clock
from .kernel.endings import Endings
from .kernel.host import Host
from .kernel.life_cycle import Event, State
from .kernel.phases import Phase
from .kernel.process import Change
from .kernel.record import Record

if TYPE_CHECKING:
    from .app import Application
    from .device.network import Network
    from .frameworks.activitykit.pushes import LiveActivityPushes
    from .frameworks.activitykit.settings import LiveActivities
    from .frameworks.activitykit.system import ActivityStore
    from .frameworks.appintents.intents import Intents
    from .frameworks.backgroundassets.background_assets import BackgroundAssets
    from .frameworks.backgroundtasks.continued_scheduler import ContinuedProcessing
    from .frameworks.backgroundtasks.system import TaskScheduler
    from .frameworks.extensions.extensions import Extensions
    from .frameworks.modes.background_modes import BackgroundModes
    from .frameworks.photos.photos_upload import Photos
    from .frameworks.urlsession.system import TransferDaemon
    from .frameworks.usernotifications.notifications import Notifications
    from .frameworks.usernotifications.pushes import Pushes
    from .frameworks.widgetkit.widgets import Widgets


class System:
    """The phone's side of things, without a person."""

    def __init__(self, rules: Rules, seed: int, uplink: float | None) -> None:
        if uplink is not None and not uplink > 0:
            raise UsageError(
                f"uplink={uplink} lets nothing through. Give Mbit/s above 0, for instance uplink=12."
            )
        self._uplink = uplink
        self.rules = rules
        self.rng = random.Random(seed)
        self.clock = Clock()
        self.record = Record()
        self.host = Host(self.clock, self.rules, self.record, self.open)
        self.endings = Endings(self.host)
        self.conditions = Conditions(self.clock, self.rules, self.record)
        self.power = Power()
        self._app: Application | None = None

    def open(self) -> None:
        """Bring the app to the front, as a person does."""
        raise NotImplementedError

    @cached_property
    def network(self) -> "Network":
        """The link between phone and server, and the servers at its end."""
        from .device.network import Network

        return Network(self.clock, self.rng, self.rules, self._uplink, self.record.add)

    @cached_property
    def cards(self) -> "ActivityStore":
        """The Live Activities, as the system keeps them."""
        from .frameworks.activitykit.system import ActivityStore

        cards = ActivityStore(self)
        self._hear_for_cards(cards)
        return cards

    @cached_property
    def live_activities(self) -> "LiveActivities":
        """What a person allows Live Activities to do."""
        from .frameworks.activitykit.settings import LiveActivities

        return LiveActivities(self)

    @cached_property
    def live_activity_pushes(self) -> "LiveActivityPushes":
        """What the app's server sends to its Live Activities."""
        from .frameworks.activitykit.pushes import LiveActivityPushes

        return LiveActivityPushes(self)

    @cached_property
    def daemon(self) -> "TransferDaemon":
        """nsurlsessiond: the process that moves the bytes of background sessions."""
        from .frameworks.urlsession.system import TransferDaemon

        daemon = TransferDaemon(self)
        self._hear_for_transfers(daemon)
        return daemon

    @cached_property
    def extensions(self) -> "Extensions":
        """The processes of the app's extensions."""
        from .frameworks.extensions.extensions import Extensions

        extensions = Extensions(self)
        self._hear_for_extensions(extensions)
        return extensions

    @cached_property
    def pushes(self) -> "Pushes":
        """Pushes to the app from its server."""
        from .frameworks.usernotifications.pushes import Pushes

        return Pushes(self)

    @cached_property
    def intents(self) -> "Intents":
        """What a person, Siri or Shortcuts lets run of the app."""
        from .frameworks.appintents.intents import Intents

        intents = Intents(self)
        self.host.phases.on(Phase.LONG_RUNNING_INTENTS, self._before_force_quit)
        return intents

    @cached_property
    def background_modes(self) -> "BackgroundModes":
        """What the surroundings do: speaker, accessories, places."""
        from .frameworks.modes.background_modes import BackgroundModes

        return BackgroundModes(self)

    @cached_property
    def photos(self) -> "Photos":
        """The photo library, and the system that uploads from it."""
        from .frameworks.photos.photos_upload import Photos

        return Photos(self)

    @cached_property
    def background_assets(self) -> "BackgroundAssets":
        """Background Assets: what the system downloads for the app."""
        from .frameworks.backgroundassets.background_assets import BackgroundAssets

        return BackgroundAssets(self)

    @cached_property
    def widgets(self) -> "Widgets":
        """The widgets on the Home Screen."""
        from .frameworks.widgetkit.widgets import Widgets

        return Widgets(self)

    @cached_property
    def notifications(self) -> "Notifications":
        """Local notifications, as the system keeps them."""
        from .frameworks.usernotifications.notifications import Notifications

        return Notifications(self)

    @cached_property
    def task_scheduler(self) -> "TaskScheduler":
        """BackgroundTasks: which requests wait, and when the app is launched for them."""
        from .frameworks.backgroundtasks.system import TaskScheduler

        task_scheduler = TaskScheduler(self)
        self._hear_for_tasks(task_scheduler)
        return task_scheduler

    @cached_property
    def continued_processing(self) -> "ContinuedProcessing":
        """Continued tasks, and what a person does with the system's card."""
        from .frameworks.backgroundtasks.continued_scheduler import ContinuedProcessing

        continued_processing = ContinuedProcessing(self)
        self._hear_for_continued(continued_processing)
        return continued_processing

    # Until each framework subscribes by itself.

    def _hear_for_cards(self, cards: "ActivityStore") -> None:
        def ended(change: Change) -> None:
            by_person = change.event is Event.FORCE_QUIT
            self.rules.cite(
                "live-activity.survives-force-quit" if by_person else "live-activity.survives-its-process"
            )

        def considered(change: Change) -> None:
            shown = [card.title for card in cards if card.on_screen]
            if change.event is Event.RESTART and shown:
                self.rules.cite("live-activity.reboot-persistence")
                raise NotKnownError(
                    f"nobody has published whether {', '.join(map(repr, shown))} is still on the Lock Screen after a restart: no page by Apple "
                    "says so, and this model does not make it up. End the card or remove it, then restart the phone. The claim's page "
                    "has the test on a device that would tell.",
                    "live-activity.reboot-persistence",
                )

        self.host.phases.on(Phase.CARDS_OF_RESTART, considered)
        self.host.phases.on(Phase.CARDS_OF_ENDED, ended)
        self.conditions.watch(
            lambda name: cards.device_locked() if name == "locked" and self.conditions.locked else None,
            Phase.TRANSIENT_CARDS,
        )

    def _hear_for_transfers(self, daemon: "TransferDaemon") -> None:
        def considered(change: Change) -> None:
            if change.event is Event.RESTART and any(not transfer.outcome for transfer in daemon.transfers):
                raise UsageError(
                    "A background transfer is under way. What a restart does to it is not modelled, for no source was found that says it. "
                    "Restart the phone when the transfer is over."
                )

        def in_front(change: Change) -> None:
            if change.after.foreground:
                daemon.rate_limiter.in_front()

        def suspended(change: Change) -> None:
            if change.after is State.SUSPENDED:
                daemon.process_suspended()

        def force_quit(change: Change) -> None:
            if change.event is Event.FORCE_QUIT and self.rules.holds(
                "force-quit.cancels-background-transfers"
            ):
                daemon.cancel_all("the person force quit the app")

        self.host.phases.on(Phase.TRANSFERS_OF_RESTART, considered)
        self.host.phases.on(Phase.TRANSFERS_IN_FRONT, in_front)
        self.host.phases.on(Phase.TRANSFERS_OF_SUSPENDED, suspended)
        self.host.phases.on(Phase.TRANSFERS_OF_ENDED, lambda _change: daemon.process_ended())
        self.host.phases.on(Phase.FORCE_QUIT, force_quit)

    def _hear_for_extensions(self, extensions: "Extensions") -> None:
        def restarted(change: Change) -> None:
            if change.event is Event.RESTART:
                extensions.end_all("ended: the phone restarted")

        self.host.run_beside(extensions)
        self.host.phases.on(Phase.EXTENSIONS_OF_RESTART, restarted)

    def _before_force_quit(self, change: Change) -> None:
        if change.event is Event.FORCE_QUIT:
            self.intents.before_force_quit()

    def _hear_for_tasks(self, scheduler: "TaskScheduler") -> None:
        self.host.phases.on(
            Phase.TASK_REQUESTS, lambda change: scheduler.happened(change.event, change.after)
        )

    def _hear_for_continued(self, continued: "ContinuedProcessing") -> None:
        self.host.phases.on(
            Phase.CONTINUED_TASKS, lambda change: continued.happened(change.event, change.after)
        )

    # What the frameworks ask of it, until each is handed the host.

    @property
    def app(self) -> "Application | None":
        """What the app's code holds, or None where there is no process."""
        return None if self.host.process is None else self._app

    @property
    def app_state(self) -> State:
        """The state of the app's process."""
        return self.host.state

    @property
    def was_force_quit(self) -> bool:
        """Whether the person force quit the app and has not opened it since."""
        return self.host.was_force_quit

    def wake(
        self, reason: str, limit: str, unless_force_quit: str = "force-quit.no-background-launch"
    ) -> bool:
        """Give the app run time in the background; see `Host.wake`."""
        return self.host.wake(reason, limit, unless_force_quit)

    def suspend(self) -> None:
        """Suspend the app: nothing holds it."""
        self.host.suspend()

    def terminate(self, why: str, cause: Cause = Cause.SYSTEM) -> None:
        """End the app's process without telling it (claim life-cycle.terminated-without-notice)."""
        self.host.terminate(why, cause)

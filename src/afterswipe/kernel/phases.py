"""What follows from a change, in which order: one list, here, and nowhere else.

Who cares about a change subscribes to a phase. Phases are told in this Enum's order, so what a run does never
depends on which part was made first. A phase has one subscriber on the phone and one in each process.
"""

from collections.abc import Callable, Sequence
from enum import Enum


class Moment(Enum):
    """When phases are told."""

    __hash__ = object.__hash__
    BEFORE = "somebody is about to do something whose end may not be known; whoever knows that raises"
    EVENT = "an event of the life cycle reached the app; its state is still the old one"
    CHANGED = "the process has entered another state"
    ENDED = "the process is gone"
    AFTERWARDS = "all that follows from the event for the process has happened"
    NETWORK = "the network changed, went, or came back"
    CONDITION = "a condition of the device changed"


class Phase(Enum):
    """What follows, in order; each with its moment and who subscribes."""

    __hash__ = object.__hash__
    LONG_RUNNING_INTENTS = (Moment.BEFORE, "what a force quit does to a long-running intent is not known")

    TASK_REQUESTS = (Moment.EVENT, "BackgroundTasks looks which requests may start, or have to end")
    CONTINUED_TASKS = (Moment.EVENT, "continued tasks end with their process")

    CALLBACKS = (Moment.CHANGED, "the watchdog counts from when the app was told")
    BACKGROUND_TIME = (Moment.CHANGED, "the time for background assertions starts or stops")
    CPU_MONITOR = (Moment.CHANGED, "the CPU monitor starts or stops")
    CONNECTIONS = (Moment.CHANGED, "connections of a process without run time become defunct")
    TRANSFERS_OF_SUSPENDED = (Moment.CHANGED, "background transfers of a suspended app go on")
    FILE_LOCKS = (Moment.CHANGED, "an app that is suspended with a file lock is ended")

    TRANSFERS_OF_ENDED = (Moment.ENDED, "background transfers lose their listeners, not their bytes")
    CARDS_OF_ENDED = (Moment.ENDED, "Live Activities stay")

    FORCE_QUIT = (Moment.AFTERWARDS, "background transfers of an app that was force quit are cancelled")
    EXTENSIONS_OF_RESTART = (Moment.AFTERWARDS, "no process of an extension outlives a restart")

    CARD_PUSHES = (Moment.NETWORK, "pushes to Live Activities that waited for the network arrive")
    APP_PUSHES = (Moment.NETWORK, "the push to the app that Apple's servers stored arrives")
    TRANSFERS = (Moment.NETWORK, "background transfers are cut, or tried again")
    TASKS_WAITING = (Moment.NETWORK, "BackgroundTasks looks again")
    EXTENSIONS_TRANSFERS = (Moment.NETWORK, "uploads of photos and downloads of assets go on")

    TRANSFERS_HELD = (Moment.CONDITION, "background transfers wait, or go on")
    TASKS_HELD = (Moment.CONDITION, "BackgroundTasks looks again")
    TRANSIENT_CARDS = (Moment.CONDITION, "a phone that locks ends Live Activities of the transient style")
    RUN_TIME = (Moment.CONDITION, "a process that a supposed belief keeps awake is looked at again")
    ONLOOKERS = (Moment.CONDITION, "a script that watches the conditions is told")

    def __init__(self, moment: Moment, what: str) -> None:
        self.moment, self.what = moment, what


_PHASES = {moment: [phase for phase in Phase if phase.moment is moment] for moment in Moment}


class Subscribers[*Ts](dict[Phase, Callable[[*Ts], None]]):
    """Who hears of something, by phase."""

    def on(self, phase: Phase, hear: Callable[[*Ts], None]) -> None:
        """Subscribe to a phase. It has one subscriber: a second one is a mistake of the house."""
        if phase in self:
            raise AssertionError(f"{phase} has a subscriber already")
        self[phase] = hear


def tell[*Ts](moment: Moment, everyone: Sequence[Subscribers[*Ts]], *news: *Ts) -> None:
    """Tell the subscribers of a moment, phase by phase, of each phase in the order of `everyone`."""
    for phase in _PHASES[moment]:
        for subscribers in everyone:
            if phase in subscribers:
                subscribers[phase](*news)

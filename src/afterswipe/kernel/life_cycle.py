"""The life cycle of an app: every state, every event, and what follows. One total table.

All that decides in which state an app is, is in this file. An event that changes nothing is an entry too, and
says why; a test compares the keys with State x Event. Pictures and reference pages are made from this table.

In three of an app's five states its process runs; what differs is what the person sees. In one, the process
exists but nobody turns it. In one, there is no process. The app is told when it becomes active, inactive, or
enters the background. Nobody tells it of its suspension, and nobody tells a suspended app of its end.

The state of its scene, since iOS 13, follows from the app's, with two exceptions: an app that is being
launched, or was launched in the background, has no scene yet, and UIKit may disconnect a scene in the
background to get memory back. No scene state says "suspended".

Not modelled: an app with several scenes, an app that opts out of scenes.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache


class State(Enum):
    """The app-level states. Apple's five (claim `life-cycle.states`)."""

    __hash__ = object.__hash__
    NOT_RUNNING = "not running"
    INACTIVE = "inactive"
    ACTIVE = "active"
    BACKGROUND = "background"
    SUSPENDED = "suspended"

    def __init__(self, word: str) -> None:
        self.foreground = word in ("inactive", "active")
        """Whether the app is in the foreground. Apple counts inactive as foreground."""
        self.runs = self.foreground or word == "background"
        """Whether the process is given run time in this state."""


class Event(Enum):
    """What can happen to an app, by whom."""

    __hash__ = object.__hash__
    OPEN = "the person opens the app"
    INTERRUPT = "something covers the app"
    LEAVE = "the person leaves the app"
    LOCK = "the person locks the phone"
    WAKE = "the system gives run time in the background"
    SUSPEND = "nothing holds the app awake any more"
    FORCE_QUIT = "the person swipes the app away in the app switcher"
    TERMINATE = "the system ends the process"
    CRASH = "the process crashes"
    RESTART = "the phone is restarted"


@dataclass(frozen=True)
class Step:
    """What follows from an event in a state: the next state, whether the app is told, why, and the claim."""

    to: State
    why: str
    told: str = ""
    claim: str = ""


_N, _I, _A, _B, _S = State
_STATES, _RUNS_NO_CODE = "life-cycle.states", "life-cycle.suspended-runs-no-code"
_NO_NOTICE, _KILLED = "life-cycle.terminated-without-notice", "life-cycle.background-kill-causes"
_MAY_BE_TOLD = "life-cycle.will-terminate-only-while-running"
_ACTIVE, _INACTIVE, _BACKGROUND = "sceneDidBecomeActive", "sceneWillResignActive", "sceneDidEnterBackground"
_LAUNCHED, _FOREGROUND = "didFinishLaunching", "sceneWillEnterForeground"
_COMES, _LEAVES = f"{_FOREGROUND}, then {_ACTIVE}", f"{_INACTIVE}, then {_BACKGROUND}"

_ENDS = {
    Event.FORCE_QUIT: Step(_N, "The process is ended.", "", _MAY_BE_TOLD),
    Event.TERMINATE: Step(_N, "The process is ended, by the watchdog for instance.", "", "life-cycle.watchdog"),
    Event.CRASH: Step(_N, "The process is gone."),
    Event.RESTART: Step(_N, "No process outlives a restart."),
}  # fmt: skip
"""How a process ends that runs."""

TRANSITIONS: dict[State, dict[Event, Step]] = {
    State.NOT_RUNNING: dict.fromkeys(Event, Step(_N, "There is no process.")) | {
        Event.OPEN: Step(_A, "The app is launched.", f"{_LAUNCHED}, then {_COMES}", _STATES),
        Event.WAKE: Step(_B, "The system launches the app in the background.", _LAUNCHED, _STATES),
        Event.FORCE_QUIT: Step(_N, "Its card leaves the app switcher; the system also stops launching it."),
    },
    State.INACTIVE: {
        Event.OPEN: Step(_A, "What covered the app is gone.", _ACTIVE, _STATES),
        Event.INTERRUPT: Step(_I, "It is covered already."),
        Event.LEAVE: Step(_B, "The Home Screen or another app is in front.", _BACKGROUND, _STATES),
        Event.LOCK: Step(_B, "The Lock Screen is in front.", _BACKGROUND, _STATES),
        Event.WAKE: Step(_I, "It runs already."),
        Event.SUSPEND: Step(_I, "An app in the foreground is not suspended."),
    } | _ENDS,
    State.ACTIVE: {
        Event.OPEN: Step(_A, "It is in front already."),
        Event.INTERRUPT: Step(_I, "A call, Control Center or the app switcher covers it.", _INACTIVE, _STATES),
        Event.LEAVE: Step(_B, "The Home Screen or another app is in front.", _LEAVES, _STATES),
        Event.LOCK: Step(_B, "The Lock Screen is in front.", _LEAVES, _STATES),
        Event.WAKE: Step(_A, "It runs already."),
        Event.SUSPEND: Step(_A, "An app in the foreground is not suspended."),
    } | _ENDS,
    State.BACKGROUND: _ENDS | {
        Event.OPEN: Step(_A, "The person is back.", _COMES, _STATES),
        Event.INTERRUPT: Step(_B, "Nothing of it is on the screen."),
        Event.LEAVE: Step(_B, "The person has left it already."),
        Event.LOCK: Step(_B, "Locking changes nothing for an app in the background."),
        Event.WAKE: Step(_B, "It runs already."),
        Event.SUSPEND: Step(_S, "Nobody turns the process any more.", "", "life-cycle.suspension-is-not-announced"),
        Event.TERMINATE: Step(_N, "The process is ended; the system may call applicationWillTerminate before.", "", _KILLED),
    },
    State.SUSPENDED: {
        Event.OPEN: Step(_A, "The process goes on where it stopped.", _COMES, _STATES),
        Event.INTERRUPT: Step(_S, "Nothing of it is on the screen."),
        Event.LEAVE: Step(_S, "The person has left it already."),
        Event.LOCK: Step(_S, "Locking changes nothing for a suspended app."),
        Event.WAKE: Step(_B, "The process goes on where it stopped, in the background.", "", _STATES),
        Event.SUSPEND: Step(_S, "It is suspended already.", "", _RUNS_NO_CODE),
        Event.FORCE_QUIT: Step(_N, "The process is ended.", "", _NO_NOTICE),
        Event.TERMINATE: Step(_N, "The process is ended.", "", _NO_NOTICE),
        Event.CRASH: Step(_S, "A process that is not turned cannot crash.", "", _RUNS_NO_CODE),
        Event.RESTART: Step(_N, "No process outlives a restart.", "", _NO_NOTICE),
    },
}  # fmt: skip


class SceneState(Enum):
    """Apple's `UIScene.ActivationState` of the one scene. A suspended app's is in the background."""

    __hash__ = object.__hash__
    UNATTACHED = "unattached"
    FOREGROUND_INACTIVE = "foregroundInactive"
    FOREGROUND_ACTIVE = "foregroundActive"
    BACKGROUND = "background"


_UN, _FI, _FA, _BG = SceneState

SCENES: dict[SceneState, dict[State, SceneState]] = {
    _UN: {_N: _UN, _I: _FI, _A: _FA, _B: _UN, _S: _UN},
    **{scene: {_N: _UN, _I: _FI, _A: _FA, _B: _BG, _S: _BG} for scene in (_FI, _FA, _BG)},
}
"""The scene's next state, by its state before and the one that its app enters. Total as well."""

_STAGES = {
    "WillEnterForeground": (_B, _I),
    "DidBecomeActive": (_A, _A),
    "WillResignActive": (_A, _I),
    "DidEnterBackground": (_B, _B),
}


@cache
def stages(callback: str) -> tuple[State | None, State | None]:
    """As which state the app's code sees itself in a callback, and after it; None where it names none."""
    return _STAGES.get(callback.removeprefix("scene").removeprefix("application"), (None, None))


@cache
def callbacks(told: str, *, scenes: bool) -> list[str]:
    """The callbacks in `told`, one by one; without scenes those of before, with no foreground at launch."""
    if not scenes:
        told = told.replace(f"{_LAUNCHED}, then {_FOREGROUND}", _LAUNCHED).replace("scene", "application")
    return told.split(", then ") if told else []

"""The conditions of the device: what decides, besides the person, whether background work runs.

Between a restart and the first unlock BGTaskScheduler starts no tasks (claim
background-tasks.not-before-first-unlock). Whether a Live Activity is still there after a restart, nobody says
(claim live-activity.reboot-persistence): the model refuses to answer.

Not modelled: thermal state, free storage, iCloud or MDM restrictions ("restricted"), how fast a battery
empties, how long a restart takes, the app that the system launches before the first unlock, protected files,
an update or a removal of the app (no source was found for what becomes of its transfers), a set clock.
"""

from collections.abc import Callable
from typing import Any

from afterswipe.claims.rules import Rules
from afterswipe.errors import UsageError, must, must_be_share
from afterswipe.kernel import Checked, Clock, Phase
from afterswipe.kernel.given import settable
from afterswipe.kernel.phases import Moment, Subscribers, tell
from afterswipe.kernel.record import ConditionChanged, Record

_APPEARED = {
    "low_power_mode": "system-conditions.low-power-mode",
    "background_app_refresh": "system-conditions.background-app-refresh-off",
    "low_data_mode": "model.low-data-mode-holds-discretionary",
}
"""The claim that says since which iOS there is such a switch."""


class Power(Checked):
    """Whether the phone has been unlocked since it was switched on."""

    unlocked_since_restart = True
    """False between a restart and the first unlock. A phone starts as one that was unlocked before."""


class Conditions(Checked):
    """Set them between two waits: `phone.conditions.low_power_mode = True`. Each change is recorded."""

    low_power_mode: bool = False
    """Low Power Mode: pauses discretionary work (claim system-conditions.low-power-mode)."""
    background_app_refresh: bool = True
    """The person's switch for this app."""
    low_data_mode: bool = False
    """Low Data Mode, for the network in use."""
    charging: bool = False
    """Whether the phone is on a charger."""
    battery: float = 0.8
    """The battery's charge as a share, 0.0 to 1.0."""
    idle: bool = False
    """Whether nobody uses the phone."""

    def __init__(self, clock: Clock, rules: Rules, record: Record) -> None:
        self._clock, self._rules = clock, rules
        self._record = record
        self._locked = False
        self._changes: Subscribers[str] = Subscribers()

    def __setattr__(self, name: str, value: Any) -> None:
        public = name[0] != "_"
        if public:
            self._check(name, settable(self, name, value))
        changed = public and getattr(self, name, None) != value
        object.__setattr__(self, name, value)
        if changed:
            self._record.add(ConditionChanged(self._clock.now, name, value))
            tell(Moment.CONDITION, (self._changes,), name)

    @property
    def locked(self) -> bool:
        """Whether the phone is locked. A person locks it: use `phone.lock()` and `phone.unlock()`."""
        return self._locked

    @property
    def background_refresh_status(self) -> str:
        """Apple's `backgroundRefreshStatus`: `available`, or `denied`, by the person or by Low Power Mode."""
        low = self.low_power_mode and self._rules.holds("system-conditions.low-power-mode-turns-refresh-off")
        return "available" if self.background_app_refresh and not low else "denied"

    def watch(self, changed: Callable[[str], None], phase: Phase = Phase.ONLOOKERS) -> None:
        """Call `changed` with the name of each condition that changes, `locked` too, in the phases' order."""
        must(phase not in self._changes, "The conditions are watched already. Let one function do both.")
        self._changes.on(phase, changed)

    def device_locked(self, locked: bool) -> None:
        """For the phone: it was locked, or unlocked."""
        if locked != self._locked:
            self._locked = locked
            tell(Moment.CONDITION, (self._changes,), "locked")

    def _check(self, name: str, value: Any) -> None:
        must_be_share(name, value if name == "battery" else None)
        if (claim := _APPEARED.get(name)) is not None and not self._rules.holds(claim):
            since, ios = self._rules.claim(claim).since, self._rules.ios
            raise UsageError(f"iOS {ios} has no switch {name}. Choose iOS {since} or later (claim {claim}).")

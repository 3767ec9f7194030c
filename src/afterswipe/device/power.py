"""Switching the phone off and on, and the first unlock after that.

Between a restart and the first unlock the files of most apps cannot be read, and BGTaskScheduler starts no tasks (claim
background-tasks.not-before-first-unlock). Whether a Live Activity is still there after a restart, nobody says (claim
live-activity.reboot-persistence): the model refuses to answer, and says so, instead of making something up.

Not modelled: how long a restart takes, the app that the system launches before the first unlock, protected files, what
becomes of a background transfer that is under way (no source was found; a restart is refused then), whether a restart
lifts what a force quit forbids.
"""

from collections.abc import Callable

from afterswipe.claims.rules import Rules
from afterswipe.errors import NotKnownError, UsageError

_GAP = "live-activity.reboot-persistence"


class Power:
    """Whether the phone has been unlocked since it was switched on."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._waiting: list[Callable[[], None]] = []
        self.unlocked_since_restart = True
        """False between a restart and the first unlock. A phone starts as one that was unlocked before."""

    def check(self, shown: list[str], transferring: bool) -> None:
        """Raise NotKnownError or UsageError where it is not known or not modelled what a restart does.

        `shown` are the titles of the cards on the Lock Screen.
        """
        if shown:
            self._rules.cite(_GAP)
            raise NotKnownError(
                f"nobody has published whether {', '.join(map(repr, shown))} is still on the Lock Screen after a restart: no page by Apple "
                "says so, and this model does not make it up. End the card or remove it, then restart the phone. The claim's page "
                "has the test on a device that would tell.",
                _GAP,
            )
        if transferring:
            raise UsageError(
                "A background transfer is under way. What a restart does to it is not modelled, for no source was found that says it. "
                "Restart the phone when the transfer is over."
            )

    def restarted(self) -> None:
        """The phone was switched off and on."""
        self.unlocked_since_restart = False

    def unlocked(self) -> None:
        """The phone was unlocked; what waited for the first unlock happens now."""
        self.unlocked_since_restart = True
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def when_unlocked(self, action: Callable[[], None]) -> None:
        """Do something at the first unlock after a restart; now, where that has been."""
        if self.unlocked_since_restart:
            action()
        else:
            self._waiting.append(action)

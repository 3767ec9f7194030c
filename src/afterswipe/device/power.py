"""Switching the phone off and on, and the first unlock after that.

Between a restart and the first unlock the files of most apps cannot be read, and BGTaskScheduler starts no tasks (claim
background-tasks.not-before-first-unlock). Whether a Live Activity is still there after a restart, nobody says (claim
live-activity.reboot-persistence): the model refuses to answer, and says so, instead of making something up.

Not modelled: how long a restart takes, the app that the system launches before the first unlock, protected files, what
becomes of a background transfer that is under way (no source was found; a restart is refused then), whether a restart
lifts what a force quit forbids.
"""


class Power:
    """Whether the phone has been unlocked since it was switched on."""

    def __init__(self) -> None:
        self.unlocked_since_restart = True
        """False between a restart and the first unlock. A phone starts as one that was unlocked before."""

    def restarted(self) -> None:
        """The phone was switched off and on."""
        self.unlocked_since_restart = False

    def unlocked(self) -> None:
        """The phone was unlocked."""
        self.unlocked_since_restart = True

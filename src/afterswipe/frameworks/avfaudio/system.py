"""AVFAudio: what the phone's speaker does to an app that plays, and what App Review says to silence."""

from typing import Protocol

from afterswipe.kernel.host import Host
from afterswipe.kernel.process import Process


class Player(Protocol):
    """The sound of one process."""

    process: Process

    def stop(self) -> None:
        """Stop playing."""


class AudioPlayback:
    """Who plays, and whether it was silence."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.player: Player | None = None
        """The last process that has a sound."""
        self.silent_audio = False
        """Whether the app played silence to stay awake; set by `app.audio.play(silent=True)`."""

    def interrupt_audio(self) -> None:
        """Something else needs the speaker: the app's sound stops, and with it its run time."""
        if self.player is not None and self.player.process is self._host.process:
            self.player.stop()

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to silence."""
        if not self.silent_audio:
            return []
        self._host.rules.cite("audio.keep-alive-violates-review")
        return ["audio was used only to keep the app alive (guideline 2.5.4)"]

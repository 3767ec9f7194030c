"""AVFAudio: what the phone's speaker does to an app that plays, and what App Review says to silence."""

from afterswipe.kernel import Action, Host


class AudioPlayback:
    """Who plays, and whether it was silence."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.stop_sound: Action = lambda: None
        """Stops the sound of the last process that has one."""
        self.silent_audio = False
        """Whether the app played silence to stay awake; set by `app.audio.play(silent=True)`."""

    def interrupt_audio(self) -> None:
        """Something else needs the speaker: the app's sound stops, and with it its run time."""
        self.stop_sound()

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to silence."""
        if not self.silent_audio:
            return []
        self._host.rules.cite("audio.keep-alive-violates-review")
        return ["audio was used only to keep the app alive (guideline 2.5.4)"]

"""AVFAudio: sound that an app plays, what the phone's speaker does to it, what App Review says to silence.

Not modelled: sound that another app or a call interrupts, but for `background_modes.interrupt_audio()`.
"""

from afterswipe.kernel import Checked, Host, Process, RunTimeSource


class AudioPlayback(Checked):
    """Who plays, and whether it was silence."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.silent_audio = False
        """Whether the app played silence to stay awake; set by `app.audio.play(silent=True)`."""

    def interrupt_audio(self) -> None:
        """Something else needs the speaker: the app's sound stops, and with it its run time."""
        if (process := self._host.process) is not None and process.state.runs:
            process.app.audio.stop()

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to silence."""
        if not self.silent_audio:
            return []
        self._host.rules.cite("audio.keep-alive-violates-review")
        return ["audio was used only to keep the app alive (guideline 2.5.4)"]


class Audio(Checked):
    """Sound: `app.audio`. The app has run time while it really plays or records."""

    def __init__(self, process: Process, playback: AudioPlayback) -> None:
        self.process, self._playback = process, playback
        self._source = RunTimeSource(process, "audio")

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._source.on

    def play(self, *, silent: bool = False) -> None:
        """Play until `stop` or an interruption. Silence breaks a review rule. UsageError without run time."""
        self.process.must_run("play sound", "life-cycle.suspended-runs-no-code")
        if silent:
            self._playback.silent_audio = True
        self._source.start()

    def stop(self) -> None:
        """Stop playing: without another reason to run, the app is suspended."""
        self._source.end()

"""Sound that an app plays: it has run time while it really plays or records.

Not modelled: sound that another app or a call interrupts, unless the script says so (`phone.background_modes.interrupt_audio()`).
"""

from afterswipe.kernel import Process
from afterswipe.kernel.process import RunTimeSource

from .system import AudioPlayback


class Audio:
    """Sound: `app.audio`. The app has run time while it really plays or records."""

    def __init__(self, process: Process, playback: AudioPlayback) -> None:
        self.process = process
        self._playback = playback
        self._source = RunTimeSource(process, "audio")
        playback.stop_sound = lambda: self.stop() if process.state.runs else None

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._source.on

    def play(self, *, silent: bool = False) -> None:
        """Play until `stop`, or until the phone interrupts it. Silence plays as well, and breaks a review rule.

        Raises UsageError without run time.
        """
        self.process.must_run("play sound", "life-cycle.suspended-runs-no-code")
        if silent:
            self._playback.silent_audio = True
        self._source.start()

    def stop(self) -> None:
        """Stop playing: without another reason to run, the app is suspended."""
        self._source.end()

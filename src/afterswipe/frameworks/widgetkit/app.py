"""What an app can ask of its widgets."""

from afterswipe.frameworks.avfaudio.app import Audio
from afterswipe.kernel import Process

from .system import Widgets


class WidgetCenter:
    """The app's side: `app.widget_center`, Apple's `WidgetCenter`."""

    def __init__(self, process: Process, widgets: Widgets, audio: Audio) -> None:
        self._process = process
        self._widgets = widgets
        self._audio = audio

    def reload_all_timelines(self) -> None:
        """Ask the system for new timelines. It counts against the budget unless the app is in front or plays audio.

        Raises UnavailableError before iOS 14, UsageError without run time.
        """
        self._process.rules.require("widgets.code-is-not-always-running", "widgets made with WidgetKit")
        self._process.must_run("reload its widgets", "life-cycle.suspended-runs-no-code")
        free = self._process.state.foreground or self._audio.playing
        self._process.clock.after(0, lambda: self._widgets.reload_all(counts=not free))

"""Widgets: pictures that were drawn before, shown by the system at their time.

A widget's code is a timeline provider in an extension, a process of its own. The system runs it now and then, keeps the entries
that it returns, and shows each at its time; no code runs while a person looks. The runs are budgeted. A widget gives its app
no run time at all.

Not modelled: how often a person looks (the budget is Apple's number for a widget that is viewed frequently), how the system spreads
the reloads over a day, throttling of frequent reloads from the foreground, WidgetKit push updates (their budget has no number),
how long a provider may run, which is documented on none of the pages read.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from afterswipe.errors import NotKnownError, UsageError
from afterswipe.frameworks.extensions.extensions import Extension
from afterswipe.kernel.clock import Due
from afterswipe.units import SECOND

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_CODE, _BUDGET = "widgets.code-is-not-always-running", "widgets.daily-budget"
_FREE, _WINDOW = "widgets.reloads-that-do-not-count", "model.widget-window"
_FORCE_QUIT = "force-quit.pushes-and-intents-unsettled"

Entry = tuple[float, str]
"""An entry of a timeline: from when (seconds on the phone's clock) the widget shows which text."""

Provider = Callable[["WidgetExtension"], Coroutine[Any, Any, list[Entry]]]


class WidgetExtension(Extension):
    """What a timeline provider holds while it makes a timeline."""

    def __init__(self, system: "System") -> None:
        super().__init__(system, "widget extension")


@dataclass
class Widget:
    """A widget on the Home Screen. `entries` is its archived timeline, `times` the reloads that count, in milliseconds."""

    provider: Provider
    entries: list[Entry]
    times: list[int]
    reloads: int = 0
    waiting: Due | None = None


class Widgets:
    """The phone's side: `phone.widgets`."""

    def __init__(self, system: "System") -> None:
        self._system = system
        self._widgets: list[Widget] = []

    def add(self, provider: Provider) -> Widget:
        """Put a widget on the Home Screen. Raises UnavailableError before iOS 14."""
        self._system.rules.require(_CODE, "widgets made with WidgetKit")
        widget = Widget(provider, [], [])
        self._widgets.append(widget)
        self._run(widget)
        return widget

    def shows(self, widget: Widget) -> str:
        """What the widget shows now: the last entry whose time has come. No code runs for this."""
        now = self._system.clock.now
        archived = self._system.rules.holds(_CODE)
        due = [text for at, text in widget.entries if round(at * SECOND) <= now or not archived]
        return due[-1] if due else ""

    def reload_all(self, *, counts: bool = True) -> None:
        """Ask for new timelines of all widgets. Where the budget is used up, a reload waits until it has room again."""
        free = not counts and self._system.rules.holds(_FREE)
        for widget in self._widgets:
            self._reload(widget, free=free)

    def _reload(self, widget: Widget, *, free: bool) -> None:
        now, window = self._system.clock.now, self._system.rules.milliseconds(_WINDOW)
        if not free:
            widget.times = [at for at in widget.times if at > now - window]
            if len(widget.times) >= self._system.rules.number(_BUDGET):
                if widget.waiting is None:
                    widget.waiting = self._system.clock.at(
                        widget.times[0] + window, lambda: self._later(widget)
                    )
                return
            widget.times.append(now)
        self._run(widget)

    def _later(self, widget: Widget) -> None:
        widget.waiting = None
        self._reload(widget, free=False)

    def _run(self, widget: Widget) -> None:
        if self._system.was_force_quit:
            raise NotKnownError(
                "whether the widget of an app that was force quit gets new timelines. Open the app before.",
                _FORCE_QUIT,
            )
        widget.reloads += 1

        async def make(extension: WidgetExtension) -> None:
            entries = await widget.provider(extension)
            if not all(earlier[0] <= later[0] for earlier, later in pairwise(entries)):
                raise UsageError(
                    "The entries of a timeline are in the order of their times. Sort them by the first item."
                )
            widget.entries = entries

        self._system.extensions.start(WidgetExtension(self._system), make)


class WidgetCenter:
    """The app's side: `app.widget_center`, Apple's `WidgetCenter`."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def reload_all_timelines(self) -> None:
        """Ask the system for new timelines. It counts against the budget unless the app is in front or plays audio.

        Raises UnavailableError before iOS 14, UsageError without run time.
        """
        self._app.rules.require(_CODE, "widgets made with WidgetKit")
        self._app.must_run("reload its widgets", "life-cycle.suspended-runs-no-code")
        free = self._app.state.foreground or self._app.audio.playing
        widgets = self._app.system.widgets
        self._app.clock.after(0, lambda: widgets.reload_all(counts=not free))

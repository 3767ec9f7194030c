"""Widgets: pictures that were drawn before, shown by the system at their time.

A widget's code is a timeline provider in an extension, a process of its own. The system runs it now and then,
keeps the entries that it returns, and shows each at its time; no code runs while a person looks. The runs are
budgeted. A widget gives its app no run time at all.

Not modelled: how often a person looks (the budget is Apple's number for a widget that is viewed frequently),
how the system spreads the reloads over a day, throttling of frequent reloads from the foreground, WidgetKit
push updates (their budget has no number), how long a provider may run (no page read documents it).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from itertools import pairwise
from typing import Any

from afterswipe.device.network import Network
from afterswipe.errors import must
from afterswipe.frameworks.avfaudio.system import Audio
from afterswipe.frameworks.extensions.system import Extension, Extensions
from afterswipe.kernel import Checked, Due, Host, Process
from afterswipe.kernel.given import fits
from afterswipe.units import SECOND

Entry = tuple[float, str]
"""An entry of a timeline: from when (seconds on the phone's clock) the widget shows which text."""

Provider = Callable[[Extension], Coroutine[Any, Any, list[Entry]]]
"""A timeline provider: what makes a timeline, in the widget's extension."""


@dataclass
class Widget:
    """A widget on the Home Screen: its archived timeline, and the times (ms) of the reloads that count."""

    provider: Provider
    entries: list[Entry]
    times: list[int]
    reloads: int = 0
    waiting: Due | None = None


class Widgets(Checked):
    """The phone's side: `phone.widgets`."""

    def __init__(self, host: Host, network: Network, extensions: Extensions) -> None:
        self._host, self._network, self._extensions = host, network, extensions
        self._widgets: list[Widget] = []

    def add(self, provider: Provider) -> Widget:
        """Put a widget on the Home Screen. Raises UnavailableError before iOS 14."""
        self._host.rules.require("widgets.code-is-not-always-running", "widgets made with WidgetKit")
        must(iscoroutinefunction(provider), "A provider waits: write `async def provider(extension)`.")
        widget = Widget(provider, [], [])
        self._widgets.append(widget)
        self._run(widget)
        return widget

    def shows(self, widget: Widget) -> str:
        """What the widget shows now: the last entry whose time has come. No code runs for this."""
        self._host.rules.cite("widgets.code-is-not-always-running")
        due = [text for at, text in widget.entries if round(at * SECOND) <= self._host.clock.now]
        return due[-1] if due else ""

    def reload_all(self, *, counts: bool = True) -> None:
        """Ask for new timelines of all widgets. Above the budget a reload waits until there is room again."""
        if not counts:
            self._host.rules.cite("widgets.reloads-that-do-not-count")
        for widget in self._widgets:
            self._reload(widget, free=not counts)

    def _reload(self, widget: Widget, *, free: bool) -> None:
        now, window = self._host.clock.now, self._host.rules.milliseconds("model.widget-window")
        if not free:
            widget.times = [at for at in widget.times if at > now - window]
            if len(widget.times) >= self._host.rules.number("widgets.daily-budget"):
                if widget.waiting is None or widget.waiting.at <= now:
                    due, again = widget.times[0] + window, partial(self._reload, widget, free=False)
                    widget.waiting = self._host.clock.at(due, again)
                return
            widget.times.append(now)
        self._run(widget)

    def _run(self, widget: Widget) -> None:
        self._host.must_not_be_force_quit("whether a widget gets new timelines after a force quit")
        widget.reloads += 1

        async def make(extension: Extension) -> None:
            entries = await widget.provider(extension)
            pairs = isinstance(entries, list) and all(fits(Entry, entry) for entry in entries)
            must(pairs, "A timeline provider returns a list of pairs, seconds and a text: [(0, 'Morning')].")
            in_order = all(earlier[0] <= later[0] for earlier, later in pairwise(entries))
            must(in_order, "The entries of a timeline are in the order of their times. Sort them.")
            widget.entries = entries

        self._extensions.start(Extension(self._network, "widget extension"), make)


class WidgetCenter(Checked):
    """The app's side: `app.widget_center`, Apple's `WidgetCenter`."""

    def __init__(self, process: Process, widgets: Widgets, audio: Audio) -> None:
        self._process, self._widgets, self._audio = process, widgets, audio

    def reload_all_timelines(self) -> None:
        """Ask for new timelines (iOS 14), by the budget unless the app is in front or plays audio."""
        self._process.rules.require("widgets.code-is-not-always-running", "widgets made with WidgetKit")
        self._process.must_run("reload its widgets", "life-cycle.suspended-runs-no-code")
        free = self._process.state.foreground or self._audio.playing
        self._process.clock.after(0, lambda: self._widgets.reload_all(counts=not free))

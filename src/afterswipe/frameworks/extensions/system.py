"""App extensions: code of the app's maker in a process of its own, which the system starts and ends.

An extension is a second event loop that only the phone can turn. Turning it does not turn the app, and
suspending or ending the app does not stop it. It shares no memory with the app. For some the system moves
bytes, uploads of photos and downloads of assets, which takes no code of the app.

Not modelled: memory limits of extensions, shared containers, an extension that the system ends for its own
reasons; of the system's transfers retries, and the system's choice of network or power for them.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import httpx

from afterswipe.device.connections import Connections
from afterswipe.device.network import Network
from afterswipe.kernel import Action, AppChange, Checked, Due, Event, Host, Phase, ProcessLoop
from afterswipe.kernel.record import ProcessChanged
from afterswipe.units import SECOND

type ExtensionMain[E] = Callable[[E], Coroutine[Any, Any, None]]
"""The code of an extension: it is given what such an extension can do."""


class Extension(Checked):
    """What an extension's code holds. Each mechanism adds what its kind of extension can do."""

    _rest = " Everything else is done in the app's code."

    def __init__(self, network: Network, name: str) -> None:
        self.name = name
        self.clock, self.rules = network.clock, network.rules
        self.loop = ProcessLoop(network.clock)  # type: ignore[abstract]  # as for an app: what it lacks cannot be used
        self.ended: Action = lambda: None
        """Called once, when its process ends."""
        self.last_chance: Action = lambda: None
        """Called shortly before its time is up."""
        self.planned: list[Due] = []
        self._connections = Connections(network, self.loop)

    @property
    def now(self) -> float:
        """The time on the phone's clock, in seconds since it was switched on."""
        return self.clock.now / SECOND

    def client(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` over the phone's network, in this process."""
        return self._connections.client()


class Extensions(Checked):
    """The processes of the app's extensions, on the phone's side."""

    def __init__(self, host: Host, network: Network) -> None:
        self._host, self._network = host, network
        self.running: list[Extension] = []
        """Those that are running now."""
        self._going: list[tuple[Due | None, Action, str]] = []
        host.in_doubt.append(("background-urlsession.restart", lambda: [name for _, _, name in self._going]))
        network.changes.on(Phase.EXTENSIONS_TRANSFERS, self._network_changed)
        host.phases.on(Phase.EXTENSIONS_OF_RESTART, self._restarted)

    def start[E: Extension](self, extension: E, main: ExtensionMain[E], limit: int | None = None) -> None:
        """Start a process and run `main` in it; after `limit` milliseconds it has one more turn, and ends."""
        self.running.append(extension)
        self._host.beside.append(extension.loop)
        self._note(extension, "started")

        done = partial(self._end, extension, "done")
        extension.loop.call_soon(lambda: extension.loop.start(main(extension), done))
        if limit is not None:
            extension.planned = [
                self._host.clock.after(limit, lambda: extension.loop.call(extension.last_chance)),
                self._host.clock.after(limit + 1, lambda: self._end(extension, "ended: its time was up")),
            ]

    def _restarted(self, change: AppChange) -> None:
        if change.event is Event.RESTART:
            for extension in list(self.running):
                self._stop(extension, "ended: the phone restarted")

    def _end(self, extension: Extension, why: str) -> None:
        if extension in self.running:
            self._stop(extension, why)
            extension.ended()

    def _stop(self, extension: Extension, why: str) -> None:
        self.running.remove(extension)
        self._host.beside.remove(extension.loop)
        for due in extension.planned:
            due.cancel()
        self._note(extension, why)

    def _note(self, extension: Extension, change: str) -> None:
        self._host.record.add(ProcessChanged(self._host.clock.now, extension.name, change))

    def move(
        self, name: str, size: int, *, up: bool, progressed: Callable[[int], None], moved: int = 0
    ) -> None:
        """Move a file of which `moved` bytes are there; `progressed` is called with how many have arrived."""
        there, due = moved + min(self._network.piece, size - moved), None

        def arrived() -> None:
            self._going.remove(entry)
            progressed(there)
            if there < size:
                self.move(name, size, up=up, progressed=progressed, moved=there)

        if self._network.connected:
            due = (self._network.send if up else self._network.receive)(there - moved, arrived)
        entry = (due, partial(self.move, name, size, up=up, progressed=progressed, moved=moved), name)
        self._going.append(entry)

    def _network_changed(self) -> None:  # what moves is cut, and goes on when there is a network
        going, self._going = self._going, []
        for due, again, _ in going:
            if due is not None:
                due.cancel()
            again()

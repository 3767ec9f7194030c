"""The engine as an app's code on the simulated phone: the app's clock, its container, and its connections.

The engine knows nothing of phones and is not changed for one. It is handed a clock, a disk and a client, as everywhere; here these are
the phone's. `afterswipe.sync` does not import this module: who wants to sync needs no phone.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from afterswipe.sync.clock import Clock
from afterswipe.sync.engine import Sync
from faultlab.disks.sim_disk import NOTHING, Crash, Durable, SimDisk
from faultlab.servers.faulty import FaultyServer, phone_handler
from faultlab.servers.server import SOUND, FeedServer, Truth

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.phone import Phone

_HOST = "feed.example"

_SWITCHED_ON = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
"""What the clock on the wall shows when the phone's time is 0."""


class PhoneClock(Clock):
    """The phone's time as an app reads it. It goes on while the app is suspended: three days later it is three days later."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def monotonic(self) -> float:
        """Seconds since the phone was switched on."""
        return self._app.now

    def wall(self) -> float:
        """Seconds since 1970."""
        return _SWITCHED_ON + self._app.now

    async def sleep(self, seconds: float) -> None:
        """Wait, if the process may run; a suspended one waits longer."""
        await asyncio.sleep(seconds)


class Container:
    """An app's files and its database, which outlive its process. `disk` is for one process of it at a time."""

    def __init__(self) -> None:
        self._app: Application | None = None
        self._disk = SimDisk()

    def disk(self, app: "Application") -> SimDisk:
        """The disk as a process of the app sees it. From a new process on, the one before it can write nothing more."""
        if app is not self._app:
            left = self.left()
            self._disk.die()
            self._app, self._disk = app, SimDisk(left)
        return self._disk

    def left(self) -> Durable:
        """What is there now: what the next process would find if this one ended here."""
        return NOTHING if self._app is None else self._disk.after(Crash.KILL)


def sync_of(app: "Application", url: str, container: Container, **options: Any) -> Sync:
    """A `Sync` with an app's connections, container and clock; `options` are those of `Sync`.

    An app is the only one in its container, so every process of it has the same `owner`: it need not wait for the lease of the one
    before.
    """
    own: dict[str, Any] = {"clock": PhoneClock(app), "rng": app.system.rng, "owner": "the app"}
    return Sync(app.url_session.client(), url, container.disk(app), **own | options)


def serve(phone: "Phone", sounds: Mapping[str, int] | FeedServer | FaultyServer) -> str:
    """Put a feed on the phone's network, of sounds with these titles and sizes in bytes, and return its address."""
    if isinstance(sounds, Mapping):
        truth = Truth()
        for title, size in sounds.items():
            truth.add(SOUND, title, size)
        server: FeedServer | FaultyServer = FeedServer(truth)
    else:
        server = sounds
    phone.network.serve(_HOST, phone_handler(server))
    return f"https://{_HOST}/"

"""A sync that survives: it can be suspended, stopped and killed at every point, and loses nothing.

    sync = Sync(httpx.AsyncClient(), "https://example.org/", "music")
    report = await sync.run()
    print(report)

It brings a directory to where a feed is: entities in a database, files beside it. It can be handed a time or a flag at which to end
(`run(until=…)`), and it says what was done, what is left and why it ended. Whatever ends it, the next run goes on from there. It is
ordinary asyncio and knows nothing of phones.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import Clock, SystemClock
    from .engine import Durable, PendingFile, Sync, always
    from .errors import *
    from .limits import Limits
    from .outcome import Phase, Progress, Report, Stop
    from .store.disk import Disk, FileDisk

__all__ = [
    "AnotherProcess", "BrokenAnswer", "CaptivePortal", "Clock", "CorruptDatabase", "DirectoryGone", "Disk", "DiskFault", "DiskFull", "DiskRefused",
    "Durable", "EndlessPaging", "FeedError", "FeedTooLarge", "FileDisk", "Forbidden", "ForeignDatabase", "InvalidEvent", "LesserPromise", "Limits",
    "Misdirected", "Missing", "NeedsAuthorization", "NewerDatabase", "NotAFeed", "OtherFeed", "PendingFile", "Phase", "Postponed", "Progress",
    "ReadOnlyDirectory", "Report", "ServerBusy", "Stop", "StoreError", "StrayFiles", "Sync", "SyncError", "SystemClock", "TransferError",
    "UnknownEvent", "Unreachable", "UnsafePath", "WrongFile", "always",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A name is imported when it is first used, so that the command answers Ctrl-C while it imports the rest."""
    for room in ("errors", "outcome", "limits", "clock", "store.disk", "engine") if name in __all__ else ():
        if hasattr(found := import_module(f".{room}", __name__), name):
            return getattr(found, name)
    raise AttributeError(f"afterswipe.sync has no {name!r}.", name=name)

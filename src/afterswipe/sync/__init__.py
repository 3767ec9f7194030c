"""A sync that survives: it can be suspended, stopped and killed at every point, and loses nothing.

    sync = Sync(httpx.AsyncClient(), "https://example.org/", "music")
    report = await sync.run()
    print(report)

It brings a directory to where a feed is: entities in a database, files beside it. It can be handed a time or
a flag at which to end (`run(until=…)`), and it says what was done, what is left and why it ended. Whatever
ends it, the next run goes on from there. It is ordinary asyncio and knows nothing of phones.
"""

from .clock import Clock
from .engine import Durable, PendingFile, Sync, always

from .errors import (  # isort: skip
    AnotherProcess, BrokenAnswer, CaptivePortal, CorruptDatabase, DirectoryGone, DiskFault, DiskFull,
    DiskRefused, EndlessPaging, FeedError, FeedTooLarge, Forbidden, ForeignDatabase, InvalidEvent,
    LesserPromise, Misdirected, Missing, NeedsAuthorization, NewerDatabase, NoRoom, NotAFeed, OtherFeed,
    Postponed, ReadOnlyDirectory, ServerBusy, StoreError, StrayFiles, SyncError, TransferError, UnknownEvent,
    Unreachable, UnsafePath, WrongFile,
)  # fmt: skip
from .limits import Limits
from .outcome import Phase, Progress, Report, Stop
from .store.disk import Disk

__all__ = [
    "AnotherProcess", "BrokenAnswer", "CaptivePortal", "Clock", "CorruptDatabase", "DirectoryGone", "Disk",
    "DiskFault", "DiskFull", "DiskRefused", "Durable", "EndlessPaging", "FeedError", "FeedTooLarge",
    "Forbidden", "ForeignDatabase", "InvalidEvent", "LesserPromise", "Limits", "Misdirected", "Missing",
    "NeedsAuthorization", "NewerDatabase", "NoRoom", "NotAFeed", "OtherFeed", "PendingFile", "Phase",
    "Postponed", "Progress", "ReadOnlyDirectory", "Report", "ServerBusy", "Stop", "StoreError", "StrayFiles",
    "Sync", "SyncError", "TransferError", "UnknownEvent", "Unreachable", "UnsafePath", "WrongFile", "always",
]  # fmt: skip

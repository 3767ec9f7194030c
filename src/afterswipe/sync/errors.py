"""The errors of a sync, named by whose doing it was and saying what to do next."""

from afterswipe.errors import AfterSwipeError


class SyncError(AfterSwipeError):
    """The base of every error of a sync."""


class FeedError(SyncError):
    """The server's list of events cannot be used. Nothing was changed."""


class NotAFeed(FeedError):
    """What answered is no feed of this protocol."""


class CaptivePortal(NotAFeed):
    """Something between this device and the server answered for it, such as a network's sign-in page."""


class FeedTooLarge(FeedError):
    """A page, or the whole list, is larger than a limit of `Limits`."""


class EndlessPaging(FeedError):
    """The list of pages repeats itself or does not end."""


class UnknownEvent(FeedError):
    """The feed has a kind of event or media that this version does not know; the cursor stays before it."""


class TransferError(SyncError):
    """One file or one entity could not be got; `content` says which. It stays pending."""

    def __init__(self, content: str, message: str) -> None:
        super().__init__(f"{content}: {message}")
        self.content = content


class Unreachable(TransferError):
    """The connection failed or was too slow, as often as `Limits` allows."""


class Missing(TransferError):
    """The server does not have what its feed announces."""


class WrongFile(TransferError):
    """Size or digest differ from what the feed says. The bytes were thrown away."""


class BrokenAnswer(TransferError):
    """The answer breaks HTTP's rules, or was refused for safety."""


class Forbidden(TransferError):
    """The server wants other credentials for this one. It gave the feed without."""


class Postponed(TransferError):
    """The server cannot answer for this one now, or wants a longer pause than a run waits."""

    not_before: float | None = None  # until when, in seconds since 1970


class Misdirected(TransferError):
    """Something else answered for this one: a page for people, or a redirect to a host that may not be."""


class DiskRefused(TransferError):
    """The disk refuses this file: somebody holds it, or bytes of it were lost. The next run tries again."""


class NoRoom(TransferError):
    """What is missing of this file does not fit on the disk. Smaller ones come all the same."""


class InvalidEvent(TransferError):
    """The event makes no sense for its kind of media: an author has no file. Reported, and done with."""


class NeedsAuthorization(SyncError):
    """The server wants credentials. Everything got so far is kept."""


class ServerBusy(SyncError):
    """The server is busy, or asked for a pause; the report's `not_before` says until when."""


class StoreError(SyncError):
    """The directory on this machine cannot be used."""


class NewerDatabase(StoreError):
    """A newer version of the app wrote the database."""


class ForeignDatabase(StoreError):
    """A database with our name is there, and it is another program's."""


class StrayFiles(StoreError):
    """Files stand beside a new database that cannot judge them. Nothing of them was deleted."""


class DirectoryGone(StoreError):
    """The directory was removed or replaced while a run was in it."""


class AnotherProcess(StoreError):
    """Somebody else is at work in this directory."""


class OtherFeed(StoreError):
    """The directory belongs to another feed."""


class ReadOnlyDirectory(StoreError):
    """Writing, or reading, is not allowed here."""


class DiskFault(StoreError):
    """The disk could not write or read some bytes (EIO)."""


class LesserPromise(StoreError):
    """The file system has no fsync. Files are kept, but a power failure may take what came last."""


class UnsafePath(StoreError):
    """A symbolic link, or something else that is no plain file, is where one of our files should be."""


class CorruptDatabase(StoreError):
    """The database is damaged."""


class DiskFull(StoreError):
    """There is no space left."""

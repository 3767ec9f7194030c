"""What the store's rows mean, as values."""

from typing import NamedTuple

from .protocol import BEYOND, Identity


class Have(NamedTuple):
    """A file that is here: verified when it came, under its final name."""

    key: str
    name: str
    tag: str
    size: int
    sha256: str
    version: int


class Known(NamedTuple):
    """What is known of a content. `deleted` is a tombstone."""

    version: int
    deleted: bool
    data: str | None


GONE = Known(-1, True, None)
"""Of a content that a list left out, and the server has not. No tombstone: a later list may have it again."""


class Part(NamedTuple):
    """What is remembered of a file under way: a strong validator, the whole size, what is surely durable."""

    validator: str | None = None
    total: int | None = None
    durable: int = 0
    wrong: str | None = None
    """Of a whole body that was not the feed's: its validator, or "" (S18); `total` is then what it said."""
    mark: str | None = None
    """The disk's mark of what was begun: while it is so, all of that is there. Of a wrong one, since when."""


class Had(NamedTuple):
    """How far a feed has counted: its highest `seq`, and its newest `date_time` in nanoseconds since 1970."""

    highest: int = -1
    dated: int = 0
    missed: float = 0  # since when a number has been missing, in seconds since 1970; 0 where none is
    lowest: int = BEYOND  # from there on they are other events': a backup took back whose they were


class Place(NamedTuple):
    """Where in the feed we are."""

    identity: Identity
    cursor: str | None = None
    version: int = -1
    page: str | None = None  # the next one of a list that has not come to its end
    page_version: int = -1
    shadow: Identity | None = None  # the identity of a full list that is coming in, not swapped in yet
    not_before: float = 0.0  # when to ask again, in seconds since 1970
    stored: int = 0  # events of that list
    had: Had = Had()

"""What there is to say about a fault."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Dimension", "FaultKind"]


class Dimension(Enum):
    """Whose world a fault belongs to, and so what injects it."""

    WIRE = "the wire"
    FEED = "the feed"
    DISK = "the disk"
    PROCESS = "the process"
    CLOCK = "the clock"
    SETTINGS = "the settings"


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: what happens, what the engine has to do, and the test that asks for it.

    `test` is the name of a test in `tests/sync`. `typical` says that the research for this project found common downloaders
    or sync clients getting it wrong. `naive` says that the naive downloader of the tests gets it wrong. `plain` is what differs on the plain feed, which has no sizes, digests or pages.
    `partly` is what of it cannot happen in this design, and why. `unreachable` is the reason why no test can ask for any of it;
    such a fault has no test.
    """

    id: str
    title: str
    dimension: Dimension
    happens: str
    answer: str
    test: str
    typical: bool = True
    naive: bool = False
    plain: str = ""
    partly: str = ""
    unreachable: str = ""

"""The faults that a sync has to survive, as data: what happens, the required answer, and the test that asks for it.

`FAULTS` has one entry for each of F01 to F171. The page of the faults and the tests are made from it, and `faulty.py` injects
those of the wire. The rest is done to the disk, the process, the clock or the settings by the test itself.
"""

from .feed import FEED
from .field import FIELD, RULES
from .kind import Dimension, FaultKind
from .local import LOCAL
from .wire import WIRE

__all__ = ["FAULTS", "RULES", "Dimension", "FaultKind"]

FAULTS: dict[str, FaultKind] = {kind.id: kind for kind in (*WIRE, *FEED, *LOCAL, *FIELD)}
"""Every fault by its id, in order."""

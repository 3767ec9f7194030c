"""What the engine is tested with: a server, a faulty wire, a disk that crashes, and the lists of what can go wrong.

It is public, so that whoever changes the engine, or writes another one, can hold it against the same faults. Besides: the engine as an
app's code on the simulated phone, and in the reader's page. A name is imported when it is first used.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import LoopClock
    from .crashes.crash import EVERY, KILL, POWER, enumerate_crashes
    from .crashes.engine_program import EngineProgram
    from .crashes.invariants import at_every_moment, settled
    from .crashes.planted import PLANTED
    from .loop import run
    from .page import Meter, client, feed_url, play
    from .servers.faulty import FaultyTransport
    from .servers.server import SOUND, FeedServer, Truth
    from .servers.wire import Reply
    from .under_phone import Container, PhoneClock, serve, sync_of

__all__ = [
    "EVERY",
    "KILL",
    "PLANTED",
    "POWER",
    "SOUND",
    "Container",
    "EngineProgram",
    "FaultyTransport",
    "FeedServer",
    "LoopClock",
    "Meter",
    "PhoneClock",
    "Reply",
    "Truth",
    "at_every_moment",
    "client",
    "enumerate_crashes",
    "feed_url",
    "play",
    "run",
    "serve",
    "settled",
    "sync_of",
]

_ROOMS = {
    "clock": "LoopClock",
    "crashes.crash": "EVERY KILL POWER enumerate_crashes",
    "crashes.engine_program": "EngineProgram",
    "crashes.invariants": "at_every_moment settled",
    "page": "Meter client feed_url play",
    "crashes.planted": "PLANTED",
    "loop": "run",
    "servers.faulty": "FaultyTransport",
    "servers.wire": "Reply",
    "servers.server": "SOUND FeedServer Truth",
    "under_phone": "Container PhoneClock serve sync_of",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if (room := _ROOM_OF.get(name)) is None:
        near = get_close_matches(name, __all__, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise AttributeError(f"faultlab has no {name!r}.{hint}", name=name)
    value = globals()[name] = getattr(import_module(f".{room}", __name__), name)
    return value


def __dir__() -> list[str]:
    return list(__all__)

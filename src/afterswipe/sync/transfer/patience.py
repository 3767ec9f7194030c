"""Pauses that grow, differ from client to client, that a server can ask for, and that end when a run does."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from afterswipe.sync.clock import Clock
from afterswipe.sync.errors import ServerBusy
from afterswipe.sync.limits import Limits
from afterswipe.sync.outcome import Halt, Stop, moment


@dataclass
class Patience:
    """Pauses between requests. `look` raises Halt when the run is to end."""

    _clock: Clock
    _limits: Limits
    _rng: Random
    look: Callable[[], None]

    async def pause(self, attempt: int) -> None:
        """Wait before asking again: twice as long after each attempt, up to the cap, never quite the same."""
        if attempt + 1 < self._limits.attempts:  # or it was the last
            longest = min(self._limits.backoff_cap, self._limits.backoff_base * min(2**attempt, sys.maxsize))
            await self._wait(longest * self._rng.uniform(0.5, 1))

    async def obey(self, attempt: int, asked: float | None) -> None:
        """Wait as the server asked; raises Halt where that is longer than a run waits, or was too often."""
        cap, most = self._limits.backoff_cap, self._limits.retry_after_max
        grown = min(cap, self._limits.backoff_base * min(2**attempt, sys.maxsize))
        seconds = min(max(asked or 0.0, grown), most) * self._rng.uniform(1, 1.1)
        if seconds > cap * 1.1 or attempt + 1 >= self._limits.attempts:
            until = self._clock.wall() + min(max(seconds, cap), most)
            busy = ServerBusy(f"The server asked for a pause. Run again after {moment(until)}.")
            raise Halt(Stop.SERVER_BUSY, busy, until)
        await self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        self.look()
        await self._clock.sleep(seconds)
        self.look()

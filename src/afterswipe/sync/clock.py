"""The clocks of a sync, for durations and for what outlives a run, and sleep. No other module reads a real clock."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the engine needs of time; all in seconds."""

    def monotonic(self) -> float:
        """Seconds since some start. Never set back; may stand still while the device sleeps."""

    def wall(self) -> float:
        """Seconds since 1970. May jump."""

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass."""


class SystemClock:
    """The clocks of this machine."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
    sleep = staticmethod(asyncio.sleep)

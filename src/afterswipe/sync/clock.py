"""The clocks of a sync, for durations and for what outlives a run, and sleep. No other module reads one."""

import asyncio
import time


class Clock:
    """This machine's clocks, in seconds; a subclass may be another's."""

    def monotonic(self) -> float:
        """Seconds since some start. Never set back; may stand still while the device sleeps."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970. May jump."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        await asyncio.sleep(seconds)

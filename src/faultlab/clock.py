"""A clock on top of the running loop's time: with the virtual loop of `loop.py`, hours pass in no time."""

import asyncio

from afterswipe.sync.clock import Clock

__all__ = ["LoopClock"]


class LoopClock(Clock):
    """The engine's `Clock`, read from the event loop, with hands that a test can push.

    `slept` lists the sleeps that were asked for, in seconds, for asserting on them. `wall` is seconds since 1970 when the
    loop's time is 0.
    """

    def __init__(self, wall: float = 1_790_000_000.0) -> None:
        self._ahead = 0.0
        self._wall = wall
        self.slept: list[float] = []
        """The sleeps that were asked for, in seconds."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return asyncio.get_running_loop().time() + self._ahead

    def wall(self) -> float:
        """Seconds since 1970, as the person set the clock."""
        return asyncio.get_running_loop().time() + self._wall

    async def sleep(self, seconds: float) -> None:
        """Wait on the loop."""
        self.slept.append(seconds)
        await asyncio.sleep(seconds)

    def jump(self, seconds: float, *, wall: float | None = None) -> None:
        """Push the clock on by `seconds`, and the time of day by `wall` where that is another number (also back)."""
        self._ahead += seconds
        self._wall += seconds if wall is None else wall

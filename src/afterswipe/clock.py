"""The phone's clock: virtual time in whole milliseconds, and what is due when.

Nothing in this package reads a wall clock. Two things that are due at the same millisecond happen in
the order in which they were scheduled.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Due:
    """Something that will happen at `at` (milliseconds), unless it is cancelled before."""

    at: int
    serial: int
    action: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Forget it. Cancelling twice, or after it happened, does nothing."""
        self.action = None


class Clock:
    """Virtual time: it moves only when the phone moves it, and never back."""

    def __init__(self) -> None:
        self.now = 0
        """The time in milliseconds since the phone was switched on."""
        self._serial = 0
        self._heap: list[Due] = []

    def at(self, when: int, action: Callable[[], None]) -> Due:
        """Do something at `when` (milliseconds); a moment that has passed means now."""
        self._serial += 1
        due = Due(max(when, self.now), self._serial, action)
        heapq.heappush(self._heap, due)
        return due

    def after(self, delay: int, action: Callable[[], None]) -> Due:
        """Do something `delay` milliseconds from now."""
        return self.at(self.now + delay, action)

    def next_due(self) -> int | None:
        """The time of the next thing to happen, or None where nothing is planned."""
        while self._heap and self._heap[0].action is None:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def advance(self, to: int) -> None:
        """Move the time to `to` (milliseconds) and do what is due then. `now` is set first, so nobody sees the old time."""
        if to < self.now:
            raise AssertionError(f"time would go back from {self.now} to {to}")
        self.now = to
        while (due := self.next_due()) is not None and due <= to:
            action = heapq.heappop(self._heap).action
            if action is not None:
                action()

"""The phone's clock: virtual time in milliseconds. What is due at one happens in the order of planning."""

from collections.abc import Callable
from heapq import heappop, heappush

Action = Callable[[], object]
"""Something to do."""


class Due:
    """Something that will happen at `at` (milliseconds), unless it is cancelled before."""

    __slots__ = ("action", "at")

    def __init__(self, at: int, action: Action | None) -> None:
        self.at, self.action = at, action

    def cancel(self) -> None:
        """Forget it. Cancelling twice, or after it happened, does nothing."""
        self.action = None


class Clock:
    """Virtual time: it moves only when the phone moves it, and never back."""

    def __init__(self) -> None:
        self.now = 0
        """The time in milliseconds since the phone was switched on."""
        self._serial = 0
        self._heap: list[tuple[int, int, Due]] = []

    def at(self, when: int, action: Action) -> Due:
        """Do something at `when` (milliseconds); a moment that has passed means now."""
        self._serial = serial = self._serial + 1
        due = Due(when if when > self.now else self.now, action)
        heappush(self._heap, (due.at, serial, due))
        return due

    def after(self, delay: int, action: Action) -> Due:
        """Do something `delay` milliseconds from now."""
        return self.at(self.now + delay, action)

    def next_due(self) -> int | None:
        """The time of the next thing to happen, or None where nothing is planned."""
        heap = self._heap
        while heap:
            if heap[0][2].action is not None:
                return heap[0][0]
            heappop(heap)
        return None

    def advance(self, to: int) -> None:
        """Move the time to `to` (milliseconds), set first so that nobody sees the old, and do what is due."""
        if to < self.now:
            raise AssertionError(f"time would go back from {self.now} to {to}")
        self.now = to
        heap = self._heap
        while heap and heap[0][0] <= to:
            if (action := heappop(heap)[2].action) is not None:
                action()

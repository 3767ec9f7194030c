"""A process is an event loop that only the phone can turn.

This is the idea of the whole package. An app's code is ordinary `asyncio` code. Its loop has no
thread, no clock and no I/O of its own: it advances only inside `turn`, and only the phone calls
`turn`, and only while the process may run. Suspended means: nobody turns the crank. Nothing is
raised in the app, nothing is cancelled, no line of it knows.

What is ugly here: the loop is entered and left by hand (`_set_running_loop`, `_swap_current_task`),
because the phone also has to work inside a loop that is already running, such as the browser's.
"""

import asyncio
import contextvars
import heapq
from asyncio import events, tasks
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

from .clock import Clock
from .errors import NeverYieldsError

TURNS_AT_ONE_INSTANT_MAX = 100_000
"""So many steps of app code without time passing mean that it never waits for anything."""

_abandoned: list["ProcessLoop"] = []
"""Loops with unfinished tasks. Were such a task collected, Python would run its `finally` blocks: code of a process that is gone."""


class ProcessLoop(asyncio.AbstractEventLoop):
    """An event loop on the phone's clock, turned from outside.

    It has what tasks, futures, timers, queues and `httpx` with a transport of its own need, and no more:
    no sockets, no threads, no signals.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._serial = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: BaseException | None = None

    # What the phone uses.

    def turn(self) -> None:
        """Run everything that is due now, until the app waits for something.

        Raises the exception that nobody in the app caught, and NeverYieldsError where the app never waits.
        """
        with self._entered():
            for _ in range(TURNS_AT_ONE_INSTANT_MAX):
                self._ready_timers()
                if not self._ready:
                    return
                batch, self._ready = self._ready, []
                for handle in batch:
                    if not handle.cancelled():
                        handle._run()
                    if self._failure is not None:
                        failure, self._failure = self._failure, None
                        raise failure
        raise NeverYieldsError(
            "The app's code runs on without waiting for anything, so the phone's clock cannot move. "
            "Put an `await asyncio.sleep(...)` or another await that takes time into its loop."
        )

    def next_due(self) -> int | None:
        """When this process next has something to do, in milliseconds, or None where it only waits for others."""
        if self._ready:
            return self._clock.now
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return max(self._clock.now, _milliseconds(self._timers[0][0])) if self._timers else None

    def start(self, main: Coroutine[Any, Any, None]) -> None:
        """Make `main` the app's main task: an exception that leaves it ends the turn in which it happens."""
        with self._entered():
            self.create_task(main).add_done_callback(self._main_done)

    def _main_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        outer = events._get_running_loop()
        outer_task = tasks._swap_current_task(outer, None) if outer is not None else None  # type: ignore[attr-defined]
        events._set_running_loop(self)
        try:
            yield
        finally:
            events._set_running_loop(outer)
            if outer is not None:
                tasks._swap_current_task(outer, outer_task)  # type: ignore[attr-defined]

    def _ready_timers(self) -> None:
        while self._timers and _milliseconds(self._timers[0][0]) <= self._clock.now:
            self._ready.append(heapq.heappop(self._timers)[2])

    # What asyncio uses.

    def time(self) -> float:
        return self._clock.now / 1000

    def call_soon[*Ts](
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later[*Ts](
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at[*Ts](
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._serial += 1
        heapq.heappush(self._timers, (when, self._serial, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Nothing to do: cancelled timers are dropped when they come up."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, **options)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # an unfinished task is no mistake here
        if not self._tasks:
            _abandoned.append(self)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            _abandoned.remove(self)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._failure = self._failure or context.get("exception") or RuntimeError(context["message"])

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return events._get_running_loop() is self

    def is_closed(self) -> bool:
        return False


def _milliseconds(seconds: float) -> int:
    """Round a time up to whole milliseconds, forgiving what floating point adds."""
    return ceil(seconds * 1000 - 1e-6)

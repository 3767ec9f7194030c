"""A process is an event loop that only the phone can turn.

This is the idea of the whole package. An app's code is ordinary `asyncio` code. Its loop has no thread, no
clock and no I/O of its own: it advances only inside `turn`, and only the phone calls `turn`, and only while
the process may run. Suspended means: nobody turns the crank. Nothing is raised in the app or cancelled.

What is ugly here: the loop is entered and left by hand (`_set_running_loop`, `_swap_current_task`), because
the phone also has to work inside a loop that is already running, such as the browser's.

App code that runs on and on is found. `sys.monitoring` reports the jumps inside the app's own files, and no
others, and a turn may take so many of them; a step of the loop counts as some, for awaits that take no time.
It costs some 0.1 microseconds for each pass through a loop of the app's. Not found: a call into C code that
never returns, and a loop in somebody else's library. The page has a Stop button.
"""

import asyncio
import atexit
import contextvars
import gc
import linecache
import sys
from asyncio import events, tasks
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from inspect import isasyncgen, iscoroutine
from math import ceil
from types import CodeType
from typing import Any

from afterswipe.errors import NeverYieldsError, UsageError, must

from .clock import Action, Clock

JUMPS_IN_ONE_TURN_MAX = 2_000_000
"""So many passes through an app's loops, without an await that gives way, mean that it never will."""

JUMPS_IN_A_STEP = 20
"""As how many jumps a step of the loop counts: so 100,000 steps without time passing are too many."""

_TOOL, _NAME = 4, "afterswipe"
_WHY = "runs on without waiting for anything, so the phone's clock cannot move. Put an `await asyncio.sleep(...)` or another await that takes time into its loop."
_Callback = Callable[..., object]
_Context = contextvars.Context | None

_FORGIVEN = 1e-6
"""What floating point may add to a time, in milliseconds."""

abandoned: set["ProcessLoop"] = set()
"""Loops with unfinished tasks. Were such a task collected, Python would run its `finally` blocks: code of a
process that is gone. A page empties it between two programs."""

# Nor are they collected when the interpreter ends: CPython 3.13 answers that with a crash.
atexit.register(gc.freeze)

_files: set[str] = set()


@dataclass(slots=True)
class Budget:
    """How many jumps the app's code may still take. Outside of a turn it is never used up."""

    left: int = sys.maxsize
    failure: NeverYieldsError | None = None
    """What the app was told; the turn raises it once more, in case that the app caught it."""


budget = Budget()
"""One for the interpreter, as `sys.monitoring` is."""


def watch(main: Callable[..., object]) -> None:
    """Have the file of an app's main coroutine function watched, unless somebody has the tool's place."""
    monitoring, events = sys.monitoring, sys.monitoring.events
    code = getattr(main, "__code__", None)
    if code is None or code.co_filename in _files or monitoring.get_tool(_TOOL) not in (None, _NAME):
        return
    if not _files:
        monitoring.use_tool_id(_TOOL, _NAME)
        monitoring.register_callback(_TOOL, events.PY_START, _started)
        monitoring.register_callback(_TOOL, events.JUMP, _jumped)
        monitoring.set_events(_TOOL, events.PY_START)
        atexit.register(monitoring.set_events, _TOOL, 0)  # at its end the interpreter takes this module apart
    _files.add(code.co_filename)
    monitoring.restart_events()


def _started(code: CodeType, _offset: int) -> object:
    """A function runs for the first time: watch its loops if it is the app's, and do not report it again."""
    if code.co_filename in _files:
        sys.monitoring.set_local_events(_TOOL, code, sys.monitoring.events.JUMP)
    return sys.monitoring.DISABLE


def _jumped(code: CodeType, _offset: int, to: int) -> None:
    """A pass through a loop of the app's; the one too many is told with the app's own line."""
    budget.left -= 1
    if budget.left < 0:
        file = code.co_filename
        line = next((line for start, end, line in code.co_lines() if line and start <= to < end), 0)
        name, text = file.replace("\\", "/").rpartition("/")[2], linecache.getline(file, line).strip()
        where = f"{name}, line {line}, in {code.co_name}" + (f": `{text}`" if text else "")
        budget.failure = NeverYieldsError(f"{where} {_WHY}", file, line)
        raise budget.failure


class _Handle(asyncio.TimerHandle):
    """A callback to run: asyncio's, without what only its debug mode needs, a third of the kernel's time."""

    __slots__ = ()
    _context: contextvars.Context
    _callback: _Callback
    _when: float
    """When it is due, in seconds, if it waits for that."""

    def __init__(self, callback: _Callback, args: tuple[object, ...], context: _Context) -> None:
        self._context = contextvars.copy_context() if context is None else context
        self._callback, self._args = callback, args
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True
        self._args = ()

    def __repr__(self) -> str:
        return f"<handle of {self._callback!r}>"


class ProcessLoop(asyncio.AbstractEventLoop):
    """An event loop on the phone's clock, turned from outside: no sockets, no threads, no signals."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: deque[_Handle] = deque()
        self._timers: list[tuple[float, int, _Handle]] = []
        """By milliseconds, rounded up to whole ones when it is asked."""
        self._serial = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: BaseException | None = None
        self.halted = False
        """Whether the process was suspended or ended: then it waits for its next turn, if there is one."""
        self.blocked_until = 0
        """Until when, in milliseconds, the main thread is busy with one thing and runs nothing else."""

    # What the phone uses.

    def turn(self, until: int = 0) -> None:
        """Run all that is due, until the app waits; with `until` (milliseconds), also what it waits for.

        It moves the clock itself as long as nothing of the system's is due before. Raises the exception that
        nobody in the app caught, and NeverYieldsError where the app never waits.
        """
        clock, timers = self._clock, self._timers
        due = self._ready or (timers and timers[0][0] <= max(clock.now, until))
        if clock.now < self.blocked_until or not due:
            return
        outer = events._get_running_loop()
        outer_task = tasks._swap_current_task(outer, None) if outer is not None else None  # type: ignore[attr-defined]
        events._set_running_loop(self)
        allowance = budget.left
        try:
            self._run_until(until)
        finally:
            budget.left, budget.failure = allowance, None
            events._set_running_loop(outer)
            if outer is not None:
                tasks._swap_current_task(outer, outer_task)  # type: ignore[attr-defined]

    def _run_until(self, until: int) -> None:
        """Run what is due, move the clock, and so on. One function: calls would be a part of its cost."""
        clock, ready, timers = self._clock, self._ready, self._timers
        now = clock.now
        budget.left = JUMPS_IN_ONE_TURN_MAX
        while True:
            while timers and timers[0][0] <= now:
                ready.append(heappop(timers)[2])
            if not ready or self.blocked_until > now:
                if not self._moves_on(until):
                    return
                now = clock.now
                budget.left = JUMPS_IN_ONE_TURN_MAX
                continue
            # Past the limit the next jump in the app's file tells it; where there is none, it is told here.
            budget.left -= JUMPS_IN_A_STEP
            if budget.left < -JUMPS_IN_ONE_TURN_MAX:
                raise NeverYieldsError(f"The app's code {_WHY}", "", 0)
            for _ in range(len(ready)):
                handle = ready.popleft()
                if not handle._cancelled:
                    args = handle._args
                    # A star takes four times as long. One argument: a task goes on; two: a sleep ends.
                    if len(args) == 1:
                        handle._context.run(handle._callback, args[0])
                    elif len(args) == 2:
                        handle._context.run(handle._callback, args[0], args[1])
                    else:
                        handle._context.run(handle._callback, *args)
                if self._failure is not None:
                    failure, self._failure = self._failure, None
                    raise failure
                if self.blocked_until > now:
                    break
            handle = args = None  # type: ignore[assignment]  # a traceback that keeps this frame would keep a task

    def _moves_on(self, until: int) -> bool:
        """Whether this process is the next with something to do, until then; if so, move the clock there."""
        if (failure := budget.failure or self._failure) is not None:
            self._failure = None
            raise failure
        clock = self._clock
        if until <= clock.now or self.halted or (own := self.next_due()) is None or own > until:
            return False  # the first two say so soon: nothing of its own is due now
        if (due := clock.next_due()) is not None and due <= own:
            return False
        clock.now = own
        return True

    def next_due(self) -> int | None:
        """When this process next has something to do (milliseconds), or None where it waits for others."""
        timers = self._timers
        if not self._ready and not timers:
            return None
        soonest = max(self._clock.now, self.blocked_until)
        if self._ready:
            return soonest
        while timers:
            when, _, timer = timers[0]
            if not timer._cancelled:
                return max(ceil(when), soonest)
            heappop(timers)
        return None

    def start(self, work: object, done: Action = lambda: None) -> None:
        """Run what a coroutine function returned, then call `done`. What it raises ends that turn."""
        if not iscoroutine(work):
            if isasyncgen(work):
                raise UsageError(f"{work!r} yields, and nobody iterates over it. Write it without yield.")
            done()
            return

        def over(task: asyncio.Task[None]) -> None:
            done()
            if not task.cancelled():
                self._failure = task.exception()

        self.create_task(work).add_done_callback(over)

    def call(self, handler: Callable[[], object]) -> None:
        """Call a handler when the process is next turned; it may be a coroutine function."""
        self.call_soon(lambda: self.start(handler()))

    def call_next(self, callback: _Callback, *args: object) -> None:
        """Call a function before anything else that waits for its turn."""
        self._ready.appendleft(_Handle(callback, args, None))

    # What asyncio uses.

    def time(self) -> float:
        return self._clock.now / 1000

    def call_soon(self, callback: _Callback, *args: object, context: _Context = None) -> asyncio.Handle:
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay: float, call: _Callback, *args: object, context: _Context = None) -> _Handle:
        return self.call_at(self._clock.now / 1000 + delay, call, *args, context=context)

    def call_at(self, when: float, callback: _Callback, *args: object, context: _Context = None) -> _Handle:
        handle = _Handle(callback, args, context)
        handle._when = when
        self._serial += 1
        heappush(self._timers, (when * 1000 - _FORGIVEN, self._serial, handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, **options)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # an unfinished task is no mistake here
        if not self._tasks:
            abandoned.add(self)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            abandoned.discard(self)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._failure = self._failure or context.get("exception") or RuntimeError(context["message"])

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return events._get_running_loop() is self

    def must_be_the_one(self) -> None:
        """Raise UsageError where another loop, `asyncio.run`'s, is to wait for what happens in this one."""
        why = "Only the app's code can wait for this. Do it in the app's coroutine, without asyncio.run()."
        must(self.is_running(), why)

    def is_closed(self) -> bool:
        return False


def _refuse(name: str, *_args: object, **_named: object) -> None:
    why = f"A process on this phone has no {name}: no threads, no sockets, no signals."
    raise UsageError(f"{why} Call the function itself, and send with app.url_session.client().")


for _name in vars(asyncio.AbstractEventLoop).keys() - vars(ProcessLoop).keys():
    if not _name.startswith("_"):
        setattr(ProcessLoop, _name, staticmethod(partial(_refuse, _name)))

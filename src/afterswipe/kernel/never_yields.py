"""Finds app code that runs on and on, so that no time can pass on the phone.

Two kinds. A coroutine that awaits things which take no time (`await asyncio.sleep(0)` for ever) is found by the loop,
which counts its steps. A coroutine that never comes back at all (`while True: pass`) leaves nobody to count, so the
interpreter itself is asked: `sys.monitoring` reports the jumps inside the app's own files, and no others, and a turn of
the loop may take so many of them.

What it costs: nothing outside of the app's file, and some 0.1 microseconds for each pass through a loop in it.
Not found: a call into C code that never returns, and a loop in somebody else's library. The page has a Stop button.
"""

import asyncio
import atexit
import inspect
import linecache
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from afterswipe.errors import NeverYieldsError

JUMPS_IN_ONE_TURN_MAX = 2_000_000
"""So many passes through the loops of an app's file, without an await that gives way, mean that it never will."""

_TOOL, _NAME = 4, "afterswipe"
_files: set[str] = set()


@dataclass(slots=True)
class Budget:
    """How many jumps the app's code may still take. Outside of a turn it is never used up."""

    left: int = sys.maxsize
    failure: NeverYieldsError | None = None
    """What the app was told; the turn raises it once more, in case that the app caught it."""


budget = Budget()
"""One for the interpreter, as `sys.monitoring` is."""


def watch(main: Callable[..., Any]) -> None:
    """Have the file of an app's main coroutine function watched from now on."""
    code = getattr(inspect.unwrap(main), "__code__", None)
    if code is None or code.co_filename in _files or not _ask():
        return
    _files.add(code.co_filename)
    sys.monitoring.restart_events()


def _ask() -> bool:
    """Register with the interpreter, once. False where somebody else has the place: then nothing is watched."""
    monitoring = sys.monitoring
    if (holder := monitoring.get_tool(_TOOL)) is not None:
        return holder == _NAME
    monitoring.use_tool_id(_TOOL, _NAME)
    monitoring.register_callback(_TOOL, monitoring.events.PY_START, _started)
    monitoring.register_callback(_TOOL, monitoring.events.JUMP, _jumped)
    monitoring.set_events(_TOOL, monitoring.events.PY_START)
    atexit.register(monitoring.set_events, _TOOL, 0)  # at its end the interpreter takes this module apart
    return True


def _started(code: CodeType, _offset: int) -> object:
    """A function runs for the first time: watch its loops if it is the app's, and do not report it again."""
    if code.co_filename in _files:
        sys.monitoring.set_local_events(_TOOL, code, sys.monitoring.events.JUMP)
    return sys.monitoring.DISABLE


def _jumped(code: CodeType, _offset: int, to: int) -> None:
    budget.left -= 1
    if budget.left < 0:
        lines = (line for start, end, line in code.co_lines() if line and start <= to < end)
        budget.failure = error(code.co_filename, next(lines, 0), code.co_name)
        raise budget.failure


def error(file: str, line: int, function: str) -> NeverYieldsError:
    """The error that names the app's own line."""
    text = linecache.getline(file, line).strip()
    name = file.replace("\\", "/").rpartition("/")[2]
    return NeverYieldsError(
        f"{name}, line {line}, in {function}{f': `{text}`' if text else ''} runs on without waiting for anything, "
        "so the phone's clock cannot move. Put an `await asyncio.sleep(...)` or another await that takes time into its loop.",
        file,
        line,
    )


def blame(handles: Iterable[asyncio.Handle]) -> NeverYieldsError:
    """The error for a loop whose `handles` are due again and again at one instant: it names the innermost line of the app's own."""
    place: FrameType | None = None
    for handle in handles:
        task = getattr(getattr(handle, "_callback", None), "__self__", None)
        waiting: Any = task.get_coro() if isinstance(task, asyncio.Task) else None
        while (frame := getattr(waiting, "cr_frame", None)) is not None:
            if place is None or frame.f_code.co_filename in _files:
                place = frame
            waiting = waiting.cr_await
    if place is None:
        return NeverYieldsError("The app's code runs on without waiting for anything.", "", 0)
    return error(place.f_code.co_filename, place.f_lineno, place.f_code.co_name)

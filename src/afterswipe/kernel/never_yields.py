"""Finds app code that runs on and on, so that no time can pass on the phone.

The interpreter is asked: `sys.monitoring` reports the jumps inside the app's own files, and no others, and a turn of the loop may take so
many of them. A step of the loop counts as some, for awaits that take no time (`await asyncio.sleep(0)` for ever).

What it costs: nothing outside of the app's file, and some 0.1 microseconds for each pass through a loop in it.
Not found: a call into C code that never returns, and a loop in somebody else's library. The page has a Stop button.
"""

import atexit
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType

from afterswipe.errors import NeverYieldsError

JUMPS_IN_ONE_TURN_MAX = 2_000_000
"""So many passes through the loops of an app's file, without an await that gives way, mean that it never will."""

JUMPS_IN_A_STEP = 20
"""As how many jumps a step of the loop counts: so 100,000 steps without time passing are too many."""

_TOOL, _NAME = 4, "afterswipe"
_WHY = (
    "runs on without waiting for anything, so the phone's clock cannot move. "
    "Put an `await asyncio.sleep(...)` or another await that takes time into its loop."
)
_files: set[str] = set()


@dataclass(slots=True)
class Budget:
    """How many jumps the app's code may still take. Outside of a turn it is never used up."""

    left: int = sys.maxsize
    failure: NeverYieldsError | None = None
    """What the app was told; the turn raises it once more, in case that the app caught it."""

    def step(self) -> None:
        """Count a step of the loop. Past the limit the next jump in the app's file tells it; where there is none, it is told here."""
        self.left -= JUMPS_IN_A_STEP
        if self.left < -JUMPS_IN_ONE_TURN_MAX:
            raise NeverYieldsError(f"The app's code {_WHY}", "", 0)


budget = Budget()
"""One for the interpreter, as `sys.monitoring` is."""


def watch(main: Callable[..., object]) -> None:
    """Have the file of an app's main coroutine function watched from now on, unless somebody else has the tool's place."""
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

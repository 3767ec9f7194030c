"""Run a coroutine to its end where there may already be a running loop: no thread, no socket, no waiting.

The loop is the phone's, which is turned by hand and skips to whatever it waits for. So the same test, or snippet, runs in
a browser too.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from afterswipe.kernel.clock import Clock
from afterswipe.kernel.loop import ProcessLoop

__all__ = ["run"]

_NO_END = 10**15


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end and return its result.

    Raises what `main` raises, and AssertionError where it waits for something that never comes.
    """
    loop = ProcessLoop(Clock())  # type: ignore[abstract]  # what it lacks, nobody here asks for
    task: asyncio.Task[T] = loop.create_task(main)
    loop.turn(_NO_END)
    if not task.done():
        task.cancel()
        loop.turn(_NO_END)
        raise AssertionError("the coroutine waits for something that never comes")
    return task.result()

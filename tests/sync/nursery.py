"""Starts processes that sync, kills them, and says how they ended: `python nursery.py URL`, then lines on stdin.

A line is `SECONDS DIRECTORY`: sync into the directory, killed after so many seconds. For each it prints a status: 0 when
everything is here, 1 when not, -9 when it was killed. It has imported everything before it forks, so that a process is at
work a few milliseconds after it was asked for, and many can be killed in a short time.
"""

import asyncio
import os
import signal
import sys
import time
import traceback

import httpx

from afterswipe.sync import Limits, Sync

LIMITS = Limits(sync_seconds=0.01, reserve_bytes=0)


async def sync(url: str, directory: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        report = await Sync(client, url, directory, limits=LIMITS).run()
    if not report.finished:
        print(report, file=sys.stderr)
    return report.finished


def child(url: str, directory: str) -> None:
    status = 2
    try:
        status = 0 if asyncio.run(sync(url, directory)) else 1
    except Exception:  # noqa: BLE001 - whatever it is, the test shows it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def end_of(process: int, seconds: float) -> int:
    """Wait for a process, and kill it when it takes longer than so many seconds."""
    killed_at = time.perf_counter() + seconds
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.perf_counter() >= killed_at:
            os.kill(process, signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        time.sleep(0.001)


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        seconds, _, directory = line.strip().partition(" ")
        process = os.fork()
        if process == 0:
            child(sys.argv[1], directory)
        print(end_of(process, float(seconds)), flush=True)


if __name__ == "__main__":
    main()

"""Starts processes that sync, and says how they end: `python nursery.py URL`, then one directory per line on stdin.

It has imported everything before it forks, so that a process is at work a few milliseconds after it was asked for, and
many can be killed in a short time. For each line it prints `started PID`, and when that has ended `ended STATUS`: 0 when
everything is here, 1 when not, a negative number when a signal ended it.
"""

import asyncio
import os
import sys
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


def main() -> None:
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            child(sys.argv[1], line.strip())
        print(f"started {process}", flush=True)
        print(f"ended {os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}", flush=True)


if __name__ == "__main__":
    main()

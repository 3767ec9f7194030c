"""Starts processes that sync, and says how they ended: `python nursery.py URL`, then lines on stdin.

A line is a directory to sync into. For each it prints the number of the process, which sets to work at the next line, and
then a status: 0 when everything is here, 1 when not, -9 when it was killed. It has synced once before it forks, so
that a process is at work a few milliseconds after it was asked for, and many can be killed in a short time.
"""

import asyncio
import os
import sys
import tempfile
import traceback

import httpx

from afterswipe.sync import Limits, Sync

LIMITS = Limits(sync_seconds=0.01, reserve_bytes=0)


async def sync(url: str, directory: str) -> bool:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
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
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(
            sync(sys.argv[1], directory)
        )  # whatever is imported at first use is there before anybody forks
    print("ready", flush=True)
    while directory := sys.stdin.readline().strip():
        waits, go = os.pipe()
        process = os.fork()
        if process == 0:
            os.read(waits, 1)
            child(sys.argv[1], directory)
        print(process, flush=True)
        sys.stdin.readline()
        os.write(go, b".")
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
        os.close(waits)
        os.close(go)


if __name__ == "__main__":
    main()

"""How soon a run ends after `until` says so, and how long a start takes that finds nothing new.

    python bench/until.py [contents]          (PYTHONPATH=src; 30,000 and 100,000 unless a number is given)

Three directories: an empty one, whose list comes as one page; one with everything pending; one with everything here. In each, a run is
watched that is never told to end: what counts is the longest time between two looks whether it is to end, by the clock and by the
processor, and what it was doing then.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from afterswipe.sync import Limits, Sync
from afterswipe.sync.feed.records import Have, Known
from afterswipe.sync.store.disk import Disk
from afterswipe.sync.store.store import Store
from faultlab.servers import direct
from faultlab.servers.faulty import FaultyTransport
from faultlab.servers.server import SOUND, Content, FeedServer, Truth, identifier
from faultlab.servers.wire import Reply

FILE = b"0123456789"
DIGEST = sha256(FILE).hexdigest()
LIMITS = Limits(reserve_bytes=0)


class Listed(FeedServer):
    """A server whose list is long, and whose files nobody gets that far to ask for."""

    body = b"[]"

    def answer(self, request):
        if "/update-events/" in request.path:
            headers = {"content-type": "application/json", "content-length": str(len(self.body))}
            return Reply(200, headers, self.body)
        return Reply(503, {"content-length": "0", "retry-after": "0"})


def server(count: int) -> Listed:
    """With so many sounds."""
    truth = Truth()
    for number in range(count):
        truth.publish(Content(identifier(0, "content", number), SOUND, "a sound", 1, None))
    made = Listed(truth, page=count)
    said = {"size": len(FILE), "sha256": DIGEST}
    page = {"feed_id": truth.feed_id, "generation": 1, "next": None, "complete": True, "cursor": f"1.{count}"}
    made.body = json.dumps({**page, "events": [{**event, **said} for event in truth.events]}).encode()
    return made


def watched(name: str, answering: FeedServer, folder: Path, ends: str) -> None:
    """One run, until it is to get files, or to its end."""
    looks: list[tuple[float, float]] = []
    phases: list[str] = []
    gaps: list[tuple[float, float, str]] = []

    def until() -> bool:
        now = time.perf_counter(), time.process_time()
        if looks:
            gaps.append((now[0] - looks[-1][0], now[1] - looks[-1][1], phases[-1] if phases else "before"))
        looks.append(now)
        return bool(phases) and phases[-1] == ends

    async def run():
        async with FaultyTransport(answering, library=direct) as transport:
            sync = Sync(transport.client(), "https://feed.example/", folder, limits=LIMITS)
            return await sync.run(until, lambda shown: phases.append(shown.phase.value))

    begun = time.perf_counter(), time.process_time()
    looks.append(begun)
    report = asyncio.run(run())
    ended = time.perf_counter(), time.process_time()
    gaps.append((ended[0] - looks[-1][0], ended[1] - looks[-1][1], "ending"))
    if aside := [path.name for path in folder.glob("*.damaged*")]:
        raise SystemExit(f"{name}: {aside[0]}: the rows made no sense, so that another start was measured")
    print(
        f"  {name}: {ended[0] - begun[0]:.2f} s, {ended[1] - begun[1]:.2f} s of the processor; {report.why.value}"
    )
    for by, which in (("the clock", 0), ("the processor", 1)):
        longest = sorted(gaps, key=lambda gap: -gap[which])[:3]
        print(
            f"    longest between two looks, by {by}: "
            + ", ".join(f"{g[which] * 1000:.0f} ms ({g[2]})" for g in longest)
        )


def finished(folder: Path, truth: Truth) -> None:
    """Put every file and row there, as a run would have."""
    (folder / "files/sound").mkdir(parents=True, exist_ok=True)
    store = Store(Disk(folder), lambda *_: None)
    done = []
    for event in truth.events:
        content = event["content_id"]
        name = f"files/sound/{content}.{DIGEST[:16]}.mp3"
        (folder / name).write_bytes(FILE)
        key = f"sound/{content}"
        have = Have(key, name, DIGEST[:16], len(FILE), DIGEST, event["seq"])
        done.append(
            (
                key,
                [f"{event['id']} {key} {event['event_type']} {event['seq']}"],
                Known(event["seq"], False, json.dumps({"id": content})),
                have,
            )
        )
    store.finish(done)
    store.checked("", "~")
    store.close()


def main(*counts: int) -> None:
    """All, for each count; each run is a process of its own, which holds nothing but the run."""
    print(f"Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")
    for count in counts or (30_000, 100_000):
        print(f"{count:,} contents")
        answering = server(count)
        with tempfile.TemporaryDirectory(prefix="bench-until-") as directory:
            page, folder = Path(directory, "page.json"), Path(directory, "here")
            page.write_bytes(answering.body)
            apart("a first list", page, folder, "getting files")
            page.write_text(json.dumps({**json.loads(answering.body), "events": []}))
            apart("all pending", page, folder, "getting files")
            finished(folder, answering.truth)
            apart("nothing new", page, folder, "never")


def apart(name: str, page: Path, folder: Path, ends: str) -> None:
    """One run that is watched, in another process."""
    subprocess.run([sys.executable, __file__, "--one", name, page, folder, ends], check=True)


def one(name: str, page: str, folder: str, ends: str) -> None:
    """The other process."""
    answering = Listed(Truth())
    answering.body = Path(page).read_bytes()
    watched(name, answering, Path(folder), ends)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))

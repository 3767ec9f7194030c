"""The real thing: a process on a real file system, syncing from a real server, killed with SIGKILL at random moments.

The simulated disk is an assumption; this is not. It is blind to rare moments, which is what `test_crash` is for.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import afterswipe
from faultlab.crashes.oracle import full_resync
from faultlab.demo.app import application
from faultlab.servers.faulty import FaultyServer
from faultlab.servers.server import AUTHOR, SONG, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply, Request
from guide.hosting import hosted

from .endings import on_disk

SOURCES = Path(afterswipe.__file__).resolve().parents[1]
KILLS = 110
"""For each form of the feed: 220 in all."""
LONGEST = 0.4
"""Seconds that a process has at most, however slow the machine is."""
SEED = 20261121


class Dripping(FaultyServer):
    """Sends files slowly enough that there is time to be killed in the middle of one."""

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if request.path.endswith(".mp3"):
            return Reply(reply.status, reply.headers, reply.body, pace=0.002, piece=8192)
        return reply


def feed(extended: bool) -> FeedServer:
    truth = Truth(seed=5)
    for number in range(8):
        truth.add(SOUND, f"sound {number}", 20_000 + 7_001 * number)
    song = truth.add(SONG, "song", 150_000)
    truth.add(AUTHOR, "author")
    truth.replace(song)
    return FeedServer(truth, extended=extended, page=4)


@pytest.fixture
def nursery():
    """Starts the process that starts the processes: `nursery(url)` returns a function that runs one in a directory."""
    started = []

    def start(url: str):
        mother = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("nursery.py")), url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
        )  # fmt: skip
        started.append(mother)

        assert mother.stdout.readline() == "ready\n"

        def run(directory: Path, kill_after: float = 60) -> int:
            """Run once; returns how it ended: 0, or a negative signal."""
            mother.stdin.write(f"{kill_after} {directory}\n")
            return int(mother.stdout.readline())

        return run

    yield start
    for mother in started:
        mother.stdin.close()
        mother.wait()
        mother.stdout.close()


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
def test_killed_at_random_moments_it_ends_equal(extended, nursery, tmp_path):
    answering = Dripping(feed(extended))
    with hosted(application(answering)) as url:
        kill_and_compare(answering, nursery(url), tmp_path)
    resumed = sum(reply.status == 206 for _, reply in answering.log)
    assert resumed, "no transfer was ever resumed: kill later, or send more slowly"


def kill_and_compare(answering: FaultyServer, run, tmp_path: Path) -> None:
    expected = full_resync(answering.server.answer)
    began = time.perf_counter()
    assert run(tmp_path / "uninterrupted") == 0
    longest = min(LONGEST, 1.2 * (time.perf_counter() - began))
    assert on_disk(tmp_path / "uninterrupted") == expected

    moments, ends, directory = random.Random(SEED), Counter(), 0
    while ends[-signal.SIGKILL] < KILLS:
        place = tmp_path / str(directory)
        status = run(place, moments.uniform(0, longest))
        ends[status] += 1
        assert status in (0, -signal.SIGKILL)
        if moments.random() < 0.1:  # not always to the bitter end: then hardly any kill would hit the end
            assert run(place) == 0
            status = 0
        if status == 0:
            assert on_disk(place) == expected, f"seed {SEED}, directory {directory}"
            directory += 1
    assert directory >= KILLS // 20

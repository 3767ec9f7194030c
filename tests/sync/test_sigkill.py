"""The real thing: a process on a real file system, syncing from a real server, killed with SIGKILL at random moments.

The simulated disk is an assumption; this is not. It is blind to rare moments, which is what `test_crash` is for.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
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
LATER = 0.01
"""Seconds at most from the piece that decides to the kill: long enough to be in the middle of a landing."""
SEED = 20261121


def kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it was done before
        os.kill(process, signal.SIGKILL)


class Executioner(FaultyServer):
    """Sends files slowly enough that one can be killed in the middle of it, and kills at a piece that it was told.

    It counts what it sends, requests and pieces, and no time: so a busy machine is killed at the same places as a quiet one.
    """

    def __init__(self, server: FeedServer) -> None:
        super().__init__(server)
        self.sent = 0
        self.process: int | None = None
        self.at, self.later = 0, 0.0

    def sentence(self, at: int, later: float) -> None:
        """The next process has until piece `at`, counted from now, and `later` seconds more."""
        self.sent, self.at, self.later = 0, at, later

    def answer(self, request: Request) -> Reply:
        self.tick()
        reply = super().answer(request)
        if not request.path.endswith(".mp3"):
            return reply
        return Ticking(reply.status, reply.headers, reply.body, pace=0.002, piece=8192, tick=self.tick)

    def tick(self) -> None:
        self.sent += 1
        if self.sent == self.at and self.process is not None:
            threading.Timer(self.later, kill, (self.process,)).start()


@dataclass(frozen=True)
class Ticking(Reply):
    """A reply that says when it sends a piece."""

    tick: Callable[[], None] = lambda: None

    def pieces(self) -> Iterator[bytes]:
        for piece in super().pieces():
            self.tick()
            yield piece


def feed(extended: bool) -> FeedServer:
    truth = Truth(seed=5)
    for number in range(5):
        truth.add(SOUND, f"sound {number}", 20_000 + 7_001 * number)
    song = truth.add(SONG, "song", 100_000)
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

        def run(directory: Path, started: Callable[[int], None] = lambda _process: None) -> int:
            """Run once, `started` hears of which process; returns how it ended: 0, or a negative signal."""
            mother.stdin.write(f"{directory}\n")
            started(int(mother.stdout.readline()))
            mother.stdin.write("go\n")
            return int(mother.stdout.readline())

        return run

    yield start
    for mother in started:
        mother.stdin.close()
        mother.wait()
        mother.stdout.close()


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
def test_killed_at_random_moments_it_ends_equal(extended, nursery, tmp_path):
    answering = Executioner(feed(extended))
    with hosted(application(answering)) as url:
        kill_and_compare(answering, nursery(url), tmp_path)
    resumed = sum(reply.status == 206 for _, reply in answering.log)
    assert resumed, "no transfer was ever resumed: kill later, or send more slowly"


def kill_and_compare(answering: Executioner, run, tmp_path: Path) -> None:
    expected = full_resync(answering.server.answer)
    answering.sentence(0, 0)
    assert run(tmp_path / "uninterrupted") == 0
    pieces = answering.sent
    assert on_disk(tmp_path / "uninterrupted") == expected

    def sent_to(process: int) -> None:
        answering.process = process

    moments, ends, directory = random.Random(SEED), Counter(), 0
    while ends[-signal.SIGKILL] < KILLS:
        place = tmp_path / str(directory)
        answering.sentence(moments.randint(1, pieces), moments.uniform(0, LATER))
        status = run(place, sent_to)
        answering.process = None
        ends[status] += 1
        assert status in (0, -signal.SIGKILL)
        if moments.random() < 0.1:  # not always to the bitter end: then hardly any kill would hit the end
            answering.sentence(0, 0)
            assert run(place) == 0
            status = 0
        if status == 0:
            assert on_disk(place) == expected, f"seed {SEED}, directory {directory}"
            directory += 1
    assert directory >= KILLS // 20

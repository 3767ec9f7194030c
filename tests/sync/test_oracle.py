"""The engine against the oracle, over feeds that nobody would think of: the end is the same."""

import json
import random
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultlab.crashes.engine_program import EngineProgram
from faultlab.crashes.oracle import full_resync
from faultlab.disks.sim_disk import Crash, Durable, Gone, SimDisk
from faultlab.servers.server import AUTHOR, FILE_UPDATED, GENRE, SONG, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply, Request

from .endings import on_simulated

HOSTILE = [
    "../../etc/passwd",
    "C:\\nul",
    "a\0b",
    "CON",
    "x" * 300,
    "é",
    "e\u0301",
    "Sound",
    "sound",
    "<b>",
    "",
    "\u202e",
]
TITLES = st.sampled_from(HOSTILE) | st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
SIZES = st.integers(0, 700)
WHICH = st.integers(0, 1000)

OPERATIONS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([SOUND, AUTHOR, SONG, GENRE]), TITLES, SIZES),
    st.tuples(st.just("rename"), WHICH, TITLES),
    st.tuples(st.just("replace"), WHICH, st.none() | SIZES),
    st.tuples(st.just("delete"), WHICH),
    st.tuples(st.just("invalid"), WHICH),
    st.tuples(st.just("restart")),
    st.tuples(st.just("sync")),
    st.tuples(st.just("crash"), st.integers(1, 60), st.sampled_from(Crash)),
)


class Untidy(FeedServer):
    """A server that repeats events, old ones too, and gives those that it sends at once in any order."""

    order = 0

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if not self.order or "/update-events/" not in request.path or reply.status != 200:
            return reply
        rng = random.Random(f"{self.order} {request.path}")
        page = json.loads(reply.body)
        events = page if isinstance(page, list) else page["events"]
        until = max((event["date_time"] for event in events), default="")
        earlier = [self.event(event) for event in self.truth.events if event["date_time"] <= until]
        events += rng.choices(earlier, k=rng.randrange(4)) if earlier else []
        rng.shuffle(events)
        body = json.dumps(page).encode()
        return replace(reply, body=body).having(content_length=str(len(body)))


def carry_out(truth: Truth, operation: tuple, extended: bool) -> None:
    """Change the truth; what needs something that is not there does nothing."""
    name, *details = operation
    if name in ("add", "replace") and not extended and details[-1] == 0:
        details[-1] = 1  # no bytes are a file only where the feed says so, and a plain one says no sizes
    ids = [
        key
        for key, content in truth.contents.items()
        if (name != "replace" or content.file is not None)
        and (name != "invalid" or content.media in (AUTHOR, GENRE))
    ]
    if name == "add":
        truth.add(*details)
    elif name == "restart" and extended:
        truth.restart()
    elif name in ("rename", "replace", "delete") and ids:
        getattr(truth, name)(ids[details[0] % len(ids)], *details[1:])
    elif name == "invalid" and ids:
        chosen = ids[details[0] % len(ids)]
        truth._note(chosen, truth.contents[chosen].media, FILE_UPDATED)


def crashed(program: EngineProgram, start: Durable, point: int, crash: Crash) -> Durable:
    """What is left of a sync that crashes at a point, or at its end if it has fewer."""
    points = count(1)

    def watch(_point, _detail):
        if next(points) == point:
            disk.die()

    disk = SimDisk(start, watch=watch)
    with suppress(Gone, BaseExceptionGroup):
        program(disk)
    return disk.after(crash)


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
@settings(max_examples=250)
@given(operations=st.lists(OPERATIONS, max_size=14), order=st.integers(0, 5), page=st.integers(1, 4))
def test_the_engine_ends_where_the_oracle_ends(extended, operations, order, page):
    server = Untidy(Truth(seed=9), extended=extended, page=page)
    server.order = order
    program = EngineProgram(server, honest=not order)
    left = SimDisk().after(Crash.KILL)
    for operation in [*operations, ("sync",)]:
        carry_out(server.truth, operation, extended)
        program.history.note()
        if operation[0] == "sync":
            disk = SimDisk(left)
            assert program(disk) == []
            left = disk.after(Crash.KILL)
            assert on_simulated(left) == full_resync(server.answer)
        elif operation[0] == "crash":
            left = crashed(program, left, *operation[1:])


def test_the_comparison_can_fail():
    server = FeedServer(Truth(seed=9))
    server.truth.add(SOUND, "a sound", 300)
    disk = SimDisk()
    EngineProgram(server)(disk)
    server.truth.rename(next(iter(server.truth.contents)), "another name")
    assert on_simulated(disk.after(Crash.KILL)) != full_resync(server.answer)

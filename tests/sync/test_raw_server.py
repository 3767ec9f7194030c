"""What only a real socket shows: how the libraries take it, and how the engine does."""

import asyncio
import json
import random
import sqlite3
import urllib.request
from contextlib import closing
from dataclasses import dataclass

import httpx
import httpx2
import pytest

from afterswipe.sync import Limits, Sync
from faultlab.servers.faulty import Fault, FaultyServer
from faultlab.servers.raw_server import Connection, RawServer, Respond, carrying
from faultlab.servers.server import SOUND, FeedServer, Truth
from faultlab.servers.wire import Request

SIZE = 200_000
"""More than a socket's buffers hold at once."""
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


@dataclass
class World:
    """A truth of one sound, an honest server, and what to do to requests for its file."""

    truth: Truth
    honest: FeedServer
    file: bytes
    url: str

    @classmethod
    def made(cls, *, extended: bool = True) -> "World":
        truth = Truth(seed=5)
        content = truth.add(SOUND, "a sound", SIZE)
        return cls(truth, FeedServer(truth, extended), truth.contents[content].file, f"sounds/{content}.mp3")

    def respond(self, *to_the_file: Respond) -> Respond:
        """The first answers for the file are written by these, all others are honest."""
        left = list(to_the_file)

        async def respond(request: Request, connection: Connection) -> None:
            if request.path.endswith(".mp3") and left:
                await left.pop(0)(request, connection)
            else:
                await connection.reply(self.honest.answer(request))

        return respond


async def synced(folder, server: RawServer, library, **limits):
    """One run of the engine over the socket."""
    quick = Limits(**{"backoff_base": 0.001, "reserve_bytes": 0, **limits})
    async with library.AsyncClient(trust_env=False, timeout=5) as client:
        return await Sync(client, server.url, folder, limits=quick, rng=random.Random(1)).run()


def held(folder) -> list[bytes]:
    """The files that the rows name."""
    with closing(sqlite3.connect(folder / "sync.db")) as database:
        return [(folder / name).read_bytes() for (name,) in database.execute("SELECT name FROM files")]


def headed(*lines: str, keep: slice = slice(None), status: int = 200, reset: bool = False) -> Respond:
    """An answer with these header lines and this part of the file."""

    async def respond(_request: Request, connection: Connection) -> None:
        await connection.head(status, *lines)
        await connection.send(WORLD.file[keep])
        if reset:
            connection.reset()

    return respond


WORLD = World.made()
HALF = slice(0, SIZE // 2)
AUDIO = "Content-Type: audio/mpeg"


# What the libraries do by themselves: it is why the engine believes none of them.


@LIBRARIES
def test_a_body_that_ends_with_its_connection_looks_complete(library):
    async def main() -> bytes:
        async with (
            RawServer(WORLD.respond(headed(AUDIO, keep=HALF))) as server,
            library.AsyncClient(trust_env=False) as client,
        ):
            return (await client.get(server.url + WORLD.url)).content

    assert asyncio.run(main()) == WORLD.file[HALF]


def test_the_standard_library_takes_a_short_body_for_a_whole_one():
    async def main() -> bytes:
        async with RawServer(WORLD.respond(headed(AUDIO, f"Content-Length: {SIZE}", keep=HALF))) as server:

            def fetch() -> bytes:
                got = b""
                with urllib.request.urlopen(server.url + WORLD.url) as response:
                    while piece := response.read(65536):
                        got += piece
                return got

            return await asyncio.to_thread(fetch)

    assert asyncio.run(main()) == WORLD.file[HALF]


@LIBRARIES
@pytest.mark.parametrize(
    ("respond", "error"),
    [
        (headed(AUDIO, f"Content-Length: {SIZE}", keep=HALF), "RemoteProtocolError"),
        (headed(AUDIO, f"Content-Length: {SIZE}", keep=HALF, reset=True), "ReadError"),
        (headed(AUDIO, f"Content-Length: -{SIZE}"), "RemoteProtocolError"),
        (headed(AUDIO, f"Content-Length: {SIZE}", "Content-Length: 7"), "RemoteProtocolError"),
    ],
    ids=["short", "reset", "negative length", "two lengths"],
)
def test_what_the_libraries_notice_has_two_different_errors(library, respond, error):
    async def main() -> None:
        async with (
            RawServer(WORLD.respond(respond)) as server,
            library.AsyncClient(trust_env=False) as client,
        ):
            with pytest.raises(getattr(library, error)):
                await client.get(server.url + WORLD.url)

    asyncio.run(main())


# What the engine makes of it.


@LIBRARIES
@pytest.mark.parametrize(
    "length",
    [
        f"Content-Length: -{SIZE}",
        f"Content-Length: {SIZE}\r\nContent-Length: 7",
        f"Content-Length: {SIZE // 2}",
        f"Content-Length: {SIZE * 2}",
    ],
    ids=["negative", "two", "too small", "too large"],
)
def test_f16_a_wrong_content_length(tmp_path, library, length):
    async def main():
        async with RawServer(WORLD.respond(headed(AUDIO, length))) as server:
            reports = [await synced(tmp_path, server, library) for _ in range(2)]
            return reports[-1]

    report = asyncio.run(main())
    assert report.finished, str(report)
    assert held(tmp_path) == [WORLD.file]


def test_f16_on_a_plain_feed_a_length_that_is_too_small_is_believed(tmp_path):
    world = World.made(extended=False)

    async def main():
        respond = world.respond(headed(AUDIO, f"Content-Length: {SIZE // 2}"))
        async with RawServer(respond) as server:
            return await synced(tmp_path, server, httpx)

    assert asyncio.run(main()).finished
    assert held(tmp_path) == [world.file[HALF]], (
        "if this fails, the page of the faults says too little of the engine"
    )


@LIBRARIES
@pytest.mark.parametrize("fault", ["F11", "F12", "F13"])
def test_a_cut_on_a_real_socket_is_resumed(tmp_path, library, fault):
    async def main():
        world = World.made()
        faulty = FaultyServer(world.honest, [Fault(fault)])
        async with RawServer(carrying(faulty.answer)) as server:
            report = await synced(tmp_path, server, library)
            return report, [request for request in server.requests if request.path.endswith(".mp3")]

    report, asked = asyncio.run(main())
    assert report.finished, str(report)
    assert held(tmp_path) == [WORLD.file]
    assert len(asked) == 2
    assert asked[1].start is not None
    if fault != "F13":  # a reset may throw away what the other side had not read
        assert asked[1].start == SIZE // 2


@LIBRARIES
@pytest.mark.parametrize("cuts", [1, 2], ids=["then whole", "always, elsewhere"])
def test_a_body_without_a_length_has_to_come_twice_the_same_on_a_plain_feed(tmp_path, library, cuts):
    """Red before: the end of the connection was the end of the sound, and "everything is here"."""
    world = World.made(extended=False)

    def of(size: int) -> Respond:
        async def respond(_request: Request, connection: Connection) -> None:
            await connection.head(200, AUDIO)
            await connection.send(world.file[:size])

        return respond

    async def main():
        cut = [of(SIZE // 2), of(SIZE if cuts == 1 else SIZE // 3)]
        async with RawServer(world.respond(*cut, of(SIZE), of(SIZE))) as server:
            first = await synced(tmp_path, server, library)
            assert held(tmp_path) == []
            second = await synced(tmp_path, server, library)
            return first, second, [request for request in server.requests if request.path.endswith(".mp3")]

    first, second, asked = asyncio.run(main())
    assert not first.finished
    assert "no answer says how long it is" in str(first)
    assert second.finished, str(second)
    assert held(tmp_path) == [world.file]
    assert len(asked) == 4


@LIBRARIES
def test_a_drip_on_a_real_socket_is_ended(tmp_path, library):
    async def drip(_request: Request, connection: Connection) -> None:
        await connection.head(200, AUDIO, f"Content-Length: {SIZE}")
        for place in range(SIZE):
            await connection.send(WORLD.file[place : place + 1])
            await asyncio.sleep(0.01)

    async def main():
        async with RawServer(WORLD.respond(drip)) as server:
            report = await synced(tmp_path, server, library, rate_seconds=0.2, minimum_rate=10_000)
            return report, [request for request in server.requests if request.path.endswith(".mp3")]

    report, asked = asyncio.run(main())
    assert report.finished, str(report)
    assert held(tmp_path) == [WORLD.file]
    assert 0 < asked[1].start < 1000, "what dripped in is kept"


@LIBRARIES
def test_a_feed_cut_on_a_real_socket_is_not_applied(tmp_path, library):
    """The end of the connection ends the list in the middle of a word, and the library calls it complete."""

    async def respond(request: Request, connection: Connection) -> None:
        reply = WORLD.honest.answer(request)
        if "/update-events/" in request.path:
            await connection.head(200, "Content-Type: application/json")
            await connection.send(reply.body[: len(reply.body) // 2])
        else:
            await connection.reply(reply)

    async def main():
        async with RawServer(respond) as server:
            return await synced(tmp_path, server, library)

    report = asyncio.run(main())
    assert not report.finished
    assert held(tmp_path) == []


def test_a_list_that_happens_to_be_json_when_it_is_cut_says_that_it_is_not_complete():
    """Why an extended page has an end of its own: without one, a shorter list would be a valid one."""
    page = json.loads(WORLD.honest.answer(Request("GET", "/v3/update-events/all")).body)
    assert page["complete"] is True
    assert "next" in page

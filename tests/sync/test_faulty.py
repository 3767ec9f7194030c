"""The server, the faults and the transport themselves: that each fault is really put on the wire."""

import asyncio
import json

import httpx
import httpx2
import pytest

from faultlab.clock import LoopClock
from faultlab.faults import FAULTS, Dimension
from faultlab.faults.field import FIELD
from faultlab.loop import run
from faultlab.servers.faulty import (
    INJECTIONS,
    Fault,
    FaultyServer,
    FaultyTransport,
    When,
    phone_handler,
)
from faultlab.servers.server import AUTHOR, SONG, SOUND, FeedServer, Truth, bytes_of
from faultlab.servers.wire import Ending, Request

BASE = "https://feed.example/"
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def truth(size: int = 1000) -> Truth:
    made = Truth(seed=7)
    made.add(AUTHOR, "an author")
    for number in range(4):
        made.add(SOUND, f"sound {number}", size)
    made.add(SONG, "a song", size)
    return made


def first_file(made: Truth) -> tuple[str, bytes]:
    content = next(content for content in made.contents.values() if content.media == SOUND)
    return f"{BASE}sounds/{content.id}.mp3", content.file


def get(server, url: str, **headers: str):
    return server.answer(
        Request("GET", url, {name.replace("_", "-"): value for name, value in headers.items()})
    )


def test_the_same_seed_is_the_same_truth_and_another_is_not():
    assert truth() == truth()
    assert truth() != Truth(seed=8)
    assert len({bytes_of("a", 4096)[start : start + 8] for start in range(4000)}) == 4000
    assert bytes_of("a", 64) != bytes_of("b", 64)


def test_a_plain_feed_is_a_list_and_the_cursor_a_date():
    server = FeedServer(truth(), extended=False)
    everything = json.loads(get(server, f"{BASE}v3/update-events/all").body)
    assert len(everything) == 6
    assert set(everything[0]) == {"id", "content_id", "date_time", "media_type", "event_type"}
    rest = json.loads(get(server, f"{BASE}v3/update-events/{everything[3]['date_time']}").body)
    assert rest == everything[4:]


def test_an_extended_feed_has_pages_and_says_when_it_is_complete():
    server = FeedServer(truth(), page=4)
    first = json.loads(get(server, f"{BASE}v3/update-events/all").body)
    assert (len(first["events"]), first["complete"]) == (4, False)
    second = json.loads(get(server, f"{BASE}v3/update-events/{first['next']}").body)
    assert (len(second["events"]), second["complete"], second["next"]) == (2, True, None)
    assert [event["seq"] for event in first["events"] + second["events"]] == [1, 2, 3, 4, 5, 6]
    nothing = json.loads(get(server, f"{BASE}v3/update-events/{second['cursor']}").body)
    assert (nothing["events"], nothing["complete"]) == ([], True)


def test_a_restored_backup_refuses_the_cursors_from_before():
    server = FeedServer(truth())
    cursor = json.loads(get(server, f"{BASE}v3/update-events/all").body)["cursor"]
    server.truth.restart()
    assert get(server, f"{BASE}v3/update-events/{cursor}").status == 410


def test_a_log_that_begins_anew_gives_no_id_a_second_time():
    truth = Truth()
    first, author = truth.add(SONG, "the first", 1), truth.add(AUTHOR, "an author")
    truth.delete(first)
    truth.restart()
    assert truth.add(SONG, "a song", 1) not in (first, author)
    assert [content.title for content in truth.contents.values()] == ["an author", "a song"]


@pytest.mark.parametrize(
    ("headers", "status", "span"),
    [
        ({}, 200, (0, 1000)),
        ({"range": "bytes=400-"}, 206, (400, 1000)),
        ({"range": "bytes=400-", "if_range": "the etag"}, 206, (400, 1000)),
        ({"range": "bytes=400-", "if_range": '"another"'}, 200, (0, 1000)),
        ({"range": "bytes=1000-"}, 416, (0, 0)),
    ],
)
def test_ranges(headers, status, span):
    server = FeedServer(truth())
    url, file = first_file(server.truth)
    if headers.get("if_range") == "the etag":
        headers = {**headers, "if_range": get(server, url).headers["etag"]}
    reply = get(server, url, **headers)
    assert reply.status == status
    assert b"".join(reply.pieces()) == file[slice(*span)]


def test_a_deleted_content_is_gone_and_its_tombstone_stays():
    made = truth()
    url, _ = first_file(made)
    content_id = url.rpartition("/")[2].removesuffix(".mp3")
    made.delete(content_id)
    server = FeedServer(made)
    assert get(server, url).status == 404
    assert get(server, f"{BASE}v3/sound/{content_id}").status == 404
    assert made.events[-1]["event_type"] == 3


def test_a_token_is_asked_for():
    server = FeedServer(truth(), token="secret")
    assert get(server, f"{BASE}v3/update-events/all").status == 401
    assert get(server, f"{BASE}v3/update-events/all", authorization="Bearer secret").status == 200


def test_every_fault_of_the_wire_and_of_the_feed_can_be_put_on_the_wire():
    by_hand = {kind.id for kind in FIELD}  # their tests answer themselves
    of_a_server = {
        kind.id for kind in FAULTS.values() if kind.dimension in (Dimension.WIRE, Dimension.FEED)
    } - by_hand
    assert set(INJECTIONS) == of_a_server | {"F38"}  # dates are the server's half of a clock that is wrong


def test_a_fault_happens_when_it_is_said_to():
    url, _ = first_file(truth())
    for when, at, expected in [
        (When.ONCE, 2, [200, 503, 200]),
        (When.FROM, 2, [200, 503, 503]),
        (When.FROM, 1, [503, 503, 503]),
    ]:
        server = FaultyServer(FeedServer(truth()), [Fault("F24", at=at, arg="503", when=when)])
        assert [get(server, url).status for _ in range(3)] == expected
        assert server.happened["F24"] == expected.count(503)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"id": "F99"}, "nothing that a server can do"),
        ({"id": "F40"}, "nothing that a server can do"),
        ({"id": "F06", "arg": "sideways"}, "no variant"),
        ({"id": "F11", "arg": "half"}, "number of bytes"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(fault, words):
    with pytest.raises(ValueError, match=words):
        Fault(**fault)


@pytest.mark.parametrize(
    ("fault", "arg"), [(name, arg) for name, how in INJECTIONS.items() for arg in (how.variants or ("",))]
)
def test_every_fault_changes_what_the_client_sees(fault, arg):
    """Each variant gives another answer than the honest server would to one of the requests of a download."""
    honest = FeedServer(truth(), page=4)
    faulty = FaultyServer(FeedServer(truth(), page=4), [Fault(fault, arg=arg, when=When.FROM)])
    url, _ = first_file(honest.truth)
    etag = get(honest, url).headers["etag"]
    first_page, cursor = f"{BASE}v3/update-events/all", f"{BASE}v3/update-events/1.4"
    asked = [
        (first_page, {}),
        (f"{BASE}v3/update-events/1.0", {}),
        (cursor, {}),
        (url, {}),
        (url, {"range": "bytes=400-", "if_range": etag}),
    ]
    if fault == "F26":  # a cache shows only when what is behind it has changed
        get(faulty, cursor)
        honest.truth.add(SOUND, "new", 10)
        faulty.server.truth.add(SOUND, "new", 10)
    seen = [(get(honest, url, **headers), get(faulty, url, **headers)) for url, headers in asked]
    assert faulty.happened[fault]
    assert any(a != b for a, b in seen), "it is as if nothing had happened"


@LIBRARIES
def test_the_transport_speaks_both_libraries(library):
    async def main() -> bytes:
        made = truth()
        url, file = first_file(made)
        async with FaultyTransport(FeedServer(made), library=library).client() as client:
            response = await client.get(url)
            assert response.content == file
            assert isinstance(response, library.Response)
        return file

    assert run(main())


@LIBRARIES
@pytest.mark.parametrize(
    ("fault", "error", "got"),
    [
        ("F11", "RemoteProtocolError", 500),
        ("F13", "ReadError", 500),
        ("F21", "ReadTimeout", 500),
        ("F32", "ConnectError", 0),
    ],
)
def test_endings_are_the_library_s_own_errors(library, fault, error, got):
    async def main() -> int:
        made, received = truth(), 0
        url, _ = first_file(made)
        if fault == "F32":
            url = f"{BASE}v3/update-events/all"
        clock = LoopClock()
        transport = FaultyTransport(FeedServer(made), [Fault(fault)], library=library, clock=clock)
        with pytest.raises(getattr(library, error)):  # noqa: PT012 - the error comes in the middle of the body
            async with transport.client().stream("GET", url) as response:
                async for piece in response.aiter_raw():
                    received += len(piece)
        if fault == "F21":
            assert clock.slept == [5.0]  # the client's read timeout
        return received

    assert run(main()) == got


def test_a_drip_takes_virtual_time():
    async def main() -> float:
        made = truth(size=10)
        url, _ = first_file(made)
        transport = FaultyTransport(FeedServer(made), [Fault("F20")], clock=LoopClock())
        await transport.client().get(url)
        return asyncio.get_running_loop().time()

    assert run(main()) == 40.0


def test_the_phone_s_network_can_serve_it():
    made = truth()
    url, file = first_file(made)
    handler = phone_handler(FaultyServer(FeedServer(made), [Fault("F11")]))
    request = httpx.Request("GET", url)
    cut = handler(request, 0)
    assert (cut.headers["content-length"], cut.content) == ("1000", file[:500])
    assert handler(request, 0).content == file


def test_an_endless_body_is_never_in_memory():
    server = FaultyServer(FeedServer(truth()), [Fault("F51", arg="endless")])
    reply = get(server, first_file(truth())[0])
    assert reply.times * len(reply.body) > 10 * 10**9
    assert len(next(reply.pieces())) < 100_000
    assert reply.ending is Ending.COMPLETE

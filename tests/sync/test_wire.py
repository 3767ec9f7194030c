"""HTTP by hand: redirects, credentials, raw bytes, rates, pauses; with httpx and with httpx2."""

import asyncio
import gzip
import random

import httpx
import httpx2
import pytest

from afterswipe.sync import FeedTooLarge, Limits, ServerBusy, Stop
from afterswipe.sync.outcome import Halt
from afterswipe.sync.transfer.answers import Answer
from afterswipe.sync.transfer.wire import Broken, Elsewhere, Wire, beside
from faultlab.clock import LoopClock
from faultlab.loop import run

BASE = "https://feed.example/"
OURS = {"accept-encoding": "identity"}


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request):
    return request.param


class Server:
    """Answers by path, with a function of the request; keeps what it was asked."""

    def __init__(self, library, answers) -> None:
        self.library = library
        self.answers = answers
        self.seen = []

    def handle(self, request):
        self.seen.append(request)
        answer = self.answers[str(request.url)]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def wire(self, *, base=BASE, hosts=(), limits=None, clock=None, point=lambda *_: None, **client):
        made = self.library.AsyncClient(transport=self.library.MockTransport(self.handle), **client)
        return Wire(
            made, base, hosts=hosts, limits=limits or Limits(), clock=clock or LoopClock(), point=point
        )


def to(library, location: str, status: int = 302):
    return library.Response(status, headers={"location": location})


def get(wire: Wire, url: str = BASE + "a"):
    async def main():
        opened = await wire.open(url, OURS)
        try:
            return opened.answer, await wire.whole(opened, 1000)
        finally:
            await wire.close(opened.response)

    return run(main())


# F19: redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(library, status):
    server = Server(
        library, {BASE + "a": to(library, "/b", status), BASE + "b": library.Response(200, content=b"x")}
    )
    wire = server.wire()
    assert get(wire)[1] == b"x"
    assert wire.requests == 2


@pytest.mark.parametrize(
    "location",
    ["http://feed.example/b", "file:///etc/passwd", "ftp://feed.example/", "https://portal.example/", "//portal.example/b",
     "https://user:secret@feed.example/b", "", "https://[", "https://feed.example:99999/", "javascript:alert(1)"],
)  # fmt: skip
def test_f19_where_we_do_not_go(library, location):
    server = Server(library, {BASE + "a": to(library, location)})
    with pytest.raises(Elsewhere):
        get(server.wire())
    assert len(server.seen) == 1


def test_f19_redirects_have_a_bound(library):
    server = Server(library, {BASE + "a": to(library, "/a")})
    with pytest.raises(Elsewhere, match="5 redirects"):
        get(server.wire())
    assert len(server.seen) == 6


def test_f19_another_host_has_to_be_allowed_and_sees_no_credentials(library):
    answers = {
        BASE + "a": to(library, "https://cdn.example/b"),
        "https://cdn.example/b": library.Response(200, content=b"x"),
    }
    server = Server(library, answers)
    secrets = {
        "headers": {"authorization": "Bearer secret", "x-api-key": "secret"},
        "cookies": {"session": "secret"},
    }
    assert get(server.wire(hosts=("CDN.example",), **secrets))[1] == b"x"
    ours, stranger = server.seen
    assert ours.headers["authorization"] == "Bearer secret"
    assert "secret" not in str(stranger.headers.raw)
    assert stranger.headers["accept-encoding"] == "identity"


def test_f19_the_client_s_sign_in_is_not_for_strangers(library):
    answers = {
        BASE + "a": to(library, "https://cdn.example/b"),
        "https://cdn.example/b": library.Response(200, content=b"x"),
    }
    server = Server(library, answers)
    get(server.wire(hosts=("cdn.example",), auth=("user", "secret")))
    assert "authorization" in server.seen[0].headers
    assert "authorization" not in server.seen[1].headers


def test_the_client_s_parameters_stay_at_home_and_a_signed_address_stays_as_it_is(library):
    """Red before: the key went to the other host, and took the place of the query that was signed."""
    signed = "https://cdn.example/b?signature=1"
    answers = {BASE + "a?key=secret": to(library, signed), signed: library.Response(200, content=b"x")}
    server = Server(library, answers)
    assert get(server.wire(hosts=("cdn.example",), params={"key": "secret"}))[1] == b"x"
    assert [str(request.url) for request in server.seen] == list(answers)


def test_a_request_from_one_like_it_is_of_now(library):
    """What a client's owner changes between two requests, such as a token that was renewed, and a range, are not those of before."""
    server = Server(library, {BASE + "a": lambda _: library.Response(200, content=b"x")})
    wire = server.wire(headers={"authorization": "Bearer old"})
    get(wire)
    wire.client.headers["authorization"] = "Bearer new"
    get(wire)
    asked = [None, "bytes=5-", "bytes=9-", None]

    async def more() -> None:
        for ranged in asked:
            opened = await wire.open(BASE + "a", OURS | ({"range": ranged} if ranged else {}))
            await wire.close(opened.response)

    run(more())
    assert [it.headers["authorization"] for it in server.seen] == ["Bearer old"] + ["Bearer new"] * 5
    assert [it.headers.get("range") for it in server.seen[2:]] == asked


@pytest.mark.parametrize(
    "url",
    ["https://münchen.example/a/b", "http://[::1]:8080/b", "https://feed.example/b.mp3", "https://feed.example/a%20b/B-1", "https://feed.example/ä/b",
     "https://feed.example/a/..", "https://feed.example/a/b c", "https://feed.example/a/%2e", "https://feed.example/?a/b", "https://feed.example/a/"],
)  # fmt: skip
def test_an_address_beside_a_known_one_is_what_reading_it_gives(library, url):
    """Also where the client keeps addresses in a way that is not known, and one that cannot be changed alone is read."""
    known, read = library.URL(url.rpartition("/")[0] + "/known?its=own"), library.URL(url)
    opaque = type("Opaque", (), {"__init__": lambda self, it: setattr(self, "read", str(it))})
    assert beside(opaque(known), url).read == url
    made = beside(known, url)
    assert (made, str(made), made.raw_path, made.host) == (read, str(read), read.raw_path, read.host)
    assert known.path.endswith("known") or "?" in url


def test_what_the_client_would_do_is_done(library, caplog):
    """Cookies and the transport for an address are the client's, whether its `send` is used (it has hooks, its log is read) or not."""

    def way(level, **more):
        closed = []

        class Body(library.AsyncByteStream):
            async def __aiter__(self):
                yield b"x"

            async def aclose(self):
                closed.append(True)

        def answer(_request):
            return library.Response(200, headers={"set-cookie": "a=b"}, stream=Body())

        first, other = (Server(library, {BASE + path: answer for path in "abc"}) for _ in range(2))
        mounts = {
            f"all://{host}": library.MockTransport(other.handle) for host in ("feed.example", "x.example")
        }
        wire = first.wire(mounts=mounts, cookies={"z": "z"}, **more)
        with caplog.at_level(level, library.__name__):
            came = [get(wire, BASE + path)[1] for path in "abc"]
        assert not first.seen
        headers = [sorted(request.headers.items()) for request in other.seen]
        return closed, came, headers, dict(wire.client.cookies)

    told = []

    async def hook(response) -> None:
        told.append((str(response.request.url), response.status_code))

    ways = [way("INFO"), way("WARNING"), way("WARNING", event_hooks={"response": [hook]})]
    assert ways[0] == ways[1] == ways[2]
    assert ways[0][:2] == ([True] * 3, [b"x"] * 3)
    assert [dict(it)["cookie"] for it in ways[0][2]] == ["z=z"] + ["z=z; a=b"] * 2
    assert told == [(BASE + path, 200) for path in "abc"]
    assert len([it for it in caplog.messages if it.startswith("HTTP Request: GET")]) == 3


def test_a_client_that_was_closed_says_so(library):
    wire = Server(library, {}).wire()
    run(wire.client.aclose())
    with pytest.raises(Broken, match="has been closed"):
        get(wire)


def busy(library, where):
    """A server that says something all the time, so that no connection is ever silent, and never anything that counts."""

    class Body(library.AsyncByteStream):
        async def __aiter__(self):
            yield b"x"
            await asyncio.sleep(1e9)

    class Transport(library.AsyncBaseTransport):
        async def handle_async_request(self, _request):
            if where == "head":
                await asyncio.sleep(1e9)
            return library.Response(200, stream=Body())

    return library.AsyncClient(transport=Transport())


@pytest.mark.parametrize("where", ["head", "body"])
def test_early_hints_pings_and_trailers_without_an_end_have_one(library, where):
    """Red before: they waited for the end of the run, which may be a day."""
    wire = Wire(
        busy(library, where), BASE, hosts=(), limits=Limits(), clock=LoopClock(), point=lambda *_: None
    )
    with pytest.raises(Broken, match="nothing that counts came in 60 s") as broken:
        get(wire)
    assert broken.value.slow


def test_a_limit_leaves_nothing_behind_and_hides_no_one_else_s_wish(library):
    """The limit ends the waiting by cancelling its task: that is taken back, and another's cancelling is not."""
    wire = Wire(
        busy(library, "head"), BASE, hosts=(), limits=Limits(), clock=LoopClock(), point=lambda *_: None
    )

    async def main(*, cancelled: bool) -> int:
        task = asyncio.current_task()
        if cancelled:
            asyncio.get_running_loop().call_later(60, task.cancel)
        with pytest.raises(asyncio.CancelledError if cancelled else Broken):
            await wire.open(BASE + "a", OURS)
        return task.cancelling()

    assert run(main(cancelled=False)) == 0
    assert run(main(cancelled=True)) == 1


def test_a_feed_on_http_may_stay_there(library):
    """A server under test on this machine."""
    base = "http://localhost/"
    server = Server(library, {base + "a": to(library, "/b"), base + "b": library.Response(200, content=b"x")})
    assert get(server.wire(base=base), base + "a")[1] == b"x"


# Bytes.


def stream(library, pieces, headers=None):
    class Body(library.AsyncByteStream):
        async def __aiter__(self):
            for piece in pieces:
                if isinstance(piece, Exception):
                    raise piece
                if callable(piece):
                    await piece()
                else:
                    yield piece

    return library.Response(200, headers=headers or {}, stream=Body())


def test_raw_bytes_are_not_decoded(library):
    packed = gzip.compress(b"x" * 100)
    server = Server(library, {BASE + "a": stream(library, [packed], {"content-encoding": "gzip"})})
    answer, body = get(server.wire())
    assert body == packed
    assert answer.encoded


def test_what_came_before_a_break_is_not_thrown_away(library):
    """Ten bytes at a time, as they come: a piece size would have waited for more, and lost them."""
    server = Server(
        library, {BASE + "a": stream(library, [b"0123456789"] * 3 + [library.ReadError("reset")])}
    )
    wire = server.wire()

    async def main() -> bytes:
        came = b""
        opened = await wire.open(BASE + "a", OURS)
        try:
            async for piece in wire.pieces(opened):
                came += piece
        except Broken as error:
            assert str(error) == "ReadError: reset"  # noqa: PT017
        await wire.close(opened.response)
        return came

    assert len(run(main())) == 30


@pytest.mark.parametrize("name", ["ConnectError", "ReadError", "ReadTimeout", "RemoteProtocolError", "PoolTimeout", "WriteError", "UnsupportedProtocol", "ProxyError"])  # fmt: skip
def test_f13_every_transport_error_is_one(library, name):
    server = Server(library, {BASE + "a": getattr(library, name)("it")})
    with pytest.raises(Broken, match=name):
        get(server.wire())


def test_errors_of_a_client_that_somebody_derived(library):
    class Mine(library.AsyncClient):
        pass

    def fail(_request):
        raise library.ConnectError("it")

    client = Mine(transport=library.MockTransport(fail))
    with pytest.raises(Broken):
        get(Wire(client, BASE, hosts=(), limits=Limits(), clock=LoopClock(), point=lambda *_: None))


def test_f39_a_body_has_a_bound_while_it_comes(library):
    endless = Server(library, {BASE + "a": stream(library, [b"x" * 100] * 100)})
    with pytest.raises(FeedTooLarge, match="1000 bytes"):
        get(endless.wire())


def test_every_wait_is_a_point(library):
    points = []
    server = Server(library, {BASE + "a": stream(library, [b"1", b"2"])})
    get(server.wire(point=lambda *point: points.append(point)))
    assert points == [("request", BASE + "a")] + [("receive", BASE + "a")] * 3


# F20: the rate.


@pytest.mark.parametrize(("seconds", "slow"), [(0.5, False), (2, True)])
def test_f20_a_drip_is_broken_off(library, seconds, slow):
    clock = LoopClock()
    drip = [b"x" * 1000, lambda: asyncio.sleep(seconds)] * 100
    server = Server(library, {BASE + "a": stream(library, drip)})
    wire = server.wire(clock=clock)

    async def main() -> int:
        opened, came = await wire.open(BASE + "a", OURS), 0
        async for piece in wire.pieces(opened):
            came += len(piece)
        return came

    if slow:
        with pytest.raises(Broken, match="too slow") as caught:
            run(main())
        assert caught.value.slow
    else:
        assert run(main()) == 100_000


def test_a_body_that_goes_on_coming_has_no_end_of_its_own(library):
    """Ten pieces in 250 s, while one that does not come ends it after 60 s."""
    slowly = [b"x" * 100_000, lambda: asyncio.sleep(25)] * 10
    wire = Server(library, {BASE + "a": stream(library, slowly)}).wire()

    async def main() -> int:
        return sum([len(piece) async for piece in wire.pieces(await wire.open(BASE + "a", OURS))])

    assert run(main()) == 1_000_000


# F22, F24: pauses.


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("-5", None), ("0", 0), (" 120 ", 120), ("٣", None), ("9" * 400, float("inf")),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 200), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 99 Jan 1970", None),
    ],
)  # fmt: skip
def test_f22_retry_after(header, seconds):
    given = {} if header is None else {"retry-after": header}
    assert Answer(503, {"date": "Thu, 01 Jan 1970 00:16:40 GMT", **given}).retry_after == seconds
    today = {"date": "today", "retry-after": "Thu, 01 Jan 1970 00:20:00 GMT"}
    assert Answer(503, today, came=900).retry_after == 300, "by the clock here"


def patience(clock, look=lambda: None, **limits):
    bounds, rng = Limits(**limits), random.Random(1)
    return Wire(None, BASE, hosts=(), limits=bounds, clock=clock, rng=rng, point=look)


def test_f24_pauses_grow_up_to_a_cap_and_not_after_the_last_attempt():
    clock = LoopClock()
    waiting = patience(clock, attempts=10, backoff_cap=4)

    async def main() -> list[float]:
        took = []
        for attempt in range(10):
            start = clock.monotonic()
            await waiting.pause(attempt)
            took.append(clock.monotonic() - start)
        return took

    took = run(main())
    for pause, longest in zip(took, [0.5, 1, 2, 4, 4, 4, 4, 4, 4], strict=False):
        assert longest / 2 <= pause <= longest + 0.001
    assert took[-1] == 0
    assert len({round(pause, 3) for pause in took[3:9]}) > 3, "jitter"


@pytest.mark.parametrize(
    ("attempt", "header", "halts"), [(0, 20, False), (0, 40, True), (0, float("inf"), True), (4, None, True)]
)
def test_f22_a_long_pause_ends_the_run_and_is_clamped(attempt, header, halts):
    clock = LoopClock(wall=1000)
    waiting = patience(clock)

    async def main() -> float:
        await waiting.obey(attempt, header)
        return clock.monotonic()

    if not halts:
        assert 20 <= run(main()) <= 22.1
        return
    with pytest.raises(Halt) as caught:
        run(main())
    assert caught.value.why is Stop.SERVER_BUSY
    assert isinstance(caught.value.problem, ServerBusy)
    assert 1030 <= caught.value.not_before <= 1000 + 3600


def test_a_pause_ends_when_the_run_is_to_end():
    clock = LoopClock()

    def look() -> None:
        if clock.monotonic() > 3:
            raise Halt(Stop.ASKED_TO_STOP)

    with pytest.raises(Halt):
        run(patience(clock, look).obey(0, 25))

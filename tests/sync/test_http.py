"""HTTP as it is: HTTP/2's ends, ports that say nothing, proxies, a server whose clock is another one."""

import asyncio
import json
import ssl
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import httpx2
import pytest

from afterswipe.sync import Limits, NeedsAuthorization, Stop, Sync, Unreachable, command
from afterswipe.sync.transfer.wire import without_user
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.raw_server import RawServer, carrying
from faultlab.servers.server import FeedServer
from faultlab.servers.wire import Reply

from . import http2_server
from .memory_net import HOST, network
from .rig import Rig, changed, landed, small_truth, wanted

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def over_http_2(server, library):
    """A client to it, in memory and in virtual time."""
    return network(library, lambda: http2_server.Http2Connection(server), http1=False, http2=True)


def dripping(server):
    """A tenth of a file at a time."""

    def answer(request):
        reply = server.answer(request)
        return replace(reply, pace=8, piece=40) if request.path.endswith(".mp3") else reply

    return answer


def synced(client, folder, **limits):
    return Sync(client, HOST, folder, clock=LoopClock(), limits=Limits(reserve_bytes=0, **limits)).run()


ENDS = (http2_server.goaway, http2_server.goaway_before, http2_server.reset, http2_server.refused)


@LIBRARIES
@pytest.mark.parametrize("half", [True, False], ids=["within a body", "before an answer"])
@pytest.mark.parametrize("ends", ENDS, ids=lambda ends: ends.__name__)
def test_the_ends_of_http_2_are_those_of_a_connection(tmp_path, library, ends, half):
    truth = small_truth(3)

    async def main():
        server = http2_server.Http2Server(FeedServer(truth).answer, ends, half=half)
        async with server, library.AsyncClient(http1=False, http2=True, trust_env=False) as client:
            limits = Limits(reserve_bytes=0, backoff_base=0.001)
            return server, await Sync(client, server.url, tmp_path, limits=limits).run()

    server, report = asyncio.run(main())
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(truth)
    assert server.times == 0
    resumed = [request for request, reply in server.log if reply.status == 206]
    assert bool(resumed) == half, "what came of a body is gone on with"
    assert (server.connections > 1) == ends.__name__.startswith("goaway")


@LIBRARIES
@pytest.mark.parametrize("half", [True, False], ids=["within a body", "before an answer"])
@pytest.mark.parametrize(
    "ends",
    [http2_server.silent, http2_server.pinging, http2_server.narrowed, http2_server.closed_to_streams],
    ids=lambda ends: ends.__name__,
)
def test_http_2_that_lives_and_brings_nothing_has_an_end(tmp_path, library, ends, half):
    """Pings, settings that change, streams that stall: two files are held up, and all come in the end."""
    truth = small_truth(3)

    async def main():
        server = http2_server.Http2Server(FeedServer(truth).answer, ends, half=half)
        async with over_http_2(server, library) as client:
            return await synced(client, tmp_path)

    report = run(main())
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(truth)


@LIBRARIES
def test_a_client_that_stumbles_over_its_own_counting_is_asked_again(tmp_path, library):
    """httpcore, whose stream ends as its time is over. Red before: its ValueError was the run's."""
    truth = small_truth(2)
    stumbles = [True]

    class Stumbling(library.AsyncClient):
        async def send(self, request, **more):
            if stumbles and request.url.path.endswith(".mp3"):
                stumbles.clear()
                raise ValueError("semaphore released too many times")
            return await super().send(request, **more)

    async def main():
        server = http2_server.Http2Server(FeedServer(truth).answer, http2_server.silent, half=False, times=0)
        async with server, Stumbling(http1=False, http2=True, trust_env=False) as client:
            limits = Limits(reserve_bytes=0, backoff_base=0.001)
            return await Sync(client, server.url, tmp_path, limits=limits).run()

    report = asyncio.run(main())
    assert report.finished, str(report)
    assert not stumbles
    assert landed(tmp_path) == wanted(truth)


@pytest.mark.parametrize("part", ["/update-events/", "/v3/sound/", ".mp3"])
def test_a_request_that_came_to_the_wrong_server_is_made_again(tmp_path, part):
    """421, as of a gateway that is begun anew. Red before: no feed at this address, or a broken answer."""
    rig, once = Rig(tmp_path), [Reply(421, {"content-length": "0"})]
    changed(rig, part, lambda _request, reply: once.pop() if once else reply)
    assert rig.run().finished


@LIBRARIES
@pytest.mark.parametrize("few", ["streams", "connections"])
def test_where_fewer_are_allowed_at_once_than_are_asked_the_others_wait(tmp_path, library, few):
    """One stream at a time, or one connection: each file takes longer than an answer may. Red before: given up as unreachable."""
    truth = small_truth(3, 400)

    def connected():
        if few == "streams":
            return http2_server.Http2Connection(server)
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), raw._serve)

    server = http2_server.Http2Server(FeedServer(truth).answer, http2_server.silent, half=False, times=0)
    server.streams, server.pace = 1, 8
    raw = RawServer(carrying(dripping(FeedServer(truth))))

    async def main():
        asks = {"http1": False, "http2": True} if few == "streams" else {}
        async with network(library, connected, limits=library.Limits(max_connections=1), **asks) as client:
            return await synced(client, tmp_path, attempts=1, minimum_rate=0.1)

    report = run(main())
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(truth)


@LIBRARIES
@pytest.mark.parametrize("streams", [1, 2])
def test_a_stream_that_was_let_go_of_early_is_no_reason_to_give_others_up(tmp_path, library, streams):
    """It stays open in the client, and where it is the last one nothing can be asked on its connection. Red before: given up as unreachable."""
    truth = small_truth(5, 400)
    server = http2_server.Http2Server(
        FeedServer(truth).answer, http2_server.pinging, half=True, times=streams
    )
    server.streams = streams

    async def main():
        async with over_http_2(server, library) as client:
            return await synced(client, tmp_path, attempts=2)

    report = run(main())
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(truth)
    assert server.connections > 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://feed.example:443/a", "https://feed.example/a"), ("http://feed.example:80", "http://feed.example"),
        ("https://FEED.example/A", "https://feed.example/A"), ("http://feed.example:443/", "http://feed.example:443/"),
        ("http://[::1]:80/", "http://[::1]/"), ("https://ann:s3cret@feed.example:443/", "https://feed.example/"),
    ],
)  # fmt: skip
def test_a_port_that_says_nothing_is_left_out(given, kept):
    assert without_user(given)[0] == kept


def test_the_same_feed_with_and_without_its_port(tmp_path):
    rig = Rig(tmp_path, extended=False)
    assert rig.run(base="https://feed.example:443/").finished
    assert rig.run(base="https://Feed.Example/").finished


@LIBRARIES
def test_through_a_proxy(tmp_path, library):
    truth = small_truth()

    async def main():
        async with RawServer(carrying(FeedServer(truth).answer)) as server:
            async with library.AsyncClient(proxy=server.url) as client:
                report = await Sync(
                    client, "http://feed.example/", tmp_path, limits=Limits(reserve_bytes=0)
                ).run()
            return report, {request.url for request in server.requests}

    report, asked = asyncio.run(main())
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(truth)
    assert all(url.startswith("http://feed.example/") for url in asked), "the whole address goes to a proxy"


@LIBRARIES
@pytest.mark.parametrize(("answers", "why", "problem"), [(True, Stop.NEEDS_AUTHORIZATION, NeedsAuthorization), (False, Stop.OFFLINE, Unreachable)])  # fmt: skip
def test_a_proxy_that_lets_nobody_through(tmp_path, library, answers, why, problem):
    async def main():
        async with RawServer(carrying(lambda _request: Reply(407, {"content-length": "0"}))) as server:
            proxy = server.url if answers else "http://127.0.0.1:9/"
            async with library.AsyncClient(proxy=proxy) as client:
                limits = Limits(reserve_bytes=0, backoff_base=0.001, attempts=2)
                return await Sync(client, "http://feed.example/", tmp_path, limits=limits).run()

    report = asyncio.run(main())
    assert report.why is why
    assert isinstance(report.problems[0], problem)


def test_a_pause_is_read_by_the_server_s_clock(tmp_path):
    """Its clock is twenty-seven years behind: by ours, the pause would be over."""
    rig, asked = Rig(tmp_path), []
    answer = rig.honest.answer

    def busy(request):
        asked.append(request)
        if len(asked) > 1:
            return answer(request)
        said = {"date": "Fri, 01 Jan 1999 00:00:00 GMT", "retry-after": "Fri, 01 Jan 1999 00:00:20 GMT"}
        return Reply(503, {**said, "content-length": "0"})

    rig.honest.answer = busy
    assert rig.run().finished
    assert 20 <= sum(rig.clock.slept) <= 22.1


@pytest.mark.parametrize("here", [True, False])
def test_the_command_speaks_http_2_where_it_can(monkeypatch, here):
    if not here:
        monkeypatch.setitem(sys.modules, "h2", None)
    assert command._client(None)._transport._pool._http2 is here


def self_signed() -> ssl.SSLContext:
    """A server's side, with a certificate that nobody trusts: made for this test, good for nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("untrusted.pem"))
    return context


@LIBRARIES
def test_f33_a_certificate_that_is_not_trusted_is_said_to_be_that(tmp_path, library):
    async def main():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=self_signed())
        port = server.sockets[0].getsockname()[1]
        async with server, library.AsyncClient(trust_env=False) as client:
            return await Sync(client, f"https://127.0.0.1:{port}/", tmp_path / "here").run()

    report = asyncio.run(main())
    assert report.why is Stop.UNTRUSTED
    assert "certificate" in str(report)
    assert report.requests == 1, "another attempt would not change it"
    assert command._CODES[report.why] == command.SIGN_IN


@LIBRARIES
@pytest.mark.parametrize("http_2", [False, True])
def test_a_list_that_is_shorter_than_was_said_is_no_list(tmp_path, library, http_2):
    """Never red: the libraries look, and so does `Wire.whole`. What came is whole JSON, and would be a list of one."""
    honest = FeedServer(small_truth(2), False)

    def answer(request):
        reply = honest.answer(request)
        if "update-events" not in request.path:
            return reply
        body = json.dumps(json.loads(reply.body)[:1]).encode()
        return replace(reply, body=body).having(content_length=str(len(reply.body)))

    async def main():
        if http_2:
            server = http2_server.Http2Server(answer, http2_server.goaway, half=True)
            async with over_http_2(server, library) as client:
                return await synced(client, tmp_path, attempts=2)
        async with RawServer(carrying(answer)) as server, library.AsyncClient(trust_env=False) as client:
            limits = Limits(reserve_bytes=0, attempts=2, backoff_base=0.001)
            return await Sync(client, server.url, tmp_path, limits=limits).run()

    report = (run if http_2 else asyncio.run)(main())
    assert report.why is Stop.OFFLINE
    assert "540" in str(report.problems[0]), "it says how much was announced"

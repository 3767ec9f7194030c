"""Whatever the client's library raises is a verdict about a content or the server; what our own code raises stays what it is."""

import asyncio

import anyio
import h2.exceptions
import h11
import httpx
import httpx2
import pytest

from afterswipe.sync import Stop, Sync, command
from afterswipe.sync.transfer.wire import Broken, Elsewhere
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.faulty import FaultyTransport
from faultlab.servers.server import FeedServer

from .rig import BASE, LIMITS, landed, small_truth, wanted
from .test_wire import Server, get

ERRORS = [
    ValueError("semaphore released too many times"),
    KeyError(7),
    AssertionError(),
    RuntimeError("Attempted to exit cancel scope in a different task than it was entered in"),
    IndexError("pop from an empty deque"),
    AttributeError("'NoneType' object has no attribute 'call_soon'"),
    StopAsyncIteration(),
    h2.exceptions.ProtocolError("Invalid input ConnectionInputs.RECV_DATA in state ConnectionState.CLOSED"),
    h2.exceptions.TooManyStreamsError("Max outbound streams is 1, 1 open"),
    h11.LocalProtocolError("can't handle event type Request when role=CLIENT and state=ERROR"),
    anyio.ClosedResourceError(),
    ExceptionGroup("unhandled errors in a TaskGroup", [OSError(5, "Input/output error")]),
    asyncio.CancelledError("Cancelled by cancel scope 7f"),
]


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request):
    return request.param


def stumbling(library, where, error, what, times):
    """A client whose transport raises this in one of the three calls, for as many requests whose path has `what` in it."""
    transport = FaultyTransport(FeedServer(TRUTH), library=library, clock=LoopClock())
    left = [None] * times

    class Body(library.AsyncByteStream):
        def __init__(self, body):
            self.body = body

        async def __aiter__(self):
            if where == "aiter_raw":
                raise error
            async for piece in self.body:
                yield piece

        async def aclose(self):
            if where == "aclose":
                raise error

    class Transport(library.AsyncBaseTransport):
        async def handle_async_request(self, request):
            stumbles = what in request.url.path and bool(left)
            if stumbles:
                left.pop()
            if stumbles and where == "send":
                raise error
            response = await transport.handle_async_request(request)
            if stumbles:
                response.stream = Body(response.stream)
            return response

    return library.AsyncClient(transport=Transport())


TRUTH = small_truth(3, 500)


def one_run(folder, client, **options):
    async def main():
        async with client:
            return await Sync(client, BASE, folder, clock=LoopClock(), limits=LIMITS, **options).run()

    return run(main())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["send", "aiter_raw", "aclose"])
@pytest.mark.parametrize("what", ["/update-events/", "/v3/sound/", ".mp3"])
def test_what_the_client_stumbles_over_once_is_asked_for_again(tmp_path, where, error, what):
    """Red before: all but ValueError and OSError were a traceback, and its own cancelling was "asked to stop"."""
    report = one_run(tmp_path, stumbling(httpx, where, error, what, 1))
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(TRUTH)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["send", "aiter_raw"])
def test_what_it_stumbles_over_for_ever_is_one_content_s_trouble(tmp_path, library, where, error):
    one = next(content.id for content in TRUTH.contents.values() if content.file)
    report = one_run(tmp_path, stumbling(library, where, error, f"{one}.mp3", 1_000))
    assert report.why in (Stop.OFFLINE, Stop.INCOMPLETE)
    assert [type(error).__name__ in str(problem) for problem in report.problems] == [True], str(report)
    assert len(landed(tmp_path)) == len(TRUTH.contents) - 1


def test_a_cancelling_that_somebody_wants_is_one(tmp_path):
    async def main():
        first = asyncio.ensure_future(Sync(busy, BASE, tmp_path, clock=LoopClock(), limits=LIMITS).run())
        await asyncio.sleep(5)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    async def never(_request):
        await asyncio.sleep(1e9)

    busy = httpx.AsyncClient(transport=httpx.MockTransport(never))
    run(main())


def test_an_answer_that_is_never_let_go_of_ends(tmp_path):
    """Red before: closing had no end."""

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"x"

        async def aclose(self):
            await asyncio.sleep(1e9)

    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404, stream=Body())))
    assert one_run(tmp_path, client).why is Stop.FEED_UNUSABLE


@pytest.mark.parametrize("where", ["request", "receive"])
def test_an_error_of_our_own_is_not_the_client_s(library, where):
    def point(name, _detail):
        if name == where:
            raise ZeroDivisionError

    server = Server(library, {BASE + "a": library.Response(200, content=b"x")})
    with pytest.raises(ZeroDivisionError):
        get(server.wire(point=point))


def test_one_that_the_client_is_closed_says_so(library):
    client = library.AsyncClient(transport=library.MockTransport(lambda _: library.Response(200)))

    async def main():
        await client.aclose()
        wire = Server(library, {}).wire()
        wire.client = client
        await wire.open(BASE, {})

    with pytest.raises(Broken, match="closed"):
        run(main())


@pytest.mark.parametrize("location", ["https://exa mple.example:x/", "https://[::1", "//\x00"])
def test_a_redirect_that_the_client_cannot_read_leads_elsewhere(library, location):
    server = Server(library, {BASE + "a": library.Response(302, headers={"location": location})})
    with pytest.raises((Elsewhere, Broken)):
        get(server.wire())


def test_a_client_that_does_not_end_well_changes_no_exit_code(tmp_path, monkeypatch):
    """Red before: a traceback behind the report."""

    class Ends(httpx.AsyncClient):
        async def aclose(self):
            raise RuntimeError("Event loop is closed")

        async def __aexit__(self, *failure):
            await self.aclose()

    transport = FaultyTransport(FeedServer(TRUTH), clock=LoopClock())
    monkeypatch.setattr(command, "_client", lambda _token: Ends(transport=transport))
    assert command.main([BASE, str(tmp_path / "here"), "--quiet"]) == command.DONE

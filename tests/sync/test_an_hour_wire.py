"""What a stranger with servers of their own tried: each answer byte by byte, over real sockets. Each was red before."""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import httpx
import httpx2
import pytest

from afterswipe.sync import FeedTooLarge, Misdirected, Stop, Sync, command
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.server import SOUND, FeedServer, Truth
from faultlab.servers.wire import Ending, Reply, Request

from .rig import BASE, LIMITS, Rig, changed, landed, small_truth, wanted


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("by", [-7, 77])
def test_a_length_beside_chunks_says_nothing(tmp_path, by, extended):
    """A proxy made chunks of a body and left the `Content-Length` of another: "only 1608 of 1685 bytes came", for ever (RFC 9112, 6.3)."""
    rig = Rig(tmp_path / "here", small_truth(2, 3000), extended=extended)
    changed(rig, "/", lambda _, reply: reply.having(
        transfer_encoding="chunked", content_length=str(len(reply.body) + by)
    ))  # fmt: skip
    assert rig.run().finished
    assert rig.in_sync()


def cut_once(rig: Rig, then: Callable[[Request, Reply], Reply]) -> None:
    """Each file's first answer is cut at its half; what comes after that is changed."""
    asked = Counter[str]()

    def answer(request, reply):
        asked[request.path] += 1
        return (
            then(request, reply) if asked[request.path] > 1 else reply.cut(len(reply.body) // 2, Ending.SHORT)
        )

    changed(rig, ".mp3", answer)


def _called(kind: str, body: bytes) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, body=(body * len(reply.body))[: len(reply.body)]).having(
        content_type=kind
    )


_OF_A_REST = {
    "encoded": lambda reply: reply.having(content_encoding="gzip"),
    "nothing": lambda reply: Reply(200, {"content-length": "0"}),
    "too large": lambda reply: Reply(200, {"content-length": "9" * 15}, b"x"),
    "other size": lambda reply: Reply(200, {"content-length": "7"}, b"sign in"),
    "page": _called("text/html", b"<html>sign in</html> "),
    "json": _called("application/json", b'{"error": 1} '),
    "words": _called("text/plain", b"Sign in. "),
    "network": lambda reply: replace(reply, status=511),
    "rest": lambda reply: replace(reply, status=200).having(content_range=None, etag=None),
    "rest, other etag": lambda reply: replace(reply, status=200).having(content_range=None, etag='"other"'),
}


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("what", _OF_A_REST)
def test_whatever_is_refused_of_a_rest_the_whole_is_asked_for(tmp_path, what, extended):
    """The answer to a range was encoded, empty, or a page called 206: given up, or (plain) put behind the sound, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(2, 3000), extended=extended)
    cut_once(rig, lambda request, reply: _OF_A_REST[what](reply) if "range" in request.headers else reply)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("extended", [False, True])
def test_another_length_under_the_same_validator_is_asked_for_past_caches(tmp_path, extended):
    """A cache keeps the two thirds that it had when its server went away, as a whole: "everything is here" on the plain feed, though the first answer had said how long it is."""
    rig = Rig(tmp_path / "here", small_truth(2, 3000), extended=extended)
    sounds = {f"/sounds/{c.id}.mp3": c.file for c in rig.truth.contents.values() if c.file}

    def cached(request, reply):
        if "cache-control" in request.headers:
            return reply
        return Reply(
            200, reply.having(content_range=None, content_length="2000").headers, sounds[request.path][:2000]
        )

    cut_once(rig, cached)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("before", [0, 2])
def test_an_empty_list_moves_no_cursor(tmp_path, before):
    """A copy of the server that has nothing yet, and whose cursor is a time, or another copy's: what was older never came, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(before, 500))
    whole = {
        "feed_id": rig.truth.feed_id,
        "generation": 2,
        "events": [],
        "next": None,
        "complete": True,
        "cursor": "2.99",
    }
    if before:
        assert rig.run().finished
    rig.truth.restart()
    rig.truth.add(SOUND, "new", 500)
    honest = rig.honest.answer
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        Reply(200, {"content-type": "application/json"}, json.dumps(whole).encode())
        if "update-events" in request.path
        else honest(request)
    )
    rig.run()
    rig.honest.answer = honest
    assert rig.run().finished
    assert rig.in_sync()


# What is shown and sent.

_ODD = [
    "pa/s3cret",
    "pa?s3cret",
    "pa#s3cret",
    "s3cret/x",
    "s3cret?x",
    "s3cret#x",
    "pa[s3cret",
    "s3cret@x",
    "x@/s3cret",
    "s3cret",
]


@pytest.mark.parametrize("password", _ODD)
@pytest.mark.parametrize("scheme", ["http://", "https://", "ftp://", "http:/", ""])
def test_a_password_that_no_address_may_have_is_not_shown(capsys, monkeypatch, tmp_path, scheme, password):
    """Typed as it is, with its `/`, `?` or `#`: "'http://ann:pa/s3cret@host/' is no address of a feed: Invalid port: 'pa'"."""
    monkeypatch.setattr("afterswipe.sync.command._sync", lambda *_: pytest.skip("it may be an address"))
    with pytest.raises(SystemExit) as ended:
        command.main([f"{scheme}ann:{password}@127.0.0.1:port/", str(tmp_path / "here")])
    said = capsys.readouterr().err
    assert ended.value.code == command.USAGE
    assert "s3cret" not in said
    assert "is no address of a feed" in said


def test_a_key_in_a_query_is_not_shown(capsys, tmp_path):
    with pytest.raises(SystemExit):
        command.main(["http://feed.example/x?key=s3cret", str(tmp_path / "here")])
    said = capsys.readouterr().err
    assert "'http://feed.example/x' is no address of a feed: http(s)://HOST, no ? or #" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("password", [odd for odd in _ODD if "@/" not in odd])
def test_a_proxy_s_password_that_no_address_may_have_is_not_shown(capsys, monkeypatch, tmp_path, password):
    """The same in `HTTP_PROXY`: "Invalid port: 's3cret'"."""
    monkeypatch.setenv("HTTP_PROXY", f"http://ann:{password}@127.0.0.1:port/")
    with pytest.raises(SystemExit) as ended:
        command.main(["http://feed.example/", str(tmp_path / "here")])
    said = capsys.readouterr().err
    assert ended.value.code == command.USAGE
    assert "s3cret" not in said
    assert "HTTP_PROXY" in said


@pytest.mark.parametrize("name", ["NO_PROXY", "ALL_PROXY", "SSLKEYLOGFILE"])
def test_the_variable_that_cannot_be_right_is_among_those_named(capsys, monkeypatch, tmp_path, name):
    """`NO_PROXY=[::1]`, as curl has it: "Invalid port: ':1]'. Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY"."""
    monkeypatch.setenv(name, "/" if name == "SSLKEYLOGFILE" else "http://[::1")
    with pytest.raises(SystemExit) as ended:
        command.main(["http://feed.example/", str(tmp_path / "here")])
    assert ended.value.code == command.USAGE
    assert name in capsys.readouterr().err


def test_a_signed_address_is_not_shown(tmp_path):
    """A list that is too large, behind a redirect: the key of the storage stood in the message."""
    rig = Rig(tmp_path / "here", small_truth(1))
    signed = Reply(302, {"location": f"{BASE}store/v3/update-events/all?key=s3cret"})
    changed(rig, "/v3/", lambda request, reply: reply if "s3cret" in request.url else signed)
    report = rig.run(limits={"page_bytes": 100})
    assert isinstance(report.problems[0], FeedTooLarge)
    assert "s3cret" not in str(report)
    assert "store/v3/update-events/all is larger" in str(report)


def test_a_cookie_that_no_header_may_have_is_not_kept(tmp_path):
    """`Set-Cookie: name=José`: no request could be made any more, "an address that makes no sense: 'ascii' codec can't encode character"."""
    rig, sent = Rig(tmp_path / "here", small_truth(2, 300)), []

    def answer(asked):
        sent.append(asked.headers.get("cookie", ""))
        reply = rig.honest.answer(Request("GET", str(asked.url), {}))
        said = [
            *reply.headers.items(),
            ("set-cookie", "session=abc; Path=/"),
            ("set-cookie", "name=José"),
            ("set-cookie", "ÿ=x"),
        ]
        headers = [(name.encode(), value.encode("latin-1")) for name, value in said]
        return httpx.Response(200, headers=headers, content=reply.body)

    async def main():
        client = command._client(None)
        client._mounts, client._transport = {}, httpx.MockTransport(answer)
        async with client:
            return await Sync(client, BASE, rig.folder, clock=LoopClock(rig.wall), limits=LIMITS).run()

    assert run(main()).finished
    assert rig.in_sync()
    assert set(sent[1:]) == {"session=abc"}


@pytest.mark.parametrize("part", ["/sound/", ".mp3"])
def test_a_certificate_that_is_not_trusted_is_said_wherever_it_is(tmp_path, part):
    """Of the host of the files: "the server cannot be reached; run again when there is a network"."""
    rig = Rig(tmp_path / "here", small_truth(5, 300))

    async def send(request):
        if part in request.url.path:
            try:
                raise ssl.SSLCertVerificationError(1, "self-signed certificate")
            except ssl.SSLError as error:
                raise httpx.ConnectError(str(error)) from error
        reply = rig.honest.answer(Request("GET", str(request.url), {}))
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    async def main():
        async with httpx.AsyncClient(transport=httpx.MockTransport(send)) as client:
            return await Sync(client, BASE, rig.folder, clock=LoopClock(rig.wall), limits=LIMITS).run()

    report = run(main())
    assert report.why is Stop.UNTRUSTED
    assert "self-signed" in str(report)


# Whose host it is.


@pytest.mark.parametrize(
    ("typed", "led"),
    [
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example:443/"),
        ("https://feed.example/", "https://feed.example./"),
        ("https://feed.example./", "https://FEED.example/"),
    ],
)
def test_a_host_may_be_written_in_two_ways(tmp_path, typed, led):
    """Typed in letters, and the server redirects to the same host as the network spells it: "a redirect to xn--bcher-kva.example", without the token."""
    rig = Rig(tmp_path / "here", small_truth(1), token="secret")
    honest = rig.honest.answer
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        honest(request) if "/store/" in request.url else Reply(302, {"location": f"{led}store{request.path}"})
    )
    report = rig.run(base=typed, client={"headers": {"Authorization": "Bearer secret"}})
    assert report.finished, report
    assert rig.in_sync()


@pytest.mark.parametrize(
    "host",
    ["https://cdn.example", "cdn.example/", "cdn.example:8443", "[::1]:80", "ann@cdn.example", "a b", ""],
)
def test_a_host_that_can_never_match_is_one_line(capsys, tmp_path, host):
    """It was taken, and the report went on to say: "a redirect to cdn.example. If it is right, allow it: --allow-host"."""
    with pytest.raises(SystemExit) as ended:
        command.main(["http://feed.example/", str(tmp_path / "here"), "--allow-host", host])
    assert ended.value.code == command.USAGE
    assert "--allow-host" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("allowed", "led"), [("[::1]", "[::1]"), ("::1", "[::1]"), ("bücher.example", "xn--bcher-kva.example")]
)
def test_a_host_is_allowed_as_people_write_it(tmp_path, allowed, led):
    rig = Rig(tmp_path / "here", small_truth(1))
    changed(rig, ".mp3", lambda request, reply: (
        reply if "/store/" in request.url else Reply(302, {"location": f"https://{led}/store{request.path}"})
    ))  # fmt: skip
    assert rig.run(hosts=(allowed,)).finished
    assert rig.in_sync()


# What is said.


@pytest.mark.parametrize("part", ["/author/", ".mp3"])
@pytest.mark.parametrize("status", [408, 416, 421, 500, 503, 507, 599, 999])
def test_the_status_is_named(tmp_path, part, status):
    """Of a 507: "the server was busy", "the server answers, and nothing comes". Of a 416 for each request: "the server has fewer bytes than are here"."""
    rig = Rig(tmp_path / "here", small_truth(1))
    changed(rig, part, lambda _, reply: Reply(status, {"content-length": "0"}))
    said = str(rig.run())
    assert f"answered {status}" in said or f"({status})" in said
    assert "busy" not in said
    assert "fewer" not in said


def test_whoever_answers_is_not_called_out_of_reach(tmp_path):
    """Each file lives at another host: "the server cannot be reached; run again when there is a network", beside the option that helps."""
    rig = Rig(tmp_path / "here", Truth())
    for number in range(5):
        rig.truth.add(SOUND, f"sound {number}", 100)
    changed(rig, ".mp3", lambda request, _: Reply(302, {"location": f"https://cdn.example{request.path}"}))
    report = rig.run(limits={"concurrency": 1})
    assert report.why is Stop.INCOMPLETE
    assert "--allow-host" in str(report)
    assert len(rig.asked(".mp3")) == 4, "not each is asked for"


@pytest.mark.parametrize("second", ["/other", "/one"])
def test_a_redirect_to_two_places_leads_nowhere(tmp_path, second):
    """Both, with a comma between them, became one address, and what was not found there counted as not there."""
    truth = small_truth(1, 500)
    server, asked = FeedServer(truth), []

    def answer(request):
        asked.append(request.url.path)
        path = request.url.path.removeprefix("/one")
        if path.endswith(".mp3") and path == request.url.path:
            return httpx.Response(302, headers=[("location", f"/one{path}"), ("location", f"{second}{path}")])
        reply = server.answer(Request(request.method, f"https://feed.example{path}", dict(request.headers)))
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    async def main():
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await Sync(client, BASE, tmp_path / "here", limits=LIMITS, clock=LoopClock(0)).run()

    report = run(main())
    assert report.finished is (second == "/one")
    assert {type(problem) for problem in report.problems} <= {Misdirected}
    assert not [path for path in asked if "," in path]


@pytest.mark.parametrize(
    "unasked",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        b"HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n",
        b"\r\n",
    ],
)
def test_what_comes_behind_an_answer_is_no_answer_to_the_next_question(tmp_path, unasked):
    """In one piece with the metadata came a second answer. It became the sound, "everything is here", or said that the server did not have it."""
    truth = small_truth(3, 500)
    server, connections = FeedServer(truth, extended=False), []

    async def serve(reader, writer):
        connections.append(writer)
        while head := await reader.readuntil(b"\r\n\r\n"):
            reply = server.answer(Request("GET", head.split()[1].decode()))
            lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
            behind = unasked if b"/v3/sound/" in head else b""
            writer.write(f"HTTP/1.1 {reply.status} OK\r\n{lines}\r\n".encode() + reply.body + behind)

    async def main():
        listens = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listens.sockets[0].getsockname()[1]
        async with httpx.AsyncClient() as client:
            report = await Sync(client, f"http://127.0.0.1:{port}/", tmp_path / "here", limits=LIMITS).run()
        for writer in connections:
            writer.close()
        listens.close()
        return report

    with suppress(asyncio.IncompleteReadError):
        assert asyncio.run(main()).finished
    assert landed(tmp_path / "here") == wanted(truth)
    assert unasked.strip() or len(connections) <= LIMITS.concurrency, "an empty line more is nothing"


@pytest.mark.parametrize("part", ["update-events", "/v3/sound/"])
def test_a_piece_of_a_document_is_said_to_be_one(tmp_path, part):
    """A 200 that says it is a piece: of a page, nine lines of the program's inside were shown; of an entity, "the server asked for a pause"."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    changed(rig, part, lambda _, reply: reply.having(content_range=f"bytes 0-{len(reply.body) - 1}/9999"))
    report = rig.run()
    assert not report.finished
    assert "a piece came where the whole was asked for" in str(report)
    assert "Ask(" not in str(report)
    assert report.why in (Stop.FEED_UNUSABLE, Stop.INCOMPLETE)


@pytest.mark.parametrize("length", [2**63 - 1, 2**63, 2**64 - 1])
def test_a_length_beyond_all_counting_is_over_the_limit(tmp_path, length):
    """What servers in Java and C say where they do not know: no length, and 1,000 requests for a body that broke off."""
    rig = Rig(tmp_path / "here", small_truth(1, 5_000), extended=False)
    changed(rig, ".mp3", lambda _, reply: reply.having(content_length=str(length)).cut(4_000, Ending.SHORT))
    report = rig.run()
    assert len(rig.asked(".mp3")) == 1
    assert f"{length} bytes; 5000000000 is the limit" in str(report)


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(
    ("how", "why"), [("cut", Stop.INCOMPLETE), ("500", Stop.SERVER_FAULT), ("503", Stop.SERVER_BUSY)]
)
def test_a_server_that_asked_for_no_pause_is_not_said_to_have(tmp_path, how, why, library):
    """Files that break off without a length, or are answered 500: "the server asked for a pause; run again later"."""
    rig = Rig(tmp_path / "here", small_truth(20, 5_000), library=library)

    def answer(_, reply):
        if how != "cut":
            return Reply(int(how), {})
        headers = {name: said for name, said in reply.headers.items() if name in ("content-type", "etag")}
        return Reply(200, headers, reply.body[:1_000])

    changed(rig, ".mp3", answer)
    report = rig.run()
    assert report.why is why
    assert ("busy" in str(report)) == (why is Stop.SERVER_BUSY)
    assert ("its body ends too early" in str(report)) == (how == "cut")

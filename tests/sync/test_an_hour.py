"""What one more stranger tried within an hour: bounds of one's own, pauses, garbled bytes, endless lists, bare machines. Each was red before."""

import asyncio
import errno
import json
from contextlib import closing

import httpx
import pytest

from afterswipe.sync import Disk, EndlessPaging, Sync, WrongFile, command
from afterswipe.sync.outcome import Halt, moment
from afterswipe.sync.transfer.answers import Answer
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.server import SOUND, Content, identifier
from faultlab.servers.wire import Ending, Reply

from .rig import Rig, changed, small_truth
from .test_wire import patience

NOW = 1_790_000_000.0


# Bounds that a person may choose.


def test_as_many_attempts_as_a_person_likes():
    """The 1,025th pause was no float any more: a traceback, after a night without a network and `--limit attempts=9999`."""

    async def main():
        waits = patience(LoopClock(NOW), attempts=9999)
        await waits.pause(2000)
        await waits.obey(2000, None)

    run(main())


def test_a_pause_may_end_after_the_last_year_of_the_calendar():
    """`Retry-After: 99999999999999999`, and somebody who allows it: the year 31690765 was a traceback."""

    async def main():
        waits = patience(LoopClock(NOW), retry_after_max=1e15)
        with pytest.raises(Halt) as halted:
            await waits.obey(0, float("9" * 17))
        return str(halted.value.problem)

    assert run(main()) == f"The server is busy, or asked for a pause. Run again after {moment(1e15)}."
    assert moment(1e15).startswith("9999-12-31")


def test_too_little_memory_is_one_line(tmp_path, monkeypatch, capsys):
    """`ulimit -v` and a list of 150,000: a traceback."""

    async def lacks(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Sync, "run", lacks)
    assert command.main(["http://feed.example/", str(tmp_path / "here")]) == command.STOPPED
    assert "too little memory" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["the client", "a request", "the loop"])
def test_too_little_memory_is_that_wherever_it_is_missed(tmp_path, monkeypatch, capsys, where):
    """`ulimit -v 46000`: "Look at HTTPS_PROXY", "the server cannot be reached", or eighteen tracebacks of asyncio's."""

    def lacks(*_, **__):
        if where == "the loop":
            asyncio.get_running_loop().call_exception_handler(
                {"message": "Traceback", "exception": MemoryError()}
            )
        raise OSError(errno.ENOMEM, "Cannot allocate memory") if where == "the client" else MemoryError

    place = (
        (httpx.AsyncClient, "__init__")
        if where == "the client"
        else (httpx.AsyncHTTPTransport, "handle_async_request")
    )
    monkeypatch.setattr(*place, lacks)
    assert command.main(["http://feed.example/", str(tmp_path / "here"), "--quiet"]) == command.STOPPED
    said = capsys.readouterr().err
    assert "too little memory" in said
    assert "Traceback" not in said


# What a server says.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "60, 60"}, 60),
        ({"retry-after": "60.5"}, 60),
        ({"retry-after": "60s"}, 60),
        ({"retry-after": "Mon, 30 Nov 2026 07:00:00 GMT", "date": "Mon, 30 Nov 2026 06:30:00 GMT"}, 1800),
        ({"retry-after": "30 Nov 2026 07:00:00 GMT"}, 3600),
    ],
)
def test_a_pause_that_is_not_quite_written_as_it_should_be(headers, seconds):
    """The proxy and the server both said 60: it was no pause at all."""
    assert Answer(503, headers, came=1_796_018_400).retry_after == seconds


@pytest.mark.parametrize("begins", [b'{"\xc8\r', b"<a\x00", b"<?\x01", b"\xef\xbb\xbf<!\x07"])
def test_a_sound_may_begin_as_markup_does(tmp_path, begins):
    """Of 9,000 bytes the first two decided: "a page for people came", for ever (the mutator's world 20261130871)."""
    rig = Rig(tmp_path / "here", small_truth(1), extended=False)
    sound = identifier(3, "odd", 1)
    rig.truth.publish(Content(sound, SOUND, "odd", 9, begins + bytes(500)))
    assert rig.run().finished
    assert rig.in_sync()


def test_bytes_that_were_garbled_for_an_hour_come_in_the_end(tmp_path):
    """Something on the way garbled them, under the server's own `ETag`. That was remembered for ever (the mutator's world 20261130859)."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    honest = rig.honest.answer
    changed(rig, ".mp3", lambda _request, reply: Reply(200, reply.headers, bytes(500)))
    assert isinstance(rig.run().problems[0], WrongFile)
    rig.honest.answer = honest
    rig.wall += 5 * 3600
    assert isinstance(rig.run().problems[0], WrongFile), "the same validator is the same wrong file"
    assert rig.fetched() == 0
    rig.wall += 3600
    assert rig.run().finished
    assert rig.in_sync()


def test_a_list_without_an_end_has_one_over_several_runs(tmp_path):
    """Each run was ended by its time, and each went on where the last one was: in an hour the database had 30 GB."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    asked = []

    def more(_request, _reply):
        begin = 30 * len(asked)
        asked.append(begin)
        events = [
            {
                "id": identifier(9, "event", number), "content_id": identifier(9, "content", number), "media_type": 0,
                "event_type": 0, "date_time": "2026-01-01T00:00:00Z", "seq": number + 1,
            }
            for number in range(begin, begin + 30)
        ]  # fmt: skip
        page = {"feed_id": "f", "generation": "1", "events": events, "complete": False, "next": f"n{begin}"}
        return Reply(200, {"content-type": "application/json"}, json.dumps(page).encode())

    changed(rig, "update-events", more)
    for _ in range(8):
        ends = len(asked) + 3  # the page that is there, another, and one that is cut off
        report = rig.run(until=lambda ends=ends: len(asked) >= ends, limits={"events": 100})
        if report.problems:
            break
    assert isinstance(report.problems[0], EndlessPaging)
    assert len(asked) <= 12
    rig.honest = Rig(tmp_path / "other", rig.truth).honest
    assert rig.run().finished, "and then another list may come"
    assert rig.in_sync()


@pytest.mark.parametrize(("large", "answers"), [(1, 900), (100, 100), (3000, 100)])
def test_a_cookie_with_each_answer_is_not_sent_for_ever(large, answers):
    """A download's own cookie for each file: after sixty of them, or twenty of 3 kB each, no server read so large a request (431, 400)."""
    sent = []

    def answer(asked):
        sent.append(asked.headers.get("cookie", ""))
        return httpx.Response(200, headers={"set-cookie": f"dl_{len(sent)}={'x' * large}"})

    async def main():
        client = command._client(None)
        client._mounts, client._transport = {}, httpx.MockTransport(answer)
        for _ in range(answers):
            await client.get("http://feed.example/")
        await client.aclose()

    run(main())
    assert sent[1] == f"dl_1={'x' * large}", "it may be what a server waits for"
    assert max(map(len, sent)) < 8000, "what servers read of one header"


@pytest.mark.parametrize("extended", [False, True])
def test_what_comes_behind_the_end_of_a_range_belongs_nowhere(tmp_path, extended):
    """`Content-Range` named 300 bytes, 500 came, and the last 200 were others: "everything is here" on the plain feed."""
    rig = Rig(tmp_path / "here", small_truth(1, 1000), extended=extended)
    sound = next(content.file for content in rig.truth.contents.values() if content.file)
    cuts = iter([500])

    def lies(request, reply):
        if "range" not in request.headers:
            return reply.cut(cut, Ending.SHORT) if (cut := next(cuts, None)) else reply
        body = sound[500:800] + bytes(200)
        return Reply(206, reply.headers | {"content-range": "bytes 500-799/1000"}, body)

    changed(rig, ".mp3", lies)
    for _ in range(3):
        report = rig.run()
        assert not report.finished or rig.in_sync()
        if report.finished:
            break
    assert report.finished, "a whole is asked for"


# A bare machine.


def test_no_other_folder_has_to_be_writable(tmp_path):
    """A container whose only volume is the directory: "unable to open database file. Give a directory that this process may write to"."""
    disk = Disk(tmp_path / "here")
    with closing(disk), closing(disk.database()) as database:
        assert database.execute("PRAGMA temp_store").fetchone() == (2,), "in memory"

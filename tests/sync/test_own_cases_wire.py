"""Cases of our own that came of an hour with servers of our own invention and the real command. Each was red before."""

import json

import httpx
import pytest

from afterswipe.sync import BrokenAnswer, Stop, command
from afterswipe.sync.outcome import Report
from faultlab.servers.server import SOUND
from faultlab.servers.wire import Ending, Reply

from .rig import Rig, changed, landed, small_truth, wanted


def a_sound(rig: Rig) -> str:
    return next(key for key, content in rig.truth.contents.items() if content.media == SOUND)


def page_of(reply: Reply, **said: object) -> Reply:
    body = json.dumps({**json.loads(reply.body), **said}).encode()
    return Reply(200, {**reply.headers, "content-length": str(len(body))}, body)


# Deleting (kind 1).


@pytest.mark.parametrize("generation", [None, 2], ids=["the same feed", "another generation"])
def test_what_an_empty_list_leaves_out_is_asked_for_first(tmp_path, generation):
    """A server whose table of events was lost knows no cursor, and its list is whole and empty: all sounds went, and they were all there."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    was, gone = dict(rig.truth.contents), a_sound(rig)

    def lost(request, reply):
        named = {"generation": generation} if generation else {}
        return page_of(reply, events=[], **named) if request.path.endswith("/all") else Reply(410, {})

    changed(rig, "/update-events/", lost)
    changed(rig, gone, lambda *_: Reply(404, {"content-length": "0"}))
    assert rig.run().finished
    assert landed(rig.folder) == {
        key: (content.title, content.file) for key, content in was.items() if key != gone
    }


# A content's trouble stays its own (kind 2).


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.RESET])
def test_the_oldest_contents_whose_connection_breaks_keep_no_newer_one_away(tmp_path, ending):
    """The disk behind the oldest files is dead, and whoever asks for them is hung up on: no run got to the newer ones."""
    rig = Rig(tmp_path / "here", small_truth(12, 50))
    dead = [content.id for content in rig.truth.contents.values() if content.file][:8]
    for content in dead:
        changed(rig, f"{content}.mp3", lambda *_: Reply(200, {"content-length": "50"}, b"", ending=ending))
    for _ in range(3):
        rig.run()
    assert len(rig.held()) == 1 + 4


# What an event is (kind 3).


def test_a_server_may_come_to_spell_its_ids_otherwise(tmp_path):
    """It spelled them with capitals, and was written anew. A file that was lost then was asked for as it was spelled before."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), extended=False)
    honest, capitals = rig.honest.answer, [True]

    def answer(request):
        name = request.path.rpartition("/")[2].removesuffix(".mp3")
        if "/update-events/" in request.path:
            reply = honest(request)
            events = json.loads(reply.body)
            for event in events:
                event["content_id"] = event["content_id"].upper() if capitals else event["content_id"]
            body = json.dumps(events).encode()
            return Reply(200, {"content-length": str(len(body))}, body)
        if name != (name.upper() if capitals else name.lower()):
            return Reply(404, {"content-length": "0"})
        return honest(type(request)(request.method, request.url.replace(name, name.lower()), request.headers))

    rig.honest.answer = answer  # type: ignore[method-assign]
    assert rig.run().finished
    capitals.clear()
    rig.truth.rename(a_sound(rig), "another name")
    assert rig.run().finished
    next((rig.folder / "files/sound").iterdir()).unlink()
    report = rig.run()
    assert report.finished, str(report)
    assert landed(rig.folder) == wanted(rig.truth)


@pytest.mark.parametrize("cursor", ["9" * 19, "9" * 1_000])
def test_a_cursor_that_no_database_can_hold_is_one_all_the_same(tmp_path, cursor):
    """It ended each run with an OverflowError: what a cursor is made of is the server's business."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    changed(rig, "/all", lambda _, reply: page_of(reply, cursor=cursor))
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.cursor() == cursor


# Asking differently after a refusal (kind 5).


def hangs_up(request: object) -> Reply:
    raise httpx.ReadError("Connection reset by peer")


def sends_to(location: str):
    return lambda _: Reply(302, {"location": location})


def shows_a_page(_request: object) -> Reply:
    page = b"<html>Sign in</html>"
    return Reply(200, {"content-type": "text/html", "content-length": str(len(page))}, page)


REFUSALS = {
    "nothing": hangs_up,
    **{str(status): lambda _, status=status: Reply(status, {}) for status in (200 + 4, 203, 304, 300)},
    "another host": sends_to("https://elsewhere.example/sign-in"),
    "itself": sends_to("?"),
    "a page": shows_a_page,
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_whatever_a_range_is_answered_the_whole_is_asked_for(tmp_path, extended, refusal):
    """Something on the way hangs up on each request for a range: the same was asked for in each run, for ever."""
    rig = Rig(tmp_path / "here", small_truth(1, 5_000), extended=extended)
    cut = [True]

    def no_ranges(request, reply):
        if "range" in request.headers:
            return refusal(request)
        return reply.cut(2_000, Ending.RESET) if cut and not cut.clear() else reply

    changed(rig, ".mp3", no_ranges)
    report = rig.run()
    assert report.finished, str(report)
    assert rig.in_sync()


def test_without_a_connection_what_is_here_is_not_asked_for_anew(tmp_path):
    rig = Rig(tmp_path / "here", small_truth(1, 5_000))
    changed(
        rig,
        ".mp3",
        lambda request, reply: (
            Reply(200, {}, ending=Ending.REFUSED)
            if "range" in request.headers
            else reply.cut(2_000, Ending.RESET)
        ),
    )
    assert not rig.run().finished
    assert len([asked for asked in rig.asked(".mp3") if "range" not in asked.headers]) == 1


# Planning once, and interruptibly (kind 7).


def test_looking_through_files_after_a_kill_is_ended_and_gone_on_with(tmp_path, monkeypatch):
    """Hashing ignored `until`; and where a run is ended within it, that is no look at all files."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), limits=Rig(tmp_path).limits)
    limits = {"group_files": 1}

    class Killed(BaseException): ...

    def kill(point, detail):
        if (point, detail) == ("commit", "release"):
            raise Killed

    with pytest.raises(Killed):
        rig.run(observe=kill)
    files = sorted((rig.folder / "files/sound").iterdir())
    files[2].write_bytes(b"x" * 500)
    read: list[str] = []

    def reads(point, detail):
        read.extend([detail] if point == "read" else [])

    rig.wall += 100
    report = rig.run(observe=reads, until=lambda: len(read) >= 2, limits=limits)
    assert report.why is Stop.ASKED_TO_STOP
    assert len(read) == 2
    read.clear()
    assert rig.run(observe=reads, limits=limits).finished
    assert [name.rpartition("/")[2] for name in read] == [file.name for file in files[1:]]
    assert rig.in_sync()


# The command's words (kind 8).


def test_what_a_server_says_is_no_command_to_a_terminal(tmp_path, capsys):
    """A coding of `gzip, ESC[31m` was printed as it came: so a server could write what it liked over the lines above."""
    problem = BrokenAnswer(
        "sound/a", "encoded as gzip, \x1b[2K\x1b]0;x\x07\u202e\x9b31m although identity was asked for."
    )
    none = command.Durable(0, 0, 0, 0, 0, None)
    command._print(none, none, Report(Stop.INCOMPLETE, problems=[problem]), tmp_path)
    said = capsys.readouterr().out
    assert "\\x1b[2K" in said
    assert all(letter.isprintable() or letter == "\n" for letter in said)


# What an answer is worth (kind 9).


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_server_that_calls_everything_html_is_one(tmp_path, extended):
    """What a script answers is text/html unless it says otherwise: "sign in to the network", in each run."""
    rig = Rig(tmp_path / "here", small_truth(2, 5_000), extended=extended)
    changed(rig, "/", lambda _, reply: reply.having(content_type="text/html; charset=UTF-8"))
    report = rig.run()
    assert report.finished, str(report)
    assert rig.in_sync()


@pytest.mark.parametrize(
    "begins",
    [
        b"<!doctype html><title>",
        b"<!-- hotel --><p>",
        b"<?xml version='1.0'?><Error>",
        b'{"error": "expired", "',
    ],
)
@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream"])
def test_a_page_for_people_that_comes_letter_by_letter_is_none_the_less_one(tmp_path, kind, begins):
    """Its first piece was a space: a page to sign in became a sound of the plain feed, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), extended=False)
    page = b" \n" + begins + b"Welcome to the hotel" + b" " * 2_000
    headers = {"content-type": kind, "content-length": str(len(page)), "etag": '"hotel"'}
    changed(rig, ".mp3", lambda *_: Reply(200, headers, page, piece=1))
    assert not rig.run().finished
    assert not list((rig.folder / "files").rglob("*.mp3"))
    del rig.honest.answer
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=utf-8", b"File not found."),
        ("text/plain", b"Warning: readfile(/var/www/x.mp3): failed to open stream\n"),
        ("audio/x-mpegurl", b"#EXTM3U\nhttp://cdn.example/a.mp3\n"),
        ("application/vnd.apple.mpegurl", b"#EXTM3U\n"),
    ],
)
def test_words_and_lists_of_sounds_are_no_sound(tmp_path, kind, body):
    """Red before: "everything is here", and they had the sound's name on the plain feed."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), extended=False)
    headers = {"content-type": kind, "content-length": str(len(body))}
    changed(rig, ".mp3", lambda *_: Reply(200, headers, body))
    assert not rig.run().finished
    assert not list((rig.folder / "files").rglob("*.mp3"))
    del rig.honest.answer
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_sound_that_is_called_text_is_one(tmp_path, extended):
    """As servers do that do not know the ending."""
    rig = Rig(tmp_path / "here", small_truth(2, 5_000), extended=extended)
    changed(rig, ".mp3", lambda _, reply: reply.having(content_type="text/plain"))
    assert rig.run().finished
    assert rig.in_sync()


def test_a_whole_that_is_called_a_part_is_whole(tmp_path):
    """Some small servers answer everything with 206, and say truly that it is all of it."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    changed(
        rig,
        ".mp3",
        lambda _, reply: Reply(206, {**reply.headers, "content-range": "bytes 0-499/500"}, reply.body),
    )
    assert rig.run().finished
    assert rig.in_sync()

"""Cases of our own: whose bytes they are, what goes while a run goes on, and what a page or a quota must not take. Each was red before."""

import shutil
from dataclasses import replace

import httpx
import httpx2
import pytest

from afterswipe.sync import Stop
from afterswipe.sync.transfer.wire import Broken
from faultlab.servers.server import SOUND
from faultlab.servers.wire import Ending, Reply

from .rig import Rig, changed, small_truth, wanted, without
from .test_no_room import SMALL, files, on, small, with_large
from .test_wire import BASE, Server, get


def sounds(rig: Rig) -> list[str]:
    return [key for key, content in rig.truth.contents.items() if content.media == SOUND]


def answered(body: bytes) -> Reply:
    return Reply(200, {"content-type": "audio/mpeg", "content-length": str(len(body))}, body)


def all_alike(rig: Rig) -> None:
    first = rig.truth.contents[sounds(rig)[0]]
    for key in sounds(rig):
        rig.truth.contents[key] = replace(rig.truth.contents[key], file=first.file)


# Whose bytes they are (S22).


def mixes_up(rig: Rig, victim: str, other: bytes, cache: str) -> None:
    """Whoever asks for one file gets the bytes of another: once, or until caches are asked past."""
    left = [None]

    def answer(request, reply):
        past = "cache-control" in request.headers
        return reply if (past if cache == "a cache" else not left or left.pop()) else answered(other)

    changed(rig, f"{victim}.mp3", answer)


@pytest.mark.parametrize("cache", ["a cache", "once"])
@pytest.mark.parametrize("victim", [0, 1, 2])
@pytest.mark.parametrize("limits", [{}, {"concurrency": 1, "group_files": 1}], ids=["together", "one by one"])
def test_what_belongs_to_another_address_is_not_kept(plain, victim, cache, limits):
    """Red before: "everything is here", and one sound had the bytes of another."""
    ids = sounds(plain)
    other = plain.truth.contents[ids[(victim + 1) % 3]].file
    mixes_up(plain, ids[victim], other, cache)
    report = plain.run(limits=limits)
    assert report.finished, str(report)
    assert plain.in_sync()
    if victim == 2:  # the first is here when the last comes
        assert "first came the bytes of another" in str(report)
    assert plain.run().requests == 1


@pytest.mark.parametrize("cache", ["a cache", "once"])
def test_a_new_version_with_the_bytes_of_the_old_one_is_asked_for_again(plain, cache):
    """Red before: a copy in a cache was the new version for ever."""
    assert plain.run().finished
    victim = sounds(plain)[1]
    before = plain.truth.contents[victim].file
    plain.truth.replace(victim, len(before))
    mixes_up(plain, victim, before, cache)
    report = plain.run()
    assert report.finished, str(report)
    assert plain.in_sync()


@pytest.mark.parametrize("form", ["plain", "extended"])
@pytest.mark.parametrize("late", [True, False], ids=["late", "as the one before"])
def test_a_server_that_is_late_with_a_new_version_is_asked_in_the_next_run(tmp_path, form, late):
    """Red before: the older bytes stayed for good. Nobody can tell them at once from a version that is as the one before."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=form == "extended")
    without(rig, "size", "sha256")
    assert rig.run().finished
    victim = sounds(rig)[1]
    before = rig.truth.contents[victim].file
    rig.truth.replace(victim, len(before))
    behind = [True]
    changed(rig, f"{victim}.mp3", lambda _, reply: answered(before) if behind or not late else reply)
    report = rig.run()
    assert report.why is Stop.INCOMPLETE
    assert report.left == 1
    assert "twice came the bytes of its older version" in str(report)
    behind.clear()
    report = rig.run()
    assert report.finished
    assert not report.problems
    assert len(rig.asked(f"{victim}.mp3")) == 1
    assert (rig.held() == wanted(rig.truth)) is late
    assert rig.run().requests == 1


def test_the_doubt_outlives_a_run(plain):
    """The first of the two came in an earlier run."""
    ids = sounds(plain)
    mixes_up(plain, ids[0], plain.truth.contents[ids[1]].file, "once")
    changed(plain, f"{ids[1]}.mp3", lambda *_: Reply(404, {}))
    assert not plain.run().finished
    changed(plain, f"{ids[1]}.mp3", lambda *_: answered(plain.truth.contents[ids[1]].file))
    assert plain.run().finished
    assert plain.in_sync()


def test_sounds_that_are_alike_are_asked_for_twice_and_no_more(plain):
    all_alike(plain)
    report = plain.run()
    assert report.finished, str(report)
    assert not report.problems
    assert plain.in_sync()
    assert [len(plain.asked(f"{content}.mp3")) <= 2 for content in sounds(plain)] == [True] * 3
    for _ in range(2):
        assert plain.run().requests == 1


def test_where_a_digest_judges_nothing_is_asked_for_twice(rig):
    all_alike(rig)
    assert rig.run().finished
    assert len(rig.asked(".mp3")) == 3


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_cache_that_has_the_wrong_bytes_is_asked_past(tmp_path, extended):
    """It answers each request for a file of which the digest is wrong; with `no-cache` the server does."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), extended=extended)
    assert rig.run().finished
    victim = sounds(rig)[0]
    before = rig.truth.contents[victim].file
    rig.truth.replace(victim, 500)
    mixes_up(rig, victim, before, "a cache")
    assert rig.run().finished
    assert rig.in_sync()


# What goes while a run goes on (S17).


@pytest.mark.parametrize("what", ["files", "files/sound"])
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_files_that_go_while_a_run_goes_on_come_again_in_it(tmp_path, extended, what):
    """Red before: "everything is here", and three were."""
    rig = Rig(tmp_path / "here", small_truth(12, 500), extended=extended)
    last = sounds(rig)[9]

    def goes(_request, reply):
        shutil.rmtree(rig.folder / what)
        rig.honest.__dict__.pop("answer")
        return reply

    changed(rig, f"{last}.mp3", goes)
    report = rig.run(limits={"concurrency": 1, "group_files": 1})
    assert report.finished, str(report)
    assert rig.in_sync()


def test_who_goes_on_deleting_is_told(tmp_path):
    rig = Rig(tmp_path / "here", small_truth(6, 500))

    def goes(_request, reply):
        shutil.rmtree(rig.folder / "files", ignore_errors=True)
        return reply

    changed(rig, ".mp3", goes)
    report = rig.run(limits={"concurrency": 1, "group_files": 1})
    assert report.why is Stop.INCOMPLETE
    assert "was removed" in str(report)
    del rig.honest.answer
    assert rig.run().finished
    assert rig.in_sync()


def test_very_many_that_went_away_are_noted_together(tmp_path):
    """Red before: one transaction for each, and `until` was not asked meanwhile."""
    rig = Rig(tmp_path / "here", small_truth(40, 50))
    assert rig.run().finished
    shutil.rmtree(rig.folder / "files")
    points = []
    assert rig.run(observe=lambda *point: points.append(point)).finished
    assert points.count(("commit", "lost")) == 1
    assert rig.in_sync()


# A page takes nothing away (S18).


@pytest.mark.parametrize("piece", [1, 16_384], ids=["letter by letter", "at once"])
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_page_for_people_leaves_what_is_here_of_a_sound(tmp_path, extended, piece):
    """Red before: the half that was here was thrown away for it, run after run."""
    rig = Rig(tmp_path / "here", small_truth(1, 5_000), extended=extended)
    changed(
        rig, ".mp3", lambda request, reply: (
            Reply(503, {}) if "range" in request.headers else reply.cut(2_000, Ending.RESET)
        ),
    )  # fmt: skip
    assert not rig.run(limits={"attempts": 2}).finished
    page = b"<!doctype html><title>Hotel</title>" + b" " * 2_000
    headers = {"content-type": "text/html", "content-length": str(len(page))}
    del rig.honest.answer
    changed(rig, ".mp3", lambda *_: Reply(200, headers, page, piece=piece))
    for _ in range(2):
        assert not rig.run().finished
    del rig.honest.answer
    assert rig.run().finished
    assert rig.fetched() <= 3_000
    assert rig.in_sync()


@pytest.mark.parametrize("ending", [Ending.COMPLETE, Ending.RESET, Ending.STALL])
def test_a_body_that_does_not_begin_leaves_what_is_here(tmp_path, ending):
    rig = Rig(tmp_path / "here", small_truth(1, 5_000), extended=False)
    begun = []

    def breaks(request, reply):
        begun.append(request)
        return reply.cut(2_000, Ending.RESET) if len(begun) == 1 else Reply(200, {}, ending=ending)

    changed(rig, ".mp3", breaks)
    assert not rig.run().finished
    del rig.honest.answer
    assert rig.run().finished
    assert rig.fetched() <= 3_000
    assert rig.in_sync()


def test_a_rest_that_is_called_the_whole_is_not_believed(tmp_path):
    """It has the same strong `ETag`, and another length. Red before: the rest had the sound's name, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(1, 5_000), extended=False)
    whole = rig.honest.answer

    def rest(request, reply):
        if reply.status != 206:
            return reply.cut(2_000, Ending.RESET) if not rig.asked(".mp3")[1:] else whole(request)
        return replace(reply.having(content_range=None), status=200)

    changed(rig, ".mp3", rest)
    report = rig.run()
    assert report.finished, str(report)
    assert rig.in_sync()


# A quota (S15).


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_file_larger_than_a_quota_gives_its_room_to_smaller_ones(tmp_path, extended, concurrency):
    """Red before: its part had all the room there was, and nothing else ever came."""
    rig, (large,) = with_large(tmp_path, extended=extended)
    for number in range(2):
        report = on(rig, 17_000, quota=True, limits={"concurrency": concurrency})
        assert report.why is Stop.NEEDS_SPACE, str(report)
        assert files(rig) == small(rig)
        assert [large in str(problem) for problem in report.problems] == [True]
        rig.truth.add(SOUND, f"one more {number}", SMALL)
    assert on(rig, 10**6).finished
    assert rig.in_sync()


# Who was asked (S18).


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(
    ("error", "silent"),
    [
        (lambda library: library.ConnectError("refused"), False),
        (lambda library: library.ConnectTimeout("late"), False),
        (lambda library: type("ProxyRefused", (library.ConnectError,), {})("no"), False),
        (lambda library: library.ReadError("reset"), True),
        (lambda _library: ConnectionResetError("reset"), True),
    ],
)  # fmt: skip
def test_who_was_never_reached_has_not_kept_silent(library, error, silent):
    """Red before: it was told by the first letters of a name."""
    server = Server(library, {BASE + "a": error(library)})
    with pytest.raises(Broken) as raised:
        get(server.wire())
    assert raised.value.silent is silent


# Where a tag means something (S22).


@pytest.mark.parametrize("moved", ["path", "host", "no redirect before"])
@pytest.mark.parametrize("runs", [1, 2])
def test_a_tag_of_one_address_says_nothing_at_another(tmp_path, moved, runs):
    """A redirect that moves on between two requests: nginx's tag is date and size, and half of each of two builds was one sound."""
    rig = Rig(tmp_path / "here", small_truth(1, 100_000), extended=False)
    key, honest, came = sounds(rig)[0], rig.honest.answer, list[str]()
    new = bytes(100_000)

    def answer(request):
        if ".mp3" not in request.path:
            return honest(request)
        if "?key=" not in request.url and (came or moved != "no redirect before"):
            to = f"https://cdn{bool(came):d}.example" if moved == "host" else f"/cdn/{bool(came):d}"
            return Reply(302, {"location": f"{to}{request.path}?key={len(rig.server.log)}"})
        url = BASE + request.path[request.path.index("/sounds/") + 1 :]
        told = {name: said for name, said in request.headers.items() if name != "if-range"}  # it agrees
        reply = honest(replace(request, url=url, headers=told)).having(etag='"date and size"')
        came.append(request.url)
        rig.truth.contents[key] = replace(rig.truth.contents[key], file=new)
        return reply.cut(50_000, Ending.SHORT) if len(came) == 1 else reply

    rig.honest.answer = answer  # type: ignore[method-assign]
    if runs > 1:
        assert not rig.run(limits={"requests": 1}, hosts=("cdn0.example", "cdn1.example")).finished
    assert rig.run(hosts=("cdn0.example", "cdn1.example")).finished
    assert rig.held()[key][1] == new


def test_a_signature_may_change_from_one_request_to_the_next(tmp_path):
    """The other side of it: only what is behind the path differs, and the download goes on where it was."""
    rig = Rig(tmp_path / "here", small_truth(1, 100_000), extended=False)
    honest, cut = rig.honest.answer, [None]

    def answer(request):
        if ".mp3" in request.path and "?key=" not in request.url:
            return Reply(302, {"location": f"{request.path}?key={len(rig.server.log)}"})
        reply = honest(request)
        return reply.cut(50_000, Ending.SHORT) if ".mp3" in request.path and cut and not cut.pop() else reply

    rig.honest.answer = answer  # type: ignore[method-assign]
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() == 100_000

"""What changes while somebody looks: servers that are at odds, clocks that are, and feeds that move during a run. Each was red before."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from hashlib import sha256

import pytest

from afterswipe.sync import Stop
from faultlab.servers.server import CREATED, DELETED, SOUND, Content, FeedServer, bytes_of, identifier
from faultlab.servers.wire import Reply

from .rig import BASE, Rig, changed, small_truth, without

HOUR, YEAR = 3600, 365 * 24 * 3600
NOON = 1_788_264_000  # when the events of a truth begin


def a_sound(rig: Rig) -> str:
    return next(key for key, content in rig.truth.contents.items() if content.media == SOUND)


def test_servers_behind_one_name_that_are_at_odds_are_said_to_be(tmp_path):
    """One was restored from a backup. "There is no feed at this address (410)", while the other gave its first page again and again."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), page=1)
    restored = FeedServer(replace(rig.truth, generation=7), page=1)
    honest = rig.honest.answer
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        honest(request) if request.path.endswith("/all") else restored.answer(request)
    )
    report = rig.run()
    assert report.why is Stop.FEED_UNUSABLE
    assert "refuses what it has named itself (410)" in str(report)
    assert "no feed at this address" not in str(report)


def told(page: object, reply: Reply = Reply(200, {"content-type": "application/json"})) -> Reply:  # noqa: B008
    """A page of the feed, as the body of a reply."""
    body = json.dumps(page).encode()
    return replace(reply, body=body).having(content_length=str(len(body)))


def only(reply: Reply, wanted, **fields) -> Reply:
    """The reply, a page of the extended form, with these events alone; and these fields said otherwise."""
    page = json.loads(reply.body)
    return told({**page, "events": [event for event in page["events"] if wanted(event)], **fields}, reply)


def behind(rig: Rig, path: str) -> list:
    """The events behind a cursor that is a date."""
    cursor = path.rpartition("/")[2].replace("%3A", ":")
    shown = map(rig.honest.event, rig.truth.events)
    return [it for it in shown if cursor == "all" or it["date_time"] > cursor]


def seconds_as_dates(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("form", ["plain", "extended", "without numbers"])
@pytest.mark.parametrize("off", [-50 * YEAR, -2 * HOUR, 2 * HOUR, 50 * YEAR], ids=str)
@pytest.mark.parametrize("ahead", [HOUR, 900 * YEAR], ids=str)
def test_an_event_that_is_dated_ahead_hides_no_later_one(tmp_path, form, off, ahead):
    """It was as new as the clock here, and what was replaced until the server's clock had come to that was never got."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=form != "plain")
    now, first = 1_788_300_000, a_sound(rig)  # the server's
    dates = {rig.truth.events[1]["id"]: seconds_as_dates(now + ahead)}
    known = rig.honest.event

    def event(it):
        shown = {**known(it), "date_time": dates.get(it["id"], it["date_time"])}
        return {name: value for name, value in shown.items() if name != "seq" or form == "extended"}

    rig.honest.event = event  # type: ignore[method-assign]
    if form == "plain":
        changed(rig, "/update-events/", lambda request, _: told(behind(rig, request.path)))
    changed(rig, "/v3/", lambda _, reply: reply.having(date=formatdate(now, usegmt=True)))
    for _ in range(3):
        rig.wall = now + off
        assert rig.run().finished
        assert rig.in_sync()
        rig.wall = now + off
        rig.run()
        assert rig.fetched() == 0, "nothing is new"
        now += 60
        for change in (lambda: rig.truth.replace(first, 700), lambda: rig.truth.add(SOUND, "new", 700)):
            change()
            rig.truth.events[-1]["date_time"] = seconds_as_dates(now - 1)


def sounds(rig: Rig) -> list[str]:
    return [key for key, content in rig.truth.contents.items() if content.media == SOUND]


@pytest.mark.parametrize("page", [1, 100])
@pytest.mark.parametrize("less", [(), ("size", "sha256")], ids=["digests", "no digests"])
def test_what_a_backup_took_back_is_asked_for_anew(tmp_path, page, less):
    """The server was restored, with the same generation, and knows no cursor from beyond: what had changed stayed as it had been, and what changed then never came."""
    rig = Rig(tmp_path / "here", small_truth(4, 500), page=page)
    without(rig, *less)
    was = dict(rig.truth.contents), list(rig.truth.events)
    first, second, third, fourth = sounds(rig)
    rig.truth.replace(first)
    rig.truth.delete(second)
    rig.truth.rename(third, "another name")
    rig.truth.add(SOUND, "newer", 300)
    assert rig.run().finished
    rig.truth.replace(fourth)
    changed(
        rig, f"{fourth}.mp3", lambda *_: Reply(503, {"content-length": "0"})
    )  # so that this stays pending
    rig.run()
    restored, last = FeedServer(rig.truth, page=page), len(rig.truth.events)
    restored.event = rig.honest.event  # type: ignore[method-assign]
    rig.truth.contents, rig.truth.events = was
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        Reply(410, {}) if request.path.endswith(f".{last}") else restored.answer(request)
    )
    assert rig.run().finished
    assert rig.in_sync()
    rig.truth.replace(third)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("numbered", [False, True])
def test_a_list_that_says_created_may_mean_another_file(tmp_path, numbered):
    """No digests. The log began anew with what there was, and of a file that had been replaced it said "created": the older one stayed, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    without(rig, "size", "sha256", *(() if numbered else ("seq",)))
    assert rig.run().finished
    rig.truth.replace(a_sound(rig))
    rig.truth.restart()
    assert rig.run().finished
    assert rig.in_sync()
    rig.run()
    assert rig.fetched() == 0


@pytest.mark.parametrize("later", ["deleted", "replaced"])
def test_what_changed_after_a_date_ahead_is_later(tmp_path, later):
    """One that could not be got was dated ahead, and then replaced, or deleted: it was asked for as it had been, for ever."""
    rig = Rig(tmp_path / "here", small_truth(2, 500))
    without(rig, "seq")
    first = a_sound(rig)
    rig.truth.events[1]["date_time"] = "2099-01-01T00:00:00Z"
    changed(rig, f"{first}.mp3", lambda _, reply: reply.having(content_length="7") if failing else reply)
    failing = [True]
    assert not rig.run().finished
    failing.clear()
    if later == "deleted":
        rig.truth.delete(first)
    else:
        rig.truth.replace(first, 700)
    assert rig.run().finished
    assert rig.in_sync()


def test_one_date_ahead_turns_no_list_round(tmp_path):
    """The first event of a list is dated ahead: the list counted as one that has its newest first, and of one second the older event as the newer one."""
    rig = Rig(tmp_path / "here", small_truth(4, 500), extended=False)
    first = sounds(rig)[-1]
    rig.truth.delete(first)
    rig.truth.events[0]["date_time"] = "2099-01-01T00:00:00Z"
    rig.truth.events[-1]["date_time"] = rig.truth.events[-2]["date_time"]
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("page", [1, 100])
def test_what_is_pending_and_on_no_list_any_more_is_asked_for(tmp_path, page):
    """It was deleted before it could be got, and the log has forgotten it: a list in pages that left it out let it be asked for, for ever."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), page=page)
    gone = a_sound(rig)
    del rig.truth.contents[gone]
    assert rig.run().why is Stop.INCOMPLETE
    rig.truth.events = [event for event in rig.truth.events if event["content_id"] != gone]
    changed(rig, "/update-events/1.4", lambda *_: Reply(410, {}))
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(("size", "length"), [(499, True), (501, True), (501, False)])
@pytest.mark.parametrize("numbered", [False, True])
def test_a_size_that_was_wrong_and_is_right_in_the_list_is_asked_for(tmp_path, numbered, size, length):
    """An event said a wrong size, and was corrected without another event: the file was refused for ever, though the whole list had been right for long."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    known, wrong = rig.honest.event, [rig.truth.events[1]["id"]]
    rig.honest.event = lambda it: known(it) | ({"size": size} if it["id"] in wrong else {})  # type: ignore[method-assign]
    without(rig, *(() if numbered else ("seq",)))
    if not length:
        changed(rig, ".mp3", lambda _, reply: reply.having(transfer_encoding="chunked", content_length=None))
    asked = 0
    for _ in range(48):
        assert rig.run().why is Stop.INCOMPLETE
        asked += len(rig.asked("/all"))
        rig.wall += HOUR
    assert asked == 1 + 2, "the whole list is long: once a day is enough"
    wrong.clear()
    rig.wall += 24 * HOUR
    rig.run()
    assert rig.run().finished
    assert rig.in_sync()


def test_what_a_server_that_is_behind_takes_back_comes_again(tmp_path):
    """Two servers, and no numbers: one is behind, and knows neither the cursor nor that a content was deleted. The other's event had been done, and did not count again."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    without(rig, "seq")
    behind, gone = list(rig.truth.events), a_sound(rig)
    assert rig.run().finished
    rig.truth.delete(gone)
    assert rig.run().finished
    events, rig.truth.events = rig.truth.events, behind
    refuses = [True]
    changed(rig, "/update-events/1.5", lambda _, reply: Reply(410, {}) if refuses else reply)
    assert rig.run().why is Stop.INCOMPLETE, "what the list has is not there"
    rig.truth.events = events
    refuses.clear()
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("full", [False, True])
def test_after_a_list_that_another_run_began_the_feed_is_asked_once_more(tmp_path, full):
    """A list of several pages was left off, and gone on with a day later: "everything is here", without what was new since its first page."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), page=1)
    if not full:
        assert rig.run().finished
    for number in range(3):
        rig.truth.add(SOUND, f"more {number}", 300)
    last = len(rig.truth.events)
    failing = [True]

    def as_it_began(request, reply):
        if failing and rig.asked("/update-events/")[1:]:
            return Reply(500, {})
        page = json.loads(reply.body)
        if page["next"] == f"1.{last}":  # a list is as of its first page
            page |= {"next": None, "complete": True, "cursor": f"1.{last}"}
        return told(page)

    changed(rig, "/update-events/", as_it_began)
    assert rig.run().why is Stop.SERVER_FAULT
    rig.truth.add(SOUND, "newer", 300)
    failing.clear()
    assert rig.run().finished
    assert rig.in_sync()


def another(rig: Rig, name: str, size: int = 300) -> str:
    """Publish a sound whose id no other log gives."""
    made = identifier(name)
    rig.truth.publish(Content(made, SOUND, name, 1, bytes_of(name, size)))
    return made


def left_off(rig: Rig, pages: int) -> None:
    """A run that gets so many pages of the list, and then nothing more."""
    failing = [True]

    def answer(_request, reply):
        return Reply(500, {}) if failing and len(rig.asked("/update-events/")) >= pages else reply

    changed(rig, "/update-events/", answer)
    assert rig.run().why is Stop.SERVER_FAULT
    failing.clear()


def restored(rig: Rig, contents: dict, events: list) -> None:
    """The server goes back to its backup, with the same generation, and on from there."""
    rig.truth.contents, rig.truth.events = contents, events
    for number in range(8):
        another(rig, f"after the backup {number}")


def test_a_list_left_off_before_a_backup_came_back_begins_anew(tmp_path):
    """Its first pages were as of before, the others as of after: what had gone with the backup stayed, and "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), page=1)
    was = dict(rig.truth.contents)
    for number in range(2):
        another(rig, f"gone {number}")
    assert rig.run().finished
    rig.truth.restart()
    another(rig, "newer")
    left_off(rig, pages=5)
    restored(rig, was, rig.truth.events[:2])
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("page", [1, 100])
def test_what_is_pending_and_unknown_to_the_server_is_looked_for_on_the_list(tmp_path, page):
    """The server was restored, and what it had announced is on no list, nor there: it stayed pending, for ever."""
    rig = Rig(tmp_path / "here", small_truth(1, 500), page=page)
    assert rig.run().finished
    was = dict(rig.truth.contents), list(rig.truth.events)
    gone = another(rig, "gone before it came")
    changed(rig, gone, lambda _, reply: Reply(503, {}) if gone in rig.truth.contents else reply)
    assert rig.run().why is Stop.INCOMPLETE
    restored(rig, *was)
    assert rig.run().why is Stop.INCOMPLETE
    assert rig.run().finished
    assert rig.in_sync()
    rig.run()
    assert rig.asked("/all") == [], "the whole list is long"


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("less", [(), ("size", "sha256")], ids=["digests", "no digests"])
def test_what_a_backup_took_back_counts_no_more_though_later_came(tmp_path, pending, less):
    """The list has events of a content before and after the one that was taken back: its file stayed, or was asked for in vain, for ever."""
    rig = Rig(tmp_path / "here", small_truth(2, 500))
    without(rig, *less)
    first = a_sound(rig)
    assert rig.run().finished
    was = dict(rig.truth.contents), list(rig.truth.events)
    rig.truth.replace(first, 600)
    refused = [pending]
    changed(rig, f"{first}.mp3", lambda _, reply: Reply(503, {}) if refused[0] else reply)
    assert rig.run().finished is not pending
    refused[0] = False
    restored(rig, *was)
    rig.truth.rename(first, "another name")
    changed(rig, "/update-events/1.4", lambda *_: Reply(410, {}))
    assert rig.run().finished
    assert rig.in_sync()


def test_a_cursor_that_was_refused_is_asked_for_no_more(tmp_path):
    """The server was restored to nothing, and gave an empty list; when it had come so far again, the old cursor meant other events."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    assert rig.run().finished
    restored(rig, {}, [])
    after, rig.truth.events = rig.truth.events, []
    changed(rig, "/update-events/1.2", lambda _, reply: reply if rig.truth.events else Reply(410, {}))
    rig.run()
    rig.truth.events = after
    assert rig.run().finished
    assert rig.in_sync()


def by_date(rig: Rig, path: str, order: int = 1) -> Reply:
    """What an extended feed answers whose cursor is a date, and its numbers its database's."""
    newest = max(it["date_time"] for it in rig.truth.events)
    page = {"events": behind(rig, path)[::order], "next": None, "complete": True, "cursor": newest}
    return told({"feed_id": "feed-1", "generation": 1, **page})


def later(rig: Rig, since: int, after: int = HOUR) -> None:
    """The server's clock goes on: its last events, those from `since` on, happen so many seconds later, and are others."""
    for event in rig.truth.events[since:]:
        at = datetime.fromisoformat(event["date_time"]) + timedelta(seconds=after)
        event["date_time"] = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        event["id"] = identifier(after, event["id"])


@pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
@pytest.mark.parametrize("less", [(), ("size", "sha256")], ids=["digests", "no digests"])
@pytest.mark.parametrize("change", ["rename", "replace", "delete", "of another", "more than was lost"])
def test_a_server_that_counts_anew_and_takes_the_cursor_is_seen_by_its_dates(tmp_path, change, less, order):
    """It was restored, with the same generation; its cursor is a date. Its new events had numbers that had come, and were dropped: "everything is here", for good."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    without(rig, *less)
    changed(rig, "/update-events/", lambda request, _: by_date(rig, request.path, order))
    assert rig.run().finished
    first, second, third = sounds(rig)
    was, many = dict(rig.truth.contents), len(rig.truth.events)
    rig.truth.rename(first, "lost with the backup")
    rig.truth.replace(first, 600)
    rig.truth.delete(third)
    gone = rig.truth.add(SOUND, "lost with the backup", 300)
    assert rig.run().finished

    def happens():
        if change == "more than was lost":
            for number in range(5):
                rig.truth.rename(first, f"{number}")
        elif change == "of another":
            rig.truth.rename(second, "new")
        else:
            getattr(rig.truth, change)(first, *{"rename": ["new"], "replace": [700], "delete": []}[change])

    rig.truth.contents, rig.truth.events = was, rig.truth.events[:many]
    happens()
    later(rig, many)
    assert rig.run().finished
    assert rig.in_sync()
    assert gone not in rig.truth.contents
    assert rig.run().finished
    assert len(rig.asked("")) == 1, "nothing is new"
    rig.truth.replace(second)
    later(rig, -1, 2 * HOUR)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("less", [(), ("size", "sha256")], ids=["digests", "no digests"])
@pytest.mark.parametrize(
    ("page", "stops"), [(100, 0), (2, 0), (1, 0), (1, 3), (1, 5), (1, 6), (1, 7), (1, 8)]
)
def test_a_list_whose_numbers_are_other_events_now_is_believed(tmp_path, stops, less, page):
    """The cursor was refused after a backup, and on the list the numbers that had come were other events of the same contents: they counted as had."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), page=page)
    without(rig, *less)
    first, second, third = sounds(rig)
    was, many = dict(rig.truth.contents), len(rig.truth.events)
    rig.truth.rename(first, "lost with the backup")
    rig.truth.replace(second, 600)
    rig.truth.delete(third)
    assert rig.run().finished
    rig.truth.contents, rig.truth.events = was, rig.truth.events[:many]
    rig.truth.rename(first, "new")
    rig.truth.replace(second, 700)
    rig.truth.rename(third, "not deleted")
    another(rig, "one more")
    later(rig, many)
    refused = [Reply(410, {})]
    changed(rig, f"/update-events/{rig.cursor()}", lambda _, reply: refused.pop() if refused else reply)
    if stops:  # the run ends within its list, and another goes on
        left_off(rig, stops)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("page", [1, 2, 100])
def test_what_was_deleted_and_is_there_again_may_be_told_twice(tmp_path, page):
    """Both within a second, and the cursor is a margin behind: told of both again, the deletion counted alone, and the sound was gone for good."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), page=page)
    without(rig, "seq", "size", "sha256")
    first = a_sound(rig)
    content = rig.truth.contents[first]
    rig.truth.delete(first)
    rig.truth.publish(content)
    rig.truth.events[-1]["date_time"] = rig.truth.events[-2]["date_time"]
    another(rig, "later")
    changed(
        rig, "/update-events/", lambda _, reply: replace(reply, body=reply.body.replace(b'"1.6"', b'"1.2"'))
    )
    for _ in range(3):
        assert rig.run().finished
        assert rig.in_sync()
    assert rig.fetched() == 0


@pytest.mark.parametrize("off", [-400 * 24 * HOUR, 0, 400 * 24 * HOUR], ids=["behind", "right", "ahead"])
def test_a_clock_that_is_behind_orders_no_list(tmp_path, off):
    """All dates were ahead of the clock here, so the list's order counted: what was created, then what was deleted. What was there again stayed away for good."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=False)
    first = a_sound(rig)

    def answer(request, _):
        return told(sorted(behind(rig, request.path), key=lambda it: it["event_type"] == DELETED))

    changed(rig, "/update-events/", answer)
    rig.wall = 1_788_300_000 + off
    assert rig.run().finished
    content = rig.truth.contents[first]
    rig.truth.delete(first)
    rig.truth.publish(replace(content, file=bytes_of("there again", 600)))
    for _ in range(2):
        assert rig.run().finished
        assert rig.in_sync()


def told_of(rig: Rig, kinds: str, off: float, *, apart: bool) -> None:
    """What happens to a new sound, one digit each; from the second on by a server whose clock is off."""
    content_id = rig.truth.add(SOUND, "new", 300)
    for number, kind in enumerate(kinds):
        if apart and not number:
            assert rig.run().finished
        if kind == "1":
            rig.truth.rename(content_id, f"renamed {number}")
        elif kind == "2":
            rig.truth.replace(content_id, 400)
        elif kind == "3":
            gone = rig.truth.contents[content_id]
            rig.truth.delete(content_id)
        else:
            rig.truth.publish(replace(gone, file=bytes_of(f"again {number}", 500)))
        later(rig, -1, off)


@pytest.mark.parametrize("apart", [True, False], ids=["another run", "one run"])
@pytest.mark.parametrize("off", [-HOUR, -3, 0, 3])
@pytest.mark.parametrize("kinds", ["1", "2", "3", "30", "12", "21", "23", "301"])
def test_behind_a_cursor_what_is_not_known_counts_whatever_its_date(tmp_path, kinds, off, apart):
    """No numbers, and two servers date the events: what the cursor brought counted as old, and was dropped for good."""
    rig = Rig(tmp_path / "here", small_truth(2, 500))
    without(rig, "seq", "size", "sha256")
    assert rig.run().finished
    told_of(rig, kinds, off, apart=apart)
    assert (
        rig.run().finished or rig.run().finished
    )  # two events whose dates fall look as if the newest came first
    assert rig.in_sync()
    assert rig.run().requests == 1


@pytest.mark.parametrize(("seen", "late"), [("1", "2"), ("2", "1"), ("1", "1"), ("2", "2"), ("1", "3")])
def test_an_event_that_commits_late_counts(tmp_path, seen, late):
    """The cursor keeps a margin for exactly that; it was older than what was known of the content, and its file or its title never came."""
    rig = Rig(tmp_path / "here", small_truth(2, 500))
    without(rig, "seq", "size", "sha256")
    told_of(rig, seen, 30, apart=True)
    changed(
        rig,
        "/update-events/",
        lambda _, reply: replace(reply, body=reply.body.replace(b'"cursor": "1.5"', b'"cursor": "1.3"')),
    )
    assert rig.run().finished
    first = rig.truth.events[-1]["content_id"]
    {
        "1": lambda: rig.truth.rename(first, "late"),
        "2": lambda: rig.truth.replace(first, 600),
        "3": lambda: rig.truth.delete(first),
    }[late]()
    rig.truth.events.insert(-1, rig.truth.events.pop())
    for _ in range(2):
        assert rig.run().finished
        assert rig.in_sync()
    assert rig.fetched() == 0


def leaves_out(rig: Rig, numbers: list[int], after: list[int]) -> None:
    """As long as these numbers are in the list, no page has their events; it is so many seconds after noon."""

    changed(rig, "/update-events/", lambda _, reply: only(reply, lambda event: event["seq"] not in numbers))
    changed(rig, "/v3/", lambda _, reply: reply.having(date=formatdate(NOON + after[0], usegmt=True)))


def test_a_look_for_a_missing_number_may_be_broken_off(tmp_path):
    """The list that was to have it came in pages, and one of them did not: the next run read on, and forgot what it was for."""
    rig = Rig(tmp_path / "here", small_truth(5, 500), page=2)
    assert rig.run().finished
    rig.truth.rename(sounds(rig)[2], "a number as the cursor")
    assert rig.run().finished
    rig.truth.add(SOUND, "late", 300)
    rig.truth.rename(sounds(rig)[1], "another name")
    leaves_out(rig, missing := [len(rig.truth.events) - 1], [60])
    broken = [None]
    changed(rig, "/1.6", lambda _, reply: Reply(500, {}) if broken else reply)
    assert not rig.run().finished
    broken.clear()
    assert rig.run().finished
    missing.clear()
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("kind", [0, 2, 3])
@pytest.mark.parametrize("after", [60, 50 * HOUR], ids=["dated now", "dated before"])
def test_a_number_that_commits_late_is_looked_for_in_the_next_runs(tmp_path, after, kind, runs):
    """Number 6 came before 5 did: the gap was asked about, then the list counted as whole, and 5 never came.

    Nor did it, later, where what is dated is a recording, two days ago: the day counted from there.
    """
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    first, second, third = sounds(rig)
    assert rig.run().finished
    rig.truth.rename(third, "another name")
    assert rig.run().finished
    if kind == 3:
        rig.truth.delete(first)
    elif kind == 2:
        rig.truth.replace(first, 700)
    else:
        rig.truth.add(SOUND, "late", 300)
    rig.truth.rename(second, "another name")
    missing = [rig.truth.events[-2]["seq"]]
    leaves_out(rig, missing, [after])
    for _ in range(runs):
        rig.run()
    missing.clear()
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.run().requests == 1


@pytest.mark.parametrize(("passes", "lists"), [(HOUR, 4), (25 * HOUR, 2), (-25 * HOUR, 2)])
def test_a_number_that_never_comes_is_waited_for_a_day(tmp_path, passes, lists):
    """It was rolled back. Each run asks for the whole list, and after a day, or where a clock was set, none does."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    first, second, third = sounds(rig)
    assert rig.run().finished
    rig.truth.rename(third, "another name")
    assert rig.run().finished
    rig.truth.rename(first, "rolled back")
    leaves_out(rig, [len(rig.truth.events)], after := [100 * HOUR])
    rig.truth.rename(first, "first")
    rig.truth.rename(second, "another name")
    asked = 0
    for _ in range(4):
        assert rig.run().finished
        assert rig.in_sync()
        asked += len(rig.asked("/all"))
        after[0] += passes
    assert asked == lists


def test_the_day_is_counted_anew_for_the_next_number(tmp_path):
    """One came late, and two days later another does."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    first, second, third = sounds(rig)
    assert rig.run().finished
    rig.truth.rename(third, "a number as the cursor")
    assert rig.run().finished
    leaves_out(rig, missing := [], after := [HOUR])
    for days in range(3):
        rig.truth.rename(first, f"name {days}")
        rig.truth.rename(second, f"name {days}")
        missing.append(len(rig.truth.events) - 1)
        for _ in range(2):
            assert rig.run().finished
            after[0] += 5 * HOUR
        missing.clear()
        after[0] += 38 * HOUR
        assert rig.run().finished
        assert rig.in_sync()


@pytest.mark.parametrize("restored", [False, True], ids=["lags", "was restored"])
@pytest.mark.parametrize("number", [True, False], ids=["", "without numbers"])
def test_a_list_that_ends_before_what_is_known_deletes_nothing_that_is_there(tmp_path, restored, number):
    """A replica refused a cursor that it had not come to, and gave all that it had: what was newer was removed, and came again in the next run."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    if not number:
        without(rig, "seq")
    assert rig.run().finished
    before = rig.truth.events[:3]
    if restored:
        gone = {event["content_id"] for event in rig.truth.events[3:]}
        rig.truth.contents = {key: it for key, it in rig.truth.contents.items() if key not in gone}
    rig.truth.rename(sounds(rig)[0], "another name")
    honest = rig.honest.answer

    def answer(request):
        if "/update-events/" not in request.path:
            return honest(request)
        if not request.path.endswith("/all"):
            return Reply(410, {})
        page = json.loads(honest(request).body)
        return told({**page, "events": [rig.honest.event(event) for event in before], "cursor": None})

    rig.honest.answer = answer  # type: ignore[method-assign]
    seen = []
    assert rig.run(observe=lambda name, detail: seen.append((name, detail))).finished
    assert [detail for name, detail in seen if name == "unlink" and "files/" in detail] == [] or restored
    assert rig.held().keys() == rig.truth.contents.keys()


@pytest.mark.parametrize("off", [0.4, 0.9])
def test_what_happened_within_the_second_that_runs_is_not_ahead(tmp_path, off):
    """`Date` has whole seconds. What was there again in that second counted as ahead, and in a list that is not sorted its deletion was the last word."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=False)
    first, now = a_sound(rig), 1_788_300_000
    content = rig.truth.contents[first]
    rig.truth.delete(first)
    rig.truth.publish(replace(content, file=bytes_of("there again", 600)))
    rig.truth.events[-2]["date_time"], rig.truth.events[-1]["date_time"] = map(
        seconds_as_dates, (now - 0.6, now + off)
    )
    rig.truth.events.sort(key=lambda it: it["event_type"] == DELETED)
    changed(rig, "/v3/", lambda _, reply: reply.having(date=formatdate(now, usegmt=True)))
    rig.wall = now + 0.95
    for _ in range(2):
        assert rig.run().finished
        assert rig.in_sync()


def test_a_creation_that_is_done_is_newer_than_a_deletion_before_it(tmp_path):
    """A plain list said the last event of each content: `created`, of what was here. Then the whole list came, and the deletion before that took the sound away for good."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=False)
    first = a_sound(rig)
    assert rig.run().finished
    content, refused = rig.truth.contents[first], []
    rig.truth.delete(first)
    rig.truth.publish(content)

    def answer(request, reply):
        if "/all" in request.path:
            return reply
        if refused:
            return refused.pop()
        last = {event["content_id"]: event for event in json.loads(reply.body)}
        return told([*last.values()], reply)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    rig.truth.rename(sounds(rig)[0], "another name")
    refused.append(Reply(410, {}))
    for _ in range(2):
        assert rig.run().finished
        assert rig.in_sync()


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
@pytest.mark.parametrize("soft", [False, True], ids=["gone", "still answered"])
def test_a_deletion_of_what_was_deleted_is_newer_than_a_creation_before_it(tmp_path, soft, extended):
    """It was created and deleted between two runs. Later the whole list came, and the creation before the deletion was asked for, for ever, or came back from the dead."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=extended)
    without(rig, "seq", "size", "sha256")
    first = a_sound(rig)
    assert rig.run().finished
    content, refused = rig.truth.contents[first], []
    rig.truth.delete(first)
    assert rig.run().finished
    rig.truth.publish(content)
    rig.truth.delete(first)
    truth = dict(rig.truth.contents)
    changed(rig, "/update-events/", lambda request, reply: refused.pop() if refused else reply)
    assert rig.run().finished
    assert rig.in_sync()
    refused.append(Reply(410, {}))
    if soft:
        rig.truth.contents[first] = content
    for _ in range(3):
        report = rig.run()
        assert report.finished
        assert rig.held() == {key: (it.title, it.file) for key, it in truth.items()}


@pytest.mark.parametrize("inclusive", [False, True], ids=["behind the cursor", "from the cursor on"])
@pytest.mark.parametrize("bound", [50, 64, 100])
def test_a_plain_list_that_its_server_bounds_is_read_to_its_end(tmp_path, bound, inclusive):
    """`LIMIT 100`: "everything is here" with 100 sounds of 230; each run brought the next part, and said the same."""
    rig = Rig(tmp_path / "here", small_truth(230, 10), extended=False)
    honest = rig.honest.answer

    def answer(request):
        if "/update-events/" not in request.path:
            return honest(request)
        cursor = request.path.rpartition("/")[2].replace("%3A", ":")
        shown = map(rig.honest.event, rig.truth.events)
        news = [
            it
            for it in shown
            if cursor == "all" or it["date_time"] > cursor or (inclusive and it["date_time"] == cursor)
        ]
        return told(news[:bound])

    rig.honest.answer = answer  # type: ignore[method-assign]
    assert rig.run().finished
    assert rig.in_sync()
    assert len(rig.asked("/update-events/")) == -(-231 // (bound - inclusive))
    assert rig.run().finished
    assert len(rig.asked("/update-events/")) == 1


@pytest.mark.parametrize("form", ["the same list", "another one"])
def test_a_list_that_never_ends_is_read_for_as_many_pages_as_may_be(tmp_path, form):
    """The other side of it: a server that does not look at the cursor, or has news each time it is asked."""
    rig = Rig(tmp_path / "here", small_truth(100, 10), extended=False)
    honest = rig.honest.answer

    def answer(request):
        if "/update-events/" not in request.path:
            return honest(request)
        for key in rig.truth.contents if form == "another one" else ():
            rig.truth.rename(key, f"name {len(rig.truth.events)}")
        return told([rig.honest.event(it) for it in rig.truth.events])

    rig.honest.answer = answer  # type: ignore[method-assign]
    assert rig.run(limits={"pages": 7}).finished
    assert len(rig.asked("/update-events/")) == (2 if form == "the same list" else 7)


@pytest.mark.parametrize("replaced", [False, True])
def test_what_has_the_cursor_s_number_is_no_other_event(tmp_path, replaced):
    """Nothing had changed, and the cursor was refused: the newest file was fetched three times, exit 1, "the server may be late"."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    without(rig, "size", "sha256")
    refused = []

    def answer(request, reply):
        if refused and not request.path.endswith("/all"):
            return refused.pop()
        page = json.loads(reply.body)
        del page["cursor"]  # then the highest number is
        return told(page, reply)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    if replaced:
        rig.truth.replace(a_sound(rig), 700)
        assert rig.run().finished
    refused.append(Reply(410, {}))
    assert rig.run().finished
    assert rig.fetched() == 0
    assert rig.run().requests == 1


@pytest.mark.parametrize("before", [True, False], ids=["a later one", "nothing"])
def test_a_cursor_ahead_of_its_numbers_is_a_gap(tmp_path, before):
    """`SELECT last_value`: number 7 was given and not committed, the cursor was 7, and 7 never came."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    missing: list[int] = []

    def answer(request, reply):
        return only(reply, lambda event: event["seq"] not in missing, cursor=str(len(rig.truth.events)))

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    assert rig.run().requests == 1
    if before:
        rig.truth.rename(sounds(rig)[1], "another name")
    rig.truth.replace(sounds(rig)[0], 700)
    missing.append(len(rig.truth.events))
    for _ in range(2):
        rig.run()
    missing.clear()
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.run().requests == 1


def test_a_cursor_that_is_another_number_is_none_of_these(tmp_path):
    """The other side of it: seconds since 1970, or what a database counts its transactions by."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    at = [1_790_000_000]

    def answer(_, reply):
        at[0] += 60
        return told({**json.loads(reply.body), "cursor": str(at[0])}, reply)

    changed(rig, "/update-events/", answer)
    answered = rig.honest.answer
    here = f"{BASE}v3/update-events/{len(rig.truth.events)}"
    rig.honest.answer = lambda request: answered(  # type: ignore[method-assign]
        replace(request, url=here) if "/17900" in request.url else request
    )
    assert rig.run().finished
    for _ in range(3):
        assert rig.run().finished
        assert rig.run().requests == 1


def test_what_is_gone_for_good_has_the_list_read_once_a_day(tmp_path):
    """What the server lacks, and its feed has: each second run read the whole list, for ever."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    changed(rig, sounds(rig)[0], lambda *_: Reply(404, {}))
    lists = 0
    for _ in range(24):
        assert rig.run().why is Stop.INCOMPLETE
        lists += len(rig.asked("/all"))
        rig.wall += 2 * HOUR
    assert lists == 1 + 2


def test_a_doubt_keeps_the_cursor(tmp_path):
    """A 404 that passed: the next run read the list in place of what was behind its cursor, and a number that was late just then was no gap."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    rig.truth.rename(sounds(rig)[1], "a number as the cursor")
    assert rig.run().finished
    passing = [None]
    rig.truth.replace(sounds(rig)[0], 700)
    changed(rig, sounds(rig)[0], lambda _, reply: Reply(404, {}) if passing else reply)
    assert rig.run().why is Stop.INCOMPLETE
    passing.clear()
    before = rig.cursor()
    assert before is not None
    rig.run(until=lambda: bool(rig.server.log))
    assert rig.cursor() == before


@pytest.mark.parametrize("opaque", [False, True])
def test_a_list_that_lags_behind_a_gap_moves_no_cursor_past_it(tmp_path, opaque):
    """The look for a missing number was answered by a cache of last night: what was deleted since then came back, and stayed."""
    rig = Rig(tmp_path / "here", small_truth(4, 500))
    rig.wall = NOON + HOUR
    first, second, third, _ = sounds(rig)
    assert rig.run().finished
    night = list(rig.truth.events), dict(rig.truth.contents)
    rig.truth.delete(first)
    rig.truth.rename(second, "a number as the cursor")
    assert rig.run().finished
    rig.truth.rename(second, "late")
    rig.truth.rename(third, "another name")
    missing, lags = [rig.truth.events[-2]["seq"]], [None]
    honest, replica = rig.honest.answer, FeedServer(replace(rig.truth, events=night[0], contents=night[1]))

    def answer(request):
        behind = lags and ("/all" in request.path or first in request.path)
        reply = (replica.answer if behind else honest)(request)
        if "/update-events/" not in request.path:
            return reply
        return only(reply, lambda it: it["seq"] not in missing, **({"cursor": None} if opaque else {}))

    rig.honest.answer = answer  # type: ignore[method-assign]
    rig.run()
    lags.clear()
    missing.clear()
    for _ in range(2):
        rig.run()
    assert rig.in_sync()


@pytest.mark.parametrize("whole", [False, True], ids=["behind the cursor", "the whole list"])
@pytest.mark.parametrize("margin", [False, True])
def test_what_was_done_ahead_of_a_clock_is_later_than_a_deletion_before_it(tmp_path, whole, margin):
    """The clock here is two minutes behind. The list had said that it is there again; then came why, and it was removed for good."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=False)
    first, refused = a_sound(rig), []
    content = rig.truth.contents[first]
    rig.truth.delete(first)
    rig.truth.publish(content)
    rig.wall = NOON + 10
    rig.truth.events[-2]["date_time"], rig.truth.events[-1]["date_time"] = map(
        seconds_as_dates, (NOON + 70, NOON + 100)
    )

    def answer(request, reply):
        if request.path.endswith("/all") and not refused:
            return told(
                [
                    rig.honest.event(it)
                    for n, it in enumerate(rig.truth.events)
                    if n not in (1, len(rig.truth.events) - 2)
                ],
                reply,
            )
        if not request.path.endswith("/all") and whole:
            refused.append(True)
            return Reply(410, {})
        return told([rig.honest.event(it) for it in rig.truth.events], reply) if margin else reply

    changed(rig, "/update-events/", answer)
    for _ in range(3):
        report = rig.run()  # the same bytes came again: without a digest the second run asks once more
        assert rig.in_sync()
    assert report.finished


@pytest.mark.parametrize("soft", [False, True], ids=["gone", "still answered"])
def test_a_deletion_that_was_done_ahead_of_a_clock_is_later_than_a_creation_before_it(tmp_path, soft):
    """A server that says its local time as UTC: the deletion was done, and told again behind the creation; what was gone was asked for, for ever, or came back."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=False)
    first = a_sound(rig)
    content = rig.truth.contents[first]
    rig.truth.delete(first)
    truth = dict(rig.truth.contents)
    rig.wall = NOON + 10
    rig.truth.events[1]["date_time"], rig.truth.events[-1]["date_time"] = map(
        seconds_as_dates, (NOON + 70, NOON + 100)
    )
    if soft:
        rig.truth.contents[first] = content
    changed(
        rig,
        "/all",
        lambda _, reply: told(
            [it for it in json.loads(reply.body) if it["content_id"] != first or it["event_type"] == DELETED],
            reply,
        ),
    )
    for _ in range(3):
        assert rig.run().finished
        assert rig.held() == {key: (it.title, it.file) for key, it in truth.items()}


def test_a_whole_list_that_says_another_digest_of_the_same_event_is_believed(tmp_path):
    """A list of what is there now, each under the number of its creation, with the digest of today: the file of yesterday stayed."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    first, before = a_sound(rig), len(rig.truth.events)
    rig.truth.replace(first, 600)

    def answer(request, reply):
        if not request.path.endswith("/all"):
            return Reply(410, {})
        now = rig.truth.contents[first].file
        page = json.loads(reply.body)
        page["events"] = page["events"][:before]
        for event in page["events"]:
            if event["content_id"] == first:
                event |= {"size": len(now), "sha256": sha256(now).hexdigest()}
        return told(page, reply)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.run().finished
    assert rig.fetched() == 0


@pytest.mark.parametrize("digests", [True, False])
def test_a_file_of_another_generation_that_no_list_names_is_asked_for(tmp_path, digests):
    """A list in pages, read while a content moved past it: its metadata was asked for, and the file of the old generation stayed."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), page=2)
    without(rig, *(() if digests else ("size", "sha256")))
    assert rig.run().finished
    first = a_sound(rig)
    rig.truth.generation += 1
    rig.truth.contents[first] = replace(rig.truth.contents[first], title="moved", file=b"another" * 100)

    def answer(_, reply):
        return reply if reply.status != 200 else only(reply, lambda event: event["content_id"] != first)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.run().finished
    assert rig.fetched() == 0


def test_a_list_that_a_doubt_has_read_skips_nothing_behind_a_good_cursor(tmp_path):
    """It says `created` of what is there, and no cursor: its highest number was the next one, and what had come before that was never read."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    first, second, third = sounds(rig)

    def answer(request, reply):
        whole = request.path.endswith("/all")
        return only(reply, lambda event: not whole or event["event_type"] == CREATED, cursor=None)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    passing = [None]
    changed(rig, second, lambda _, reply: Reply(404, {}) if passing else reply)
    rig.truth.rename(second, "another name")
    assert rig.run().why is Stop.INCOMPLETE
    rig.truth.rename(first, "another name")
    rig.truth.add(SOUND, "new", 300)
    assert rig.run().why is Stop.INCOMPLETE
    passing.clear()
    for _ in range(2):
        rig.run()
    assert rig.in_sync()
    assert third in rig.held()


@pytest.mark.parametrize("why", ["refused", "gap", "generation"])
def test_a_server_that_takes_no_query_is_asked_without(tmp_path, why):
    """It looks strictly at its parameters: `all?again=1` was 400, and the list could not be used, for ever, while `all` is there."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    rig.truth.rename(a_sound(rig), "another name")
    assert rig.run().finished
    rig.truth.rename(a_sound(rig), "once more")
    rig.truth.rename(sounds(rig)[1], "another name")
    if why == "generation":
        rig.truth.generation += 1
    missing = len(rig.truth.events) - 1 if why == "gap" else -1

    def answer(request, reply):
        if "?" in request.url:
            return Reply(400, {})
        if why == "refused" and not request.path.endswith("/all"):
            return Reply(410, {})
        return reply if reply.status != 200 else only(reply, lambda event: event["seq"] != missing)

    changed(rig, "/update-events/", answer)
    assert rig.run().finished
    assert rig.run().finished
    missing = -1
    for _ in range(2):
        assert rig.run().finished
    assert rig.in_sync()

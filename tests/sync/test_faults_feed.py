"""F27 to F39, the faults of the feed: each asks the engine for the required answer."""

import httpx
import pytest

from afterswipe.sync import Stop
from afterswipe.sync.errors import EndlessPaging, FeedTooLarge, Missing, OtherFeed, UnknownEvent
from faultlab.servers.faulty import Fault, When
from faultlab.servers.server import SOUND, Truth

from .rig import SIZE, Rig, small_truth

ALWAYS = When.FROM


@pytest.fixture
def rig(tmp_path) -> Rig:
    """An extended feed with pages of two events: an author and five sounds."""
    return Rig(tmp_path, small_truth(5), page=2)


@pytest.fixture(params=["extended", "plain"])
def either(tmp_path, request) -> Rig:
    """Both forms of the feed, one after the other."""
    return Rig(tmp_path, small_truth(5), extended=request.param == "extended", page=2)


def sounds(rig: Rig) -> list[str]:
    return [content.id for content in rig.truth.contents.values() if content.media == SOUND]


def busy(truth: Truth) -> None:
    """Something of everything happens."""
    first, second, third, *_ = [content.id for content in truth.contents.values() if content.media == SOUND]
    truth.rename(first, "another title")
    truth.replace(second)
    truth.delete(third)
    truth.rename(second, "a third title")
    truth.replace(first)
    truth.rename(first, "the last title")
    truth.delete(truth.add(SOUND, "gone again", SIZE))


@pytest.mark.parametrize("variant", ["event", "page"])
def test_f27_the_same_again_changes_nothing(either, variant):
    busy(either.truth)
    assert either.run([Fault("F27", arg=variant, when=ALWAYS)]).finished
    assert either.in_sync()
    assert either.fetched() == either.files()
    assert either.run([Fault("F27", arg=variant, when=ALWAYS)]).finished
    assert either.in_sync()
    assert either.fetched() == 0
    assert len(either.server.log) == len(either.asked("update-events")), "nothing but the feed is asked for"


def test_f28_an_old_event_that_comes_late_changes_nothing(rig):
    """A created event after the deletion, and an old title after a newer one: with the numbers that they had."""
    first, second, *_ = sounds(rig)
    rig.truth.rename(first, "newer")
    rig.truth.delete(second)
    assert rig.run().finished
    late = [event for event in rig.truth.events if event["content_id"] in (first, second)]
    rig.truth.events.extend(dict(event) for event in late if event["event_type"] == 0)
    assert rig.run().finished
    assert rig.in_sync()
    assert len(rig.server.log) == len(rig.asked("update-events")), "nothing but the feed is asked for"


def test_f28_the_order_does_not_matter(either):
    busy(either.truth)
    assert either.run([Fault("F28", when=ALWAYS)]).finished
    assert either.in_sync()
    for content_id in sounds(either)[:2]:
        either.truth.rename(content_id, "new")
        either.truth.delete(content_id)
    assert either.run([Fault("F28", when=ALWAYS)]).finished
    assert either.in_sync()


def test_f28_an_update_before_its_created_event(tmp_path):
    """The created event comes in a later page than the update, the deletion and the replacement."""
    rig = Rig(tmp_path, small_truth(2), extended=False)
    busy_events = rig.truth.events
    rig.truth.rename(sounds(rig)[0], "renamed")
    rig.truth.delete(sounds(rig)[1])
    busy_events.reverse()
    assert rig.run().finished
    assert rig.in_sync()


def test_f29_a_gap_is_not_skipped(tmp_path):
    rig = Rig(tmp_path, small_truth(5))
    assert rig.run().finished
    for number in range(4):
        rig.truth.add(SOUND, f"later {number}", SIZE)
    assert rig.run([Fault("F29")]).finished, "once: it is asked for again"
    assert rig.in_sync()
    assert not any(request.path.endswith("/all") for request, _ in rig.server.log)


def test_f29_a_gap_that_stays_means_everything_anew(tmp_path):
    rig = Rig(tmp_path, small_truth(5))
    assert rig.run().finished
    for number in range(4):
        rig.truth.add(SOUND, f"later {number}", SIZE)
    assert rig.run([Fault("F29", when=ALWAYS)]).finished
    asked = [request.url.rpartition("/")[2] for request in rig.asked("update-events")]
    assert asked[-1].startswith("all")
    assert len(set(asked)) == len(asked) > 2, "each request has another address"
    assert rig.in_sync()


def test_f29_a_gap_between_two_pages(rig):
    assert rig.run().finished
    for number in range(4):
        rig.truth.add(SOUND, f"later {number}", SIZE)
    assert rig.run([Fault("F29")]).finished
    assert rig.in_sync()


@pytest.mark.parametrize("status", ["404", "409", "410"])
def test_f30_a_cursor_of_the_past(either, status):
    assert either.run().finished
    either.truth.delete(sounds(either)[0])
    either.truth.add(SOUND, "new", 100)
    assert either.run([Fault("F30", arg=status)]).finished
    assert either.in_sync()
    assert either.fetched() == 100, "what is here and right is not fetched again"


@pytest.mark.parametrize("noticed", [True, False], ids=["the server notices", "the server does not notice"])
def test_f30_a_restored_backup(rig, noticed):
    assert rig.run().finished
    lost = sounds(rig)[0]
    del rig.truth.contents[lost]
    if noticed:
        rig.truth.restart()
    report = rig.run([] if noticed else [Fault("F30", arg="restored")])
    assert report.finished
    assert lost not in rig.held()
    assert rig.in_sync()
    assert rig.fetched() == 0


def test_f18_what_a_list_left_out_by_mistake_comes_back_with_the_next(rig):
    """A full list that says it is complete is believed. It leaves no tombstone that the right list could not overcome."""
    assert rig.run().finished
    everything, events = dict(rig.truth.contents), list(rig.truth.events)
    rig.truth.contents.clear()
    rig.truth.events.clear()
    asked_for_all = Fault("F30", arg="410")
    assert rig.run([asked_for_all]).finished
    assert rig.held() == {}
    rig.truth.contents.update(everything)
    rig.truth.events.extend(events)
    assert rig.run([asked_for_all]).finished
    assert rig.in_sync()


def test_f30_killed_in_the_middle_of_it_the_old_set_stays(rig):
    assert rig.run().finished
    before = rig.held()
    rig.truth.delete(sounds(rig)[0])
    rig.truth.restart()
    assert not rig.run([Fault("F32", at=3, when=ALWAYS)]).finished
    assert rig.held() == before
    assert rig.run().finished
    assert rig.in_sync()


def test_f31_the_cursor_of_another_feed(rig):
    assert rig.run().finished
    other = Truth(seed=99, feed_id="feed-2")
    other.events.extend([])
    for number in range(8):
        other.add(SOUND, f"theirs {number}", 50)
    rig.truth = rig.honest.truth = other
    assert rig.run().finished
    assert rig.in_sync(), "nothing of the other feed is left"


def test_f31_the_same_contents_under_another_identity(rig):
    assert rig.run().finished
    assert rig.run([Fault("F31")]).finished
    assert rig.in_sync()
    assert rig.fetched() == 0


def test_f31_a_plain_feed_is_known_by_its_address(tmp_path):
    rig = Rig(tmp_path, extended=False)
    assert rig.run().finished
    before = rig.held()
    report = refused(rig, base="https://other.example/")
    assert isinstance(report, OtherFeed)
    assert rig.held() == before


def refused(rig: Rig, faults=(), **options):
    """The error of a run that is refused, raised or in its report."""
    try:
        report = rig.run(faults, **options)
    except Exception as error:  # noqa: BLE001 - the caller looks at it
        return error
    assert not report.finished
    return report.problems[0]


def test_f32_killed_between_two_pages(rig):
    assert not rig.run([Fault("F32", at=3, when=ALWAYS)]).finished
    assert rig.cursor() is None, "the token of a middle page is no cursor"
    assert rig.run().finished
    assert rig.in_sync()
    assert [request.path.rpartition("/")[2] for request in rig.asked("update-events")] == [
        "1.2",
        "1.4",
        "1.6",
    ], "the page that is here, and behind a list that another run began once more"


def test_f33_a_page_without_a_cursor(rig):
    assert rig.run([Fault("F33", when=ALWAYS)]).finished
    good = rig.cursor()
    assert good
    assert rig.run([Fault("F33", when=ALWAYS)]).finished
    assert rig.cursor() == good, "an empty page without a cursor"
    rig.truth.add(SOUND, "new", 100)
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() == 100


def test_f33_a_middle_page_without_the_next_token(rig):
    report = rig.run([Fault("F33", arg="middle", when=ALWAYS)])
    assert report.why is Stop.FEED_UNUSABLE
    assert rig.cursor() is None
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["same", "other"])
def test_f34_a_feed_that_pages_for_ever(rig, variant):
    assert rig.run().finished
    before, cursor = rig.held(), rig.cursor()
    error = refused(rig, [Fault("F34", arg=variant, when=ALWAYS)], limits={"pages": 30})
    assert isinstance(error, EndlessPaging), error
    assert len(rig.server.log) <= 2 * 30 + 5
    assert (rig.held(), rig.cursor()) == (before, cursor)
    rig.truth.add(SOUND, "new", 100)
    assert rig.run().finished
    assert rig.in_sync()


def test_f35_replaced_in_the_middle(either):
    versions = {content.file for content in either.truth.contents.values()}
    either.run([Fault("F35", arg="between", at=2)])
    versions |= {content.file for content in either.truth.contents.values()}
    assert all(file in versions for _, file in either.held().values())
    # Without a digest the bytes may have come before their event; then they could be those of a server that is late.
    assert either.run().finished or either.run().finished
    assert either.in_sync()


def test_f35_half_of_each_under_one_validator(rig):
    """Only a digest sees it: the server says nothing."""
    versions = {content.file for content in rig.truth.contents.values()}
    rig.run([Fault("F35", arg="mixed", at=2)])
    versions |= {content.file for content in rig.truth.contents.values()}
    assert all(file in versions for _, file in rig.held().values())
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["before", "between"])
def test_f36_deleted_in_the_middle(either, variant):
    report = either.run([Fault("F36", arg=variant, at=2)])
    if not report.finished:
        assert any(isinstance(problem, Missing) for problem in report.problems)
        assert len(either.held()) == 5, "the others are there"
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_f35_a_partial_that_nobody_wants_any_more_is_swept(tmp_path, extended):
    """Begun in the same run, from what was left of the last one; then the feed has a newer version, and the part goes."""
    rig = Rig(tmp_path, small_truth(1), extended=extended)
    assert not rig.run([Fault("F21", arg="0", when=ALWAYS)]).finished
    rig.truth.replace(sounds(rig)[0])
    assert not rig.run([Fault("F11"), Fault("F21", at=2, arg="0", when=ALWAYS)]).finished
    assert len(rig.parts()) == 1
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["event", "media"])
def test_f37_an_unknown_event_holds_the_cursor(either, variant):
    assert either.run().finished
    cursor = either.cursor()
    either.truth.add(SOUND, "new", 100)
    either.truth.add(SOUND, "newer", 100)
    report = either.run([Fault("F37", arg=variant, when=ALWAYS)])
    assert report.why is Stop.NEEDS_UPDATE
    assert any(isinstance(problem, UnknownEvent) for problem in report.problems)
    assert either.cursor() == cursor
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("variant", ["past", "backwards"])
def test_f38_clocks_that_lie(rig, variant):
    """The server's dates mean nothing to an extended feed: its numbers are the order."""
    busy(rig.truth)
    assert rig.run([Fault("F38", arg=variant, when=ALWAYS)]).finished
    assert rig.in_sync()


@pytest.mark.parametrize("years", [-20, 20])
def test_f38_the_phone_s_clock_is_set_in_the_middle(either, years):
    jumped = []

    def observe(point: str, _detail: str) -> None:
        if point == "append" and not jumped:
            jumped.append(point)
            either.clock.jump(0, wall=years * 365 * 86_400.0)

    assert either.run(observe=observe).finished
    assert jumped
    assert either.in_sync()
    assert either.run().finished


def test_f38_a_remembered_pause_is_bounded_whatever_the_clock_says(either):
    assert either.run([Fault("F22", arg="120")]).why is Stop.SERVER_BUSY
    either.wall -= 20 * 365 * 86_400
    either.run()
    either.wall += either.limits.retry_after_max + 1
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("variant", ["bytes", "event", "events"])
def test_f39_more_than_the_limits_allow(rig, variant):
    assert rig.run().finished
    before, cursor = rig.held(), rig.cursor()
    rig.truth.add(SOUND, "new", 100)
    small = {"page_bytes": 4_000_000} if variant != "events" else {"events": 1_000}
    error = refused(rig, [Fault("F39", arg=variant, when=ALWAYS)], limits=small)
    assert isinstance(error, FeedTooLarge), error
    if variant != "events":
        assert rig.transport.sent[f"/v3/update-events/{cursor}"] <= 4_100_000
    assert (rig.held(), rig.cursor()) == (before, cursor)
    assert rig.run().finished
    assert rig.in_sync()


def test_f39_entities_have_a_limit_too(rig):
    rig.truth.rename(sounds(rig)[0], "t" * 2_000_000)
    report = rig.run()
    assert not report.finished
    assert len(rig.held()) == 5, "the others are there"


def test_the_library_does_not_matter_to_the_feed(tmp_path):
    import httpx2

    for library in (httpx, httpx2):
        rig = Rig(tmp_path / library.__name__, small_truth(2), library=library)
        assert rig.run([Fault("F27", when=ALWAYS)]).finished
        assert rig.in_sync()

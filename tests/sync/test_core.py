"""One run as states: what follows from which facts. No I/O, no clock."""

from dataclasses import replace

import pytest

from afterswipe.sync import (
    DiskFull,
    EndlessPaging,
    FeedError,
    Limits,
    Missing,
    NoRoom,
    NotAFeed,
    Stop,
    Unreachable,
)
from afterswipe.sync.core import (
    AskFeed,
    Begin,
    Ended,
    KeepPage,
    Work,
)
from afterswipe.sync.feed.protocol import Event, Identity, Kind, Media, Page
from afterswipe.sync.feed.records import Place

LIMITS = Limits()
FEED = Identity("f", "1", True)
PLAIN = Identity(numbered=False)


def event(version: int, when: str = "") -> Event:
    return Event(f"e{version}", f"c{version}", Media.SOUND, Kind.CREATED, version, when or f"t{version}")


def page(*versions: int, identity: Identity = FEED, more: str | None = None, **fields) -> Page:
    return Page(
        identity,
        tuple(event(v) for v in versions),
        **{"next": more, "complete": more is None, "cursor": None, **fields},
    )


def asks(cursor: str | None = "4", version: int = 4, identity: Identity = FEED, **more) -> AskFeed:
    place = Place(identity, cursor, version)
    return AskFeed(place, LIMITS, **{"full": cursor is None, **more})


def forgets(state) -> bool:
    """Whether it asks anew, and throws away what there is of a list that was coming in."""
    return isinstance(state, AskFeed) and state.forget


def swaps(state) -> bool:
    """Whether a whole list takes the place of what was known."""
    return isinstance(state, KeepPage) and state.page.complete and state.after.full


# Begin.


@pytest.mark.parametrize(
    ("not_before", "waits"),
    [
        (0, False),
        (999, False),
        (1000, False),
        (1001, True),
        (1000 + LIMITS.retry_after_max, True),
        (10**9, False),
    ],
)
def test_f22_a_pause_is_remembered_and_clamped(not_before, waits):
    after = Begin(LIMITS).next(1000, Place(FEED, "4", 4, not_before=not_before))
    assert (after == Ended(Stop.SERVER_BUSY, not_before=not_before)) == waits
    assert isinstance(after, AskFeed) != waits


# Where to go on.


def test_the_first_time_everything_is_asked_for():
    after = Begin(LIMITS).next(1000, Place(Identity()))
    assert isinstance(after, AskFeed)
    assert (after.cursor, after.full) == ("all", True)


def test_later_the_cursor():
    after = Begin(LIMITS).next(1000, Place(FEED, "4", 4))
    assert isinstance(after, AskFeed)
    assert (after.cursor, after.full) == ("4", False)


def test_f32_a_list_that_broke_off_goes_on_at_its_page_and_keeps_its_cursor():
    after = Begin(LIMITS).next(1000, Place(FEED, "4", 4, page="p2", page_version=6))
    assert isinstance(after, AskFeed)
    assert (after.cursor, after.place.cursor) == ("p2", "4")


def test_a_full_list_without_a_page_to_go_on_from_begins_anew():
    assert forgets(Begin(LIMITS).next(1000, Place(FEED, "4", 4, shadow=FEED)))
    assert isinstance(Begin(LIMITS).next(1000, Place(FEED, "4", 4, page="p2", shadow=FEED)), AskFeed)


# A page.


def test_s2_the_cursor_moves_with_the_last_page():
    ask = asks()
    for numbers, more, here, then in [((5, 6), "p2", None, "p2"), ((7,), "p3", ("p2", 7), "p3")]:
        kept = ask.next(page(*numbers, more=more))
        assert isinstance(kept, KeepPage)
        assert (kept.cursor, kept.at) == (None, here), "a later run begins with the page that is here"
        ask = kept.next()
        assert isinstance(ask, AskFeed)
        assert ask.cursor == then
    last = ask.next(page(8))
    assert isinstance(last, KeepPage)
    assert (last.cursor, last.at) == (("8", 8), None)
    assert last.next() == Work(whole=False)


def test_the_cursor_of_a_plain_feed_is_the_newest_time_in_whatever_order():
    ask = asks(None, -1, Identity())
    swap = ask.next(page(3, 9, 5, identity=PLAIN))
    assert swaps(swap)
    assert swap.cursor == ("t9", 9)


def test_the_server_s_own_cursor_wins():
    kept = asks().next(page(5, cursor="opaque"))
    assert isinstance(kept, KeepPage)
    assert kept.cursor == ("opaque", 5)
    assert asks(None).next(page(5, cursor="opaque")).cursor == ("opaque", -1), (
        "a snapshot may not mention all that it covers"
    )
    assert asks().next(page(5, cursor="8")).cursor == ("8", 8)


def test_f33_no_events_no_new_cursor():
    assert asks().next(page()).cursor is None
    assert asks("t4", 4, PLAIN).next(page(identity=PLAIN)).cursor is None
    assert asks("t4", 4, PLAIN).next(page(3, identity=PLAIN)).cursor is None, "and none that goes back"


def test_f18_an_empty_plain_list_swaps_nothing_away():
    """That is the store's to keep; here, the cursor stays."""
    swap = asks(None, -1, Identity()).next(page(identity=PLAIN))
    assert swaps(swap)
    assert swap.cursor is None
    assert swap.page.identity == PLAIN


def test_f37_an_unknown_event_holds_the_cursor():
    kept = asks().next(page(5, unknown=(6,)))
    assert isinstance(kept, KeepPage)
    assert kept.cursor is None
    assert kept.next() == Work(held=True, whole=kept.after.full)
    assert Work(held=True).next(0, set()).problem
    first = asks().next(page(5, unknown=(6,), more="p2"))
    assert first.at is None
    assert first.next().next(page(7)).cursor is None


# S7: identity.


@pytest.mark.parametrize(
    "other", [Identity("g", "1", True), Identity("f", "2", True), Identity("f", "1", False)]
)
def test_s7_another_identity_means_the_whole_list(other):
    after = asks().next(page(1, identity=other))
    assert forgets(after)
    ask = after
    assert (ask.cursor, ask.full, ask.resyncs) == ("all", True, 1)
    assert swaps(ask.next(page(1, identity=other)))


def test_s7_an_identity_that_changes_within_a_list():
    first = asks(None, -1, Identity()).next(page(1, more="p2"))
    assert isinstance(first, KeepPage)
    assert forgets(first.next().next(page(2, identity=Identity("f", "2", True))))


def test_an_extended_feed_does_not_become_a_plain_one():
    after = asks().next(page(5, identity=PLAIN))
    assert isinstance(after, Ended)
    assert isinstance(after.problem, NotAFeed)
    assert forgets(asks("t4", 4, PLAIN).next(page(5))), "the other way round it does"


@pytest.mark.parametrize("status", [404, 409, 410])
def test_f30_a_cursor_that_the_server_does_not_know(status):
    after = asks().next(status)
    assert forgets(after)
    again = after
    assert again.again == 1, "another address, for caches"
    bare = again.next(status)
    assert bare.bare, "perhaps it is the query that is refused"
    failed = bare.next(status)
    assert isinstance(failed, Ended)
    assert failed.why is Stop.FEED_UNUSABLE


def test_f32_a_page_token_that_has_become_useless():
    ask = replace(asks(), place=Place(FEED, "4", 4, page="p2", page_version=6))
    for _ in range(2):
        after = ask.next(404)
        assert forgets(after)
        assert not after.full
        assert after.cursor == "4"
        kept = after.next(page(5, more="p2"))
        assert isinstance(kept, KeepPage)
        ask = kept.next()
    assert forgets(ask.next(404)), "S10: not for ever"


# F29: gaps.


@pytest.mark.parametrize(
    ("versions", "unknown", "gap"),
    [
        ((5, 6), (), False),
        ((6, 5), (), False),
        ((4, 5), (), False),
        ((3, 4), (), False),
        ((), (), False),
        ((6,), (), True),
        ((5, 7), (), True),
        ((5, 7), (6,), False),
    ],
)
def test_f29_gaps(versions, unknown, gap):
    after = asks().next(page(*versions, unknown=unknown))
    assert isinstance(after, AskFeed if gap else KeepPage)


def test_f29_a_gap_is_asked_for_again_and_then_everything_is():
    ask = asks()
    for again in (1, 2):
        ask = ask.next(page(6))
        assert isinstance(ask, AskFeed)
        assert ask.again == again
    after = ask.next(page(6))
    assert forgets(after)
    assert swaps(after.next(page(6))), "a snapshot may leave numbers out"


def test_f29_a_gap_between_pages():
    ask = asks().next(page(5, more="p2")).next()
    assert isinstance(ask.next(page(7)), AskFeed)
    assert isinstance(ask.next(page(6)), KeepPage)


# S10: bounds.


def test_f34_the_same_token_again():
    ask = asks().next(page(5, more="p")).next()
    failed = ask.next(page(6, more="p"))
    assert isinstance(failed.problem, EndlessPaging)


def test_f34_ever_new_tokens():
    state = replace(asks(), limits=Limits(pages=10))
    for number in range(100):
        after = state.next(page(5 + number, more=f"p{number}"))
        if isinstance(after, Ended):
            break
        state = after.next()
    assert isinstance(after.problem, EndlessPaging)
    assert number == 9


def test_f15_a_page_that_was_cut_is_never_the_last():
    cut = page(5, complete=False)
    ask = asks()
    for _ in range(2):
        ask = ask.next(cut)
        assert isinstance(ask, AskFeed)
    failed = ask.next(cut)
    assert isinstance(failed, Ended)
    assert failed.why is Stop.FEED_UNUSABLE


def test_s10_the_whole_list_is_read_again_once():
    after = asks(resyncs=LIMITS.resyncs).next(410)
    assert isinstance(after, Ended)
    assert isinstance(after.problem, FeedError)


# The end.


@pytest.mark.parametrize(
    ("held", "left", "problems", "why"),
    [
        (False, 0, {Unreachable}, Stop.FINISHED),
        (False, 1, {Unreachable}, Stop.OFFLINE),
        (False, 1, {Unreachable, Missing}, Stop.INCOMPLETE),
        (False, 2, {Missing, NoRoom}, Stop.NEEDS_SPACE),
        (False, 2, {DiskFull}, Stop.NEEDS_SPACE),
        (True, 0, set(), Stop.NEEDS_UPDATE),
    ],
)
def test_why_it_ends(held, left, problems, why):
    assert Work(held).next(left, problems).why is why

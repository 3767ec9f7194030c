"""Truth and gap: when a card is wrong, why, for how long; and when it is not."""

import asyncio
import gc
from contextlib import suppress
from itertools import pairwise
from unicodedata import east_asian_width

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterswipe import (
    MB,
    ActivityAuthorizationError,
    AfterSwipeError,
    CardChanged,
    Gap,
    Phone,
    Span,
    UsageError,
)
from afterswipe.seen.gaps import REASONS, covered
from afterswipe.seen.svg import in_lines

from .apps import uploading


def left(app, *, after: float = 2, then: float = 60, ios: str = "26", leave=Phone.swipe_up) -> Phone:
    phone = Phone(ios=ios)
    phone.open(app)
    phone.wait(seconds=after)
    leave(phone)
    phone.wait(seconds=then)
    return phone


def by_the_system(size: int = 60 * MB, *, told: bool = True):
    async def main(app):
        card = app.activities.request("Posting", progress=0.0, push_type="token")
        upload = app.background_url_session.upload("story.mov", size=size)
        if told:
            async for sent in upload:
                card.update(progress=sent)
            card.end("Posted")

    return main


def found(phone: Phone) -> list[tuple[str, str]]:
    return [(gap.what, gap.work) for gap in phone.truth().gaps]


def test_a_suspended_upload_is_frozen_and_stopped():
    phone = left(uploading())
    (gap,) = phone.truth().gaps
    assert (gap.what, gap.work, gap.says) == ("frozen", "stopped", "5 %")
    assert (gap.start, gap.end) == (2_500, 62_000)
    assert gap.so == "nothing goes on, the app is suspended; 3.5 MB of 60 MB arrived"


def test_its_negation_an_app_in_front_that_tells_is_not_wrong():
    phone = Phone()
    phone.open(uploading())
    phone.wait(seconds=30)
    assert phone.truth().gaps == []


def test_an_app_in_front_that_does_not_tell_is_wrong():
    phone = Phone()
    phone.open(by_the_system(told=False))
    phone.wait(seconds=30)
    assert found(phone) == [("frozen", "goes on")]


def test_with_the_system_sending_the_card_is_frozen_and_the_work_is_not_lost():
    phone = left(by_the_system(), then=30)
    assert found(phone) == [("frozen", "goes on")]
    (gap,) = phone.truth().gaps
    assert gap.start > 2_500  # what the app told last was right for a while
    phone.wait(seconds=30)
    assert phone.truth().gaps[0].end == phone.record.of(CardChanged)[-1].at  # the app was woken and told
    assert "and more had arrived (frozen)" in str(phone.truth())


def test_a_card_with_no_figure_is_not_wrong_while_the_system_sends():
    async def main(app):
        app.activities.request("Posting", text="Sending in the background", push_type="token")
        app.background_url_session.upload("story.mov", size=60 * MB)

    phone = left(main, then=30)
    assert phone.truth().gaps == []


def test_after_a_force_quit_nothing_goes_on_and_nobody_can_say_so():
    phone = left(by_the_system(), leave=Phone.force_quit)
    assert found(phone) == [("orphaned", "stopped")]


def test_the_end_of_a_suspended_process_changes_the_reason():
    phone = left(uploading(), then=10)
    phone.memory_pressure()
    phone.wait(seconds=20)
    assert phone.truth().by_reason() == {"frozen": 9_500, "orphaned": 20_000}
    assert phone.truth().gap == 29_500


def test_a_moving_bar_is_projected():
    async def main(app):
        app.activities.request("Posting", timer_interval=(app.now, app.now + 60), push_type="token")
        async for _ in app.url_session.upload("story.mov", size=60 * MB):
            pass

    phone = left(main)
    assert found(phone) == [("projected", "stopped")]


@pytest.mark.parametrize(("expected", "wrong"), [(41, False), (8, True), (400, True)])
def test_a_projection_is_wrong_only_where_it_is_off(expected, wrong):
    """The upload takes 40 seconds: a bar that says so is right, a faster and a slower one are not."""

    async def main(app):
        app.activities.request("Posting", timer_interval=(app.now, app.now + expected), push_type="token")
        app.background_url_session.upload("story.mov", size=60 * MB)

    phone = left(main, then=36)
    assert (found(phone) == [("projected", "goes on")]) is wrong
    assert bool(phone.truth().gaps) is wrong


def test_a_bar_that_gets_to_the_end_after_the_upload_did_is_right_from_then_on():
    async def main(app):
        app.activities.request("Posting", timer_interval=(app.now, app.now + 60), push_type="token")
        app.background_url_session.upload("story.mov", size=60 * MB)
        app.complete_wake()

    phone = left(main, then=300)
    assert phone.truth().gaps[-1].end == 54_000  # 90 % of a minute; the woken app runs then


# Never started.


def test_with_no_network_nothing_ever_began():
    phone = Phone()
    phone.network.disconnect()
    phone.open(by_the_system())
    phone.swipe_up()
    phone.wait(minutes=1)
    assert found(phone) == [("never started", "waits")]
    assert phone.truth().gaps[0].waits_for == "there is no network"
    phone.network.connect()
    phone.wait(seconds=10)
    assert phone.truth().gaps[0].end < 63_000  # the first bytes are there


def test_a_scheduled_card_starts_without_its_work():
    async def main(app):
        app.activities.request("Nightly sync", progress=0.0, start=app.now + 60, alert="!", push_type="token")

    phone = left(main, then=30)
    assert phone.truth().gaps == []
    phone.wait(minutes=1)
    assert found(phone) == [("never started", "stopped")]


def test_a_card_started_by_push_after_a_force_quit_claims_what_nobody_does():
    async def main(_app):
        pass

    phone = left(main, leave=Phone.force_quit)
    phone.live_activity_pushes.start("Posting", progress=0.0, alert="!")
    phone.wait(minutes=1)
    assert found(phone) == [("never started", "stopped")]


def test_an_app_that_did_run_is_believed_to_have_begun():
    async def main(app):
        app.activities.request("Syncing", text="3 of 120", push_type="token")

    assert found(left(main)) == [("frozen", "stopped")]


# Honest cards.


def test_a_server_that_tells_at_each_tenth_opens_no_gap():
    phone = Phone()
    phone.open(by_the_system())
    phone.wait(seconds=2)
    phone.swipe_up()
    for _ in range(10):
        phone.wait(seconds=3.5)
        received = phone.truth().transfers[0]
        phone.live_activity_pushes.update(progress=received.sent / received.size)
    assert phone.truth().gaps == []


def test_one_push_closes_the_gap_until_more_has_arrived():
    phone = left(by_the_system(), then=20)
    received = phone.truth().transfers[0]
    phone.live_activity_pushes.update(progress=received.sent / received.size)
    at = phone.clock.now
    phone.wait(seconds=10)
    first, second = phone.truth().gaps
    assert first.end == at
    assert second.start > at + 3_000


def test_a_push_that_goes_on_claiming_closes_nothing():
    phone = left(uploading(), then=20)
    phone.live_activity_pushes.update(progress=0.05, text="Sending")
    phone.wait(seconds=20)
    (gap,) = phone.truth().gaps
    assert gap.end == 42_000


@pytest.mark.parametrize("how", ["frozen", "end", "remove"])
def test_a_mark_an_end_and_a_removal_close_the_gap(how):
    phone = left(uploading(), then=20)
    if how == "frozen":
        phone.live_activity_pushes.update(text="Waiting", stale_date=phone.clock.now / 1000)
    elif how == "end":
        phone.live_activity_pushes.end("Not posted")
    else:
        phone.remove_card()
    phone.wait(seconds=20)
    (gap,) = phone.truth().gaps
    assert gap.end == 22_000


def test_a_card_that_says_all_is_done_and_is_right():
    phone = left(by_the_system(6 * MB), then=2)
    phone.live_activity_pushes.update(progress=1.0)
    at = phone.clock.now
    phone.wait(minutes=1)
    assert all(gap.end <= at for gap in phone.truth().gaps)


def test_a_score_that_a_server_pushes_is_no_claim_about_the_phone():
    async def main(app):
        app.activities.request("Match", text="0:0", push_type="token")

    phone = left(main, then=20)
    phone.live_activity_pushes.update(text="1:0")
    phone.wait(hours=1)
    assert phone.truth().gaps[-1].end == 22_000


def test_its_negation_words_about_an_upload_that_stopped_are_a_claim():
    async def main(app):
        app.activities.request("Posting", text="Sending", push_type="token")
        async for _ in app.url_session.upload("story.mov", size=60 * MB):
            pass

    phone = left(main, then=20)
    phone.live_activity_pushes.update(text="Still sending")
    phone.wait(seconds=20)
    assert phone.truth().gaps[-1].end == 42_000


def test_a_picture_that_is_not_drawn_anew_goes_on_claiming():
    async def main(app):
        app.activities.request("Posting", progress=0.2, stale_date=app.now + 30, push_type="token")

    for side, until in (("document", 30_000), ("report", 62_000)):
        phone = Phone(ios="26.4", disputes={"live-activity.stale-view-after-termination": side})
        phone.open(main)
        phone.wait(seconds=2)
        phone.force_quit()
        phone.wait(seconds=60)
        assert phone.truth().gaps[-1].end == until


# Several cards, and the sums.


def test_two_wrong_cards_are_two_gaps_and_one_time():
    async def main(app):
        app.activities.request("One", progress=0.1, push_type="token")
        app.activities.request("Two", progress=0.2, push_type="token")
        await asyncio.sleep(100)

    phone = left(main, then=30)
    assert [gap.title for gap in phone.truth().gaps] == ["One", "Two"]
    assert phone.truth().gap == 29_500
    assert phone.timeline().wrong == 29_500


def test_together_counts_each_moment_once():
    spans = [Span(0, 10, "a"), Span(5, 12, "b"), Span(12, 13, "c"), Span(20, 21, "d")]
    assert covered(spans) == 14
    assert covered([]) == 0


DEEDS = ("open", "swipe_up", "lock", "unlock", "force_quit", "memory_pressure", "remove_card", "push")


@settings(max_examples=60)
@given(st.booleans(), st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 20)), max_size=8))
def test_gaps_are_in_order_apart_and_have_a_reason(system, script):
    phone = Phone()
    phone.open(_patient(system))
    for deed, seconds in script:
        phone.wait(seconds=seconds)
        with suppress(UsageError):  # what cannot be is skipped
            phone.live_activity_pushes.update(progress=0.5) if deed == "push" else getattr(phone, deed)()
    phone.wait(seconds=10)
    truth = phone.truth()
    by_card: dict[int, list[Gap]] = {}
    for gap in truth.gaps:
        assert gap.what in REASONS
        assert gap.work in ("goes on", "stopped", "never began")
        assert 0 <= gap.start < gap.end <= phone.clock.now
        by_card.setdefault(gap.activity, []).append(gap)
    for gaps in by_card.values():
        assert all(one.end <= other.start for one, other in pairwise(gaps))
    assert truth.gap <= phone.clock.now
    assert truth.gap <= sum(truth.by_reason().values())


def _patient(system: bool):
    """An app that starts one card and one upload, whatever launches it, and leaves what is left alone."""

    async def main(app):
        if list(app.activities) or app.launch_reason != "person":
            return
        card = app.activities.request("Posting", progress=0.0, push_type="token")
        session = app.background_url_session if system else app.url_session
        try:
            async for sent in session.upload("story.mov", size=12 * MB):
                card.update(progress=sent)
        except Exception:  # noqa: BLE001  # a lost upload is what the truth is about
            card.end("Failed")

    return main


# What is so, in three words; and which work a card speaks of.


def two_works(*, tied: bool = False, before: bool = False, again: bool = False):
    """A story in the app's process beside a backup in the system's."""

    async def main(app):
        if before:
            app.background_url_session.upload("backup.zip", size=2000 * MB)
            await asyncio.sleep(0.1)
        card = app.activities.request("Posting your story", progress=0.0, push_type="token")
        if not before:
            app.background_url_session.upload("backup.zip", size=2000 * MB)
        story = app.url_session.upload("story.mov", size=60 * MB)
        if tied:
            card.follows(story)
        with suppress(AfterSwipeError):
            async for sent in story:
                card.update(progress=sent)
        if again:
            card.follows(app.background_url_session.upload("story.mov", size=60 * MB))
            await asyncio.Event().wait()

    return main


def test_two_works_that_nothing_ties_are_not_judged():
    phone = left(two_works(), then=600)
    assert phone.truth().gaps == []
    assert "Is so: not judged: two works, nothing ties them to the card" in str(phone.truth())
    assert "not judged" in str(phone.timeline())
    assert "Not judged" in phone.timeline()._repr_svg_()
    assert phone.pair().label == "Not judged: two works, nothing ties them to the card."
    assert not phone.pair().differs


@pytest.mark.parametrize(
    "program", [two_works(tied=True), two_works(before=True)], ids=["tied", "the backup was there before"]
)
def test_a_story_that_died_beside_a_backup_that_goes_on_has_stopped(program):
    phone = left(program, then=60)
    (gap,) = phone.truth().gaps
    assert (gap.what, gap.work) == ("frozen", "stopped")
    assert "3.5 MB of 60 MB" in gap.so or "MB of 60 MB" in gap.so
    assert phone.pair().so()[0] == "stopped"


def test_a_file_that_is_sent_again_by_other_means_is_one_work():
    async def main(app):
        app.activities.request("Posting", text="Sending", push_type="token")
        with suppress(AfterSwipeError):
            async for _ in app.url_session.upload("story.mov", size=60 * MB):
                if app.now > 1:
                    break
        app.background_url_session.upload("story.mov", size=60 * MB)
        await asyncio.Event().wait()

    phone = left(main, then=10)
    assert phone.truth().gaps == []
    assert phone.pair().so()[0] == "goes on"


def waiting(text: str):
    async def main(app):
        app.activities.request("Posting your story", text=text, push_type="token")
        app.background_url_session.upload("story.mov", size=60 * MB)
        await asyncio.sleep(2)

    return main


@pytest.mark.parametrize(("text", "wrong"), [("Sending", True), ("Waiting for Wi-Fi", False), ("", True)])
def test_a_card_that_says_that_it_waits_is_right_while_it_waits(text, wrong):
    phone = Phone()
    phone.open(waiting(text))
    phone.wait(seconds=1)
    phone.network.disconnect()
    phone.swipe_up()
    phone.wait(minutes=5)
    assert bool(phone.truth().gaps) is wrong
    if wrong:
        assert found(phone) == [("frozen", "waits")]
        assert "it only waits" in str(phone.truth())
    assert "Is so: waits, for 5 min: there is no network." in str(phone.truth())
    assert phone.pair().so()[0] == "waits"


def test_a_card_that_says_that_it_waits_is_wrong_while_the_work_goes_on():
    phone = left(waiting("Waiting for Wi-Fi"), then=10)
    assert found(phone) == [("frozen", "goes on")]


@pytest.mark.parametrize(
    ("text", "wrong"), [("Sending", True), ("Not posted. Tap to try again", False), ("Paused", False)]
)
def test_a_card_that_says_that_it_stopped_is_right_when_it_has(text, wrong):
    async def main(app):
        card = app.activities.request("Posting your story", text="Sending", progress=0.0)
        with suppress(AfterSwipeError):
            async for sent in app.url_session.upload("story.mov", size=60 * MB):
                card.update(progress=sent)
        card.update(text=text)

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=5)
    phone.network.disconnect()
    phone.wait(seconds=5)
    phone.swipe_up()
    phone.wait(minutes=5)
    assert (found(phone) == [("frozen", "stopped")]) is wrong
    assert bool(phone.truth().gaps) is wrong


def test_its_negation_a_card_that_says_so_while_the_work_goes_on_is_wrong():
    phone = left(waiting("Not posted"), then=10)
    assert found(phone) == [("frozen", "goes on")]


@pytest.mark.parametrize(("text", "wrong"), [("Posted", True), ("Not posted", False)])
def test_a_card_that_says_all_is_done_is_wrong_where_the_server_refused(text, wrong):
    async def main(app):
        card = app.activities.request("Posting", progress=0.0)
        async for sent in app.url_session.upload("story.mov", size=MB):
            card.update(progress=sent)
        card.update(text=text)

    phone = Phone()
    phone.network.serve("upload.example", lambda request, received: httpx.Response(401))
    phone.open(main)
    phone.wait(minutes=5)
    assert bool(phone.truth().gaps) is wrong


@pytest.mark.parametrize(
    ("status", "text", "wrong"), [(500, "Posted", True), (500, "Not posted", False), (201, "Posted", False)]
)
def test_a_card_that_ended_as_done_is_wrong_where_the_server_refused(status, text, wrong):
    async def main(app):
        card = app.activities.request("Story", text="Posting", progress=0.0)
        async for sent in app.url_session.upload("story.mov", size=MB):
            card.update(progress=sent)
        card.end(text)

    phone = Phone()
    phone.network.serve("upload.example", lambda request, received: httpx.Response(status))
    phone.open(main)
    phone.wait(minutes=5)
    assert bool(phone.truth().gaps) is wrong
    assert (phone.pair().label == "The card says what is so.") is not wrong


def test_a_transfer_that_waits_is_not_said_to_be_under_way():
    async def main(app):
        app.background_url_session.upload("story.mov", size=60 * MB)

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=2)
    assert "; under way." in str(phone.truth())
    phone.network.disconnect()
    assert "; waits: there is no network." in str(phone.truth())
    phone.network.connect()
    assert "; under way." in str(phone.truth())


def test_a_card_that_is_ahead_of_its_work_says_more_than_has_arrived():
    async def main(app):
        card = app.activities.request("Posting", progress=0.9)
        card.follows(app.background_url_session.upload("story.mov", size=60 * MB))

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(seconds=20)
    assert phone.pair().label.endswith("it says “90 %”, and less has arrived.")


def test_a_difference_that_is_tolerated_is_stated():
    phone = left(by_the_system(size=4000 * MB, told=False), then=180)
    assert phone.truth().gaps == []
    assert "The card differs from what has arrived by 6 % of the whole; up to 10 % is not counted" in str(
        phone.truth()
    )


def test_a_tie_to_work_that_never_began_never_started():
    async def main(app):
        card = app.activities.request("Posting your story", push_type="token")
        card.follows(app.url_session.upload("story.mov", size=60 * MB))

    assert found(left(main)) == [("never started", "stopped")]


def test_the_pair_shows_the_card_that_is_wrong():
    phone = left(uploading())
    pair = phone.pair()
    assert pair.differs
    assert pair.says() == ["Posting", "5 %"] or pair.says()[-1] == "5 %"
    assert pair.so() == ["stopped", "for 1 min", "3.5 MB of 60 MB", "5 % arrived"]
    assert (
        pair.label.startswith("For 60 s it says")
        or pair.label.startswith("For 59 s it says")
        or pair.label.startswith("For 1 min it says")
    )
    assert "≠" in pair._repr_svg_()
    assert Phone().pair().label == "There is no card."
    assert "=" in Phone().pair()._repr_svg_()


@pytest.mark.parametrize(
    "title", ["日本語の長いテキスト" * 4, "W" * 70, "Zeile\nzwei\tdrei", "e\u0301" * 40, "🎬 story " * 8]
)
def test_no_text_breaks_a_box_or_a_column(title):
    async def main(app):
        app.activities.request(title, text=title, progress=0.5)
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(minutes=1)
    widths = {
        sum(1 + (east_asian_width(c) in "WF") for c in line) for line in str(phone.lock_screen()).splitlines()
    }
    assert widths == {34}
    *rows, label = str(phone.pair()).splitlines()
    assert {row[:2] for row in (row.rpartition("  ")[2] for row in rows) if row.startswith("sto")} == {"st"}
    assert label.startswith("For 1 min it says")
    assert "\t" not in str(phone.timeline())


def test_a_letter_counts_as_on_the_wire():
    """JSON goes out as UTF-8: an umlaut has two bytes and not the six of its escape."""

    async def main(app):
        app.activities.request("Story", text="ü" * 2000)
        with pytest.raises(ActivityAuthorizationError, match="attributesTooLarge"):
            app.activities.request("Story", text="ü" * 2100)

    Phone().open(main)


def test_a_stream_that_nobody_reads_any_more_is_not_told():
    async def main(app):
        card = app.activities.request("Story", push_type="token")
        for _ in range(5):
            async for _token in card.push_token_updates:
                break
            gc.collect()
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=1)
    assert phone.cards.tokens.listeners == {}


def test_the_lines_of_a_label_are_about_as_long_as_each_other():
    """Red before: the last line of the first picture was the word “on”."""
    said = in_lines("For 3 min it says “Posting your story”, and nothing goes on", 29)
    assert said == ["For 3 min it says", "“Posting your story”,", "and nothing goes on"]
    assert in_lines("Short", 29) == ["Short"]
    assert in_lines("", 29) == []

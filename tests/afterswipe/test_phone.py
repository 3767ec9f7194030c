"""The phone: what a person does, what the app gets, what stays on the Lock Screen."""

import asyncio

import httpx
import pytest

from afterswipe import (
    MB,
    ActivityAuthorizationError,
    BGContinuedProcessingTaskRequest,
    CardChanged,
    Phone,
    State,
    StateChanged,
    UnavailableError,
    UsageError,
)
from afterswipe.claims.rules import Version, covers

from . import invariants
from .apps import left, ticking, uploading
from .plants import change


def test_a_suspended_app_runs_no_code():
    ran = []
    phone = left(ticking(ran))
    assert phone.app_state is State.SUSPENDED
    assert max(ran) <= 2_500
    invariants.every(phone, ran)


def test_its_negation_an_open_app_runs():
    ran = []
    phone = Phone()
    phone.open(ticking(ran))
    phone.wait(seconds=10)
    assert max(ran) == 10_000


def test_the_card_stays_and_says_what_it_said():
    ran = []
    phone = left(ticking(ran))
    (card,) = phone.lock_screen().cards
    assert card.says(phone.clock.now) == f"{len(ran)} 0 %"


def test_timers_fire_after_resume_and_not_before():
    ran = []
    phone = left(ticking(ran))
    count = len(ran)
    phone.open()
    assert len(ran) == count + 1
    assert ran[-1] == phone.clock.now
    invariants.every(phone, ran)


def test_an_upload_dies_with_its_app_and_the_app_learns_later():
    outcomes = []
    phone = left(uploading(outcomes=outcomes))
    assert outcomes == []
    phone.open()
    phone.wait(seconds=1)
    assert outcomes == ["URLError: story.mov: the network connection was lost (networkConnectionLost, -1005)"]
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Failed"


def test_its_negation_an_upload_in_front_gets_through():
    outcomes = []
    phone = Phone()
    phone.open(uploading(outcomes=outcomes))
    phone.wait(minutes=2)
    assert outcomes == ["done"]
    assert phone.truth().transfers[0].sent == 60 * MB
    assert phone.truth().gap == 0


def test_an_assertion_gives_thirty_seconds_less_the_warning():
    ran, told = [], []

    async def app(app):
        def expired():
            told.append(app.clock.now)
            app.end_background_task(task)

        task = app.begin_background_task("work", expired)
        await ticking(ran)(app)

    phone = left(app)
    assert told == [31_000]
    assert phone.app_state is State.SUSPENDED
    assert max(ran) <= 31_000
    invariants.every(phone, ran)


def test_two_assertions_do_not_give_twice_the_time():
    told = []

    async def app(app):
        tasks = [app.begin_background_task(name, lambda: told.append(app.now)) for name in ("a", "b")]
        await asyncio.sleep(31.5)
        for task in tasks:
            app.end_background_task(task)

    phone = left(app)
    assert told == [31.0, 31.0]
    assert phone.app_state is State.SUSPENDED


def test_an_app_that_does_not_end_its_task_is_terminated():
    async def app(app):
        app.begin_background_task("forgotten")
        await asyncio.sleep(1000)

    phone = left(app)
    assert phone.app_state is State.NOT_RUNNING
    last = phone.record.of(StateChanged)[-1]
    assert last.at == 32_000
    assert "not ended in time" in last.note


def test_an_app_that_is_done_is_suspended_at_once():
    async def app(app):
        task = app.begin_background_task("short")
        await asyncio.sleep(5)
        app.end_background_task(task)
        await asyncio.sleep(1000)

    phone = left(app)
    assert phone.record.of(StateChanged)[-1].at == 5_000


def test_coming_back_in_time_stops_the_clock():
    ran = []

    async def app(app):
        app.begin_background_task("work", lambda: ran.append("expired"))
        await asyncio.sleep(1000)

    phone = left(app, then=10)
    phone.open()
    phone.wait(minutes=5)
    assert phone.app_state is State.ACTIVE
    assert ran == []


def test_a_timeline_has_what_a_person_did_at_one_moment_in_the_order_in_which_it_was_done():
    phone = Phone()
    phone.open(ticking([]))
    phone.wait(seconds=5)
    phone.force_quit()
    assert [what for _, what in phone.timeline().marks] == [
        "opens the app",
        "opens the app switcher",
        "force quits the app",
    ]


def test_an_assertion_that_is_begun_while_sound_keeps_the_app_awake_has_its_whole_time():
    """The clock starts when a background task becomes effective, not when the app entered the background."""
    seen = []

    async def app_main(app):
        app.audio.play()
        for _song in range(2):
            await asyncio.sleep(200)
            task = app.begin_background_task("the next song", lambda: seen.append("expires"))
            seen.append((task, app.background_time_remaining))
            await asyncio.sleep(10)
            app.end_background_task(task)
        app.begin_background_task("the last", lambda: seen.append(app.now))
        app.audio.stop()
        await asyncio.sleep(10**6)

    phone = Phone()
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=10)
    assert seen == [(1, 30), (2, 30), 439]
    assert phone.endings.last.code == "0x2182bad2"


def test_a_second_clock_has_nothing_of_the_first():
    """Sound plays on when the first time is over: what is begun in its last second has a whole one."""
    seen = []

    async def app_main(app):
        def expires():
            app.end_background_task(1)
            app.begin_background_task("b", lambda: (seen.append(app.now), app.end_background_task(2)))

        app.audio.play()
        app.begin_background_task("a", expires)
        await asyncio.sleep(10**6)

    phone = Phone()
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=10)
    assert (seen, phone.endings.last) == ([58], None)


def test_an_assertion_after_a_task_that_ran_in_the_background_has_its_time():
    seen = []

    async def app_main(app):
        async def post(task):
            task.progress.total_unit_count = 100
            while task.progress.completed_unit_count < 100:
                await asyncio.sleep(1)
                task.progress.completed_unit_count += 1
            task.set_task_completed()
            seen.append((app.begin_background_task("tidy up"), app.background_time_remaining))
            app.end_background_task(1)

        app.task_scheduler.register("post", post)
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle=""))
        await asyncio.sleep(10**6)

    phone = Phone("26")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=10)
    assert seen == [(1, 30)]


def test_with_nothing_but_sound_the_time_has_no_end():
    seen = []

    async def app_main(app):
        app.audio.play()
        await asyncio.sleep(100)
        seen.append(app.background_time_remaining)

    phone = Phone()
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=10)
    assert seen == [float("inf")]


def test_two_assertions_in_a_row_have_one_time_in_a_wake_up_too():
    seen = []

    async def app_main(app):
        async def pushed():
            app.end_background_task(app.begin_background_task("a"))
            await asyncio.sleep(20)
            app.begin_background_task("b", lambda: seen.append(app.now))

        app.pushes.did_receive_remote_notification(pushed)
        await asyncio.sleep(10**6)

    phone = Phone()
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(seconds=100)
    phone.pushes.silent()
    phone.wait(minutes=2)
    assert seen == [129]


def test_background_time_remaining():
    seen = []

    async def app(app):
        app.begin_background_task("work")
        seen.append(app.background_time_remaining)
        await asyncio.sleep(12)
        seen.append(app.background_time_remaining)
        await asyncio.sleep(1000)

    left(app, then=15)
    assert seen == [float("inf"), 20.0]


def test_older_systems_are_not_modelled():
    with pytest.raises(UsageError, match=r"from 4 to 27\.1"):
        Phone(ios="3")


@pytest.mark.parametrize("ios", ["eighteen", "18.x", "", "99"])
def test_a_version_that_is_none(ios):
    with pytest.raises(UsageError):
        Phone(ios=ios)


def test_a_live_activity_starts_in_the_foreground_only():
    seen = []

    async def app(app):
        app.begin_background_task("work")
        await asyncio.sleep(10)
        try:
            app.activities.request("Too late", push_type="token")
        except ActivityAuthorizationError as refused:
            seen.append(refused)

    phone = left(app, then=20)
    assert seen[0].reason == "visibility"
    assert seen[0].claim == "live-activity.starts-in-foreground"
    assert phone.lock_screen().cards == []


def test_before_16_1_there_are_no_live_activities():
    async def app(app):
        app.activities.request("Too early", push_type="token")

    with pytest.raises(UnavailableError, match=r"16\.1"):
        Phone(ios="16").open(app)


def test_a_stale_date_marks_the_card_and_ends_the_gap():
    async def app(app):
        app.activities.request("Posting", progress=0.2, stale_date=app.now + 60, push_type="token")
        await asyncio.sleep(1000)

    phone = left(app)
    (card,) = phone.lock_screen().cards
    assert card.state.value == "stale"
    assert "Out of date" in str(phone.lock_screen())
    assert phone.truth().gap == 60_000 - 2_500


def test_an_update_makes_a_stale_card_active_again():
    async def app(app):
        card = app.activities.request("Posting", progress=0.2, stale_date=app.now + 1, push_type="token")
        await asyncio.sleep(2)
        states.append(card.activity_state.value)
        card.update(progress=0.3)
        states.append(card.activity_state.value)

    states: list[str] = []
    phone = Phone()
    phone.open(app)
    phone.wait(seconds=5)
    assert states == ["stale", "active"]


def test_eight_hours_then_four_more():
    async def app(app):
        app.activities.request("Long", text="going on", push_type="token")
        await asyncio.sleep(10**6)

    phone = left(app, then=8 * 3600 - 3)
    assert phone.lock_screen().cards[0].state.value == "active"
    phone.wait(seconds=2)
    assert phone.lock_screen().cards[0].state.value == "ended"
    phone.wait(hours=4)
    assert phone.lock_screen().cards == []


def test_updates_to_an_ended_card_are_ignored():
    async def app(app):
        card = app.activities.request("Posting", progress=0.1, push_type="token")
        card.end("Posted")
        card.update(text="again")

    phone = Phone()
    phone.open(app)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Posted"


def test_force_quit_ends_the_process_and_leaves_the_card():
    ran = []
    phone = Phone()
    phone.open(ticking(ran))
    phone.wait(seconds=3)
    phone.force_quit()
    phone.wait(hours=1)
    assert phone.app_state is State.NOT_RUNNING
    assert len(phone.lock_screen().cards) == 1
    assert [gap.what for gap in phone.truth().gaps] == ["orphaned"]
    invariants.every(phone, ran)


def test_the_system_ends_a_suspended_app_and_the_reason_changes():
    phone = left(ticking([]))
    phone.memory_pressure()
    phone.wait(minutes=1)
    assert [gap.what for gap in phone.truth().gaps] == ["frozen", "orphaned"]


def test_a_launch_after_force_quit_starts_anew_and_finds_the_card():
    seen = []

    async def app(app):
        seen.append(len(list(app.activities)))
        if not seen[-1]:
            app.activities.request("First", push_type="token")
        else:
            next(iter(app.activities)).end("Cleaned up")

    phone = Phone()
    phone.open(app)
    phone.force_quit()
    phone.open()
    assert seen == [0, 1]
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Cleaned up"


def test_locking_is_leaving_and_unlocking_brings_back():
    phone = Phone()
    phone.open(ticking([]))
    phone.lock()
    phone.wait(seconds=10)
    assert phone.app_state is State.SUSPENDED
    phone.unlock()
    assert phone.app_state is State.ACTIVE


def test_a_background_upload_goes_on_without_its_app_and_wakes_it():
    seen = []

    async def app(app):
        session = app.background_url_session
        upload = (
            session.upload("story.mov", size=6 * MB) if app.launch_reason == "person" else session.tasks()[0]
        )
        async for sent in upload:
            seen.append((app.launch_reason, round(sent, 2)))
        app.complete_wake()

    phone = left(app, after=1, then=60)
    assert phone.truth().transfers[0].sent == 6 * MB
    assert phone.truth().transfers[0].by == "nsurlsessiond"
    assert seen[-1] == ("person", 1.0)  # the suspended process went on
    assert phone.app_state is State.SUSPENDED
    phone = left(app, after=1, then=0.7)
    phone.memory_pressure()
    phone.wait(minutes=1)
    assert seen[-1] == ("background URLSession", 1.0)  # a new process was launched


def test_a_background_upload_is_cancelled_by_a_force_quit_and_the_app_left_alone():
    launches = []

    async def app(app):
        launches.append(app.launch_reason)
        if app.launch_reason == "person" and not app.background_url_session.tasks():
            app.background_url_session.upload("story.mov", size=60 * MB)

    phone = Phone()
    phone.open(app)
    phone.wait(seconds=2)
    phone.force_quit()
    phone.wait(hours=1)
    assert launches == ["person"]
    assert phone.truth().transfers[0].outcome == "the person force quit the app"
    phone.pushes.silent()
    assert launches == ["person"]


def test_a_silent_push_gives_thirty_seconds():
    ran = []
    phone = left(ticking(ran), then=60)
    ran.clear()
    at = phone.clock.now
    phone.pushes.silent()
    phone.wait(minutes=5)
    assert 29_500 <= max(ran) - at <= 30_000
    invariants.every(phone, ran)


def test_a_push_changes_the_card_and_not_the_app():
    ran = []
    phone = left(ticking(ran))
    count = len(ran)
    phone.live_activity_pushes.update(text="60 %")
    phone.wait(minutes=1)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "60 %"
    assert len(ran) == count


def test_a_timer_bar_moves_with_no_code_running():
    async def app(app):
        app.activities.request("Posting", timer_interval=(app.now, app.now + 100), push_type="token")
        await asyncio.sleep(10**6)

    phone = left(app, then=48)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "50 %"
    phone.wait(minutes=5)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "100 %"
    assert [gap.what for gap in phone.truth().gaps] == ["projected"]


def test_the_island_hides_the_card_of_the_app_in_front_and_shows_two():
    async def app(app):
        for number in range(3):
            app.activities.request(f"Card {number}", push_type="token")

    phone = Phone()
    phone.open(app)
    assert phone.dynamic_island() == []
    phone.swipe_up()
    assert [card.title for card in phone.dynamic_island()] == ["Card 0", "Card 1"]


def test_too_much_data_for_a_card():
    async def app(app):
        app.activities.request("Big", text="x" * 5000, push_type="token")

    with pytest.raises(ActivityAuthorizationError, match=r"attributesTooLarge.*4096"):
        Phone().open(app)


def test_no_network_and_then_one():
    seen = []

    async def app(app):
        app.background_url_session.upload("story.mov", size=1 * MB)
        try:
            async for _ in app.url_session.upload("other.mov", size=1 * MB):
                pass
        except Exception as failure:  # noqa: BLE001
            seen.append(failure.code)

    phone = Phone()
    phone.network.disconnect()
    phone.open(app)
    phone.wait(seconds=30)
    assert seen == ["notConnectedToInternet"]
    assert phone.truth().transfers[0].sent == 0
    phone.network.connect()
    phone.wait(seconds=30)
    assert phone.truth().transfers[0].sent == 1 * MB


def test_httpx_code_runs_on_the_phone():
    seen = []

    async def app(app):
        async with app.url_session.client() as client:
            response = await client.get("https://api.example/stories")
            seen.append((response.status_code, response.json(), app.clock.now))

    phone = Phone()
    phone.network.serve("api.example", lambda request, received: httpx.Response(200, json=[request.url.path]))
    phone.open(app)
    phone.wait(seconds=1)
    assert seen == [(200, ["/stories"], 120)]


def test_the_exception_of_an_app_reaches_the_script():
    async def app(app):
        await asyncio.sleep(1)
        raise KeyError("mine")

    phone = Phone()
    phone.open(app)
    with pytest.raises(KeyError, match="mine"):
        phone.wait(seconds=2)


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (lambda phone: phone.wait(seconds=-1), "does not go back"),
        (lambda phone: phone.wait(seconds=1e306), "does not go back"),
        (lambda phone: phone.open(uploading()), "second Phone"),
        (lambda phone: (phone.lock(), phone.swipe_up()), "unlock"),
        (lambda phone: Phone(uplink=0), "Mbit/s"),
        (lambda phone: Phone().open(), "no app"),
        (lambda phone: Phone().open(lambda app: None), "is no app"),
        (lambda phone: phone.network.serve("host", "answer"), "takes 2 arguments"),
        (lambda phone: Phone(claims={"background-assertion.duration": "30"}), "is no number"),
    ],
)
def test_mistakes_in_a_script_are_named(doing, words):
    phone = Phone()
    phone.open(ticking([]))
    with pytest.raises(UsageError, match=words):
        doing(phone)


def test_an_app_cannot_move_the_clock():
    async def app(app):
        phone.wait(seconds=1)

    phone = Phone()
    with pytest.raises(UsageError, match=r"asyncio\.sleep"):
        phone.open(app)


def test_nobody_acts_for_a_suspended_app():
    held = []

    async def app(app):
        held.append(app.activities.request("Card", push_type="token"))
        await asyncio.sleep(1000)

    phone = left(app)
    with pytest.raises(UsageError, match="suspended"):
        held[0].update(text="from outside")
    assert [change.by for change in phone.record.of(CardChanged)] == ["app"]


def test_why_names_the_claims_behind_a_run():
    used = {claim.id for claim in left(uploading()).why()}
    assert {
        "live-activity.gives-no-run-time",
        "life-cycle.suspension-closes-sockets",
        "model.uplink-bandwidth",
    } <= used
    assert "background-assertion.must-be-ended" not in used


def test_the_numbers_come_from_the_claims(monkeypatch):
    change(monkeypatch, **{"background-assertion.duration": 100})

    async def app(app):
        app.begin_background_task("forgotten")
        await asyncio.sleep(1000)

    phone = left(app)
    assert phone.record.of(StateChanged)[-1].at == 102_000


@pytest.mark.parametrize(
    ("until", "ios", "holds"),
    [
        ("12", "12.4", True),
        ("12", "13", False),
        ("26.0", "26", True),
        ("26.0", "26.1", False),
        ("", "27", True),
    ],
)
def test_a_claim_holds_until_its_last_version_and_all_of_it(until, ios, holds):
    assert covers(Version(ios), "7.0", until) is holds


def test_an_upload_that_nobody_listens_to_any_more_stops():
    async def app(app):
        try:
            async with asyncio.timeout(5):
                async for _ in app.url_session.upload("story.mov", size=60 * MB):
                    pass
        except TimeoutError:
            await asyncio.sleep(1000)

    phone = left(app, after=20, then=60)
    assert phone.truth().transfers[0].sent < 10 * MB
    phone.open()  # the abandoned upload must not fail here
    phone.wait(seconds=5)

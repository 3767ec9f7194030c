"""A continued task: started in front, goes on behind the system's card, and ends when the system or the person wants."""

import asyncio
from collections.abc import Iterator

import pytest

from afterswipe import (
    APIError,
    Application,
    BGContinuedProcessingTask,
    BGContinuedProcessingTaskRequest,
    BGTaskSchedulerError,
    Card,
    Phone,
    State,
    TaskChanged,
    UnavailableError,
    UsageError,
)

from . import invariants
from .apps import Main
from .plants import put_back, retract


@pytest.fixture(autouse=True)
def facts_come_back() -> Iterator[None]:
    yield
    put_back()


def posting(
    *,
    every: float = 1.0,
    units: int = 100,
    gives_up: bool = True,
    told: list[str] | None = None,
    ran: list[int] | None = None,
    strategy: str | None = None,
) -> Main:
    """An app that posts when the person taps: one unit of progress `every` so many seconds."""
    heard, moments = ([] if told is None else told), ([] if ran is None else ran)

    async def main(app: Application) -> None:
        async def post(task: BGContinuedProcessingTask) -> None:
            def expired() -> None:
                heard.append("expired")
                if gives_up:
                    task.set_task_completed(success=False)

            task.expiration_handler = expired
            task.progress.total_unit_count = units
            for count in range(units):
                await asyncio.sleep(every)
                moments.append(app.clock.now)
                if task.over:
                    return
                task.progress.completed_unit_count = count + 1
            task.set_task_completed()

        app.observe(heard.append)
        app.task_scheduler.register("post", post)
        while await app.tapped():
            app.task_scheduler.submit(
                BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting", strategy=strategy)
            )

    return main


def tapped(app: Main, ios: str = "26") -> Phone:
    """A phone whose person opened the app, tapped Post and locked it."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.tap("Post")
    phone.lock()
    return phone


def changes(phone: Phone) -> list[str]:
    return [entry.change for entry in phone.record.of(TaskChanged)]


def cards(phone: Phone) -> list[tuple[str, str]]:
    """What the cards on the Lock Screen say, with their states."""
    return [(card.says(phone.clock.now), card.state.value) for card in phone.lock_screen().cards]


def system_card(phone: Phone) -> Card:
    (card,) = (card for card in phone.cards if card.kind == "system")
    return card


# It goes on.


def test_it_goes_on_behind_a_locked_screen_and_ends_well():
    ran: list[int] = []
    phone = tapped(posting(ran=ran))
    phone.wait(seconds=60.5)
    assert phone.app_state is State.BACKGROUND
    assert cards(phone) == [("Posting 60 %", "active")]
    phone.wait(seconds=60)
    assert changes(phone) == ["launched", "completed"]
    assert phone.app_state is State.SUSPENDED
    assert cards(phone) == []
    assert phone.truth().gap == 0
    invariants.every(phone, ran)


def test_a_task_of_ten_minutes_outlives_every_assertion():
    phone = tapped(posting(every=6))
    phone.wait(minutes=11)
    assert changes(phone)[-1] == "completed"


def test_the_app_can_change_the_words_and_nothing_else_of_the_card():
    async def main(app: Application) -> None:
        def post(task: BGContinuedProcessingTask) -> None:
            task.progress.total_unit_count = 4
            task.progress.completed_unit_count = 1
            task.update_title("Film", "Rendering")
            assert task.progress.fraction_completed == 0.25

        app.task_scheduler.register("post", post)
        await app.tapped()
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting"))
        assert list(app.activities) == []
        await asyncio.Event().wait()

    phone = tapped(main)
    phone.wait(seconds=1)
    assert (system_card(phone).title, cards(phone)) == ("Film", [("Rendering 25 %", "active")])


def test_removing_the_card_does_not_bring_it_back():
    phone = tapped(posting())
    phone.wait(seconds=5)
    phone.remove_card()
    phone.wait(seconds=20)
    assert cards(phone) == []
    assert phone.app_state is State.BACKGROUND


# What ends it.


def test_half_a_minute_without_progress_expires_it():
    told: list[str] = []
    phone = tapped(posting(every=31, told=told))
    phone.wait(seconds=29.9)
    assert "expired" not in told
    phone.wait(seconds=0.2)
    assert told[-1] == "expired"
    assert cards(phone) == [("Task failed", "ended")]
    phone.wait(seconds=1)
    assert phone.app_state is State.SUSPENDED


def test_progress_every_29_seconds_is_enough():
    phone = tapped(posting(every=29, units=8))
    phone.wait(minutes=4)
    assert changes(phone)[-1] == "completed"


def test_reporting_the_same_number_again_is_no_progress():
    async def main(app: Application) -> None:
        async def post(task: BGContinuedProcessingTask) -> None:
            task.expiration_handler = task.set_task_completed
            task.progress.total_unit_count = 10
            while not task.over:
                task.progress.completed_unit_count = 1
                task.update_title("Story", f"{app.now:.0f}")
                await asyncio.sleep(5)

        app.task_scheduler.register("post", post)
        await app.tapped()
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle=""))
        await asyncio.Event().wait()

    phone = tapped(main)
    phone.wait(seconds=31)
    assert changes(phone) == ["launched", "expires", "completed"]


def test_without_the_rule_a_silent_task_goes_on():
    retract("continued-processing.no-progress-is-expired")
    phone = tapped(posting(every=100, units=2))
    phone.wait(minutes=4)
    assert changes(phone) == ["launched", "completed"]


def test_an_app_that_does_not_give_up_is_ended():
    phone = tapped(posting(every=100, gives_up=False))
    phone.wait(seconds=31.5)
    assert phone.app_state is State.NOT_RUNNING
    assert cards(phone) == [("Task failed", "ended")]


def test_the_expiry_is_the_same_whoever_wanted_it():
    stopped: list[str] = []
    stalled: list[str] = []
    phone = tapped(posting(told=stopped))
    phone.wait(seconds=10)
    phone.continued_processing.stop()
    phone.wait(seconds=2)
    phone = tapped(posting(every=100, told=stalled))
    phone.wait(seconds=32)
    assert stopped == stalled
    assert stopped[-1] == "expired"


def test_stop_opens_the_app_on_ios_27():
    phone = tapped(posting(), ios="27")
    phone.wait(seconds=10)
    phone.continued_processing.stop()
    assert phone.app_state is State.ACTIVE
    phone.wait(seconds=9)
    assert "expires" not in changes(phone)
    phone.wait(seconds=2)
    assert changes(phone)[-1] == "given up"
    assert cards(phone) == []


def test_a_force_quit_cancels_it_without_a_word():
    told: list[str] = []
    phone = Phone(ios="26")
    phone.open(posting(told=told))
    phone.tap("Post")
    phone.swipe_up()
    phone.wait(seconds=10)
    phone.force_quit()
    phone.wait(minutes=20)
    assert "expired" not in told
    assert changes(phone) == ["launched", "cancelled with its process"]
    assert cards(phone) == [("Task failed", "ended")]
    assert phone.truth().gap == 0
    invariants.every(phone, [])


def test_so_does_a_kill_by_the_system():
    phone = tapped(posting())
    phone.wait(seconds=10)
    phone.memory_pressure()
    assert cards(phone) == [("Task failed", "ended")]


def test_a_new_launch_does_not_touch_the_failed_card():
    phone = tapped(posting())
    phone.wait(seconds=10)
    phone.memory_pressure()
    phone.open()
    phone.tap("Post")
    phone.wait(seconds=5.5)
    assert cards(phone) == [("Task failed", "ended"), ("Posting 5 %", "active")]


def test_resources_end_the_task_with_the_least_progress():
    phone = Phone(ios="26")
    phone.open(posting())
    phone.tap("Post")
    phone.wait(seconds=10)
    phone.tap("Post")
    phone.wait(seconds=10.5)
    phone.continued_processing.resources_run_short()
    phone.wait(seconds=0.1)
    assert cards(phone) == [("Posting 20 %", "active"), ("Task failed", "ended")]


# The question.


def test_a_slow_task_raises_the_question_and_goes_on_without_an_answer():
    phone = tapped(posting(every=10), ios="27")
    phone.wait(minutes=5, seconds=1)
    assert cards(phone) == [("Continue in background? 30 %", "active")]
    phone.wait(minutes=12)
    assert changes(phone)[-1] == "completed"


def test_a_fast_task_raises_none():
    phone = tapped(posting(every=5), ios="27")
    phone.wait(minutes=5, seconds=1)
    assert cards(phone) == [("Posting 60 %", "active")]


@pytest.mark.parametrize("early", [True, False])
def test_continue_lets_it_go_on(early: bool):
    phone = tapped(posting(every=10))
    if early:
        phone.continued_processing.answer = "Continue"
    phone.wait(minutes=5, seconds=1)
    phone.continued_processing.answer = "Continue"
    assert cards(phone) == [("Posting 30 %", "active")]
    phone.wait(minutes=12)
    assert changes(phone)[-1] == "completed"


def test_stop_ends_it():
    told: list[str] = []
    phone = tapped(posting(every=10, told=told))
    phone.continued_processing.answer = "Stop"
    phone.wait(minutes=5, seconds=1)
    assert told[-1] == "expired"
    assert cards(phone) == []
    assert phone.app_state is State.SUSPENDED


def test_the_app_hears_nothing_of_the_question():
    told: list[str] = []
    phone = tapped(posting(every=10, told=told))
    before = list(told)
    phone.wait(minutes=6)
    assert told == before


# Room.


def full(strategy: str | None) -> Phone:
    phone = Phone(ios="26")
    phone.continued_processing.full = True
    phone.open(posting(strategy=strategy))
    return phone


def test_a_request_without_room_waits_and_starts_later():
    phone = full(None)
    phone.tap("Post")
    phone.swipe_up()
    phone.wait(minutes=1)
    assert phone.app_state is State.SUSPENDED
    assert len(phone.continued_processing.pending) == 1
    phone.continued_processing.full = False
    phone.wait(seconds=10.5)
    assert cards(phone) == [("Posting 10 %", "active")]
    assert phone.continued_processing.pending == []


def test_with_the_strategy_fail_it_is_refused():
    phone = full("fail")
    with pytest.raises(BGTaskSchedulerError) as refused:
        phone.tap("Post")
    assert (refused.value.code, refused.value.claim) == (
        "immediateRunIneligible",
        "continued-processing.fail-strategy",
    )


def test_a_force_quit_takes_waiting_requests_too():
    phone = full(None)
    phone.tap("Post")
    phone.force_quit()
    phone.continued_processing.full = False
    phone.wait(hours=1)
    assert changes(phone) == []


def test_a_waiting_request_can_be_cancelled():
    async def main(app: Application) -> None:
        app.task_scheduler.register("post", lambda task: task.set_task_completed())
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting"))
        assert len(app.task_scheduler.pending_task_requests()) == 1
        app.task_scheduler.cancel("post")
        await asyncio.Event().wait()

    phone = Phone(ios="26")
    phone.continued_processing.full = True
    phone.open(main)
    phone.continued_processing.full = False
    phone.wait(seconds=1)
    assert changes(phone) == []


# Bad input.


def test_before_ios_26_there_is_none():
    phone = Phone(ios="18.6")
    phone.open(posting())
    with pytest.raises(UnavailableError, match="Choose iOS 26"):
        phone.tap("Post")


def test_it_does_not_start_in_the_background():
    async def main(app: Application) -> None:
        app.task_scheduler.register("post", lambda task: task.set_task_completed())
        app.begin_background_task("a little more time")
        await asyncio.sleep(5)
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting"))

    phone = Phone(ios="26")
    phone.open(main)
    phone.swipe_up()
    with pytest.raises(APIError, match="starts in the foreground") as refused:
        phone.wait(seconds=10)
    assert refused.value.claim == "continued-processing.starts-in-foreground"


def test_a_persons_action_is_a_rule_and_not_checked():
    async def main(app: Application) -> None:
        app.task_scheduler.register("post", lambda task: task.set_task_completed())
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting"))

    phone = Phone(ios="26")
    phone.open(main)
    assert changes(phone) == ["launched", "completed"]


def test_there_is_nothing_to_tap_in_an_app_that_is_not_in_front():
    phone = Phone(ios="26")
    with pytest.raises(UsageError, match="not running: there is no 'Post' to tap"):
        phone.tap("Post")
    phone.open(posting())
    phone.swipe_up()
    with pytest.raises(UsageError, match="no 'Post' to tap"):
        phone.tap("Post")


def test_what_the_person_cannot_do():
    phone = Phone(ios="26")
    with pytest.raises(UsageError, match="No continued task runs"):
        phone.continued_processing.stop()
    with pytest.raises(UsageError, match="No continued task runs"):
        phone.continued_processing.resources_run_short()
    with pytest.raises(UsageError, match="Continue"):
        phone.continued_processing.answer = "Maybe"


def test_a_strategy_that_does_not_exist_is_refused():
    phone = Phone(ios="26")
    phone.open(posting(strategy="now"))
    with pytest.raises(UsageError, match="queue, fail"):
        phone.tap("Post")


@pytest.mark.parametrize(("total", "completed"), [(0, 0), (10, 11), (10, -1), (None, 1)])
def test_progress_that_cannot_be(total: int | None, completed: int):
    async def main(app: Application) -> None:
        def post(task: BGContinuedProcessingTask) -> None:
            if total is not None:
                task.progress.total_unit_count = total
            task.progress.completed_unit_count = completed

        app.task_scheduler.register("post", post)
        await app.tapped()
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle=""))

    phone = Phone(ios="26")
    phone.open(main)
    with pytest.raises(UsageError, match="unit_count"):
        phone.tap("Post")


def test_there_is_never_less_to_do_than_is_done():
    async def main(app: Application) -> None:
        def post(task: BGContinuedProcessingTask) -> None:
            task.progress.total_unit_count = 10
            task.progress.completed_unit_count = 5
            task.progress.total_unit_count = 4

        app.task_scheduler.register("post", post)
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle=""))

    with pytest.raises(UsageError, match="total_unit_count=4: give the number of units, 5 or more"):
        Phone(ios="26").open(main)


def test_a_request_under_the_identifier_of_a_waiting_one_takes_its_place():
    waits = []

    async def main(app: Application) -> None:
        app.task_scheduler.register("post", lambda _task: None)
        for title in ("First", "Second"):
            request = BGContinuedProcessingTaskRequest("post", title=title, subtitle="Posting")
            app.task_scheduler.submit(request)
        waits.extend(request.title for request in app.task_scheduler.pending_task_requests())

    phone = Phone("26")
    phone.continued_processing.full = True
    phone.open(main)
    assert waits == ["Second"]

"""BackgroundTasks: the system launches the app when it chooses, for as long as it says, and not at all where it must not."""

import asyncio
from collections.abc import Iterator

import pytest

from afterswipe import (
    APIError,
    Application,
    BGAppRefreshTaskRequest,
    BGContinuedProcessingTaskRequest,
    BGProcessingTaskRequest,
    BGTask,
    BGTaskRequest,
    BGTaskSchedulerError,
    Cause,
    Phone,
    State,
    TaskChanged,
    UnavailableError,
    UsageError,
)

from . import invariants
from .apps import Main
from .plants import put_back, retract

HOUR = 3600.0


@pytest.fixture(autouse=True)
def facts_come_back() -> Iterator[None]:
    yield
    put_back()


def asking(*requests: BGTaskRequest, lasts: float | None = 2, ran: list[int] | None = None) -> Main:
    """An app that submits requests when a person opens it; a task of it `lasts` so many seconds, or is never completed."""
    moments = [] if ran is None else ran

    async def main(app: Application) -> None:
        async def work(task: BGTask) -> None:
            started = app.now
            task.expiration_handler = lambda: None
            while lasts is None or app.now < started + lasts:
                moments.append(app.clock.now)
                await asyncio.sleep(0.5)
            task.set_task_completed()

        for request in requests:
            app.task_scheduler.register(request.identifier, work)
        if app.launch_reason == "person":
            for request in requests:
                app.task_scheduler.submit(request)
        await asyncio.Event().wait()

    return main


def left(app: Main, ios: str = "18") -> Phone:
    """A phone whose person opened the app and left it."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.wait(seconds=5)
    phone.swipe_up()
    return phone


def changes(phone: Phone) -> list[str]:
    return [f"{entry.identifier} {entry.change}" for entry in phone.record.of(TaskChanged)]


def launched(phone: Phone) -> bool:
    """Wait until a task is launched, for a day at most."""
    phone.wait(hours=24, until=lambda: bool(changes(phone)))
    return changes(phone)[:1] == ["news launched"]


NEWS = BGAppRefreshTaskRequest("news")
BACKUP = BGProcessingTaskRequest("backup")


# Refresh.


def test_one_request_is_one_launch():
    ran: list[int] = []
    phone = left(asking(NEWS, ran=ran))
    phone.wait(hours=24)
    assert changes(phone) == ["news launched", "news completed"]
    assert phone.app_state is State.SUSPENDED
    assert phone.task_scheduler.pending == []
    invariants.every(phone, ran)


def test_a_launched_app_runs_its_main_again():
    phone = left(asking(NEWS))
    phone.memory_pressure()
    phone.wait(hours=24)
    assert changes(phone) == ["news launched", "news completed"]


def test_the_earliest_begin_is_kept():
    phone = left(asking(BGAppRefreshTaskRequest("news", earliest_begin_date=HOUR)))
    phone.wait(minutes=59)
    assert "earliest begin" in phone.task_scheduler.obstacles("news")[0]
    phone.wait(minutes=2)
    assert phone.task_scheduler.obstacles("news") == []
    assert launched(phone)
    assert changes(phone) == ["news launched"]


def test_an_app_that_does_not_complete_its_task_is_ended_after_30_seconds():
    phone = left(asking(NEWS, lasts=None))
    assert launched(phone)
    phone.wait(seconds=29.9)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=0.2)
    assert phone.app_state is State.NOT_RUNNING


def test_without_the_rule_it_is_suspended():
    retract("background-tasks.must-be-completed")
    phone = left(asking(NEWS, lasts=None))
    assert launched(phone)
    phone.wait(seconds=31)
    assert phone.app_state is State.SUSPENDED


def test_a_task_that_is_completed_gives_its_time_back():
    phone = left(asking(NEWS, lasts=2))
    assert launched(phone)
    phone.wait(seconds=3)
    assert phone.app_state is State.SUSPENDED


@pytest.mark.parametrize("condition", ["low_power_mode", "background_app_refresh"])
def test_a_switch_holds_a_refresh_back_and_lets_it_go(condition: str):
    phone = left(asking(NEWS))
    before = getattr(phone.conditions, condition)
    setattr(phone.conditions, condition, not before)
    phone.wait(hours=24)
    assert changes(phone) == []
    setattr(phone.conditions, condition, before)
    phone.wait(seconds=1)
    assert changes(phone) == ["news launched"]


def test_a_force_quit_holds_it_back_until_the_person_opens_the_app():
    phone = left(asking(NEWS))
    phone.force_quit()
    phone.wait(hours=24)
    assert changes(phone) == []
    phone.open()
    phone.swipe_up()
    phone.wait(hours=24)
    assert changes(phone) == ["news launched", "news completed"]


def test_a_refresh_waits_while_the_app_is_in_front():
    phone = Phone()
    phone.open(asking(NEWS))
    phone.wait(hours=3)
    assert phone.task_scheduler.obstacles("news") == ["the app is in front"]
    phone.swipe_up()
    phone.wait(seconds=1)
    assert changes(phone) == ["news launched"]


def test_nothing_starts_between_a_restart_and_the_first_unlock():
    phone = left(asking(NEWS))
    phone.restart()
    phone.wait(hours=24)
    assert changes(phone) == []
    phone.unlock()
    assert launched(phone)


def test_a_rarely_used_app_is_not_refreshed():
    phone = left(asking(BGAppRefreshTaskRequest("news", earliest_begin_date=10 * 24 * HOUR)))
    phone.wait(hours=24 * 20)
    assert changes(phone) == []
    assert "rarely used" in phone.task_scheduler.obstacles("news")[0]


def test_a_request_under_the_same_identifier_replaces_the_waiting_one():
    later = BGAppRefreshTaskRequest("news", earliest_begin_date=5 * HOUR)

    async def main(app: Application) -> None:
        app.task_scheduler.register("news", lambda task: task.set_task_completed())
        if app.launch_reason == "person":
            app.task_scheduler.submit(NEWS)
            app.task_scheduler.submit(later)
        await asyncio.Event().wait()

    phone = left(main)
    assert phone.task_scheduler.pending == [later]
    phone.wait(hours=4)
    assert changes(phone) == []


def test_a_cancelled_request_does_not_run():
    async def main(app: Application) -> None:
        for name in ("news", "backup", "photos"):
            app.task_scheduler.register(name, lambda task: task.set_task_completed())
        app.task_scheduler.submit(NEWS)
        app.task_scheduler.submit(BACKUP)
        app.task_scheduler.cancel("news")
        app.task_scheduler.cancel("never submitted")
        assert app.task_scheduler.pending_task_requests() == [BACKUP]
        app.task_scheduler.cancel_all_task_requests()
        await asyncio.Event().wait()

    phone = left(main)
    phone.conditions.idle = True
    phone.wait(hours=24)
    assert phone.task_scheduler.pending == []
    assert changes(phone) == []


# Processing.


def test_a_processing_task_runs_when_the_phone_is_idle_and_not_before():
    ran: list[int] = []
    phone = left(asking(BACKUP, ran=ran))
    phone.wait(hours=8)
    assert changes(phone) == []
    phone.conditions.idle = True
    phone.wait(seconds=10)
    assert changes(phone) == ["backup launched", "backup completed"]
    invariants.every(phone, ran)


@pytest.mark.parametrize("back", ["unlock", "open"])
def test_it_expires_when_the_person_is_back(back: str):
    phone = left(asking(BACKUP, lasts=250))
    phone.lock()
    phone.conditions.idle = True
    phone.wait(seconds=60)
    assert changes(phone) == ["backup launched"]
    getattr(phone, back)()
    assert not phone.conditions.idle
    phone.wait(seconds=0.5)
    assert changes(phone) == ["backup launched", "backup expires"]


def test_without_the_rule_it_goes_on():
    retract("background-processing.ends-when-the-person-returns")
    phone = left(asking(BACKUP, lasts=120))
    phone.conditions.idle = True
    phone.wait(seconds=60)
    phone.open()
    phone.wait(seconds=100)
    assert changes(phone) == ["backup launched", "backup completed"]


def test_requirements_are_waited_for():
    request = BGProcessingTaskRequest(
        "backup", requires_external_power=True, requires_network_connectivity=True
    )
    phone = left(asking(request))
    phone.network.disconnect()
    phone.conditions.idle = True
    phone.wait(hours=1)
    assert len(phone.task_scheduler.obstacles("backup")) == 2
    phone.network.connect()
    assert len(phone.task_scheduler.obstacles("backup")) == 1
    phone.conditions.charging = True
    phone.wait(seconds=1)
    assert changes(phone) == ["backup launched"]


def test_a_network_that_comes_back_is_noticed():
    phone = left(asking(BGProcessingTaskRequest("backup", requires_network_connectivity=True)))
    phone.network.disconnect()
    phone.conditions.idle = True
    phone.wait(hours=1)
    phone.network.connect()
    phone.wait(seconds=1)
    assert changes(phone) == ["backup launched"]


def test_two_tasks_of_one_launch_share_its_time():
    phone = left(asking(BACKUP, BGProcessingTaskRequest("photos"), lasts=None))
    phone.conditions.idle = True
    phone.wait(minutes=4, seconds=58)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=3)
    assert phone.app_state is State.NOT_RUNNING
    assert changes(phone)[:2] == ["backup launched", "photos launched"]


def test_a_task_that_is_completed_leaves_the_time_to_the_other():
    async def main(app: Application) -> None:
        async def work(task: BGTask) -> None:
            await asyncio.sleep(2 if task.identifier == "backup" else 60)
            task.set_task_completed()

        for name in ("backup", "photos"):
            app.task_scheduler.register(name, work)
            app.task_scheduler.submit(BGProcessingTaskRequest(name))
        await asyncio.Event().wait()

    phone = left(main)
    phone.conditions.idle = True
    phone.wait(seconds=30)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=31)
    assert changes(phone)[2:] == ["backup completed", "photos completed"]
    assert phone.app_state is State.SUSPENDED


def test_a_process_that_ends_takes_its_tasks_with_it():
    phone = left(asking(BACKUP, lasts=None))
    phone.conditions.idle = True
    phone.wait(seconds=10)
    phone.memory_pressure()
    phone.wait(hours=1)
    assert changes(phone) == ["backup launched"]
    assert phone.app_state is State.NOT_RUNNING


# Bad input.


def refused(main: Main, ios: str = "18") -> Exception:
    phone = Phone(ios=ios)
    with pytest.raises((APIError, UsageError)) as raised:
        phone.open(main)
    phone.wait(seconds=1)
    return raised.value


def test_before_ios_13_there_is_no_scheduler():
    failure = refused(asking(NEWS), ios="12.4")
    assert isinstance(failure, UnavailableError)
    assert "Choose iOS 13" in str(failure)


def test_an_identifier_that_is_not_registered_is_refused():
    async def main(app: Application) -> None:
        app.task_scheduler.submit(NEWS)

    failure = refused(main)
    assert isinstance(failure, BGTaskSchedulerError)
    assert (failure.code, failure.claim) == ("notPermitted", "background-tasks.identifiers-are-declared")
    assert "register('news'" in str(failure)


def test_handlers_are_registered_at_every_launch():
    async def main(app: Application) -> None:
        if app.launch_reason == "person":
            app.task_scheduler.register("news", lambda task: task.set_task_completed())
            app.task_scheduler.submit(NEWS)
        await asyncio.Event().wait()

    phone = left(main)
    phone.memory_pressure()
    phone.wait(hours=2)
    assert phone.endings.last.cause is Cause.CRASH
    assert "at every launch" in phone.endings.last.why
    assert phone.app_state is State.NOT_RUNNING


# What a phone does to an app that comes too late, or that says nothing.


def registers_late(request: BGTaskRequest) -> Main:
    async def main(app: Application) -> None:
        await asyncio.sleep(1)
        app.task_scheduler.register(request.identifier, lambda task: task.set_task_completed())
        app.task_scheduler.submit(request)
        await asyncio.sleep(1)
        LIVED.append(app.now)

    return main


LIVED: list[float] = []


@pytest.mark.parametrize("ios", ["13", "18", "26", "27"])
@pytest.mark.parametrize("request_", [NEWS, BACKUP])
def test_a_handler_that_is_registered_after_launch_ends_the_app(ios: str, request_: BGTaskRequest):
    LIVED.clear()
    phone = Phone(ios)
    phone.open(registers_late(request_))
    phone.wait(seconds=5)
    assert (phone.app_state, phone.endings.last.at, LIVED) == (State.NOT_RUNNING, 1000, [])
    assert "after its launch" in phone.endings.last.why
    assert "background-tasks.handlers-before-launch-ends" in phone.rules.used


def test_a_continued_task_may_be_registered_later():
    LIVED.clear()
    phone = Phone("26")
    phone.open(registers_late(BGContinuedProcessingTaskRequest("post", title="Post", subtitle="")))
    phone.wait(seconds=5)
    assert (phone.app_state, LIVED) == (State.ACTIVE, [2.0])
    assert "continued-processing.handler-registered-on-demand" in phone.rules.used


def test_before_ios_26_registering_late_is_enough():
    async def main(app: Application) -> None:
        await asyncio.sleep(1)
        app.task_scheduler.register("news", print)

    phone = Phone("18")
    phone.open(main)
    phone.wait(seconds=1)
    assert phone.endings.last.cause is Cause.CRASH


@pytest.mark.parametrize("handler", [True, False])
def test_a_task_without_an_expiration_handler_is_over_and_unsuccessful(handler: bool):
    held: list[BGTask] = []

    async def main(app: Application) -> None:
        def launched(task: BGTask) -> None:
            held.append(task)
            if handler:
                task.expiration_handler = lambda: None

        app.task_scheduler.register("news", launched)
        if app.launch_reason == "person":
            app.task_scheduler.submit(NEWS)

    phone = left(main)
    assert launched(phone)
    phone.wait(seconds=31)
    assert phone.app_state is (State.NOT_RUNNING if handler else State.SUSPENDED)
    assert (held[0].over, held[0].success) == (not handler, False)
    assert ("news marked complete and unsuccessful" in changes(phone)) is not handler


@pytest.mark.parametrize("request_", [NEWS, BACKUP])
def test_with_background_app_refresh_off_nothing_is_taken(request_: BGTaskRequest):
    phone = Phone()
    phone.conditions.background_app_refresh = False
    with pytest.raises(BGTaskSchedulerError, match="error 1") as refused:
        phone.open(asking(request_))
    assert (refused.value.code, refused.value.number) == ("unavailable", 1)
    assert refused.value.claim == "background-tasks.error-1-unavailable"


def test_with_continued_tasks_switched_off_none_is_taken():
    phone = Phone("26")
    phone.continued_processing.allowed = False
    with pytest.raises(BGTaskSchedulerError, match="switched continued tasks off") as refused:
        phone.open(asking(BGContinuedProcessingTaskRequest("post", title="Post", subtitle="")))
    assert refused.value.number == 1


def test_the_codes_are_apples():
    codes = ["unavailable", "tooManyPendingTaskRequests", "notPermitted", "immediateRunIneligible"]
    assert [BGTaskSchedulerError(code, "", "").number for code in codes] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("requests", "claim"),
    [
        ([NEWS, BGAppRefreshTaskRequest("weather")], "background-refresh.pending-limit"),
        (
            [BGProcessingTaskRequest(str(number)) for number in range(11)],
            "background-processing.pending-limit",
        ),
    ],
)
def test_more_requests_than_may_wait_are_refused(requests: list[BGTaskRequest], claim: str):
    failure = refused(asking(*requests))
    assert isinstance(failure, BGTaskSchedulerError)
    assert (failure.code, failure.claim) == ("tooManyPendingTaskRequests", claim)


def test_as_many_as_may_wait_do_wait():
    requests = [NEWS, *(BGProcessingTaskRequest(str(number)) for number in range(10))]
    assert len(left(asking(*requests)).task_scheduler.pending) == 11


def registers_twice(app: Application) -> None:
    app.task_scheduler.register("news", lambda _task: None)
    app.task_scheduler.register("news", lambda _task: None)


def test_registering_twice_kills_the_app():
    async def main(app: Application) -> None:
        registers_twice(app)

    phone = Phone(ios="26")
    with pytest.raises(APIError, match="registering-twice"):
        phone.open(main)
    phone.wait()
    assert phone.app_state is State.NOT_RUNNING


def test_catching_the_error_does_not_save_the_app():
    async def main(app: Application) -> None:
        with pytest.raises(APIError):
            registers_twice(app)
        await asyncio.Event().wait()

    phone = Phone(ios="26")
    phone.open(main)
    phone.wait(seconds=1)
    assert phone.app_state is State.NOT_RUNNING


def test_a_second_registration_kills_an_app_on_ios_18_and_what_ios_13_does_is_not_made_up():
    async def main(app: Application) -> None:
        registers_twice(app)

    assert isinstance(refused(main, ios="18"), APIError)
    assert "not known" in str(refused(main, ios="13"))


@pytest.mark.parametrize("moment", [-1.0, float("nan"), float("inf")])
def test_an_earliest_begin_that_is_no_moment_is_refused(moment: float):
    async def main(app: Application) -> None:
        app.task_scheduler.register("news", lambda task: None)
        app.task_scheduler.submit(BGAppRefreshTaskRequest("news", earliest_begin_date=moment))

    assert isinstance(refused(main), UsageError)


def test_a_refresh_that_nobody_asked_for_cannot_run():
    phone = left(asking())
    with pytest.raises(UsageError, match="no waiting request 'news'"):
        phone.task_scheduler.obstacles("news")


def test_a_suspended_app_submits_nothing():
    held: list[Application] = []

    async def main(app: Application) -> None:
        held.append(app)
        app.task_scheduler.register("news", lambda _task: None)
        await asyncio.Event().wait()

    phone = left(main)
    phone.wait(minutes=1)
    with pytest.raises(UsageError, match="suspended"):
        held[0].task_scheduler.submit(NEWS)


def test_an_error_in_a_handler_reaches_the_script():
    async def main(app: Application) -> None:
        async def work(_task: BGTask) -> None:
            raise ValueError("a bug in the handler")

        app.task_scheduler.register("news", work)
        app.task_scheduler.submit(NEWS)
        await asyncio.Event().wait()

    phone = left(main)
    with pytest.raises(ValueError, match="a bug in the handler"):
        phone.wait(hours=2)


def test_the_new_submit_is_there_from_ios_27_on():
    async def main(app: Application) -> None:
        app.task_scheduler.register("news", lambda _task: None)
        await app.task_scheduler.submit_task_request(NEWS)
        await asyncio.Event().wait()

    assert "Choose iOS 27" in str(refused(main, ios="26"))
    assert left(main, ios="27").task_scheduler.pending == [NEWS]


# Expiring activities.


def saving(heard: list[tuple[float, bool]], stops: bool = True) -> Main:
    async def main(app: Application) -> None:
        stop = asyncio.Event()

        async def save(expired: bool) -> None:
            heard.append((app.now, expired))
            if expired and stops:
                stop.set()
            await stop.wait()

        app.perform_expiring_activity("saving", save)
        await asyncio.Event().wait()

    return main


def test_an_expiring_activity_holds_off_suspension_and_is_warned():
    heard: list[tuple[float, bool]] = []
    phone = left(saving(heard))
    phone.wait(seconds=20)
    assert phone.app_state is State.BACKGROUND
    phone.wait(minutes=1)
    assert [expired for _, expired in heard] == [False, True]
    assert phone.app_state is State.SUSPENDED


def test_one_that_does_not_stop_is_suspended_and_not_ended():
    phone = left(saving([], stops=False))
    phone.wait(minutes=1)
    assert phone.app_state is State.SUSPENDED


def test_a_block_that_returns_at_once_holds_nothing():
    async def main(app: Application) -> None:
        app.perform_expiring_activity("saving", lambda _expired: None)
        await asyncio.Event().wait()

    phone = left(main)
    phone.wait(seconds=1)
    assert phone.app_state is State.SUSPENDED


def test_before_ios_8_2_there_is_no_expiring_activity():
    assert "Choose iOS 8.2" in str(refused(saving([]), ios="8.1"))

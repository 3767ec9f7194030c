"""The tables are total and say only what can be; the phone does what they say; the ways to end have their reasons."""

import asyncio

import pytest

from afterswipe import (
    CAUSES,
    SCENES,
    TRANSITIONS,
    Application,
    BGProcessingTask,
    BGProcessingTaskRequest,
    Cause,
    Event,
    NeverYieldsError,
    NotKnownError,
    Phone,
    SceneState,
    State,
    UsageError,
    claims,
)
from afterswipe.kernel.life_cycle import callbacks

from . import invariants
from .commanded import Commanded
from .plants import take_back

# The tables.


def test_the_table_is_total():
    assert set(TRANSITIONS) == set(State)
    assert all(set(row) == set(Event) for row in TRANSITIONS.values())


def test_the_scenes_table_is_total():
    assert set(SCENES) == set(SceneState)
    assert all(set(row) == set(State) for row in SCENES.values())


def test_every_cause_of_an_end_has_a_row():
    assert set(CAUSES) == set(Cause)
    assert all(kind.report for kind in CAUSES.values())
    for kind in CAUSES.values():
        if kind.claim:
            assert claims.get(kind.claim).id == kind.claim


def test_every_step_says_why():
    assert all(step.why.endswith(".") for row in TRANSITIONS.values() for step in row.values() if step.why)
    assert all(step.why or step.to is state for state, row in TRANSITIONS.items() for step in row.values())


def test_every_claim_in_the_table_exists():
    named = {step.claim for row in TRANSITIONS.values() for step in row.values() if step.claim}
    assert named
    for claim_id in named:
        assert claims.get(claim_id).id == claim_id


def test_every_event_changes_something_somewhere():
    for event in Event:
        assert any(TRANSITIONS[state][event].to is not state for state in State), event


def test_a_suspended_app_is_told_nothing_when_it_ends():
    for event in (Event.FORCE_QUIT, Event.TERMINATE, Event.RESTART):
        step = TRANSITIONS[State.SUSPENDED][event]
        assert step.to is State.NOT_RUNNING
        assert step.told == ""


def test_nobody_is_told_of_a_suspension():
    assert all(not TRANSITIONS[state][Event.SUSPEND].told for state in State)


def test_only_an_app_in_the_background_is_suspended():
    suspended = [
        state
        for state in State
        if state is not State.SUSPENDED and TRANSITIONS[state][Event.SUSPEND].to is State.SUSPENDED
    ]
    assert suspended == [State.BACKGROUND]


@pytest.mark.parametrize("state", State)
def test_opening_always_ends_in_front(state: State):
    assert TRANSITIONS[state][Event.OPEN].to is State.ACTIVE


@pytest.mark.parametrize("event", [Event.FORCE_QUIT, Event.RESTART, Event.TERMINATE])
@pytest.mark.parametrize("state", State)
def test_what_always_ends_the_process(state: State, event: Event):
    assert TRANSITIONS[state][event].to is State.NOT_RUNNING


def test_a_scene_has_no_state_of_its_own_for_suspension():
    for scene in SceneState:
        assert SCENES[scene][State.SUSPENDED] is SCENES[scene][State.BACKGROUND]
        assert SCENES[scene][State.NOT_RUNNING] is SceneState.UNATTACHED


def test_callbacks_have_their_older_names_before_scenes():
    told = TRANSITIONS[State.SUSPENDED][Event.OPEN].told
    assert callbacks(told, scenes=True) == ["sceneWillEnterForeground", "sceneDidBecomeActive"]
    assert callbacks(told, scenes=False) == ["applicationWillEnterForeground", "applicationDidBecomeActive"]
    assert callbacks("", scenes=True) == []


# What the person does.


def test_an_app_is_inactive_while_the_app_switcher_is_open():
    run = Commanded()
    run.open()
    run.phone.open_app_switcher()
    assert run.phone.app_state is State.INACTIVE
    run.open()
    assert run.phone.app_state is State.ACTIVE
    assert [name for _, name in run.told][-2:] == ["sceneWillResignActive", "sceneDidBecomeActive"]


def test_leaving_the_app_switcher_for_the_home_screen_leaves_the_app():
    run = Commanded()
    run.open()
    run.phone.open_app_switcher()
    run.phone.swipe_up()
    assert run.phone.app_state is State.BACKGROUND


def test_the_app_switcher_needs_an_unlocked_phone():
    run = Commanded()
    run.open()
    run.phone.lock()
    with pytest.raises(UsageError, match="unlock"):
        run.phone.open_app_switcher()


def test_force_quit_covers_the_app_first_and_a_suspended_app_hears_nothing():
    run = Commanded()
    run.open()
    run.phone.force_quit()
    assert run.told[-2:] == [(0, "sceneWillResignActive"), (0, "applicationWillTerminate")]
    run.open()
    run.phone.swipe_up()
    run.wait(60)
    heard = len(run.told)
    run.phone.force_quit()
    assert len(run.told) == heard


def test_an_app_launched_by_the_system_has_no_scene():
    scenes = []

    async def main(app: Application) -> None:
        scenes.append(app.scene_state)
        await asyncio.sleep(0.1)
        scenes.append(app.scene_state)

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.memory_pressure()
    scenes.clear()
    phone.pushes.silent()
    phone.wait(seconds=1)
    assert phone.app_state.runs
    assert scenes[-1] is SceneState.UNATTACHED


def test_an_app_cannot_act_for_the_person():
    async def main(_app: Application) -> None:
        phone.swipe_up()

    phone = Phone()
    with pytest.raises(UsageError, match="outside of the app's code"):
        phone.open(main)


# How processes end.


def test_a_crash_ends_what_runs_and_only_that():
    run = Commanded()
    run.open()
    run.phone.endings.crash("a missing row")
    assert run.phone.app_state is State.NOT_RUNNING
    end = run.phone.endings.last
    assert end is not None
    assert (end.cause, end.why, end.code) == (Cause.CRASH, "a missing row", "")
    with pytest.raises(UsageError, match="not running"):
        run.phone.endings.crash()
    run.open()
    run.phone.swipe_up()
    run.wait(60)
    with pytest.raises(UsageError, match="suspended"):
        run.phone.endings.crash()


def test_after_a_crash_in_front_unlocking_does_not_open_the_app():
    run = Commanded()
    run.open()
    run.phone.endings.crash()
    run.phone.lock()
    run.phone.unlock()
    assert run.phone.app_state is State.NOT_RUNNING


def test_no_end_is_recorded_where_there_was_no_process():
    run = Commanded()
    run.open()
    run.phone.force_quit()
    run.phone.force_quit()
    run.phone.memory_pressure()
    assert [end.cause for end in run.phone.endings] == [Cause.FORCE_QUIT]


@pytest.mark.parametrize(
    ("ends", "code"), [(True, None), (False, "0x2182bad2")], ids=["ended in time", "not ended"]
)
def test_a_background_task_that_is_not_ended_has_a_code_of_its_own(ends: bool, code: str | None):
    run = Commanded()
    run.open()
    run.begin_assertion(ends=ends)
    run.phone.swipe_up()
    run.wait(60)
    last = run.phone.endings.last
    assert (last and last.code) == code


@pytest.mark.parametrize(("seconds", "killed"), [(4.9, False), (5, False), (5.1, True), (60, True)])
def test_the_watchdog_waits_five_seconds_for_the_callback(seconds: float, killed: bool):
    run = Commanded()
    run.open()
    run.block(seconds)
    run.phone.swipe_up()
    run.wait(60)
    last = run.phone.endings.last
    assert (last is not None) is killed
    if last:
        assert (last.code, last.at) == ("0x8badf00d", 5_000)
        assert "sceneDidEnterBackground" in last.why
    else:
        assert run.phone.app_state is State.SUSPENDED
        assert (5000 * (seconds > 4.95) or 4900) <= run.told[-1][0], (
            "the callback came when the thread was free"
        )


def test_a_busy_main_thread_in_front_harms_nobody():
    run = Commanded()
    run.open()
    run.wait(1)
    run.block(300)
    run.wait(400)
    assert run.phone.app_state is State.ACTIVE
    assert run.phone.endings.last is None
    assert not [at for at in run.ran if 1_000 < at < 301_000]


def test_a_launch_that_takes_too_long():
    async def main(app: Application) -> None:
        await app.block_main_thread(100)

    phone = Phone()
    phone.open(main)
    phone.wait(minutes=5)
    end = phone.endings.last
    assert end is not None
    assert end.why == "launching the app took longer than 20 s"


def test_a_process_that_is_gone_is_not_watched():
    run = Commanded()
    run.open()
    run.block(30)
    run.phone.swipe_up()
    run.wait(1)
    run.phone.force_quit(told=False)
    run.open()
    run.wait(60)
    assert [end.cause for end in run.phone.endings] == [Cause.FORCE_QUIT]
    assert run.phone.app_state is State.ACTIVE


def test_blocking_needs_run_time_and_a_length():
    run = Commanded()
    run.open()
    app = run.phone.app
    assert app is not None
    with pytest.raises(UsageError, match="zero or more"):
        app.block_main_thread(-1)
    run.phone.swipe_up()
    run.wait(60)
    with pytest.raises(UsageError, match="suspended"):
        app.block_main_thread(1)


def test_a_file_lock_at_suspension():
    run = Commanded()
    run.open()
    run.take_lock()
    run.phone.swipe_up()
    run.wait(60)
    end = run.phone.endings.last
    assert end is not None
    assert end.code == "0xdead10cc"
    assert "queue.sqlite" in end.why


def test_a_file_lock_that_was_released_harms_nobody():
    run = Commanded()
    run.open()
    run.take_lock()
    run.phone.swipe_up()
    run.release_lock()
    run.wait(60)
    assert run.phone.app_state is State.SUSPENDED


def test_a_file_lock_is_released_once():
    run = Commanded()
    run.open()
    app = run.phone.app
    assert app is not None
    lock = app.file_lock("a")
    lock.release()
    with pytest.raises(UsageError, match="released before"):
        lock.release()


# Restart.


def test_a_restart_leaves_no_process_and_a_locked_phone():
    run = Commanded()
    run.open()
    run.phone.restart()
    assert run.phone.app_state is State.NOT_RUNNING
    assert run.phone.conditions.locked
    assert not run.phone.power.unlocked_since_restart
    run.phone.unlock()
    assert run.phone.power.unlocked_since_restart
    assert run.phone.app_state is State.NOT_RUNNING


def test_nobody_knows_what_a_restart_does_to_a_card():
    run = Commanded()
    run.open()
    run.request_card()
    before = len(list(run.phone.record))
    with pytest.raises(NotKnownError, match=r"live-activity\.reboot-persistence"):
        run.phone.restart()
    assert len(list(run.phone.record)) == before
    assert claims.get("live-activity.reboot-persistence").kind == "gap"


def test_what_a_restart_does_to_a_scheduled_card_is_not_known_either():
    async def scheduling(app):
        app.activities.request("Match", start=app.now + 3600, alert="It begins")

    phone = Phone(ios="26")
    phone.open(scheduling)
    phone.swipe_up()
    phone.wait(minutes=1)
    with pytest.raises(NotKnownError, match="Match"):
        phone.restart()


def test_what_a_restart_does_to_a_background_transfer_is_not_known():
    run = Commanded()
    run.open()
    run.hand_over()
    with pytest.raises(NotKnownError, match=r"urlsession\.restart"):
        run.phone.restart()


# Code that never gives way.


async def never_comes_back(_app: Application) -> None:
    await asyncio.sleep(1)
    while True:
        pass


async def catches_everything(_app: Application) -> None:
    await asyncio.sleep(1)
    try:
        while True:
            pass
    except Exception:  # noqa: BLE001  # an app that hides its errors
        pass
    await asyncio.sleep(1)


async def sleeps_for_no_time(_app: Application) -> None:
    while True:
        await asyncio.sleep(0)


def spin() -> None:
    number = 0
    while True:
        number += 1


async def calls_what_never_comes_back(_app: Application) -> None:
    await asyncio.sleep(1)
    spin()


@pytest.mark.parametrize(
    ("main", "where"),
    [
        (never_comes_back, never_comes_back),
        (catches_everything, catches_everything),
        (sleeps_for_no_time, sleeps_for_no_time),
        (calls_what_never_comes_back, spin),
    ],
    ids=lambda value: value.__name__,
)
def test_code_that_never_gives_way_is_found_with_its_line(main, where):
    phone = Phone()

    def go() -> None:
        phone.open(main)
        phone.wait(seconds=10)

    with pytest.raises(NeverYieldsError, match="without waiting for anything") as found:
        go()
    first = where.__code__.co_firstlineno
    assert found.value.file == __file__
    assert first < found.value.line <= first + 5
    assert where.__name__ in str(found.value)


def test_code_that_works_a_lot_and_gives_way_is_not_blamed():
    total = []

    async def works(_app: Application) -> None:
        for _ in range(3):
            number = 0
            for _ in range(300_000):
                number += 1
            total.append(number)
            await asyncio.sleep(1)

    phone = Phone()
    phone.open(works)
    phone.wait(seconds=10)
    assert total == [300_000] * 3


def test_the_test_s_own_loops_are_not_counted():
    phone = Phone()
    phone.open(never_comes_back)
    number = 0
    while number < 2_100_000:
        number += 1
    assert number == 2_100_000


# The end that is announced, the CPU monitor, and a scene that is disconnected.


def told_apps_end(saves_for: float = 0, wait: float = 10) -> tuple[Commanded, list[str]]:
    run, told = Commanded(), list[str]()
    run.open()
    run.begin_assertion()

    def heard(callback: str) -> None:
        told.append(callback)
        if callback == "applicationWillTerminate":
            run.phone.app.block_main_thread(saves_for)

    run.do(lambda app: app.observe(heard))
    run.phone.swipe_up()
    run.wait(wait)
    run.phone.endings.announce("room was needed")
    run.wait(30)
    return run, told


@pytest.mark.parametrize(
    ("saves_for", "at", "how"), [(0, 10, "returned"), (4, 14, "returned"), (9, 15, "not returned")]
)
def test_an_app_that_runs_in_the_background_may_be_told_of_its_end(saves_for: float, at: float, how: str):
    run, told = told_apps_end(saves_for)
    assert told.count("applicationWillTerminate") == 1
    end = run.phone.endings.last
    assert (end.cause, end.at) == (Cause.SYSTEM, at * 1000)
    assert how in end.why
    invariants.check(run)


def test_who_does_not_run_in_the_background_is_not_told():
    run = Commanded()
    with pytest.raises(UsageError, match="not running"):
        run.phone.endings.announce()
    run.open()
    with pytest.raises(UsageError, match="active"):
        run.phone.endings.announce()
    run.phone.swipe_up()
    run.wait(60)
    with pytest.raises(UsageError, match="is suspended"):
        run.phone.endings.announce()
    run.phone.terminate("room was needed")
    assert "applicationWillTerminate" not in [name for _, name in run.told]


def computes(*seconds: float, pause: float = 0, on_power: bool = False, in_front: bool = False) -> set[Cause]:
    """Compute in a processing task, or in front, with pauses; why the process ended, if it did."""

    async def main(app: Application) -> None:
        async def compute(task: BGProcessingTask | None = None) -> None:
            for stretch in seconds:
                await app.block_main_thread(stretch)
                await asyncio.sleep(pause)
            if task is not None:
                task.set_task_completed()

        app.task_scheduler.register("learn", compute)
        app.task_scheduler.submit(BGProcessingTaskRequest("learn", requires_external_power=on_power))
        if in_front:
            await asyncio.sleep(1)
            await compute()

    phone = Phone(ios="13")
    phone.open(main)
    if not in_front:
        phone.lock()
        phone.conditions.idle = phone.conditions.charging = True
    phone.wait(minutes=4)
    return {end.cause for end in phone.endings}


def test_the_cpu_monitor_ends_who_computes_on_in_the_background():
    assert computes(70) == {Cause.CPU}
    assert computes(40, 40) == {Cause.CPU}
    assert computes(40, 40, pause=1) == set()
    assert computes(50) == set()
    assert computes(70, in_front=True) == set()


def test_the_cpu_monitor_is_off_in_a_task_that_requires_power():
    assert computes(170, on_power=True) == set()


def test_the_cpu_monitor_is_a_rule_that_can_be_taken_back(monkeypatch):
    take_back(monkeypatch, "life-cycle.cpu-monitor")
    assert computes(70) == set()


def test_a_scene_in_the_background_is_disconnected_and_comes_back():
    run = Commanded()
    with pytest.raises(UsageError, match="no process"):
        run.phone.disconnect_scene()
    leave = [run.open, run.phone.swipe_up, lambda: run.wait(60), run.phone.disconnect_scene]
    for step in leave:
        step()
    assert run.phone.app.scene_state is SceneState.UNATTACHED
    assert run.phone.app_state is State.SUSPENDED
    with pytest.raises(UsageError, match="unattached"):
        run.phone.disconnect_scene()
    run.open()
    assert run.phone.app.scene_state is SceneState.FOREGROUND_ACTIVE
    run.wait(1)
    invariants.check(run)


def test_only_a_scene_in_the_background_is_ever_disconnected():
    run = Commanded()
    run.open()
    for leave, scene in (
        (lambda: None, "foregroundActive"),
        (run.phone.open_app_switcher, "foregroundInactive"),
    ):
        leave()
        with pytest.raises(UsageError, match=f"the scene is {scene}"):
            run.phone.disconnect_scene()
